//! The `deepdive` program: the library, and the web client inside it.
//!
//! The client is embedded here and not in the library, so that the library does not wait for it. Nothing
//! else is here: a program that only calls the library compiles in a moment after it.

use std::borrow::Cow;
use std::io::Write;
use std::process::ExitCode;

use api::http::pages::{Files, Pages};
use api::told::told;
use clap::Parser;
use embedded_home::cli::Cli;
use embedded_home::commands;

/// The bundle that `cargo xtask web` makes; without it, only the API is served.
#[derive(rust_embed::Embed)]
#[folder = "../../web-yew/dist"]
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

fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(cli.command, Pages::new(WebClient)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done when even standard error is closed.
            let _ = writeln!(std::io::stderr(), "deepdive: {}", told(&*error));
            ExitCode::FAILURE
        }
    }
}
