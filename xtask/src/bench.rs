//! What the product costs.

use std::process::Command;

use anyhow::Result;

use crate::process::{call, cargo, step};
use crate::serve;
use crate::setup::{Scope, dictionary};
use crate::workspace::Workspace;

/// Builds the product and what measures it, and prints the figures. ARGS go to the program that
/// measures: `--only TEXT`, `--record FILE`.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    serve::set_up_and_build(workspace, Scope::Product)?;
    step("benches: compile", || {
        let package = ["build", "--release", "--package", "deepdive-benches"];
        call(cargo(workspace).args(package).args(["--features", "measure"]))
    })?;
    step("benches: measure (some minutes; leave the machine alone)", || {
        call(
            Command::new(workspace.target.join("release/deepdive-bench"))
                .current_dir(&workspace.root)
                .env("DEEPDIVE_BIN", workspace.server())
                .arg("--dictionary")
                .arg(dictionary::folder()?)
                .arg("--reports")
                .arg(workspace.target.join("criterion"))
                .args(args),
        )
    })
}
