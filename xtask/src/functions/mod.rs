//! The functions of the AWS home, as Lambda takes them: a folder for each, which becomes its zip.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{call, output, step};
use crate::setup;
use crate::web;
use crate::workspace::Workspace;

/// The functions: programs `deepdive-NAME` of the package `aws-home`.
pub const NAMES: [&str; 13] = [
    "http",
    "image",
    "notifier",
    "operator",
    "purge",
    "router",
    "search",
    "socket",
    "speech",
    "speech-completed",
    "summary",
    "sweeper",
    "web",
];
/// The one that brings the web client.
const CARRIER: &str = "web";
/// Where it looks for it, as `homes/aws/src/carrier.rs` says.
const CLIENT: &str = "client";
/// What compiles for Amazon's Linux, whose libraries are older than those of most machines.
const COMPILER: &str = "cargo-lambda";

/// Compiles the functions for Lambda, for processors as Lambda calls them, and bundles the web client; both are in
/// `target/lambda` then, where `infra` looks for them.
///
/// # Errors
/// There are no such processors, a tool is missing, or something does not compile.
pub fn build(workspace: &Workspace, architecture: &str) -> Result<()> {
    let option = match architecture {
        "arm64" => "--arm64",
        "x86_64" => "--x86-64",
        other => bail!("{other}: Lambda has arm64 and x86_64"),
    };
    output(Command::new(COMPILER).arg("--version")).with_context(|| {
        format!("{COMPILER} is not there; `pip install cargo-lambda ziglang` brings it")
    })?;
    setup::compilers(workspace)?;
    setup::browser(workspace)?;
    web::run(workspace)?;
    let made = workspace.memory("lambda");
    step("functions: compile", || {
        let mut compiler = Command::new(COMPILER);
        compiler.args(["lambda", "build", "--release", "--package", "aws-home", "--bins"]);
        // It would ask rustup, which may be nowhere: the compiler itself says what it lacks.
        compiler.args([option, "--skip-target-check", "--lambda-dir"]).arg(&made);
        // What a debugger needs is not sent.
        compiler.env("CARGO_PROFILE_RELEASE_STRIP", "symbols").current_dir(&workspace.root);
        call(&mut compiler)
    })?;
    let functions =
        lay_out(workspace, |name| made.join(format!("deepdive-{name}")).join("bootstrap"))?;
    println!("    in {}", functions.display());
    Ok(())
}

/// A folder for each function, with its program under the name that Lambda starts; and the web client, which is
/// bundled (see [`crate::web`]), with the function that brings it. `program` says where a function's program is.
///
/// # Errors
/// A program or the bundle is not there.
pub fn lay_out(workspace: &Workspace, program: impl Fn(&str) -> PathBuf) -> Result<PathBuf> {
    let functions = workspace.target.join("lambda");
    for name in NAMES {
        let folder = functions.join(name);
        fs::create_dir_all(&folder).context("make the folders of the functions")?;
        let program = program(name);
        let bootstrap = folder.join("bootstrap");
        fs::copy(&program, &bootstrap).with_context(|| format!("copy {}", program.display()))?;
    }
    let client = functions.join(CARRIER).join(CLIENT);
    copy_fresh(&workspace.dist(), &client).context("lay out the web client")?;
    Ok(functions)
}

/// Copies the files of a folder; what was in the other one is gone.
fn copy_fresh(from: &Path, to: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).with_context(|| format!("create {}", to.display()))?;
    let mut files = 0;
    for entry in fs::read_dir(from).with_context(|| format!("list {}", from.display()))? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
        files += 1;
    }
    ensure!(files > 0, "{} is empty: `cargo xtask web` fills it", from.display());
    Ok(())
}
