//! The folder that is handed out: names by content, compressed copies, a manifest.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// A bundle that grows beside the old one, and takes its place when it is whole.
pub struct Output {
    folder: PathBuf,
}

impl Output {
    /// An empty bundle next to `dist`.
    pub fn beside(dist: &Path) -> Result<Output> {
        let folder = dist.with_extension("new");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
        Ok(Output { folder })
    }

    /// Adds a file under a name that changes with its content, and its compressed copy. A browser
    /// may keep it for ever.
    #[expect(clippy::print_stderr, reason = "progress of a program that a person waits for")]
    pub fn put(&mut self, stem: &str, extension: &str, bytes: &[u8]) -> Result<String> {
        let name = hashed_name(stem, extension, bytes);
        let compressed = compress(bytes)?;
        self.write(&name, bytes)?;
        self.write(&format!("{name}.br"), &compressed)?;
        eprintln!("    {name}: {} B, brotli {} B", bytes.len(), compressed.len());
        Ok(name)
    }

    /// Adds a page, which keeps its name.
    pub fn put_page(&mut self, name: &str, page: &str) -> Result<()> {
        self.write(name, page.as_bytes())
    }

    /// Adds `manifest.json`: an object of role to file name.
    pub fn put_manifest(&mut self, names: &[(&str, &str)]) -> Result<()> {
        let names: serde_json::Map<String, serde_json::Value> =
            names.iter().map(|(role, name)| ((*role).to_owned(), (*name).into())).collect();
        let mut text = serde_json::to_string_pretty(&names).context("write the manifest")?;
        text.push('\n');
        self.write("manifest.json", text.as_bytes())
    }

    /// Moves the bundle to `dist`. What was there is gone.
    pub fn replace(self, dist: &Path) -> Result<()> {
        if dist.exists() {
            fs::remove_dir_all(dist).with_context(|| format!("remove {}", dist.display()))?;
        }
        fs::rename(&self.folder, dist).with_context(|| format!("create {}", dist.display()))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        fs::write(&path, bytes).with_context(|| format!("write {}", path.display()))
    }
}

/// `stem-<hash>.extension`, where the hash is 40 bits of the content's.
fn hashed_name(stem: &str, extension: &str, bytes: &[u8]) -> String {
    let hash: String =
        Sha256::digest(bytes).iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    format!("{stem}-{hash}.{extension}")
}

fn compress(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    // Quality 11, window 2^22: slow once here, small for each reader.
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 64 * 1024, 11, 22);
    writer.write_all(bytes).context("compress")?;
    drop(writer);
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Read;

    use super::*;

    #[test]
    fn the_name_follows_the_content() {
        assert_eq!(hashed_name("app", "css", b"a{}"), hashed_name("app", "css", b"a{}"));
        assert_ne!(hashed_name("app", "css", b"a{}"), hashed_name("app", "css", b"b{}"));
    }

    #[test]
    fn the_compressed_copy_holds_the_same_bytes() {
        let text = "word ".repeat(10_000);
        let compressed = compress(text.as_bytes()).unwrap();
        assert!(compressed.len() < 200, "{} bytes", compressed.len());
        let mut plain = String::new();
        brotli::Decompressor::new(&compressed[..], 4096).read_to_string(&mut plain).unwrap();
        assert_eq!(plain, text);
    }

    #[test]
    fn a_new_bundle_leaves_nothing_of_the_old_one() {
        let home = std::env::temp_dir().join(format!("bundler-{}", std::process::id()));
        let dist = home.join("dist");
        for css in ["a{}", "b{}"] {
            let mut output = Output::beside(&dist).unwrap();
            let name = output.put("app", "css", css.as_bytes()).unwrap();
            output.put_manifest(&[("css", &name)]).unwrap();
            output.replace(&dist).unwrap();
        }
        let mut names: Vec<String> = fs::read_dir(&dist)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let name = hashed_name("app", "css", b"b{}");
        assert_eq!(names, [name.clone(), format!("{name}.br"), "manifest.json".to_owned()]);
        fs::remove_dir_all(&home).unwrap();
    }
}
