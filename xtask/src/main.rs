//! `cargo xtask COMMAND`: everything that is done with this repository, from a bare clone on.
//!
//! Each command calls the ones it needs and skips what is done already, so there is no order to
//! remember. It starts programs (cargo, npm, apt, pip) and looks at what they did; the one thing that
//! is heavy, making the files for the browser, is the program `bundler` beside this one.
//!
//! To add a command: a module with a `run`, a line in [`COMMANDS`], an arm in [`dispatch`].

#![allow(clippy::print_stdout, reason = "a tool talks to a person")]

mod aws;
mod bench;
mod both;
mod ci;
mod deployed;
mod fetched;
mod fingerprint;
mod functions;
mod long;
mod process;
mod report;
mod schema;
mod serve;
mod servers;
mod setup;
mod suites;
mod test;
#[cfg(test)]
mod tidy;
mod tools;
mod web;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::setup::Scope;
use crate::suites::Depth;
use crate::workspace::Workspace;

const COMMANDS: &str = "\
usage: cargo xtask COMMAND

  serve [-- ARGS]   set up, build and start the server; ARGS go to `deepdive serve`
  serve --aws       deploy the AWS home to an emulator on this machine, and keep it until Enter is pressed
  test              set up, build and pass all tests
  test --aws        start the servers that the AWS home is tested against, deploy it there, and pass its tests
  setup             install what building, running and testing need
  lambda ARCH       compile the functions of the AWS home, for arm64 or x86_64, and bundle the client beside them
  cold              start those functions as Lambda does, and print what that costs
  web               bundle the web client into web-yew/dist
  schema            write schema.graphql
  ci                everything that has to pass before a change lands: format, lints, licences, tests of both homes
  long              all tests with more cases and rounds, those of AWS too, and the bundle made twice
  bench [-- ARGS]   measure and print what the product costs; `--only TEXT`, `--record FILE`, `--compile`";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<()> {
    let workspace = Workspace::of_this_tool()?;
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", args),
    };
    match (command, rest) {
        ("serve", [aws]) if aws == "--aws" => aws::serve(&workspace),
        ("serve", rest) => serve::run(&workspace, behind_dashes(rest)),
        ("test", []) => test::run(&workspace, Depth::Usual),
        ("test", [aws]) if aws == "--aws" => aws::test(&workspace),
        ("setup", []) => setup::run(&workspace, Scope::Everything),
        ("lambda", [architecture]) => functions::build(&workspace, architecture),
        ("cold", []) => functions::cold::run(&workspace),
        ("web", []) => web::run(&workspace).map(drop),
        ("schema", []) => schema::run(&workspace),
        ("ci", []) => ci::run(&workspace),
        ("long", []) => long::run(&workspace),
        ("bench", rest) => bench::run(&workspace, behind_dashes(rest)),
        ("help" | "--help" | "-h", _) => {
            println!("{COMMANDS}");
            Ok(())
        }
        _ => bail!("unknown command: {}\n\n{COMMANDS}", args.join(" ")),
    }
}

/// Arguments for the program that a command starts.
fn behind_dashes(args: &[String]) -> &[String] {
    args.strip_prefix(&["--".to_owned()]).unwrap_or(args)
}
