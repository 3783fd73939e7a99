//! Where the figures were taken, and how quiet it was there.

use std::fs;

/// The machine in one line.
pub fn name() -> String {
    let first = |path: &str, key: &str| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = first("/proc/meminfo", "MemTotal");
    let kib: u64 = memory.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default();
    let system = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{}, {cores} cores, {:.0} GB of memory, {} {}",
        first("/proc/cpuinfo", "model name"),
        kib as f64 / 1e6,
        std::env::consts::OS,
        system.trim()
    )
}

/// Busy time of all cores since the machine started, in ticks, and time as such.
#[derive(Clone, Copy)]
pub struct Ticks {
    busy: u64,
    all: u64,
}

/// What the machine has done until now.
pub fn ticks() -> Ticks {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    let ticks: Vec<u64> = line.split_whitespace().skip(1).filter_map(|n| n.parse().ok()).collect();
    let idle: u64 = ticks.iter().skip(3).take(2).sum();
    // The last two repeat what is in the first two: guests.
    let all: u64 = ticks.iter().take(8).sum();
    Ticks { busy: all.saturating_sub(idle), all }
}

impl Ticks {
    /// The share of the machine that was busy since then.
    pub fn busy_since(self, before: Ticks) -> f64 {
        let all = self.all.saturating_sub(before.all).max(1);
        self.busy.saturating_sub(before.busy) as f64 / all as f64
    }
}
