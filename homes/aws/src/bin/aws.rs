//! The program with which an operator moves a blog to AWS and back, from their own machine.

use std::io::Write;
use std::process::ExitCode;

use api::told::told;
use aws_home::command::{Cli, run};
use clap::Parser;

fn main() -> ExitCode {
    match run(Cli::parse(), &mut std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done when even standard error is closed.
            let _ = writeln!(std::io::stderr(), "deepdive-aws: {}", told(&error));
            ExitCode::FAILURE
        }
    }
}
