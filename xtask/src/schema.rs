//! The public contract as a file.

use anyhow::Result;

use crate::process::{call, cargo, step};
use crate::workspace::Workspace;

/// Writes `schema.graphql` anew from the crate `schema`. A test fails as long as they differ.
pub fn run(workspace: &Workspace) -> Result<()> {
    step("schema.graphql", || {
        call(cargo(workspace).args([
            "run",
            "--quiet",
            "--package",
            "schema",
            "--example",
            "print_schema",
        ]))
    })
}
