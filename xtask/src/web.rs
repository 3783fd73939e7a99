//! The web client, from its sources to the files of `web-yew/dist`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::fingerprint::{Fingerprint, remember, unchanged};
use crate::process::{call, cargo, output, step};
use crate::workspace::Workspace;

/// What it is compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// How it is compiled.
pub const PROFILE: &str = "web";

/// The profile of the bundler itself.
pub const BUNDLER_PROFILE: &str = "tool";

/// All that decides what the bundle is, apart from the compiler.
const INPUTS: [&str; 6] =
    ["web-yew", "xtask/bundler", "schema.graphql", "Cargo.toml", "Cargo.lock", "package-lock.json"];

/// Bundles the web client, unless the bundle that is there was made of the same inputs. Returns a text
/// that is another one for another bundle.
///
/// # Errors
/// It does not compile, or a tool of [`crate::setup`] is missing.
pub fn run(workspace: &Workspace) -> Result<String> {
    let fingerprint = fingerprint(workspace)?;
    let memory = workspace.memory("web.fingerprint");
    if unchanged(&memory, &fingerprint) && whole(&workspace.dist()) {
        return step("web client: unchanged", || Ok(fingerprint));
    }
    step("web client: compile the bundler (once)", || {
        call(cargo(workspace).args(["build", "--package", "bundler", "--profile", BUNDLER_PROFILE]))
    })?;
    let wasm = step("web client: compile for the browser", || compile(workspace))?;
    step("web client: bundle", || bundle(workspace, &wasm))?;
    remember(&memory, &fingerprint)?;
    Ok(fingerprint)
}

fn fingerprint(workspace: &Workspace) -> Result<String> {
    let mut fingerprint = Fingerprint::default();
    fingerprint.text(&output(Command::new("rustc").arg("-vV").current_dir(&workspace.root))?);
    for input in INPUTS {
        fingerprint.path(&workspace.root, input)?;
    }
    Ok(fingerprint.finish())
}

/// The bundle has its manifest, and every file that the manifest names. (The manifest is an object of
/// names without escapes, which the bundler wrote: every second quoted text is a file.)
fn whole(dist: &Path) -> bool {
    let Ok(manifest) = fs::read_to_string(dist.join("manifest.json")) else { return false };
    let mut names = manifest.split('"').skip(3).step_by(4).peekable();
    names.peek().is_some() && names.all(|name| dist.join(name).is_file())
}

fn compile(workspace: &Workspace) -> Result<PathBuf> {
    call(
        cargo(workspace)
            .args(["build", "--package", "web-yew", "--profile", PROFILE, "--target", TARGET])
            .env("CARGO_ENCODED_RUSTFLAGS", flags(workspace)?),
    )?;
    Ok(workspace.target.join(TARGET).join(PROFILE).join("web-yew.wasm"))
}

/// Compiler flags. They keep the builder's folders out of the program, where every panic would show them to
/// the public, and make it different on each machine; and leave in what the bundler cuts it by.
fn flags(workspace: &Workspace) -> Result<String> {
    let cargo_home = match std::env::var_os("CARGO_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => {
            PathBuf::from(std::env::var_os("HOME").context("neither CARGO_HOME nor HOME is set")?)
                .join(".cargo")
        }
    };
    let remap =
        |folder: &Path, name: &str| format!("--remap-path-prefix={}={name}", folder.display());
    let relocations = "-Clink-arg=--emit-relocs".to_owned();
    Ok([remap(&cargo_home, "cargo"), remap(&workspace.root, "deepdive"), relocations]
        .join("\u{1f}"))
}

fn bundle(workspace: &Workspace, wasm: &Path) -> Result<()> {
    let scratch = workspace.memory("web");
    fs::create_dir_all(&scratch).with_context(|| format!("create {}", scratch.display()))?;
    call(
        Command::new(workspace.target.join("tool/bundler"))
            .arg(wasm)
            .arg(workspace.root.join("web-yew"))
            .arg(workspace.node_modules())
            .arg(&scratch)
            .arg(workspace.dist()),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_bundle_that_lacks_a_file_of_its_manifest_is_made_again() {
        let dist = std::env::temp_dir().join(format!("dist-{}", std::process::id()));
        fs::create_dir_all(&dist).unwrap();
        assert!(!whole(&dist));
        fs::write(
            dist.join("manifest.json"),
            "{\n  \"css\": \"app-1.css\",\n  \"page\": \"index.html\"\n}\n",
        )
        .unwrap();
        fs::write(dist.join("index.html"), "").unwrap();
        assert!(!whole(&dist));
        fs::write(dist.join("app-1.css"), "").unwrap();
        assert!(whole(&dist));
        fs::remove_dir_all(&dist).unwrap();
    }
}
