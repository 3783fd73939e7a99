//! What the product costs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::process::{call, cargo, step};
use crate::serve;
use crate::setup::{Scope, dictionary};
use crate::workspace::Workspace;

/// Asks for the time that a build from nothing takes, too: some minutes more.
const COMPILE: &str = "--compile";

/// Builds the product and what measures it, and prints the figures. ARGS go to the program that
/// measures: `--only TEXT`, `--record FILE`; but `--compile` is for this one.
pub fn run(workspace: &Workspace, args: &[String]) -> Result<()> {
    serve::set_up_and_build(workspace, Scope::Product)?;
    step("benches: compile", || {
        let package = ["build", "--release", "--package", "deepdive-benches"];
        call(cargo(workspace).args(package).args(["--features", "measure"]))
    })?;
    let mut bench = Command::new(workspace.target.join("release/deepdive-bench"));
    bench
        .current_dir(&workspace.root)
        .env("DEEPDIVE_BIN", workspace.server())
        .arg("--dictionary")
        .arg(dictionary::folder()?)
        .arg("--reports")
        .arg(workspace.target.join("criterion"))
        .args(args.iter().filter(|arg| *arg != COMPILE));
    // What is only set beside us is no reason to measure nothing.
    for (flag, found) in [
        ("--sharp", step("benches: npm's sharp", || sharp(workspace))),
        ("--photos", step("benches: a set of photos", || photos(workspace))),
    ] {
        match found {
            Ok(folder) => {
                bench.arg(flag).arg(folder);
            }
            Err(error) => println!("    left out: {error:#}"),
        }
    }
    if args.iter().any(|arg| arg == COMPILE) {
        let (wall, cpu) = step("benches: compile the product from nothing", || compile(workspace))?;
        bench.arg("--compiled-in").args([wall.to_string(), cpu.to_string()]);
    }
    step("benches: measure (some minutes; leave the machine alone)", || call(&mut bench))
}

/// The script that scales with sharp, with sharp.
fn sharp(workspace: &Workspace) -> Result<PathBuf> {
    let (sources, folder) = (workspace.root.join("benches/sharp"), workspace.memory("sharp"));
    fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
    for file in ["package.json", "package-lock.json", "scale.mjs"] {
        fs::copy(sources.join(file), folder.join(file)).with_context(|| format!("copy {file}"))?;
    }
    call(
        Command::new("npm")
            .args(["ci", "--ignore-scripts", "--loglevel=error"])
            .current_dir(&folder),
    )?;
    Ok(folder)
}

/// Photos that everybody with Debian's packages can have: those of mate-backgrounds.
fn photos(workspace: &Workspace) -> Result<PathBuf> {
    const PHOTOS: &str = "usr/share/backgrounds/mate/nature";
    let folder = workspace.memory("photos");
    if !folder.join(PHOTOS).is_dir() {
        fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
        let package = "mate-backgrounds";
        call(Command::new("apt-get").args(["download", "-q", package]).current_dir(&folder))?;
        let unpack = "dpkg-deb --extract mate-backgrounds_*.deb .";
        call(Command::new("sh").args(["-c", unpack]).current_dir(&folder))?;
    }
    Ok(folder.join(PHOTOS))
}

/// Seconds on the wall and of CPU.
fn compile(workspace: &Workspace) -> Result<(f64, f64)> {
    let target = workspace.memory("compile");
    // What an earlier measurement left would be found done.
    let _ = fs::remove_dir_all(&target);
    let (began, before) = (Instant::now(), cpu_of_children()?);
    call(
        cargo(workspace)
            .args(["build", "--release", "--package", "embedded-home"])
            .env("CARGO_TARGET_DIR", &target),
    )?;
    let spent = (began.elapsed().as_secs_f64(), cpu_of_children()? - before);
    fs::remove_dir_all(&target).with_context(|| format!("remove {}", target.display()))?;
    Ok(spent)
}

/// CPU seconds of all programs that this one has waited for, and of those that they waited for.
fn cpu_of_children() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat").context("read /proc/self/stat")?;
    // proc_pid_stat(5): the name in brackets may hold blanks; `cutime` and `cstime` are the 16th and 17th
    // field, the 14th and 15th after it, in hundredths of a second.
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().skip(13));
    let mut fields = fields.context("/proc/self/stat is cut")?;
    let mut next = || fields.next().and_then(|ticks| ticks.parse::<f64>().ok());
    let ticks = next().zip(next()).context("/proc/self/stat tells no times")?;
    Ok((ticks.0 + ticks.1) / 100.0)
}
