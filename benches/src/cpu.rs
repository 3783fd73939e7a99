//! What processes spent: CPU time, memory. Times are CPU times wherever that says enough, since they
//! hold on a machine that others use too.

use std::time::Duration;

use anyhow::{Context, Result, bail};

/// CPU time of this process, all of its threads.
pub fn spent() -> Duration {
    read(libc::CLOCK_PROCESS_CPUTIME_ID).unwrap_or_default()
}

/// CPU time of another process, all of its threads.
///
/// # Errors
/// There is no such process.
pub fn spent_by(process: u32) -> Result<Duration> {
    let mut clock: libc::clockid_t = 0;
    let id = libc::pid_t::try_from(process).context("a process id")?;
    // SAFETY: writes one clock id into a place that lives as long as the call.
    #[allow(unsafe_code, reason = "the standard library shows no clock of a process")]
    let failed = unsafe { libc::clock_getcpuclockid(id, &mut clock) } != 0;
    match read(clock) {
        Some(spent) if !failed => Ok(spent),
        _ => bail!("the CPU time of process {process} cannot be read"),
    }
}

/// CPU time of another process outside of the system's own code, all of its threads; in steps of 10 ms.
///
/// # Errors
/// There is no such process, or no `/proc`.
pub fn user_of(process: u32) -> Result<Duration> {
    let path = format!("/proc/{process}/stat");
    let stat = std::fs::read_to_string(&path).with_context(|| format!("read {path}"))?;
    // proc_pid_stat(5): the name in brackets may hold blanks; `utime` is the 14th field, the 12th after it.
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace());
    let ticks = fields.and_then(|mut fields| fields.nth(11)?.parse::<u64>().ok());
    // The kernel tells all ticks in hundredths of a second on every machine that Rust runs on with `/proc`.
    ticks.map(|n| Duration::from_millis(n * 10)).with_context(|| format!("{path} tells no utime"))
}

/// A clock that is the same for all processes of the machine, in nanoseconds.
pub fn now_ns() -> u64 {
    let now = read(libc::CLOCK_MONOTONIC).unwrap_or_default();
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)
}

/// Memory of a process that is in RAM, in bytes.
///
/// # Errors
/// There is no such process, or no `/proc`.
pub fn resident(process: u32) -> Result<u64> {
    let path = format!("/proc/{process}/status");
    let status = std::fs::read_to_string(&path).with_context(|| format!("read {path}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.map(|kib| kib * 1024).with_context(|| format!("{path} tells no VmRSS"))
}

/// Files and sockets that this process may have open at once.
pub fn open_files() -> u64 {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(1024)
}

fn read(clock: libc::clockid_t) -> Option<Duration> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: writes one time into a place that lives as long as the call.
    #[allow(unsafe_code, reason = "the standard library shows no clock of a process")]
    let failed = unsafe { libc::clock_gettime(clock, &mut time) } != 0;
    let (seconds, nanos) = (u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?);
    (!failed).then(|| Duration::new(seconds, nanos))
}
