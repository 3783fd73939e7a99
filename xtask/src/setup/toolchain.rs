//! The compilers: checked when a machine has to bring them, completed where that can be done here.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::process::{call, in_path, output};
use crate::workspace::Workspace;

/// The first Node.js whose test runner has what the suites use.
const NODE_AT_LEAST: u32 = 20;

/// Looks for what a machine has to bring: Rust, a C compiler with make, Node.js with npm.
///
/// # Errors
/// One of them is not there; the message names it.
pub fn check(workspace: &Workspace) -> Result<()> {
    let rustc = output(Command::new("rustc").arg("--version").current_dir(&workspace.root))?;
    let c = ["cc", "gcc", "clang"].into_iter().find(|program| in_path(program));
    ensure!(
        c.is_some(),
        "there is no C compiler (cc): SQLite and libwebp are compiled from C. Debian: apt-get install build-essential"
    );
    ensure!(
        in_path("make"),
        "there is no make: the MP3 encoder LAME is built with it. Debian: apt-get install build-essential"
    );
    ensure!(
        in_path("node") && in_path("npm"),
        "there is no Node.js with npm, which optimises the web client: install version {NODE_AT_LEAST} or later"
    );
    let node = output(Command::new("node").arg("--version"))?;
    let major = major(&node);
    ensure!(
        major >= Some(NODE_AT_LEAST),
        "Node.js {} is too old: install version {NODE_AT_LEAST} or later",
        node.trim()
    );
    println!("    {}, {}, node {}", rustc.trim(), c.unwrap_or_default(), node.trim());
    Ok(())
}

/// Makes `cargo build --target` work for a target.
///
/// # Errors
/// The script says what to do.
pub fn install_std(workspace: &Workspace, target: &str) -> Result<()> {
    call(
        Command::new("bash")
            .arg(workspace.root.join("xtask/setup/std.sh"))
            .arg(target)
            .current_dir(&workspace.root),
    )
}

fn major(version: &str) -> Option<u32> {
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_node_is_compared_as_a_number() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert!(major("v9.1.0") < Some(NODE_AT_LEAST));
        assert!(major("nightly") < Some(NODE_AT_LEAST));
    }
}
