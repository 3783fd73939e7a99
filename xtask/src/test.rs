//! All tests, on what a person would run.

use anyhow::{Result, ensure};

use crate::process::step;
use crate::serve;
use crate::setup::Scope;
use crate::suites::{self, Depth, Outcome};
use crate::workspace::Workspace;

/// With this variable set to `1`, a test that was skipped counts as a failure. `.ci/run` sets it.
const NOTHING_SKIPPED: &str = "DEEPDIVE_NOTHING_SKIPPED";

/// Sets up, builds, runs every suite whether or not an earlier one failed, and sums up.
///
/// # Errors
/// A suite failed, or ran no test at all.
pub fn run(workspace: &Workspace, depth: Depth) -> Result<()> {
    serve::set_up_and_build(workspace, Scope::Everything)?;
    let suites = step("tests: find the suites", || suites::all(workspace, depth))?;
    let outcomes = suites.into_iter().map(suites::Suite::run).collect::<Result<Vec<Outcome>>>()?;

    println!("\n{}", summary(&outcomes));
    let strict = std::env::var(NOTHING_SKIPPED).is_ok_and(|value| value == "1");
    let bad: Vec<&str> = outcomes
        .iter()
        .filter(|outcome| !passed(outcome, strict))
        .map(|outcome| outcome.name)
        .collect();
    ensure!(bad.is_empty(), "these suites did not pass: {}", bad.join("; "));
    Ok(())
}

/// A suite that ran nothing proves nothing, however well it ended.
fn passed(outcome: &Outcome, strict: bool) -> bool {
    outcome.ok
        && outcome.counts.failed == 0
        && outcome.counts.passed > 0
        && !(strict && outcome.counts.skipped > 0)
}

fn summary(outcomes: &[Outcome]) -> String {
    let mut text =
        format!("{:<34} {:>7} {:>7} {:>8} {:>8}\n", "suite", "passed", "failed", "skipped", "time");
    for Outcome { name, ok, counts, took } in outcomes {
        let note = if *ok { "" } else { "  FAILED" };
        text += &format!(
            "{name:<34} {:>7} {:>7} {:>8} {:>6} s{note}\n",
            counts.passed,
            counts.failed,
            counts.skipped,
            took.as_secs()
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::suites::Counts;

    fn outcome(ok: bool, passed: u32, failed: u32, skipped: u32) -> Outcome {
        Outcome {
            name: "suite",
            ok,
            counts: Counts { passed, failed, skipped, filtered: 0 },
            took: Duration::from_secs(61),
        }
    }

    #[test]
    fn a_suite_that_ran_nothing_has_not_passed() {
        assert!(passed(&outcome(true, 1, 0, 0), false));
        assert!(!passed(&outcome(true, 0, 0, 0), false));
        assert!(!passed(&outcome(false, 1, 0, 0), false));
    }

    #[test]
    fn a_skipped_test_fails_only_where_nothing_may_be_skipped() {
        assert!(passed(&outcome(true, 5, 0, 1), false));
        assert!(!passed(&outcome(true, 5, 0, 1), true));
    }

    #[test]
    fn the_summary_marks_what_failed() {
        let text = summary(&[outcome(true, 5, 0, 0), outcome(false, 4, 1, 0)]);
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[1].ends_with("61 s"), "{text}");
        assert!(lines[2].ends_with("FAILED"), "{text}");
    }
}
