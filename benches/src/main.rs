//! What the product costs: one table of figures, printed by `cargo xtask bench`.
//!
//! Nothing is asserted here about time, and no test is timed: figures are for people who compare two of
//! them. What is asserted is that the work was done - a handler that answers nothing is fast. CPU time is
//! preferred to time on the wall, because machines are shared. Real parts are measured: the table in
//! SQLite, the routes of `api`, the program itself, sockets on 127.0.0.1.
//!
//! To add a figure: a row in the file of its section; to add a section: a file with a `run`, and a line
//! in [`measure`]. Whoever runs for seconds is run a few times, whoever runs for microseconds goes
//! through [`micro`]. All of it together ends within five minutes.

#![allow(clippy::print_stdout, reason = "a tool talks to a person")]

mod blog;
mod cpu;
mod crowd;
mod feed;
mod images;
mod live;
mod loaders;
mod machine;
mod micro;
mod publish;
mod search;
mod silence;
mod sizes;
mod sockets;
mod start;
mod stock;
mod table;
mod texts;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use deepdive_tests::Server;
use deepdive_tests::server::program;
use tokio::runtime::{Builder, Runtime};

use crate::micro::Micro;
use crate::table::Section;

/// What the product costs.
#[derive(Parser)]
struct Flags {
    /// The Korean dictionary; without it, what needs it is left out.
    #[arg(long)]
    dictionary: Option<PathBuf>,
    /// A folder with `scale.mjs` and what it needs; without it, nothing is set beside our images.
    #[arg(long)]
    sharp: Option<PathBuf>,
    /// The photo set; without it, it is left out.
    #[arg(long)]
    photos: Option<PathBuf>,
    /// How long the product took to compile from nothing: seconds on the wall, and of CPU.
    #[arg(long, num_args = 2)]
    compiled_in: Option<Vec<f64>>,
    /// Criterion's own reports go here.
    #[arg(long, default_value = "target/criterion")]
    reports: PathBuf,
    /// Writes the page of the last run here, too.
    #[arg(long)]
    record: Option<PathBuf>,
    /// Only sections whose title has this in it.
    #[arg(long, default_value = "")]
    only: String,
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Subcommand)]
enum Part {
    /// Many clients; started by the figures about sockets.
    Crowd {
        /// `http://127.0.0.1:PORT`.
        server: String,
        /// How many.
        sockets: usize,
    },
    /// The stock server; started by the figures about sockets.
    Stock,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    let done = match &flags.part {
        Some(Part::Crowd { server, sockets }) => crowd(server, *sockets),
        Some(Part::Stock) => many().and_then(|runtime| runtime.block_on(stock::run())),
        None => figures(&flags),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn crowd(server: &str, n_sockets: usize) -> Result<()> {
    let token = std::env::var("DEEPDIVE_TOKEN").context("DEEPDIVE_TOKEN is not set")?;
    many()?.block_on(crowd::run(server, &token, n_sockets))
}

fn figures(flags: &Flags) -> Result<()> {
    let began = Instant::now();
    let before = quiet();
    let sections = measure(flags)?;
    let page = format!("{}{}", head(before, quiet(), began.elapsed()), table::page(&sections));
    println!("\n{page}");
    if let Some(path) = &flags.record {
        fs::write(path, page).with_context(|| format!("write {}", path.display()))?;
    }
    Ok(())
}

/// All sections, from the ones that take no program to those that take many sockets.
fn measure(flags: &Flags) -> Result<Vec<Section>> {
    let (one, many) = (one()?, many()?);
    let mut micro = Micro::new(&flags.reports);
    let mut sections = Vec::new();
    let mut section =
        |name: &'static str, run: &mut dyn FnMut() -> Result<Section>| -> Result<()> {
            if name.to_lowercase().contains(&flags.only.to_lowercase()) {
                println!("==> {name}");
                sections.push(run().with_context(|| format!("measure: {name}"))?);
            }
            Ok(())
        };
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web-yew/dist");
    let written = std::cell::OnceCell::new();
    let blog = || -> Result<PathBuf> {
        if written.get().is_none() {
            let _ = written.set(many.block_on(write())?);
        }
        Ok(written.get().context("no blog")?.data().to_owned())
    };
    section("Questions over HTTP", &mut || feed::run(&mut micro, &one, &blog()?))?;
    section("Loaders", &mut || loaders::run(&mut micro, &one))?;
    section("Sockets", &mut || many.block_on(sockets::run()))?;
    section("From commit to frame", &mut || many.block_on(live::run()))?;
    section("Publishing", &mut || many.block_on(publish()))?;
    section("Starting", &mut || many.block_on(start::run(&blog()?)))?;
    let beside = images::Beside { sharp: flags.sharp.as_deref(), photos: flags.photos.as_deref() };
    section("Photos", &mut || images::run(&beside))?;
    section("Korean text", &mut || texts::run(&mut micro, &one, flags.dictionary.as_deref()))?;
    section("Search", &mut || search::run(&many, flags.dictionary.as_deref()))?;
    section("Sizes", &mut || sizes::run(&program(), &dist, flags.compiled_in.as_deref()))?;
    Ok(sections)
}

/// A blog that the program wrote, and no longer runs over.
async fn write() -> Result<deepdive_tests::server::Stopped> {
    println!("    writing a blog of {} posts", feed::POSTS + 5);
    let (server, api) = Server::with_author_and(&blog::RICH).await;
    blog::write(&api, feed::POSTS + 5).await?;
    Ok(server.stop().await.0)
}

async fn publish() -> Result<Section> {
    let (server, api) = Server::with_author_and(&blog::RICH).await;
    let section = publish::run(&server, &api).await;
    // Whatever it still makes of the posts, nobody waits for it.
    server.kill().await;
    section
}

/// One thread, so that CPU time is that of the work alone.
fn one() -> Result<Runtime> {
    Builder::new_current_thread().enable_all().build().context("start a runtime")
}

fn many() -> Result<Runtime> {
    Builder::new_multi_thread().enable_all().build().context("start a runtime")
}

/// The share of the machine that others use.
fn quiet() -> f64 {
    let before = machine::ticks();
    std::thread::sleep(Duration::from_secs(2));
    machine::ticks().busy_since(before)
}

fn head(before: f64, after: f64, took: Duration) -> String {
    format!(
        "# Benchmarks\n\n\
         `cargo xtask bench` prints this page for the machine it runs on; this is what\n\
         `cargo xtask bench -- --record docs/benchmarks.md` wrote last. Read it as relations and orders of\n\
         magnitude: nothing here is promised, and no test asserts it.\n\n\
         - Machine: {}.\n\
         - Others kept {:.0} % of it busy before the run, and {:.0} % after; the run took {} s.\n\
         - CPU is CPU time of all threads of a process. KB and MB are thousands and millions of bytes.\n\
         - A factor sets a baseline beside our figure, which is 1.\n\n",
        machine::name(),
        before * 100.0,
        after * 100.0,
        took.as_secs()
    )
}
