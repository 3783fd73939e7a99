//! How large the functions are, as they are sent to Lambda.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::NAMES;
use crate::process::output;
use crate::tools;
use crate::workspace::Workspace;

/// A function's zip has fewer bytes: Lambda fetches and unpacks it before a cold start.
const LIMIT: u64 = 12_000_000;
/// What makes zips of folders.
const SCRIPT: &str = "xtask/lambda/zipped.py";

/// The bytes of each function's zip, of those that are laid out in `functions`.
///
/// # Errors
/// They are not there, or there is no Python 3.
pub fn sizes(workspace: &Workspace, functions: &Path) -> Result<BTreeMap<String, u64>> {
    let mut python = tools::python().context("zips are measured by Python 3")?;
    let printed = output(python.arg(workspace.root.join(SCRIPT)).arg(functions))?;
    let lines = printed.lines().map(|line| {
        let (name, bytes) = line.split_once(' ').context("read the size of a zip")?;
        Ok((name.to_owned(), bytes.parse()?))
    });
    lines.collect()
}

/// Prints how large each zip is.
///
/// # Errors
/// As [`sizes`]; one is too large, or not there.
pub fn report(workspace: &Workspace, functions: &Path) -> Result<()> {
    let sizes = sizes(workspace, functions)?;
    let mut large = Vec::new();
    for name in NAMES {
        let bytes = *sizes.get(name).with_context(|| format!("there is no function `{name}`"))?;
        println!("    {name:<18} {:>5.1} MB as a zip", megabytes(bytes));
        large.extend((bytes >= LIMIT).then_some(name));
    }
    ensure!(large.is_empty(), "no zip may have {LIMIT} bytes; too large: {}", large.join(", "));
    Ok(())
}

/// Of a million bytes.
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
