//! Rules of the repository itself, as tests: what a reviewer would otherwise have to remember.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod crates;
mod generated;
mod pages;
mod sources;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::output;
use crate::workspace::Workspace;

/// The repository under test.
fn workspace() -> Workspace {
    Workspace::of_this_tool().unwrap()
}

/// The files that are, or are about to be, in the repository, relative to its root.
fn files() -> Vec<PathBuf> {
    let listed = output(
        Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
            .current_dir(workspace().root),
    );
    let root = workspace().root;
    listed
        .unwrap()
        .split_terminator('\0')
        .map(PathBuf::from)
        .filter(|path| root.join(path).is_file())
        .collect()
}

/// A file's text; `None` for pictures and the like.
fn text(path: &Path) -> Option<String> {
    String::from_utf8(fs::read(workspace().root.join(path)).unwrap()).ok()
}

/// Fails with all offences at once, because they come in groups.
#[track_caller]
fn no_offences(rule: &str, offences: Vec<String>) {
    assert!(offences.is_empty(), "{rule}\n  {}\n", offences.join("\n  "));
}
