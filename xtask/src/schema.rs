//! The public contract as a file.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::process::{cargo, output, step};
use crate::workspace::Workspace;

/// Writes `schema.graphql` as the crate `schema` prints it. A test fails as long as they differ.
pub fn run(workspace: &Workspace) -> Result<()> {
    step("schema.graphql", || {
        let printed = output(cargo(workspace).args([
            "run",
            "--quiet",
            "--package",
            "schema",
            "--example",
            "print_schema",
        ]))?;
        ensure!(printed.contains("type Query"), "the crate schema printed no schema");
        let path = workspace.root.join("schema.graphql");
        if fs::read_to_string(&path).is_ok_and(|present| present == printed) {
            println!("    unchanged");
            return Ok(());
        }
        fs::write(&path, printed).with_context(|| format!("write {}", path.display()))
    })
}
