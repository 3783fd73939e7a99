//! The `deepdive` program: the library, and the web client inside it.
//!
//! The client is embedded here and not in the library, so that the library does not wait for it.

use std::borrow::Cow;
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use api::cli::{Cli, Command, StagesCommand, UserCommand};
use api::commands::backup::{backup, restore};
use api::commands::change_user::{list_users, reset_password, set_role};
use api::commands::check::check;
use api::commands::create_user::create_user;
use api::commands::demo::demo;
use api::commands::migrate::migrate;
use api::commands::reindex::reindex;
use api::commands::serve::serve;
use api::commands::stages::{confirm_stages, list_stages, retry_stages};
use api::commands::told;
use api::config::Settings;
use api::http::pages::{Files, Pages};
use clap::Parser;

/// The bundle that `cargo xtask web` makes; without it, only the API is served.
#[derive(rust_embed::Embed)]
#[folder = "../web-yew/dist"]
#[allow_missing = true]
struct Bundle;

/// Changes with the bundle: cargo watches the files that were there, but not that there are some now.
const _: Option<&str> = option_env!("DEEPDIVE_WEB");

struct WebClient;

impl Files for WebClient {
    fn get(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        Bundle::get(path).map(|file| file.data)
    }
}

/// Threads that still wait for the disk when the server has stopped are given this long.
const LAST_WRITES: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done when even standard error is closed.
            let _ = writeln!(std::io::stderr(), "deepdive: {}", told(&*error));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut out = std::io::stdout();
    let done = runtime.block_on(async {
        match command {
            Command::Serve(flags) => {
                Ok(serve(Settings::decide(*flags)?, Pages::new(WebClient)).await?)
            }
            Command::User(UserCommand::Create(flags)) => {
                let printed = create_user(flags, std::io::stdin().lock()).await?;
                Ok(writeln!(std::io::stdout(), "{printed}")?)
            }
            Command::User(UserCommand::List(flags)) => {
                Ok(write!(std::io::stdout(), "{}", list_users(flags).await?)?)
            }
            Command::User(UserCommand::SetRole(flags)) => Ok(set_role(flags).await?),
            Command::User(UserCommand::ResetPassword(flags)) => {
                Ok(reset_password(flags, std::io::stdin().lock()).await?)
            }
            Command::Backup(flags) => Ok(backup(flags, &mut out).await?),
            Command::Restore(flags) => Ok(restore(flags, &mut out).await?),
            Command::Check(flags) => Ok(check(flags, &mut out).await?),
            Command::Stages(StagesCommand::List(flags)) => Ok(list_stages(flags, &mut out).await?),
            Command::Stages(StagesCommand::Confirm(flags)) => {
                Ok(confirm_stages(flags, &mut out).await?)
            }
            Command::Stages(StagesCommand::Retry(flags)) => {
                Ok(retry_stages(flags, &mut out).await?)
            }
            Command::Demo(flags) => Ok(demo(flags, &mut out).await?),
            Command::Reindex(flags) => Ok(reindex(flags, &mut out).await?),
            Command::Migrate(flags) => Ok(migrate(flags, &mut out).await?),
        }
    });
    runtime.shutdown_timeout(LAST_WRITES);
    done
}
