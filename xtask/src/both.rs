//! The suites of the product on the blog that is deployed: the same tests as on one machine, but for those that
//! `tests/one-home.txt` names, with the reason.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::{fs, iter, thread};

use anyhow::{Context, Result, bail, ensure};

use crate::process::told;
use crate::suites::{self, Counts, Depth};
use crate::workspace::Workspace;

/// What is left out, a line each: `rust` and a part of tests' names, or `node` and a file; and why.
const LIST: &str = "tests/one-home.txt";
/// The variable in which the suites look for the emulator to which the blog is deployed.
const VARIABLE: &str = "DEEPDIVE_DEPLOYED";
/// Looks at each page in many ways: a third of the time of all files.
const LONGEST: &str = "looks.test.mjs";

/// A line of the list.
#[derive(Debug, PartialEq, Eq)]
struct LeftOut {
    kind: Kind,
    name: String,
    why: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rust,
    Node,
}

/// Runs them, and prints which share of all tests runs on both homes. Each file of Node, and those in Rust together,
/// take a blog for the only one, and often wait. So there are two, at two emulators: one for those in Rust, and whichever
/// is free takes the next file.
///
/// # Errors
/// A test failed, or the list names what is not there.
pub fn run(workspace: &Workspace, emulators: [&str; 2]) -> Result<()> {
    let list = workspace.root.join(LIST);
    let list = fs::read_to_string(&list).with_context(|| format!("read {}", list.display()))?;
    let left_out = parse(&list)?;
    let of = |kind| left_out.iter().filter(move |line| line.kind == kind);
    let mut rust = suites::one_machine(workspace);
    rust.args(["--test", "product", "--no-fail-fast", "--"]);
    for LeftOut { name, .. } in of(Kind::Rust) {
        rust.args(["--skip", name]);
    }
    let scripts = suites::scripts(&workspace.root.join("tests"))?;
    let (others, scripts): (Vec<PathBuf>, Vec<PathBuf>) = scripts
        .into_iter()
        .partition(|script| of(Kind::Node).any(|line| script.ends_with(&line.name)));
    ensure!(others.len() == of(Kind::Node).count(), "{LIST} names a file that is not there");

    let at = |mut suite: Command, emulator: &str| {
        suite.current_dir(&workspace.root).env(VARIABLE, emulator);
        suite.envs(suites::environment(workspace, Depth::Usual));
        told(&mut suite)
    };
    let next = Mutex::new(longest_first(scripts).into_iter());
    let rest = |emulator: &str| -> Result<Vec<(bool, String)>> {
        iter::from_fn(|| next.lock().unwrap_or_else(PoisonError::into_inner).next())
            .map(|script| at(suites::node_test(&[script]), emulator))
            .collect()
    };
    let [first, second] = emulators;
    let (rust, rest) = thread::scope(|scope| {
        let lane = scope.spawn(|| rest(second));
        let rust = at(rust, first);
        (rust, [rest(first), lane.join().unwrap_or_else(|_| bail!("a lane of tests broke off"))])
    });
    let (mut counts, mut reasons, mut well) = (Counts::default(), vec![], true);
    let [one, other] = rest;
    for (ended_well, said) in iter::once(rust?).chain(one?).chain(other?) {
        well &= ended_well;
        said.lines().for_each(|line| counts.hear(line));
        reasons.extend(said.lines().filter_map(skipped));
    }
    let of_files: u32 = others.iter().map(|file| tests_in(file)).sum::<Result<u32>>()?;
    let (ran, all) = share(&counts, of_files);
    println!("\n    {ran} of {all} tests run on both homes, {} %", 100 * ran / all.max(1));
    for LeftOut { name, why, .. } in &left_out {
        println!("    left out: `{name}`, {why}");
    }
    for reason in reasons {
        println!("    left out: {reason}");
    }
    ensure!(well && counts.failed == 0 && ran > 0, "not all passed on the deployed blog");
    Ok(())
}

/// So that none is begun when the others are about to end.
fn longest_first(mut scripts: Vec<PathBuf>) -> Vec<PathBuf> {
    scripts.sort_by_key(|script| !script.ends_with(LONGEST));
    scripts
}

/// Name and reason of a test that Node skipped, of which it tells so: `﹣ name (0.1ms) # reason`.
fn skipped(line: &str) -> Option<String> {
    let (name, why) = line.trim_start().strip_prefix('\u{fe63}')?.split_once(" # ")?;
    let name = name.rsplit_once(" (").map_or(name, |(name, _)| name);
    Some(format!("`{}`, {why}", name.trim()))
}

/// Tests that ran, and all of them.
fn share(counts: &Counts, of_files: u32) -> (u32, u32) {
    let ran = counts.passed + counts.failed;
    (ran, ran + counts.skipped + counts.filtered + of_files)
}

fn parse(list: &str) -> Result<Vec<LeftOut>> {
    let lines = list.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| parse_line(line).with_context(|| format!("{LIST}: {line}"))).collect()
}

fn parse_line(line: &str) -> Result<LeftOut> {
    let mut words = line.splitn(2, char::is_whitespace);
    let kind = match words.next() {
        Some("rust") => Kind::Rust,
        Some("node") => Kind::Node,
        _ => bail!("expected rust or node"),
    };
    let rest = words.next().unwrap_or_default().trim();
    let (name, why) = rest.split_once(char::is_whitespace).context("expected a reason")?;
    Ok(LeftOut { kind, name: name.to_owned(), why: why.trim().to_owned() })
}

/// The tests of a script that does not run, by its text.
fn tests_in(script: &Path) -> Result<u32> {
    let text = fs::read_to_string(script).with_context(|| format!("read {}", script.display()))?;
    let begins = |line: &&str| line.starts_with("test(") || line.starts_with("step(");
    let tests = text.lines().map(str::trim_start).filter(begins).count();
    Ok(u32::try_from(tests).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_left_out_has_a_reason() {
        let list = "# Why.\n\nrust  kill::  it kills\nnode mail.test.mjs  a mail server\n";
        let parsed = parse(list).unwrap();
        assert_eq!(parsed[0].name, "kill::");
        assert_eq!((parsed[1].kind, parsed[1].why.as_str()), (Kind::Node, "a mail server"));
        for wrong in ["rust kill::", "perl a b"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_test_that_node_skipped_is_told_with_its_reason() {
        let told = skipped("  \u{fe63} two addresses (0.05ms) # there is one");
        assert_eq!(told.as_deref(), Some("`two addresses`, there is one"));
        assert_eq!(skipped("\u{2714} two addresses (0.05ms)"), None);
    }

    #[test]
    fn a_test_that_does_not_run_counts_against_the_share() {
        let counts = Counts { passed: 80, failed: 10, skipped: 4, filtered: 3 };
        assert_eq!(share(&counts, 3), (90, 100));
    }

    #[test]
    fn the_list_of_this_repository_can_be_read() {
        let root = Workspace::of_this_tool().unwrap().root;
        let list = parse(&fs::read_to_string(root.join(LIST)).unwrap()).unwrap();
        let scripts = suites::scripts(&root.join("tests")).unwrap();
        assert!(longest_first(scripts.clone())[0].ends_with(LONGEST));
        for line in list.iter().filter(|line| line.kind == Kind::Node) {
            let file = scripts.iter().find(|file| file.ends_with(&line.name)).unwrap();
            assert!(tests_in(file).unwrap() > 0, "{}", line.name);
        }
    }
}
