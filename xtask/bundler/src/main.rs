//! Turns the compiled web client into files that a browser can load, and a server can hand out:
//!
//! - `client-<hash>.wasm`, the program; `boot-<hash>.js`, which starts it; `app-<hash>.css`;
//! - `backstage-<hash>.wasm`, the part of the program that only authors need, and which it loads itself;
//! - `index.html`, the page around them, with gaps that the server fills per request;
//! - `graphiql-<hash>.js`, `graphiql-<hash>.css` and the page around them, `graphiql.html`, which no
//!   page of the client loads;
//! - beside each of them the same bytes compressed with brotli (`.br`), except the pages;
//! - `manifest.json`, which says what is called how.
//!
//! The same sources make the same bytes on any machine: hashes are of the contents, and nothing of
//! the builder's folders is left in the program.
//!
//! Called by `cargo xtask web`; not meant to be called by hand.

mod bindings;
mod output;
mod shell;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::output::Output;

/// What the arguments name.
struct Job {
    /// The program as rustc linked it.
    wasm: PathBuf,
    /// The folder of the web client: `app.css`, `boot.js`, `index.html`, `graphiql`.
    client: PathBuf,
    /// Where `binaryen`, `esbuild` and `graphiql` are.
    node_modules: PathBuf,
    /// A folder for what is made on the way.
    scratch: PathBuf,
    /// The folder that is replaced by the result.
    dist: PathBuf,
}

impl Job {
    fn from_args() -> Result<Job> {
        let args: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
        let Ok([wasm, client, node_modules, scratch, dist]) = <[PathBuf; 5]>::try_from(args) else {
            bail!(
                "usage: bundler WASM CLIENT NODE_MODULES SCRATCH DIST; `cargo xtask web` calls it so"
            );
        };
        Ok(Job { wasm, client, node_modules, scratch, dist })
    }
}

fn main() -> Result<()> {
    let job = Job::from_args()?;
    let linked = bindings::generate(&job.wasm, &job.scratch)?;
    let programs = bindings::optimise(&linked, &job.node_modules, &job.scratch)?;

    let mut output = Output::beside(&job.dist)?;
    let wasm = output.put("client", "wasm", &programs.main)?;
    let mut parts = Vec::new();
    for (part, program) in linked.parts.iter().zip(&programs.parts) {
        let file = output.put(&part.name, "wasm", program)?;
        shell::name_part(&linked.loader, &part.address, &file)?;
        parts.push((part.name.as_str(), file));
    }
    let boot = shell::boot_script(&job, &linked.glue, &wasm)?;
    let boot = output.put("boot", "js", &boot)?;
    let css = output.put("app", "css", &shell::stylesheet(&job)?)?;
    let page = shell::page(&job.client, &shell::Names { wasm: &wasm, boot: &boot, css: &css })?;
    output.put_page("index.html", &page)?;
    let (script, style) = shell::graphiql(&job)?;
    let script = output.put("graphiql", "js", &script)?;
    let style = output.put("graphiql", "css", &style)?;
    let graphiql = shell::graphiql_page(&job.client, &script, &style)?;
    output.put_page("graphiql.html", &graphiql)?;
    let mut names: Vec<(&str, &str)> = vec![
        ("wasm", &wasm),
        ("boot", &boot),
        ("css", &css),
        ("page", "index.html"),
        ("graphiql_script", &script),
        ("graphiql_css", &style),
        ("graphiql", "graphiql.html"),
    ];
    names.extend(parts.iter().map(|(name, file)| (*name, file.as_str())));
    output.put_manifest(&names)?;
    output.compress()?;
    output.replace(&job.dist).context("put the new bundle in place of the old one")
}
