//! Where things are.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders of this repository and of its user.
pub struct Workspace {
    /// The folder of the root manifest.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
}

impl Workspace {
    /// The workspace that this tool was compiled in.
    pub fn of_this_tool() -> Result<Workspace> {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?;
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        Ok(Workspace { root: root.to_owned(), target })
    }

    /// The program that a person runs.
    pub fn server(&self) -> PathBuf {
        self.target.join("release/deepdive")
    }

    /// The bundle of the web client.
    pub fn dist(&self) -> PathBuf {
        self.root.join("web-yew/dist")
    }

    /// Where npm installs.
    pub fn node_modules(&self) -> PathBuf {
        self.root.join("node_modules")
    }

    /// What this tool remembers between runs.
    pub fn memory(&self, name: &str) -> PathBuf {
        self.target.join("xtask").join(name)
    }
}

/// The folder for data of this user that several programs and versions share, by the XDG rules.
pub fn data_home() -> Result<PathBuf> {
    home("XDG_DATA_HOME", ".local/share")
}

/// The folder for what can be fetched again, by the XDG rules.
pub fn cache_home() -> Result<PathBuf> {
    home("XDG_CACHE_HOME", ".cache")
}

fn home(variable: &str, in_home: &str) -> Result<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    if let Some(folder) = named.filter(|folder| folder.is_absolute()) {
        return Ok(folder);
    }
    let home = std::env::var_os("HOME")
        .with_context(|| format!("neither {variable} nor HOME says where that is"))?;
    Ok(PathBuf::from(home).join(in_home))
}
