//! What takes longer than a change should wait for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::aws;
use crate::deployed;
use crate::functions;
use crate::process::{call, cargo, output, step};
use crate::suites::Depth;
use crate::test;
use crate::workspace::Workspace;

/// All tests with more cases and rounds, those of the AWS adapters, the functions for both kinds of processors with
/// what they cost, then the proof that the bundle does not depend on where it is made.
pub fn run(workspace: &Workspace) -> Result<()> {
    test::run(workspace, Depth::Long)?;
    aws::test(workspace)?;
    // Those that run here go last: they are started.
    let here = deployed::architecture();
    for there in functions::ARCHITECTURES.iter().filter(|there| there.name != here) {
        functions::build(workspace, there.name)?;
    }
    functions::build(workspace, here)?;
    functions::cold::run(workspace)?;
    step("web client: the same bytes from another folder", || reproduce(workspace))
}

/// Bundles a copy of the sources in another folder, with another target folder, and compares the names:
/// a name is made of the content.
fn reproduce(workspace: &Workspace) -> Result<()> {
    let copy = workspace.memory("elsewhere");
    let _ = fs::remove_dir_all(&copy);
    copy_sources(&workspace.root, &copy)?;
    for command in ["setup", "web"] {
        call(
            cargo(workspace)
                .current_dir(&copy)
                .env("CARGO_TARGET_DIR", copy.join("target"))
                .args(["run", "--quiet", "--package", "xtask", "--", command]),
        )?;
    }
    let manifest = |root: &Path| {
        let path = root.join("web-yew/dist/manifest.json");
        fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))
    };
    let (here, there) = (manifest(&workspace.root)?, manifest(&copy)?);
    ensure!(here == there, "the same sources made two bundles:\n{here}\n{there}");
    fs::remove_dir_all(&copy).with_context(|| format!("remove {}", copy.display()))
}

fn copy_sources(root: &Path, copy: &Path) -> Result<()> {
    let list = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
    let listed = output(Command::new("git").args(list).current_dir(root))?;
    for path in
        listed.split_terminator('\0').map(PathBuf::from).filter(|path| root.join(path).is_file())
    {
        let target = copy.join(&path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
        }
        fs::copy(root.join(&path), &target).with_context(|| format!("copy {}", path.display()))?;
    }
    Ok(())
}
