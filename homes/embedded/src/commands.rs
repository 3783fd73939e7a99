//! What the program does, one file for each command.

pub mod backup;
pub mod change_user;
pub mod check;
pub mod create_user;
pub mod demo;
pub mod migrate;
pub mod moving;
pub mod reindex;
pub mod serve;
pub mod stages;

use std::error::Error;
use std::io::Write as _;
use std::pin::Pin;
use std::time::Duration;

use domain::actions::ActionError;
use domain::ports::PortError;

use crate::cli::{Command, StagesCommand, UserCommand};
use crate::compose::{BackupError, MoveError, OpenHomeError, UpkeepError};
use crate::config::{Settings, SettingsError};
use api::http::pages::Pages;

/// Why a command of the operator did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The data folder, also when the server runs.
    #[error(transparent)]
    Open(#[from] OpenHomeError),
    /// Backup or restore.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// Export or import.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// Upkeep.
    #[error(transparent)]
    Upkeep(#[from] UpkeepError),
    /// Something is wrong with the data.
    #[error("{0} things are wrong; --repair mends what can be mended")]
    Findings(usize),
    /// No such stage.
    #[error("there is no stage {0}: deepdive stages list --status all prints their names")]
    NoStage(String),
    /// An action.
    #[error("nothing was changed")]
    Action(#[from] ActionError),
    /// A port.
    #[error("the data folder could not be read")]
    Port(#[from] PortError),
    /// Standard output.
    #[error("cannot print")]
    Print(#[from] std::io::Error),
}

/// Threads that still wait for the disk when the server has stopped are given this long.
const LAST_WRITES: Duration = Duration::from_millis(500);

/// Carries out a command to its end, in a runtime of its own; `pages` are what `serve` serves.
///
/// # Errors
/// What the command says; [`told`](api::told::told) makes a line of it.
pub fn run(command: Command, pages: Pages) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut out = std::io::stdout();
    // Behind a pointer, since `block_on` compiles what it is given once for each kind of runtime.
    let doing: Pin<Box<dyn Future<Output = _>>> = Box::pin(async {
        match command {
            Command::Serve(flags) => Ok(serve::serve(Settings::decide(*flags)?, pages).await?),
            Command::User(UserCommand::Create(flags)) => {
                let printed = create_user::create_user(flags, std::io::stdin().lock()).await?;
                Ok(writeln!(std::io::stdout(), "{printed}")?)
            }
            Command::User(UserCommand::List(flags)) => {
                Ok(write!(std::io::stdout(), "{}", change_user::list_users(flags).await?)?)
            }
            Command::User(UserCommand::SetRole(flags)) => Ok(change_user::set_role(flags).await?),
            Command::User(UserCommand::ResetPassword(flags)) => {
                Ok(change_user::reset_password(flags, std::io::stdin().lock()).await?)
            }
            Command::User(UserCommand::ResetLink(flags)) => {
                Ok(writeln!(std::io::stdout(), "{}", change_user::reset_link(flags).await?)?)
            }
            Command::Backup(flags) => Ok(backup::backup(flags, &mut out).await?),
            Command::Restore(flags) => Ok(backup::restore(flags, &mut out).await?),
            Command::Export(flags) => Ok(self::moving::export(flags, &mut out).await?),
            Command::Import(flags) => Ok(self::moving::import(flags, &mut out).await?),
            Command::Check(flags) => Ok(check::check(flags, &mut out).await?),
            Command::Stages(StagesCommand::List(flags)) => {
                Ok(stages::list_stages(flags, &mut out).await?)
            }
            Command::Stages(StagesCommand::Confirm(flags)) => {
                Ok(stages::confirm_stages(flags, &mut out).await?)
            }
            Command::Stages(StagesCommand::Retry(flags)) => {
                Ok(stages::retry_stages(flags, &mut out).await?)
            }
            Command::Demo(flags) => Ok(demo::demo(flags, &mut out).await?),
            Command::Reindex(flags) => Ok(reindex::reindex(flags, &mut out).await?),
            Command::Migrate(flags) => Ok(migrate::migrate(flags, &mut out).await?),
        }
    });
    let done = runtime.block_on(doing);
    runtime.shutdown_timeout(LAST_WRITES);
    done
}
