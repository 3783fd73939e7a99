//! What an operator is told.

use std::io::{self, Write};
use std::path::Path;

use domain::usage::Unit;

use crate::{Arrived, Manifest};

/// Tells what was exported.
///
/// # Errors
/// That of `out`.
pub fn exported(out: &mut impl Write, manifest: &Manifest, folder: &Path) -> io::Result<()> {
    let Manifest { rows, rows_sha256, objects, object_bytes, objects_sha256, .. } = manifest;
    writeln!(out, "exported to {}, and read twice:", folder.display())?;
    writeln!(out, "{rows} rows, sha256 {rows_sha256}")?;
    writeln!(out, "{objects} objects of {object_bytes} bytes, sha256 {objects_sha256}")?;
    missing(out, manifest.missing_objects)?;
    writeln!(out, "what is written to the blog from now on is not in it")
}

/// Tells what was imported.
///
/// # Errors
/// That of `out`.
pub fn imported(out: &mut impl Write, arrived: &Arrived) -> io::Result<()> {
    let Arrived { rows, objects, object_bytes, .. } = arrived;
    writeln!(
        out,
        "imported {rows} rows and {objects} objects of {object_bytes} bytes, and compared them"
    )?;
    missing(out, arrived.missing_objects)?;
    writeln!(out, "{} posts are put into the search index anew", arrived.search)?;
    for (kind, (n_stages, units)) in &arrived.held {
        let unit = match kind.unit() {
            Some(Unit::Characters) => "characters",
            Some(Unit::Tokens) => "tokens",
            Some(Unit::Kilobytes) => "kilobytes",
            None => "units",
        };
        writeln!(
            out,
            "{n_stages} stages {} are held, and would use {units} {unit}: the studio tells the price of each, \
             and lets them go on",
            kind.name()
        )?;
    }
    for finding in &arrived.findings {
        writeln!(out, "wrong with the blog: {finding}")?;
    }
    Ok(())
}

fn missing(out: &mut impl Write, missing: u64) -> io::Result<()> {
    match missing {
        0 => Ok(()),
        missing => writeln!(out, "{missing} objects are missing in the blog itself"),
    }
}
