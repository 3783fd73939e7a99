//! dynoxide: DynamoDB's protocol over SQLite, as a program that comes by npm.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{Server, free_port, run_folder};
use crate::fetched::{cache, made_once};
use crate::process::{call, in_path};
use crate::workspace::Workspace;

/// The variable in which tests look for its address.
const VARIABLE: &str = "DEEPDIVE_DYNOXIDE_URL";
/// As `package-lock.json` has it; a test compares.
const VERSION: &str = "1.2.1";
/// What npm is to fetch: a program for Linux on x86-64, where the functions of the AWS home run too when they are
/// tested.
const FIXTURES: &str = "tests/servers/dynoxide";
const PROGRAM: &str = "node_modules/@dynoxide/linux-x64/dynoxide";
/// What it says when it does.
const LISTENING: &str = "listening on";

/// Fetches and starts it. It keeps its tables in memory.
///
/// # Errors
/// No npm, or another system than the program is for; it cannot be fetched, or does not start.
pub fn start(workspace: &Workspace) -> Result<Server> {
    let packages = cache("dynoxide")?.join(VERSION);
    made_once(&packages, |folder| fetch(&workspace.root.join(FIXTURES), folder))?;

    let run = run_folder("dynoxide")?;
    let (log, port) = (run.join("log"), free_port()?.to_string());
    let mut command = Command::new(packages.join(PROGRAM));
    command.args(["serve", "--host", "127.0.0.1", "--port", &port]);
    Server::start(VARIABLE, run, command, || {
        let listens = fs::read_to_string(&log).is_ok_and(|said| said.contains(LISTENING));
        listens.then(|| format!("http://127.0.0.1:{port}"))
    })
}

fn fetch(fixtures: &Path, folder: &Path) -> Result<()> {
    ensure!(in_path("npm"), "dynoxide comes by npm (Debian: npm)");
    for file in ["package.json", "package-lock.json"] {
        fs::copy(fixtures.join(file), folder.join(file)).with_context(|| format!("copy {file}"))?;
    }
    let mut npm = Command::new("npm");
    call(npm.args(["ci", "--ignore-scripts", "--loglevel=error"]).current_dir(folder))
        .context("fetch dynoxide")
}

#[cfg(test)]
mod tests {
    use super::{FIXTURES, VERSION};

    #[test]
    fn the_folder_in_the_cache_bears_the_version_that_npm_is_to_fetch() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let lock = root.join(FIXTURES).join("package-lock.json");
        let lock = std::fs::read_to_string(lock).unwrap_or_default();
        assert!(lock.contains(&format!("\"version\": \"{VERSION}\"")), "{lock}");
    }
}
