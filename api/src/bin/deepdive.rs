//! The `deepdive` program.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use api::cli::{Cli, Command, UserCommand};
use api::commands::create_user::create_user;
use api::commands::serve::serve;
use api::commands::told;
use api::config::Settings;
use clap::Parser;

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
    let done = runtime.block_on(async {
        match command {
            Command::Serve(flags) => Ok(serve(Settings::decide(*flags)?).await?),
            Command::User(UserCommand::Create(flags)) => {
                let printed = create_user(flags, std::io::stdin().lock()).await?;
                Ok(writeln!(std::io::stdout(), "{printed}")?)
            }
        }
    });
    runtime.shutdown_timeout(LAST_WRITES);
    done
}
