//! From a bare clone to a running server.

use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{Background, call, cargo, step};
use crate::setup::{self, Scope};
use crate::web;
use crate::workspace::Workspace;

/// Sets up, builds, and becomes `deepdive serve ARGS`. Returns only when that cannot be started.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    set_up_and_build(workspace, Scope::Product)?;
    println!("==> deepdive serve {}", args.join(" "));
    become_program(Command::new(workspace.server()).arg("serve").args(args))
}

/// Sets up, and builds the program that a person runs, web client included.
///
/// The server's library, which is most of the work, does not contain the web client: it compiles while
/// set-up waits for the network and the client's last steps keep one core busy.
pub fn set_up_and_build(workspace: &Workspace, scope: Scope) -> Result<()> {
    setup::compilers(workspace)?;
    let build = || {
        let mut cargo = cargo(workspace);
        cargo.args(["build", "--release", "--package", "embedded-home"]);
        cargo
    };
    let library = Background::start(build().arg("--lib").env("CARGO_TERM_PROGRESS_WHEN", "never"))?;
    setup::install(workspace, scope)?;
    let bundle = web::run(workspace)?;
    step("server: compile", || {
        library.wait()?;
        call(build().env("DEEPDIVE_WEB", bundle))
    })
}

/// Replaces this process, so that signals reach the server itself.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).with_context(|| format!("start {}", command.get_program().display()))
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<()> {
    call(command).context("start the server")
}
