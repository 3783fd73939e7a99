//! Starting programs, in sight of the person who waits.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::workspace::Workspace;

/// Says what begins, does it, and says how long it took.
pub fn step<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {title}");
    let started = Instant::now();
    let result = work();
    let outcome = if result.is_ok() { "done" } else { "failed" };
    println!("    {outcome} in {:.1} s", started.elapsed().as_secs_f32());
    result
}

/// The cargo that started this tool, in the root folder.
pub fn cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&workspace.root);
    command
}

/// `cargo test`, of what is compiled as `xtask/tests.toml` says.
pub fn cargo_test(workspace: &Workspace) -> Command {
    let mut command = cargo(workspace);
    let profile = workspace.root.join("xtask/tests.toml");
    command.args(["test", "--release", "--config"]).arg(profile);
    command
}

/// Runs a program whose output the person sees.
///
/// # Errors
/// It cannot be started, or ends with another status than 0.
pub fn call(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("start {}", shown(command)))?;
    ensure!(status.success(), "{} ended with {status}", shown(command));
    Ok(())
}

/// A program that runs meanwhile, its output in sight. Dropping it ends it.
pub struct Background {
    child: Child,
    command: String,
}

impl Background {
    /// Starts a program.
    pub fn start(command: &mut Command) -> Result<Self> {
        let child = command.spawn().with_context(|| format!("start {}", shown(command)))?;
        Ok(Background { child, command: shown(command) })
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// As [`call`].
    pub fn wait(mut self) -> Result<()> {
        let status = self.child.wait().with_context(|| format!("wait for {}", self.command))?;
        ensure!(status.success(), "{} ended with {status}", self.command);
        Ok(())
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that runs aside: what it says is shown when somebody waits for it. Dropping it ends it.
pub struct Aside {
    title: &'static str,
    started: Instant,
    background: Background,
    said: PathBuf,
}

impl Aside {
    /// Says what begins, and starts the program, which writes what it says to the file `said`.
    ///
    /// # Errors
    /// It cannot be started, or the file not be written.
    pub fn start(title: &'static str, said: PathBuf, command: &mut Command) -> Result<Self> {
        println!("==> {title}: begins, and is told of later");
        let file = File::create(&said).with_context(|| format!("create {}", said.display()))?;
        let errors = file.try_clone().with_context(|| format!("share {}", said.display()))?;
        let background = Background::start(command.stdout(file).stderr(errors))?;
        Ok(Aside { title, started: Instant::now(), background, said })
    }

    /// Waits for its end, and shows what it said. Gives whether it ended with status 0, and what it said.
    ///
    /// # Errors
    /// Nobody knows how it ended, or what it said.
    pub fn wait(mut self) -> Result<(bool, String)> {
        println!("==> {}", self.title);
        let well = self.background.child.wait().context("wait for what runs aside")?.success();
        let said = fs::read(&self.said).with_context(|| format!("read {}", self.said.display()))?;
        let said = String::from_utf8_lossy(&said).into_owned();
        print!("{said}");
        println!("    seen {:.1} s after it began", self.started.elapsed().as_secs_f32());
        Ok((well, said))
    }
}

/// Runs a program and takes what it prints.
///
/// # Errors
/// As [`call`]; the message holds what the program said.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("start {}", shown(command)))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{} ended with {}: {}",
        shown(command),
        output.status,
        said.trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program and shows what it said, on either way, when it has ended: for programs that run side by side. Gives
/// whether it ended with status 0, and what it said.
///
/// # Errors
/// It cannot be started.
pub fn told(command: &mut Command) -> Result<(bool, String)> {
    let output = command.output().with_context(|| format!("start {}", shown(command)))?;
    // Tests may print what is no UTF-8.
    let said =
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    let said = said.concat();
    print!("{said}");
    Ok((output.status.success(), said))
}

/// Runs a program whose output the person sees, and shows each line of it to `look` too. True when it
/// ended with status 0.
pub fn watch(command: &mut Command, mut look: impl FnMut(&str)) -> Result<bool> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("start {}", shown(command)))?;
    let stdout = child.stdout.take().context("the program has no output")?;
    let mut reader = BufReader::new(stdout);
    let mut line = Vec::new();
    // Tests may print what is no UTF-8; that is no reason to stop listening.
    while reader.read_until(b'\n', &mut line).context("read the program's output")? > 0 {
        let text = String::from_utf8_lossy(&line);
        print!("{text}");
        look(text.trim_end());
        line.clear();
    }
    Ok(child.wait().with_context(|| format!("wait for {}", shown(command)))?.success())
}

/// Whether a program of this name can be started.
pub fn in_path(program: &str) -> bool {
    find_in_path(program).is_some()
}

/// The file that a program of this name is started from.
pub fn find_in_path(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    format!("`{line}`")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_failure_names_the_command_and_what_it_said() {
        let error =
            output(Command::new("sh").args(["-c", "echo no such thing >&2; exit 3"])).unwrap_err();
        let message = format!("{error:#}");
        assert!(
            message.contains("no such thing") && message.contains("3") && message.contains("sh -c"),
            "{message}"
        );
    }

    #[test]
    fn a_program_in_the_background_is_waited_for_and_its_failure_is_told() {
        Background::start(&mut Command::new("true")).unwrap().wait().unwrap();
        let failing = Background::start(Command::new("sh").args(["-c", "exit 3"])).unwrap();
        let message = format!("{:#}", failing.wait().unwrap_err());
        assert!(message.contains("sh -c") && message.contains('3'), "{message}");
    }

    #[test]
    fn what_a_program_aside_said_is_kept_with_how_it_ended() {
        let file = std::env::temp_dir().join(format!("deepdive-aside-{}", std::process::id()));
        let mut failing = Command::new("sh");
        failing.args(["-c", "echo one; echo two >&2; exit 3"]);
        let ended = Aside::start("a test", file.clone(), &mut failing).unwrap().wait().unwrap();
        assert_eq!(ended, (false, "one\ntwo\n".to_owned()));
        fs::remove_file(file).unwrap();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_program_in_the_background_ends_when_nobody_waits_for_it() {
        let sleeping = Background::start(Command::new("sleep").arg("600")).unwrap();
        let process = format!("/proc/{}", sleeping.child.id());
        drop(sleeping);
        assert!(!std::path::Path::new(&process).exists());
    }

    #[test]
    fn every_line_of_a_watched_program_is_seen_even_when_it_is_no_text() {
        let mut seen = Vec::new();
        let ok = watch(Command::new("printf").arg("one\\n\\377\\nthree"), |line| {
            seen.push(line.to_owned())
        })
        .unwrap();
        assert!(ok);
        assert_eq!(seen, ["one", "\u{fffd}", "three"]);
    }
}
