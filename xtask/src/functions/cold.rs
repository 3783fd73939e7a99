//! What a cold start costs: each function is started as Lambda starts it when nobody called it for a while.

use anyhow::{Context, Result, ensure};

use super::{NAMES, laid_out, zips};
use crate::process::step;
use crate::servers;
use crate::workspace::Workspace;

/// What measures, beside MiniStack, which has an empty table and empty buckets for it.
const SCRIPT: &str = "cold.py";
/// So often each is started; the median counts.
const TIMES: &str = "9";
/// Readers wait for this function: processor time, in ms, until it has answered.
const LIMIT: (&str, f64) = ("http", 50.0);

/// What a start cost; times are in ms.
#[derive(Debug, PartialEq)]
struct Start<'a> {
    function: &'a str,
    asked: &'a str,
    /// Processor time until it asked for its first event.
    ready: f64,
    /// Processor time until it had answered it.
    answered: f64,
    /// By the clock, until then.
    took: f64,
    /// The most memory that it had, in KiB.
    peak: f64,
}

/// Measures the functions that were compiled for this machine's processor, and prints a table.
///
/// # Errors
/// They are not there, or one does not start or answer; or what readers wait for takes too long.
pub fn run(workspace: &Workspace) -> Result<()> {
    let functions = laid_out(workspace);
    ensure!(
        functions.join("http").is_dir(),
        "there are no functions in {}: `cargo xtask lambda` compiles them",
        functions.display()
    );
    let sizes = zips::sizes(workspace, &functions)?;
    let aws = step("server: MiniStack", || servers::aws(workspace))?;
    let folder = functions.to_string_lossy();
    let printed = step("functions: cold starts", || aws.script(SCRIPT, &[&folder, TIMES]))?;
    let starts = read(&printed)?;
    println!(
        "\n{:<17} {:<26} {:>7} {:>9} {:>9} {:>9} {:>8}",
        "function", "is asked", "zip", "CPU ready", "answered", "by clock", "memory"
    );
    for Start { function, asked, ready, answered, took, peak } in &starts {
        let zip = zips::megabytes(sizes.get(*function).copied().unwrap_or_default());
        let peak = peak / 1024.0;
        println!(
            "{function:<17} {asked:<26} {zip:>4.1} MB {ready:>6.1} ms {answered:>6.1} ms {took:>6.0} ms {peak:>4.0} MiB"
        );
    }
    check(&starts)
}

/// What the script printed: words between tabs.
fn read(printed: &str) -> Result<Vec<Start<'_>>> {
    let start = |line| {
        let words: Vec<&str> = str::split(line, '\t').collect();
        let [function, asked, figures @ ..] = words.as_slice() else { return None };
        let figures: Vec<f64> = figures.iter().map_while(|figure| figure.parse().ok()).collect();
        let [ready, answered, took, peak] = figures[..] else { return None };
        Some(Start { function, asked, ready, answered, took, peak })
    };
    let starts = printed.lines().map(|line| start(line).with_context(|| format!("read {line:?}")));
    starts.collect()
}

/// Whether all functions were measured, and what readers wait for is quick enough.
fn check(starts: &[Start]) -> Result<()> {
    let measured = |name: &str| starts.iter().any(|start| start.function == name);
    let missing: Vec<_> = NAMES.into_iter().filter(|name| !measured(name)).collect();
    ensure!(missing.is_empty(), "{SCRIPT} does not start {}", missing.join(", "));
    let (name, limit) = LIMIT;
    let slow = starts.iter().filter(|start| start.function == name && start.answered >= limit);
    let slow: Vec<_> =
        slow.map(|start| format!("{}: {} ms", start.asked, start.answered)).collect();
    ensure!(
        slow.is_empty(),
        "`{name}` is to answer within {limit} ms of processor time; {}",
        slow.join(", ")
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn start(function: &str, answered: f64) -> Start<'_> {
        Start { function, asked: "this", ready: 4.0, answered, took: 60.5, peak: 10_240.0 }
    }

    #[test]
    fn a_line_of_the_script_is_read_and_nonsense_is_shown() {
        let line = "http\tthis\t4.0\t30.0\t60.5\t10240.0\n";
        assert_eq!(read(line).unwrap(), [start("http", 30.0)]);
        for nonsense in ["http", "http\tthis\t4.0", "http\tthis\t4.0\tx\t60.5\t10240.0"] {
            assert_eq!(read(nonsense).unwrap_err().to_string(), format!("read {nonsense:?}"));
        }
    }

    #[test]
    fn a_function_that_was_not_started_or_a_slow_one_that_readers_wait_for_is_told() {
        let mut starts: Vec<_> = NAMES.into_iter().map(|name| start(name, 10.0)).collect();
        check(&starts).unwrap();
        starts.push(start("sweeper", 1000.0));
        check(&starts).unwrap();
        starts.push(start("http", 50.0));
        assert!(check(&starts).unwrap_err().to_string().contains("`http`"));
        starts.retain(|start| start.function != "http");
        assert!(check(&starts).unwrap_err().to_string().contains("start http"));
    }
}
