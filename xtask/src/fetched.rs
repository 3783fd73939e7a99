//! What was fetched once, in the user's cache: versions and clones share it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::call;
use crate::tools;
use crate::workspace::cache_home;

/// Where something is kept when it was fetched.
///
/// # Errors
/// Nothing says where this user's folders are.
pub fn cache(name: &str) -> Result<PathBuf> {
    Ok(cache_home()?.join("deepdive").join(name))
}

/// A folder that is made once: `make` fills a new one, which then takes its place whole or not at all.
///
/// # Errors
/// What `make` says, or the folder cannot be placed.
pub fn made_once(folder: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if folder.is_dir() {
        println!("    {} is there", folder.display());
        return Ok(());
    }
    let scratch = folder.with_extension(format!("{}.new", std::process::id()));
    let _ = fs::remove_dir_all(&scratch);
    fs::create_dir_all(&scratch).with_context(|| format!("create {}", scratch.display()))?;
    let made = make(&scratch);
    let placed = made.and_then(|()| match fs::rename(&scratch, folder) {
        // Somebody else was faster; theirs is as good.
        Err(_) if folder.is_dir() => Ok(()),
        outcome => outcome.with_context(|| format!("create {}", folder.display())),
    });
    let _ = fs::remove_dir_all(&scratch);
    placed
}

/// Installs what a list of Python packages names, each with the hashes that its bytes may have. `what` is what they
/// are.
///
/// # Errors
/// There is no pip for Python 3, or it cannot install them.
pub fn python_packages(what: &str, requirements: &Path, folder: &Path) -> Result<()> {
    let mut pip = tools::pip()
        .with_context(|| format!("{what} comes by pip for Python 3 (Debian: python3-pip)"))?;
    pip.args(["install", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"])
        .args(["--disable-pip-version-check", "--no-cache-dir", "--root-user-action=ignore"])
        .arg("--target")
        .arg(folder)
        .arg("--requirement")
        .arg(requirements);
    call(&mut pip).with_context(|| format!("pip could not install {what}; is there a network?"))
}
