//! Knowing that nothing changed, by content: a checkout or a copy changes times, not contents.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result};

/// A number that is different when the inputs of some work are different.
///
/// Not a cryptographic one: it notices changes, it does not resist an attacker, who could change the
/// result as well. It may differ between two versions of this tool; then the work is done once more.
#[derive(Default)]
pub struct Fingerprint(DefaultHasher);

/// Folders that hold results, never inputs.
const RESULTS: [&str; 4] = ["dist", "dist.new", "node_modules", "target"];

impl Fingerprint {
    /// Takes a text in.
    pub fn text(&mut self, text: &str) -> &mut Self {
        text.hash(&mut self.0);
        self
    }

    /// Takes a file in, or a folder with all that is below it. What is not there is an input, too.
    pub fn path(&mut self, root: &Path, name: &str) -> Result<&mut Self> {
        let path = root.join(name);
        name.hash(&mut self.0);
        if path.is_dir() {
            let mut names = Vec::new();
            for entry in fs::read_dir(&path).with_context(|| format!("list {}", path.display()))? {
                names.push(entry?.file_name().to_string_lossy().into_owned());
            }
            names.sort();
            for child in names.iter().filter(|child| !RESULTS.contains(&child.as_str())) {
                self.path(root, &format!("{name}/{child}"))?;
            }
        } else if path.is_file() {
            fs::read(&path).with_context(|| format!("read {}", path.display()))?.hash(&mut self.0);
        }
        Ok(self)
    }

    /// The number as text.
    pub fn finish(&self) -> String {
        format!("{:016x}", self.0.finish())
    }
}

/// The work that `memory` remembers was done on the same inputs.
pub fn unchanged(memory: &Path, fingerprint: &str) -> bool {
    fs::read_to_string(memory).is_ok_and(|remembered| remembered.trim() == fingerprint)
}

/// Remembers that the work was done on these inputs.
pub fn remember(memory: &Path, fingerprint: &str) -> Result<()> {
    if let Some(folder) = memory.parent() {
        fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    }
    fs::write(memory, format!("{fingerprint}\n"))
        .with_context(|| format!("write {}", memory.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_fingerprint_notices_content_names_and_absence_but_not_results() {
        let root = std::env::temp_dir().join(format!("fingerprint-{}", std::process::id()));
        let of = || {
            let mut fingerprint = Fingerprint::default();
            fingerprint.path(&root, "room").unwrap();
            fingerprint.finish()
        };
        let absent = of();
        fs::create_dir_all(root.join("room/src")).unwrap();
        fs::write(root.join("room/src/a"), "1").unwrap();
        let first = of();
        assert_ne!(absent, first);
        fs::write(root.join("room/src/a"), "2").unwrap();
        let changed = of();
        assert_ne!(first, changed);
        fs::rename(root.join("room/src/a"), root.join("room/src/b")).unwrap();
        let renamed = of();
        assert_ne!(changed, renamed);
        fs::create_dir_all(root.join("room/dist")).unwrap();
        fs::write(root.join("room/dist/a"), "result").unwrap();
        assert_eq!(renamed, of());
        fs::remove_dir_all(&root).unwrap();
    }
}
