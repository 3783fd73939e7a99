//! The npm packages of a `package-lock.json`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::fingerprint::{Fingerprint, remember, unchanged};
use crate::process::call;

/// Installs exactly what the lock file of `folder` names, unless that is what is installed.
pub fn install(folder: &Path) -> Result<()> {
    let mut fingerprint = Fingerprint::default();
    fingerprint.path(folder, "package-lock.json")?.path(folder, ".npmrc")?;
    let fingerprint = fingerprint.finish();
    // Beside the packages, so that who removes them removes the memory of them.
    let memory = folder.join("node_modules/.deepdive-fingerprint");
    if unchanged(&memory, &fingerprint) {
        println!("    as package-lock.json says");
        return Ok(());
    }
    call(Command::new("npm").args(["ci", "--loglevel=error"]).current_dir(folder)).with_context(
        || format!("npm could not install what {} needs; is there a network?", folder.display()),
    )?;
    remember(&memory, &fingerprint)
}
