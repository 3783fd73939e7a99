//! The folder that is handed out: names by content, compressed copies, a manifest.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

/// A bundle that grows beside the old one, and takes its place when it is whole.
pub struct Output {
    folder: PathBuf,
    hashed: Vec<String>,
}

impl Output {
    /// An empty bundle next to `dist`.
    pub fn beside(dist: &Path) -> Result<Output> {
        let folder = dist.with_extension("new");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
        Ok(Output { folder, hashed: Vec::new() })
    }

    /// Adds a file under a name that changes with its content. A browser may keep it for ever.
    pub fn put(&mut self, stem: &str, extension: &str, bytes: &[u8]) -> Result<String> {
        let name = hashed_name(stem, extension, bytes);
        self.write(&name, bytes)?;
        self.hashed.push(name.clone());
        Ok(name)
    }

    /// Adds the compressed copies of all files that were put in. Node has a brotli that is compiled for the
    /// machine: ours, in the profile of this tool, would take longer to compile than to wait for.
    ///
    /// # Errors
    /// There is no node.
    pub fn compress(&self) -> Result<()> {
        let status = Command::new("node")
            .args(["--input-type=module", "--eval", include_str!("compress.mjs"), "--"])
            .args(&self.hashed)
            .current_dir(&self.folder)
            .status()
            .context("start node for brotli")?;
        ensure!(status.success(), "brotli: {status}");
        Ok(())
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_name_follows_the_content() {
        assert_eq!(hashed_name("app", "css", b"a{}"), hashed_name("app", "css", b"a{}"));
        assert_ne!(hashed_name("app", "css", b"a{}"), hashed_name("app", "css", b"b{}"));
    }

    #[test]
    fn the_compressed_copy_holds_the_same_bytes() {
        let home = std::env::temp_dir().join(format!("bundler-br-{}", std::process::id()));
        let text = "word ".repeat(10_000);
        let mut output = Output::beside(&home.join("dist")).unwrap();
        let name = output.put("app", "css", text.as_bytes()).unwrap();
        output.compress().unwrap();

        let compressed = output.folder.join(format!("{name}.br"));
        let length = fs::metadata(&compressed).unwrap().len();
        assert!(length < 200, "{length} bytes");
        let script = "process.stdout.write(require('zlib').brotliDecompressSync(require('fs').readFileSync(0)))";
        let plain = Command::new("node")
            .args(["--eval", script])
            .stdin(fs::File::open(&compressed).unwrap())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(plain.stdout).unwrap(), text);
        fs::remove_dir_all(&home).unwrap();
    }

    #[test]
    fn a_new_bundle_leaves_nothing_of_the_old_one() {
        let home = std::env::temp_dir().join(format!("bundler-{}", std::process::id()));
        let dist = home.join("dist");
        for css in ["a{}", "b{}"] {
            let mut output = Output::beside(&dist).unwrap();
            let name = output.put("app", "css", css.as_bytes()).unwrap();
            output.compress().unwrap();
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
