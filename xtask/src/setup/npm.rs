//! The npm packages of the root `package-lock.json`.

use std::process::Command;

use anyhow::{Context, Result};

use crate::fingerprint::{Fingerprint, remember, unchanged};
use crate::process::call;
use crate::workspace::Workspace;

/// Installs exactly what the lock file names, unless that is what is installed.
pub fn install(workspace: &Workspace) -> Result<()> {
    let mut fingerprint = Fingerprint::default();
    fingerprint.path(&workspace.root, "package-lock.json")?.path(&workspace.root, ".npmrc")?;
    let fingerprint = fingerprint.finish();
    // Beside the packages, so that who removes them removes the memory of them.
    let memory = workspace.node_modules().join(".deepdive-fingerprint");
    if unchanged(&memory, &fingerprint) {
        println!("    as package-lock.json says");
        return Ok(());
    }
    call(Command::new("npm").args(["ci", "--loglevel=error"]).current_dir(&workspace.root))
        .context("npm could not install the tools that make the web client; is there a network?")?;
    remember(&memory, &fingerprint)
}
