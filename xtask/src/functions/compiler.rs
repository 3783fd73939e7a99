//! cargo-lambda, which compiles for Amazon's Linux: its libraries are older than those of most machines, and its
//! processors may be others.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::NAMES;
use crate::fetched::{cache, made_once, python_packages};
use crate::process::{call, step};
use crate::setup;
use crate::workspace::Workspace;

/// What it is, each with the hashes of its bytes.
const REQUIREMENTS: &str = "xtask/lambda/requirements.txt";
/// Where it is kept. With each change of the requirements this is another folder.
const FOLDER: &str = "cargo-lambda-1.9.2";

/// A kind of processors that Lambda has.
pub struct Architecture {
    /// How Lambda calls it.
    pub name: &'static str,
    /// How cargo-lambda is asked for it.
    option: &'static str,
    /// How Rust calls it.
    target: &'static str,
}

/// All of them.
pub const ARCHITECTURES: [Architecture; 2] = [
    Architecture { name: "arm64", option: "--arm64", target: "aarch64-unknown-linux-gnu" },
    Architecture { name: "x86_64", option: "--x86-64", target: "x86_64-unknown-linux-gnu" },
];

/// Compiles the functions. Their programs are in `made` then, as `deepdive-NAME/bootstrap`.
///
/// Nothing is optimised that the profile `release` does not optimise. With `lto = "thin"` everything would be compiled
/// once more, which takes longer than all else, and functions are small and start quickly as they are: `cargo xtask
/// cold` measures it.
///
/// # Errors
/// A tool cannot be had, or something does not compile.
pub fn compile(workspace: &Workspace, architecture: &Architecture, made: &Path) -> Result<()> {
    let Architecture { name, option, target } = architecture;
    let tool = cache(FOLDER)?;
    step("functions: compiler", || {
        made_once(&tool, |folder| {
            println!("    downloading 110 MB");
            let requirements = workspace.root.join(REQUIREMENTS);
            python_packages("the compiler of functions", &requirements, folder)
        })
    })?;
    setup::standard_library(workspace, target)?;
    step(&format!("functions: compile for {name}"), || {
        let mut compiler = Command::new(tool.join("bin/cargo-lambda"));
        compiler.args(["lambda", "build", "--release", "--package", "aws-home"]);
        compiler.args(NAMES.iter().flat_map(|name| ["--bin".into(), format!("deepdive-{name}")]));
        // It would ask rustup, which may be nowhere: the compiler itself says what it lacks.
        compiler.args([*option, "--skip-target-check", "--lambda-dir"]).arg(made);
        compiler.arg("--disable-optimizations");
        // What a debugger needs is not sent.
        compiler.args(["--config", "profile.release.package.aws-home.strip=\"symbols\""]);
        compiler.env("CARGO_ZIGBUILD_ZIG_PATH", tool.join("ziglang/zig"));
        call(compiler.current_dir(&workspace.root))
    })
}

#[cfg(test)]
mod tests {
    use super::{FOLDER, REQUIREMENTS};

    #[test]
    fn the_folder_in_the_cache_bears_the_version_that_is_put_there() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let requirements = std::fs::read_to_string(root.join(REQUIREMENTS)).unwrap_or_default();
        let pinned: Vec<&str> = requirements.lines().filter(|line| line.contains("==")).collect();
        assert_eq!(pinned, ["cargo-lambda==1.9.2 \\", "ziglang==0.17.1 \\"], "name {FOLDER} anew");
    }
}
