//! The functions of the AWS home, as Lambda takes them: a folder for each, which becomes its zip.

pub mod cold;
mod compiler;
pub mod contents;
mod zips;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

pub use compiler::ARCHITECTURES;

use crate::process::step;
use crate::setup;
use crate::web;
use crate::workspace::Workspace;

/// The functions: programs `deepdive-NAME` of the package `aws-home`.
pub const NAMES: [&str; 15] = [
    "http",
    "image",
    "mail",
    "migration",
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

/// Compiles the functions for processors as Lambda calls them, and bundles the web client; both are in `target/lambda`
/// then, where `infra` looks for them.
///
/// # Errors
/// There are no such processors, a tool is missing, or something does not compile; or a zip is too large.
pub fn build(workspace: &Workspace, architecture: &str) -> Result<()> {
    let known = ARCHITECTURES.map(|known| known.name).join(" and ");
    let architecture = ARCHITECTURES.into_iter().find(|known| known.name == architecture);
    let architecture = architecture.with_context(|| format!("Lambda's processors are {known}"))?;
    setup::compilers(workspace)?;
    setup::browser(workspace)?;
    web::run(workspace)?;
    let made = workspace.memory("lambda").join(architecture.name);
    compiler::compile(workspace, &architecture, &made)?;
    let functions = laid_out(workspace);
    lay_out(workspace, &functions, |name| made.join(format!("deepdive-{name}")).join("bootstrap"))?;
    step("functions: zips", || zips::report(workspace, &functions))?;
    println!("    in {}", functions.display());
    Ok(())
}

/// Where the functions are that were compiled for Lambda.
fn laid_out(workspace: &Workspace) -> PathBuf {
    workspace.target.join("lambda")
}

/// A folder for each function, with its program under the name that Lambda starts; and the web client, which is
/// bundled (see [`crate::web`]), with the function that brings it; all of them in `functions`. `program` says where a
/// function's program is.
///
/// # Errors
/// A program or the bundle is not there.
pub fn lay_out(
    workspace: &Workspace,
    functions: &Path,
    program: impl Fn(&str) -> PathBuf,
) -> Result<()> {
    for name in NAMES {
        let folder = functions.join(name);
        fs::create_dir_all(&folder).context("make the folders of the functions")?;
        let program = program(name);
        let bootstrap = folder.join("bootstrap");
        fs::copy(&program, &bootstrap).with_context(|| format!("copy {}", program.display()))?;
    }
    let client = functions.join(CARRIER).join(CLIENT);
    copy_fresh(&workspace.dist(), &client).context("lay out the web client")
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
