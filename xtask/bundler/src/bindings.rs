//! From rustc's program to what a browser runs, and the JavaScript that joins the two: cut in parts, bound,
//! made small.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use std::{fs, iter, thread};

use anyhow::{Context, Result, anyhow, ensure};
use wasm_bindgen_cli_support::Bindgen;

/// What is made of a program.
pub struct Linked {
    /// The program without its parts, with its imports named as the glue names them.
    pub program: PathBuf,
    /// The JavaScript module that loads the program and lends it the browser.
    pub glue: PathBuf,
    /// What is loaded later.
    pub parts: Vec<Part>,
    /// The JavaScript module that does so, which the glue imports.
    pub loader: PathBuf,
}

/// Functions that are reached through one seam of the program only.
pub struct Part {
    /// As the program calls it.
    pub name: String,
    /// Its code.
    pub program: PathBuf,
    /// How the loader writes its address.
    pub address: String,
}

/// Cuts the program at its seams, and writes parts, program and glue to `scratch`.
///
/// # Errors
/// The program was linked without its relocations, or built with another version of `wasm-bindgen` than
/// this tool; or it is no program.
pub fn generate(wasm: &Path, scratch: &Path) -> Result<Linked> {
    let cut = fresh(&scratch.join("parts"))?;
    let main = cut.join("client.wasm");
    let parts = split(wasm, &main, &cut)?;
    let folder = fresh(&scratch.join("bindings"))?;
    let started = Instant::now();
    let before = length(&main)?;
    Bindgen::new()
        .input_path(&main)
        .web(true)
        .context("choose bindings for the browser")?
        .typescript(false)
        .out_name("client")
        // The memory, the table and the like, which the parts share.
        .keep_lld_exports(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&folder)
        .with_context(|| format!("make the bindings of {}", main.display()))?;
    let program = folder.join("client_bg.wasm");
    report("bindings", started, before, length(&program)?);
    let loader = folder.join(LOADER);
    fs::copy(cut.join(LOADER), &loader).context("put the loader beside the glue")?;
    Ok(Linked { program, glue: folder.join("client.js"), parts, loader })
}

const LOADER: &str = "parts.js";

fn split(wasm: &Path, main: &Path, folder: &Path) -> Result<Vec<Part>> {
    let started = Instant::now();
    let whole = fs::read(wasm).with_context(|| format!("read {}", wasm.display()))?;
    let link_name = format!("./{LOADER}");
    let mut options = wasm_split_cli_support::Options::new(&whole);
    options.output_dir = folder;
    options.main_out_path = main;
    options.main_module = "./client.js";
    options.link_name = &link_name;
    let parts = wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("{error:#}"))
        .with_context(|| format!("cut {}", wasm.display()))?
        .split_modules;
    report("split", started, whole.len() as u64, length(main)?);
    parts.into_iter().map(part).collect()
}

fn part(program: PathBuf) -> Result<Part> {
    let file = program.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let name = file
        .strip_prefix("split_")
        .and_then(|name| name.strip_suffix(".wasm"))
        .with_context(|| format!("{} is no part with a name", program.display()))?;
    let (name, address) = (name.to_owned(), format!("./{file}"));
    Ok(Part { name, program, address })
}

fn fresh(folder: &Path) -> Result<PathBuf> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    Ok(folder.to_owned())
}

fn length(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path).with_context(|| format!("look at {}", path.display()))?.len())
}

/// The bytes that a browser loads.
pub struct Programs {
    /// The program without its parts.
    pub main: Vec<u8>,
    /// The parts, in their order.
    pub parts: Vec<Vec<u8>>,
}

/// Program and parts made smaller by `wasm-opt`, all at a time.
///
/// # Errors
/// `binaryen` is not installed, or refuses the program.
pub fn optimise(linked: &Linked, node_modules: &Path, scratch: &Path) -> Result<Programs> {
    let all = || iter::once(&linked.program).chain(linked.parts.iter().map(|part| &part.program));
    let mut optimised = thread::scope(|scope| {
        let running: Vec<_> = all()
            .map(|program| scope.spawn(|| optimised(program, node_modules, scratch)))
            .collect();
        let ended = |run: thread::ScopedJoinHandle<'_, Result<Vec<u8>>>| {
            run.join().unwrap_or_else(|_| Err(anyhow!("the wait for wasm-opt panicked")))
        };
        running.into_iter().map(ended).collect::<Result<Vec<_>>>()
    })?;
    let main = optimised.remove(0);
    Ok(Programs { main, parts: optimised })
}

fn optimised(program: &Path, node_modules: &Path, scratch: &Path) -> Result<Vec<u8>> {
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
    let before = length(program)?;
    let optimised =
        scratch.join(program.with_extension("opt.wasm").file_name().unwrap_or_default());
    let tool = node_modules.join("binaryen/bin/wasm-opt");
    ensure!(tool.is_file(), "{} is missing: `cargo xtask setup` installs it", tool.display());
    let ran = Command::new("node")
        .arg(&tool)
        // After rustc's own work, stronger options take half as long again, and what brotli makes of their
        // results is no smaller.
        .arg("-O1")
        .args(FEATURES)
        .arg(program)
        .arg("-o")
        .arg(&optimised)
        .output()
        .context("start node for wasm-opt")?;
    repeat(&String::from_utf8_lossy(&ran.stderr));
    ensure!(ran.status.success(), "wasm-opt: {}", ran.status);
    let bytes = fs::read(&optimised).context("read what wasm-opt wrote")?;
    report("wasm-opt", started, before, bytes.len() as u64);
    Ok(bytes)
}

/// What a tool said, but for its wonder at names of labels, which it drops as all names.
#[expect(clippy::print_stderr, reason = "the words of a tool that a person waits for")]
fn repeat(said: &str) {
    for line in said.lines().filter(|line| !line.contains("unknown name subsection")) {
        eprintln!("    {line}");
    }
}

#[expect(clippy::print_stderr, reason = "progress of a program that a person waits for")]
fn report(what: &str, started: Instant, before: u64, after: u64) {
    let (seconds, before, after) = (started.elapsed().as_secs_f32(), before / 1024, after / 1024);
    eprintln!("    {what}: {before} KB -> {after} KB in {seconds:.1} s");
}
