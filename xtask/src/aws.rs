//! The tests of the AWS home.

use anyhow::Result;

use crate::process::{call, cargo_test, step};
use crate::servers;
use crate::workspace::Workspace;

/// The crates that contain an AWS SDK, which the README's commands do not compile.
pub const CRATES: [&str; 8] = [
    "aws-addresses",
    "aws-connections",
    "aws-functions",
    "aws-home",
    "aws-objects",
    "aws-search",
    "aws-summary",
    "aws-table",
];

/// Starts the servers, and has every adapter prove itself against them.
///
/// # Errors
/// A server cannot be had, or a test failed.
pub fn test(workspace: &Workspace) -> Result<()> {
    let servers = servers::all(workspace)?;
    let mut tests = cargo_test(workspace);
    tests.arg("--no-fail-fast");
    for name in CRATES {
        tests.args(["--package", name]);
    }
    for server in &servers {
        tests.env(server.variable, &server.url);
    }
    step("tests: adapters of the AWS home", || call(&mut tests))
}
