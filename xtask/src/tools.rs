//! Programs that have different names on different systems.

use std::path::PathBuf;
use std::process::Command;

use crate::process::{find_in_path, output};

/// Python 3.
pub fn python() -> Option<Command> {
    ["python3", "python"].into_iter().find_map(|name| {
        let version = output(Command::new(name).arg("--version")).ok()?;
        version.starts_with("Python 3").then(|| Command::new(name))
    })
}

/// pip of [`python`].
pub fn pip() -> Option<Command> {
    let mut python = python()?;
    python.args(["-m", "pip"]);
    let program = python.get_program().to_owned();
    output(Command::new(program).args(["-m", "pip", "--version"])).ok().map(|_| python)
}

/// A browser that playwright can drive: `DEEPDIVE_BROWSER`, or the first that is in the path.
pub fn browser() -> Option<PathBuf> {
    if let Some(program) = std::env::var_os("DEEPDIVE_BROWSER") {
        return Some(program.into());
    }
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(find_in_path)
}
