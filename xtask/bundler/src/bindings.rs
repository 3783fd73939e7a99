//! From rustc's program to the one that a browser runs, and the JavaScript that joins the two.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

/// What `wasm-bindgen` makes of a program.
pub struct Linked {
    /// The program, with its imports named as the glue names them.
    pub program: PathBuf,
    /// The JavaScript module that loads the program and lends it the browser.
    pub glue: PathBuf,
}

/// Writes program and glue to `scratch`.
///
/// # Errors
/// The program was built with another version of `wasm-bindgen` than this tool, or is no program.
pub fn generate(wasm: &Path, scratch: &Path) -> Result<Linked> {
    let started = Instant::now();
    let before = fs::metadata(wasm).with_context(|| format!("read {}", wasm.display()))?.len();
    let folder = scratch.join("bindings");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
    Bindgen::new()
        .input_path(wasm)
        .web(true)
        .context("choose bindings for the browser")?
        .typescript(false)
        .out_name("client")
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&folder)
        .with_context(|| format!("make the bindings of {}", wasm.display()))?;
    let program = folder.join("client_bg.wasm");
    let after = fs::metadata(&program).context("read the program with bindings")?.len();
    report("bindings", started, before, after);
    Ok(Linked { program, glue: folder.join("client.js") })
}

/// The program made smaller by `wasm-opt`.
///
/// # Errors
/// `binaryen` is not installed, or refuses the program.
pub fn optimise(program: &Path, node_modules: &Path, scratch: &Path) -> Result<Vec<u8>> {
    // What rustc may emit for this target, one by one: `--all-features` would let wasm-opt use what
    // the browsers of our readers do not have.
    const FEATURES: [&str; 6] = [
        "--enable-bulk-memory",
        "--enable-multivalue",
        "--enable-mutable-globals",
        "--enable-nontrapping-float-to-int",
        "--enable-reference-types",
        "--enable-sign-ext",
    ];
    let started = Instant::now();
    let before = fs::metadata(program).context("read the program with bindings")?.len();
    let optimised = scratch.join("client.opt.wasm");
    let tool = node_modules.join("binaryen/bin/wasm-opt");
    ensure!(tool.is_file(), "{} is missing: `cargo xtask setup` installs it", tool.display());
    let status = Command::new("node")
        .arg(&tool)
        .arg("-Oz")
        .args(FEATURES)
        .arg(program)
        .arg("-o")
        .arg(&optimised)
        .status()
        .context("start node for wasm-opt")?;
    ensure!(status.success(), "wasm-opt: {status}");
    let bytes = fs::read(&optimised).context("read what wasm-opt wrote")?;
    report("wasm-opt", started, before, bytes.len() as u64);
    Ok(bytes)
}

#[expect(clippy::print_stderr, reason = "progress of a program that a person waits for")]
fn report(what: &str, started: Instant, before: u64, after: u64) {
    let (seconds, before, after) = (started.elapsed().as_secs_f32(), before / 1024, after / 1024);
    eprintln!("    {what}: {before} KB -> {after} KB in {seconds:.1} s");
}
