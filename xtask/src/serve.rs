//! From a bare clone to a running server.

use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{call, cargo, step};
use crate::setup::{self, Scope};
use crate::web;
use crate::workspace::Workspace;

/// Sets up, builds, and becomes `deepdive serve ARGS`. Returns only when that cannot be started.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    setup::run(workspace, Scope::Product)?;
    build(workspace)?;
    println!("==> deepdive serve {}", args.join(" "));
    become_program(Command::new(workspace.server()).arg("serve").args(args))
}

/// Builds the program that a person runs, web client included.
pub fn build(workspace: &Workspace) -> Result<()> {
    web::run(workspace)?;
    step("server: compile", || {
        call(cargo(workspace).args(["build", "--release", "--package", "api"]))
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
