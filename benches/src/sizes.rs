//! Sizes of what is shipped.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::table::{Row, Section};

/// The program, the web client, and what a browser loads for the first page; and how long it took to
/// compile, if that was measured: seconds on the wall and of CPU.
///
/// # Errors
/// The program or the bundle was not built.
pub fn run(program: &Path, dist: &Path, compiled_in: Option<&[f64]>) -> Result<Section> {
    let manifest = dist.join("manifest.json");
    let text = fs::read_to_string(&manifest)
        .with_context(|| format!("read {}: build with `cargo xtask web`", manifest.display()))?;
    let manifest: Value = serde_json::from_str(&text).context("read the manifest")?;
    let file = |role: &str| -> Result<(u64, u64)> {
        let name = manifest[role].as_str().with_context(|| format!("no {role} in the manifest"))?;
        let raw = length(&dist.join(name))?;
        // What is sent to a browser that takes brotli; small files have no compressed copy.
        let sent = length(&dist.join(format!("{name}.br"))).unwrap_or(raw);
        Ok((raw, sent))
    };
    let mut first_page = (0, 0);
    for role in ["page", "css", "boot", "wasm"] {
        let (raw, sent) = file(role)?;
        first_page = (first_page.0 + raw, first_page.1 + sent);
    }
    let wasm = file("wasm")?;
    let backstage = file("backstage")?;
    let row = |name: &str, bytes: u64| Row::new(name, bytes as f64 / 1e3, "KB", 1);
    let mut rows = vec![
        row("program", length(program)?),
        row("web client, wasm", wasm.0),
        row("web client, wasm, brotli", wasm.1),
        row("the part for authors, wasm", backstage.0),
        row("the part for authors, brotli", backstage.1),
        row("first page", first_page.0),
        row("first page, brotli", first_page.1),
    ];
    let mut how =
        "Files as they were built; the program contains the web client. The first page is what a \
                   browser loads before it asks for posts, compressed with brotli where there is a \
                   compressed file."
            .to_owned();
    match compiled_in {
        Some([wall, cpu]) => {
            how += " The program was compiled with all its dependencies into an empty folder; sources and \
                    the web client were there.";
            rows.push(Row::new("compile the program: time", *wall, "s", 1));
            rows.push(Row::new("compile the program: CPU", *cpu, "s", 1));
        }
        _ => how += " `--compile` measures how long the program takes to compile.",
    }
    Ok(Section { title: "Sizes", how, rows })
}

fn length(path: &Path) -> Result<u64> {
    let about = fs::metadata(path).with_context(|| format!("look at {}", path.display()))?;
    Ok(about.len())
}
