//! What an operator is told.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

use domain::usage::{Prices, Unit};

use crate::{Arrived, Manifest, Progress, Step};

/// Parts of a step after each of which a line is told, unless it is over at once.
const LINES: u64 = 10;
/// Objects or rows that are over at once.
const FEW: u64 = 500;

/// Tells line by line how far an import is.
pub struct Lines<W>(Mutex<Told<W>>);

struct Told<W> {
    out: W,
    last: Option<(Step, u64)>,
}

impl<W: Write> Lines<W> {
    /// To `out`, where nothing was told yet.
    pub fn to(out: W) -> Self {
        Lines(Mutex::new(Told { out, last: None }))
    }

    /// Tells it, if it is worth a line. Whether anybody reads is no matter of the import.
    pub fn tell(&self, progress: Progress) {
        // Another thread has panicked: then this is the least.
        let Ok(mut told) = self.0.lock() else { return };
        let Progress { step, done, total } = progress;
        let lines = if total < FEW { 1 } else { LINES };
        let part = (done * lines).checked_div(total).unwrap_or_default();
        let before = told.last.filter(|(last, _)| *last == step).map(|(_, part)| part);
        told.last = Some((step, part.max(before.unwrap_or_default())));
        let counted = match step {
            Step::Objects => "objects put",
            Step::Rows => "rows put",
            Step::Comparison => "rows read back and compared",
            Step::Stages => "rows searched for stages, which are written",
            Step::Check => {
                let _ = writeln!(told.out, "all that has arrived is checked");
                return;
            }
        };
        if part > before.unwrap_or_default() {
            let _ = writeln!(told.out, "{done} of {total} {counted}");
        }
    }
}

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

/// Tells what was imported, and what it would cost at these prices to let all go on that is held.
///
/// # Errors
/// That of `out`.
pub fn imported(out: &mut impl Write, arrived: &Arrived, prices: &Prices) -> io::Result<()> {
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
        let cost = match prices.of(*kind) {
            None => "at no price here".to_owned(),
            Some(price) => {
                let (cost, currency) = (price.of(*units), &prices.currency);
                format!("for {cost} {currency} at {price} {currency} a million")
            }
        };
        let kind = kind.name();
        writeln!(out, "{n_stages} stages {kind} are held, and would use {units} {unit} {cost}")?;
    }
    if !arrived.held.is_empty() {
        writeln!(out, "the studio tells the price of each that is held, and lets it go on")?;
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::stage::StageKind;
    use domain::usage::Price;

    use super::*;

    fn told(steps: &[(Step, u64, u64)]) -> String {
        let lines = Lines::to(Vec::new());
        for (step, done, total) in steps.iter().copied() {
            lines.tell(Progress { step, done, total });
        }
        String::from_utf8(lines.0.into_inner().unwrap().out).unwrap()
    }

    #[test]
    fn a_long_step_is_told_ten_times_and_a_short_one_once() {
        let rows: Vec<_> = (0..=60_000).map(|done| (Step::Rows, done, 60_000)).collect();
        let said = told(&rows);
        assert_eq!(said.lines().count(), 10, "{said}");
        assert!(said.starts_with("6000 of 60000 rows put\n"), "{said}");
        assert!(said.ends_with("\n60000 of 60000 rows put\n"), "{said}");

        let objects: Vec<_> = (0..=7).map(|done| (Step::Objects, done, 7)).collect();
        assert_eq!(told(&objects), "7 of 7 objects put\n");
        assert_eq!(told(&[(Step::Objects, 0, 0)]), "");
    }

    #[test]
    fn what_is_told_late_takes_no_line_back() {
        let steps = [(Step::Rows, 200, 1000), (Step::Rows, 100, 1000), (Step::Rows, 250, 1000)];
        assert_eq!(told(&steps), "200 of 1000 rows put\n");
    }

    #[test]
    fn what_is_held_is_told_with_its_price() {
        let held = BTreeMap::from([
            (StageKind::Speech, (5_000, 12_345_678)),
            (StageKind::Summary, (4_999, 3_000_000)),
        ]);
        let arrived = Arrived {
            rows: 1,
            objects: 0,
            object_bytes: 0,
            missing_objects: 0,
            held,
            search: 0,
            findings: vec![],
        };
        let prices = Prices { speech: Price(16_000), ..Prices::default() };
        let mut out = vec![];
        imported(&mut out, &arrived, &prices).unwrap();
        let said = String::from_utf8(out).unwrap();
        let speech = "5000 stages SPEECH are held, and would use 12345678 characters for 197.530848 USD at \
                      16.00 USD a million";
        assert!(said.lines().any(|line| line == speech), "{said}");
        assert!(said.contains("3000000 tokens at no price here\nthe studio tells"), "{said}");
    }
}
