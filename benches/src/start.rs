//! Starting: from the process to the line that says it is ready.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use deepdive_tests::server::program;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::cpu;
use crate::table::{Row, Section, percentile, sorted};

const STARTS: usize = 20;
/// What a start is given before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// What one start took, in seconds and bytes.
struct Started {
    wall: f64,
    cpu: f64,
    resident: u64,
}

/// Starts the program over a blog again and again, and ends it each time.
///
/// # Errors
/// It does not start.
pub async fn run(data: &Path) -> Result<Section> {
    // The first start after a build reads the program from the disk.
    start(data).await?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(start(data).await?);
    }
    let all = |of: fn(&Started) -> f64| sorted(starts.iter().map(of).collect());
    let (wall, cpu) = (all(|start| start.wall), all(|start| start.cpu));
    let resident = all(|start| start.resident as f64);
    Ok(Section {
        title: "Starting",
        how: "From starting the process to its line `ready at`, over a blog with posts, an index and \
              the dictionary; the files are in the system's memory."
            .to_owned(),
        rows: vec![
            Row::new("warm start, p50", percentile(&wall, 0.5) * 1e3, "ms", STARTS),
            Row::new("warm start, slowest", percentile(&wall, 1.0) * 1e3, "ms", STARTS),
            Row::new("warm start: CPU, p50", percentile(&cpu, 0.5) * 1e3, "ms", STARTS),
            Row::new("memory when ready, p50", percentile(&resident, 0.5) / 1e6, "MB", STARTS),
        ],
    })
}

async fn start(data: &Path) -> Result<Started> {
    let began = Instant::now();
    let mut child = Command::new(program())
        .args(["serve", "--no-demo", "--log", "warn", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(data)
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("start {}", program().display()))?;
    let ready = tokio::time::timeout(PATIENCE, ready(&mut child)).await;
    ready.context("the program is not ready in time")??;
    let wall = began.elapsed().as_secs_f64();
    let id = child.id().context("the program has ended")?;
    let (cpu, resident) = (cpu::spent_by(id)?.as_secs_f64(), cpu::resident(id)?);
    // Gently, so that the next start finds a folder in good order.
    let ended = Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
    ensure!(ended.success(), "process {id} cannot be told to stop");
    tokio::time::timeout(PATIENCE, child.wait()).await.context("the program does not stop")??;
    Ok(Started { wall, cpu, resident })
}

async fn ready(child: &mut Child) -> Result<()> {
    let stdout = child.stdout.take().context("the program has no output")?;
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await? {
        if line.starts_with("ready at ") {
            return Ok(());
        }
    }
    anyhow::bail!("the program ended before it was ready")
}
