//! Figures of what is done often and quickly, by criterion, in CPU time.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use criterion::Criterion;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use serde_json::Value;

use crate::cpu;

/// Neighbours on the machine slow a thing down by turns, so things that are compared take turns too.
const ROUNDS: usize = 3;

/// What one call costs.
#[derive(Clone, Copy)]
pub struct Estimate {
    /// CPU time of this process: of each round the median, of the rounds the least disturbed.
    pub cpu: Duration,
    /// Calls that were measured.
    pub samples: usize,
}

/// Something that is done again and again, under a name for criterion's reports.
pub type Named<'a> = (&'static str, Box<dyn FnMut() + 'a>);

/// Measures calls.
pub struct Micro {
    criterion: Criterion<CpuTime>,
    folder: PathBuf,
}

impl Micro {
    /// Keeps criterion's own reports in a folder.
    pub fn new(folder: &Path) -> Micro {
        let criterion = Criterion::default()
            .with_measurement(CpuTime)
            .output_directory(folder)
            .without_plots()
            .sample_size(20)
            .warm_up_time(Duration::from_millis(300))
            .measurement_time(Duration::from_secs(1));
        Micro { criterion, folder: folder.to_owned() }
    }

    /// Measures one thing, in about four seconds.
    ///
    /// # Errors
    /// Criterion's report cannot be read.
    pub fn measure(&mut self, name: &'static str, once: impl FnMut()) -> Result<Estimate> {
        let [estimate] = self.beside([(name, Box::new(once))])?;
        Ok(estimate)
    }

    /// Measures things that are set beside each other.
    ///
    /// # Errors
    /// Criterion's report cannot be read.
    pub fn beside<const N: usize>(&mut self, mut things: [Named<'_>; N]) -> Result<[Estimate; N]> {
        let mut estimates = [Estimate { cpu: Duration::MAX, samples: 0 }; N];
        for _ in 0..ROUNDS {
            for ((name, once), estimate) in things.iter_mut().zip(&mut estimates) {
                let round = self.round(name, once)?;
                estimate.cpu = estimate.cpu.min(round.cpu);
                estimate.samples += round.samples;
            }
        }
        Ok(estimates)
    }

    fn round(&mut self, name: &str, once: &mut dyn FnMut()) -> Result<Estimate> {
        self.criterion.bench_function(name, |bencher| bencher.iter(&mut *once));
        let report = |file: &str| -> Result<Value> {
            let path = self.folder.join(name).join("new").join(file);
            let text = fs::read(&path).with_context(|| format!("read {}", path.display()))?;
            serde_json::from_slice(&text).with_context(|| format!("read {}", path.display()))
        };
        let median = report("estimates.json")?["median"]["point_estimate"].as_f64();
        let calls: f64 = report("sample.json")?["iters"]
            .as_array()
            .context("criterion tells no iterations")?
            .iter()
            .filter_map(Value::as_f64)
            .sum();
        let nanos = median.context("criterion tells no median")?;
        Ok(Estimate { cpu: Duration::from_secs_f64(nanos / 1e9), samples: calls as usize })
    }
}

/// CPU time of this process: what others do on the machine does not count.
pub struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        cpu::spent()
    }

    fn end(&self, started: Duration) -> Duration {
        cpu::spent().saturating_sub(started)
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, time: &Duration) -> f64 {
        time.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        // Times are written alike, whoever's they are.
        WallTime.formatter()
    }
}
