//! What has to pass before a change lands.

use std::process::Command;

use anyhow::Result;

use crate::aws;
use crate::process::{call, cargo, output, step};
use crate::setup::{self, Scope};
use crate::suites::Depth;
use crate::test;
use crate::web::{self, BUNDLER_PROFILE};
use crate::workspace::{Workspace, cache_home};

/// The version that reads our `deny.toml`.
const CARGO_DENY: &str = "0.20.2";

/// Format, lints, licences, and all tests: the quick ones first, those of the AWS home last.
pub fn run(workspace: &Workspace) -> Result<()> {
    step("format", || call(cargo(workspace).args(["fmt", "--all", "--check"])))?;
    setup::run(workspace, Scope::Everything)?;
    step("licences, banned crates, sources", || deny(workspace))?;
    // Each in the profile of what is built later: macros and C libraries are compiled once for both.
    step("lints", || {
        let all = ["--workspace", "--exclude", "bundler", "--all-targets", "--release"];
        // Nothing else compiles the benches before they are asked for.
        lint(workspace, &[&all[..], &["--features", "deepdive-benches/measure"]].concat())
    })?;
    step("lints: bundler", || {
        lint(workspace, &["--package", "bundler", "--profile", BUNDLER_PROFILE, "--all-targets"])
    })?;
    step("lints: web client in the browser", || {
        lint(
            workspace,
            &["--package", "web-yew", "--target", web::TARGET, "--profile", web::PROFILE],
        )
    })?;
    test::run(workspace, Depth::Usual)?;
    aws::test(workspace)
}

fn lint(workspace: &Workspace, what: &[&str]) -> Result<()> {
    call(cargo(workspace).arg("clippy").args(what).args(["--", "-D", "warnings"]))
}

/// Advisories are left out: they come from a host that is no package registry, which not every place
/// that runs this can reach.
fn deny(workspace: &Workspace) -> Result<()> {
    // Not in the target folder, where it would be compiled for each clone.
    let tools = cache_home()?.join("deepdive/cargo-deny");
    let program = tools.join("bin/cargo-deny");
    if !output(Command::new(&program).arg("--version"))
        .is_ok_and(|version| version.contains(CARGO_DENY))
    {
        println!(
            "    installing cargo-deny {CARGO_DENY} into {} (three minutes, once)",
            tools.display()
        );
        let mut install = cargo(workspace);
        // Unoptimised: it runs for a second, and compiles in half the time.
        install.args([
            "install",
            "--locked",
            "--debug",
            "--no-track",
            "--force",
            "cargo-deny",
            "--version",
            CARGO_DENY,
        ]);
        call(install.arg("--root").arg(&tools))?;
    }
    call(
        Command::new(&program)
            .current_dir(&workspace.root)
            .args(["check", "bans", "licenses", "sources"]),
    )
}
