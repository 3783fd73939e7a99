//! The suites of tests, and what they say about themselves.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::aws;
use crate::process::{cargo, cargo_test, watch};
use crate::tools;
use crate::web::BUNDLER_PROFILE;
use crate::workspace::Workspace;

/// A command that runs tests.
pub struct Suite {
    /// How the summary calls it.
    pub name: &'static str,
    command: Command,
    /// Files that this machine cannot run.
    left_out: u32,
}

/// How thorough the suites are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What a change waits for.
    Usual,
    /// Property tests try more cases, and suites that look at `DEEPDIVE_LONG` go more rounds.
    Long,
}

/// What a suite did.
pub struct Outcome {
    /// How the summary calls it.
    pub name: &'static str,
    /// It ended well.
    pub ok: bool,
    /// What was counted in its output.
    pub counts: Counts,
    /// From its start to its end, compiling included.
    pub took: Duration,
}

/// Numbers of tests.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that passed.
    pub passed: u32,
    /// Tests that failed.
    pub failed: u32,
    /// Tests that did not run.
    pub skipped: u32,
    /// Tests that were not asked for.
    pub filtered: u32,
}

/// All suites, in the order in which a developer wants to hear of failures.
pub fn all(workspace: &Workspace, depth: Depth) -> Result<Vec<Suite>> {
    let mut crates = one_machine(workspace);
    crates.arg("--no-fail-fast");
    let mut bundler = cargo(workspace);
    bundler.args(["test", "--package", "bundler", "--profile", BUNDLER_PROFILE]);
    let mut suites = vec![
        Suite { name: "Rust: crates, rules, end to end", command: crates, left_out: 0 },
        Suite { name: "Rust: bundler", command: bundler, left_out: 0 },
    ];
    let (scripts, left_out) =
        runnable(scripts(&workspace.root.join("tests"))?, tools::browser().is_some());
    if !scripts.is_empty() {
        let command = node_test(&scripts);
        suites.push(Suite { name: "Node: browser, real clients", command, left_out });
    }
    for suite in &mut suites {
        suite.command.current_dir(&workspace.root).envs(environment(workspace, depth));
    }
    Ok(suites)
}

/// The tests of all crates but those of the AWS home and the bundler, in one call: asked one by one, cargo compiles
/// shared dependencies again for each set of features. For the same reason the bundler, whose dependencies were
/// compiled for it alone, stays alone.
pub fn one_machine(workspace: &Workspace) -> Command {
    let mut tests = cargo_test(workspace);
    tests.args(["--workspace", "--exclude", "bundler"]);
    tests.args(aws::CRATES.iter().flat_map(|name| ["--exclude", name]));
    tests
}

/// Node's own runner of tests.
pub fn node_test(scripts: &[PathBuf]) -> Command {
    let mut node = Command::new("node");
    // One file at a time: several browsers and servers on two cores only wait for each other.
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(scripts);
    node
}

impl Suite {
    /// Runs it to its end, in sight of the person who waits.
    pub fn run(mut self) -> Result<Outcome> {
        println!("==> {}", self.name);
        let started = Instant::now();
        let mut counts = Counts { skipped: self.left_out, ..Counts::default() };
        let ok = watch(&mut self.command, |line| counts.hear(line))?;
        Ok(Outcome { name: self.name, ok, counts, took: started.elapsed() })
    }
}

impl Counts {
    /// Adds what a line of cargo's or node's output counts.
    pub fn hear(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            for part in result.split([';', '.']) {
                match part.trim().split_once(' ') {
                    Some((n, "passed")) => self.passed += number(n),
                    Some((n, "failed")) => self.failed += number(n),
                    Some((n, "ignored")) => self.skipped += number(n),
                    Some((n, "filtered out")) => self.filtered += number(n),
                    _ => {}
                }
            }
        } else if let Some((what, n)) =
            line.strip_prefix("ℹ ").and_then(|rest| rest.split_once(' '))
        {
            match what {
                "pass" => self.passed += number(n),
                "fail" | "cancelled" => self.failed += number(n),
                "skipped" | "todo" => self.skipped += number(n),
                _ => {}
            }
        }
    }
}

fn number(text: &str) -> u32 {
    text.trim().parse().unwrap_or(0)
}

/// What the suites learn from their environment: the program under test, the browser if there is one,
/// and whether they may take their time.
pub fn environment(workspace: &Workspace, depth: Depth) -> Vec<(&'static str, OsString)> {
    let mut variables = vec![("DEEPDIVE_BIN", workspace.server().into_os_string())];
    if let Some(browser) = tools::browser() {
        variables.push(("DEEPDIVE_BROWSER", browser.into_os_string()));
    }
    if depth == Depth::Long {
        variables.push(("DEEPDIVE_LONG", "1".into()));
        variables.push(("PROPTEST_CASES", "5000".into()));
    }
    variables
}

/// The scripts that can run here, and how many cannot: those that open windows need a browser.
fn runnable(scripts: Vec<PathBuf>, browser: bool) -> (Vec<PathBuf>, u32) {
    let opens_windows = |script: &Path| {
        fs::read_to_string(script).is_ok_and(|text| text.contains("/windows.mjs\""))
    };
    let (kept, left_out): (Vec<_>, Vec<_>) =
        scripts.into_iter().partition(|script| browser || !opens_windows(script));
    for script in &left_out {
        println!("    skipped, because there is no browser: {}", script.display());
    }
    (kept, u32::try_from(left_out.len()).unwrap_or(u32::MAX))
}

/// The files `*.test.mjs` in the folders of `tests`, by name.
pub fn scripts(tests: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![tests.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("list {}", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() && name != "node_modules" {
                folders.push(path);
            } else if name.ends_with(".test.mjs") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[track_caller]
    fn check(output: &str, expected: Counts) {
        let mut counts = Counts::default();
        output.lines().for_each(|line| counts.hear(line));
        assert_eq!(counts, expected);
    }

    #[test]
    fn results_of_several_cargo_test_programs_add_up() {
        check(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s\n\
             noise 3 passed\n\
             test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.50s",
            Counts { passed: 14, failed: 1, skipped: 1, filtered: 3 },
        );
    }

    #[test]
    fn without_a_browser_only_the_scripts_that_open_windows_are_left_out() {
        let all = scripts(&Workspace::of_this_tool().unwrap().root.join("tests")).unwrap();
        assert_eq!(runnable(all.clone(), true), (all.clone(), 0));
        let (kept, left_out) = runnable(all.clone(), false);
        let kept: Vec<_> = kept.iter().filter_map(|path| path.file_name()?.to_str()).collect();
        assert!(
            kept.contains(&"graphql-ws.test.mjs") && !kept.contains(&"journey.test.mjs"),
            "{kept:?}"
        );
        assert_eq!(kept.len() + left_out as usize, all.len());
    }

    #[test]
    fn results_of_node_are_counted() {
        check(
            "✔ light (12ms)\nℹ tests 9\nℹ suites 0\nℹ pass 6\nℹ fail 1\nℹ cancelled 1\nℹ skipped 1\nℹ todo 0\nℹ duration_ms 6",
            Counts { passed: 6, failed: 2, skipped: 1, filtered: 0 },
        );
    }
}
