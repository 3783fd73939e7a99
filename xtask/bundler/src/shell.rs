//! What surrounds the program: the script that starts it, the stylesheet, the page.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::Job;

/// The names that the page refers to.
pub struct Names<'a> {
    /// The program.
    pub wasm: &'a str,
    /// The script that starts it.
    pub boot: &'a str,
    /// The stylesheet.
    pub css: &'a str,
}

/// What the server fills per request: elements for the head, and the article for readers without
/// JavaScript. The page must hold each of them once.
const GAPS: [&str; 2] = ["<!--deepdive:head-->", "<!--deepdive:body-->"];

/// Gives the loader the name of a part's file in place of the address that it was written with.
///
/// # Errors
/// The loader loads no such part, or from several places.
pub fn name_part(loader: &Path, address: &str, file: &str) -> Result<()> {
    let script =
        fs::read_to_string(loader).with_context(|| format!("read {}", loader.display()))?;
    let named = part_named(&script, address, file)?;
    fs::write(loader, named).with_context(|| format!("write {}", loader.display()))
}

fn part_named(script: &str, address: &str, file: &str) -> Result<String> {
    let quoted = format!("\"{address}\"");
    ensure!(
        script.matches(&quoted).count() == 1,
        "{address} has to be loaded in exactly one place"
    );
    Ok(script.replace(&quoted, &format!("\"/{file}\"")))
}

/// `boot.js` of the client and the glue of its program, as one module. Our content security policy
/// allows no inline scripts, so the page cannot do it.
pub fn boot_script(job: &Job, glue: &Path, wasm: &str) -> Result<Vec<u8>> {
    esbuild(
        job,
        &job.client.join("boot.js"),
        "boot.js",
        &[
            "--bundle".to_owned(),
            "--format=esm".to_owned(),
            "--target=es2022".to_owned(),
            format!("--alias:client={}", glue.display()),
            format!("--define:CLIENT_WASM=\"/{wasm}\""),
        ],
    )
}

/// `app.css` of the client, minified.
pub fn stylesheet(job: &Job) -> Result<Vec<u8>> {
    esbuild(job, &job.client.join("app.css"), "app.css", &[])
}

/// GraphiQL with our bar above it: script and stylesheet.
///
/// The component comes as its makers built it, in one file: its own sources would bring a hundred
/// packages, for the same bytes.
pub fn graphiql(job: &Job) -> Result<(Vec<u8>, Vec<u8>)> {
    let built = job.node_modules.join("graphiql/graphiql.min.js");
    ensure!(built.is_file(), "{} is missing: `cargo xtask setup` installs it", built.display());
    let script = esbuild(
        job,
        &job.client.join("graphiql/main.jsx"),
        "graphiql.js",
        &[
            "--bundle".to_owned(),
            "--format=esm".to_owned(),
            "--target=es2022".to_owned(),
            "--jsx=automatic".to_owned(),
            format!("--alias:graphiql-prebuilt={}", built.display()),
            "--define:process.env.NODE_ENV=\"production\"".to_owned(),
        ],
    )?;
    // The stylesheets that the script imports, beside it.
    let css = job.scratch.join("graphiql.css");
    let css = fs::read(&css).with_context(|| format!("read {}", css.display()))?;
    Ok((script, css))
}

/// The page around GraphiQL, with the names of its files in it.
///
/// # Errors
/// A name has no place in it.
pub fn graphiql_page(client: &Path, script: &str, css: &str) -> Result<String> {
    let path = client.join("graphiql/index.html");
    let template = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    named(&template, &[("{{script}}", script), ("{{css}}", css)])
        .with_context(|| format!("fill {}", path.display()))
}

fn esbuild(job: &Job, source: &Path, name: &str, options: &[String]) -> Result<Vec<u8>> {
    let tool = job.node_modules.join("esbuild/bin/esbuild");
    ensure!(tool.is_file(), "{} is missing: `cargo xtask setup` installs it", tool.display());
    let out = job.scratch.join(name);
    let status = Command::new("node")
        .arg(&tool)
        .arg(source)
        .args(["--minify", "--log-level=warning", "--charset=utf8", "--legal-comments=none"])
        .args(options)
        .arg(format!("--outfile={}", out.display()))
        .status()
        .context("start node for esbuild")?;
    ensure!(status.success(), "esbuild of {}: {status}", source.display());
    fs::read(&out).with_context(|| format!("read {}", out.display()))
}

/// `index.html` of the client, with the names in it.
///
/// # Errors
/// A gap or a name is not there exactly once: the server could not fill it, or the page would load
/// without it.
pub fn page(client: &Path, names: &Names) -> Result<String> {
    let path = client.join("index.html");
    let template = fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    fill(&template, names).with_context(|| format!("fill {}", path.display()))
}

fn fill(template: &str, names: &Names) -> Result<String> {
    for gap in GAPS {
        ensure!(template.matches(gap).count() == 1, "{gap} has to be there exactly once");
    }
    named(template, &[("{{wasm}}", names.wasm), ("{{boot}}", names.boot), ("{{css}}", names.css)])
}

fn named(template: &str, names: &[(&str, &str)]) -> Result<String> {
    let mut page = template.to_owned();
    for (mark, name) in names {
        ensure!(page.contains(mark), "{mark} is missing");
        page = page.replace(mark, name);
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const NAMES: Names = Names { wasm: "client-1.wasm", boot: "boot-2.js", css: "app-3.css" };

    #[track_caller]
    fn refused(template: &str, reason: &str) {
        let error = fill(template, &NAMES).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }

    #[test]
    fn names_are_filled_and_gaps_are_left_to_the_server() {
        let template = "<!--deepdive:head-->{{css}} {{wasm}} {{boot}}<!--deepdive:body-->";
        let page = fill(template, &NAMES).unwrap();
        assert_eq!(
            page,
            "<!--deepdive:head-->app-3.css client-1.wasm boot-2.js<!--deepdive:body-->"
        );
    }

    #[test]
    fn a_part_is_loaded_under_the_name_of_its_content() {
        let script = r#"fetch(new URL("./split_a.wasm", import.meta.url)); load("./split_b.wasm")"#;
        assert_eq!(
            part_named(script, "./split_a.wasm", "a-1.wasm").unwrap(),
            r#"fetch(new URL("/a-1.wasm", import.meta.url)); load("./split_b.wasm")"#
        );
        assert!(part_named(script, "./split_c.wasm", "c-1.wasm").is_err());
    }

    #[test]
    fn a_page_without_a_gap_or_a_name_is_refused() {
        refused("<!--deepdive:body-->{{css}}{{wasm}}{{boot}}", "deepdive:head");
        refused("<!--deepdive:head--><!--deepdive:body-->{{css}}{{wasm}}", "{{boot}}");
        let twice = "<!--deepdive:head--><!--deepdive:head--><!--deepdive:body-->";
        refused(twice, "exactly once");
    }
}
