//! The table of figures.

use std::time::Duration;

/// Figures about one thing.
pub struct Section {
    /// About what.
    pub title: &'static str,
    /// How it was measured, for who wants to doubt it.
    pub how: String,
    /// The figures.
    pub rows: Vec<Row>,
}

/// One figure.
pub struct Row {
    /// Of what.
    pub name: String,
    /// How much.
    pub figure: f64,
    /// Of this.
    pub unit: &'static str,
    /// How often it was measured.
    pub samples: usize,
    /// For a baseline, how often our figure goes into this one.
    pub factor: Option<f64>,
}

impl Row {
    /// A figure.
    pub fn new(name: impl Into<String>, figure: f64, unit: &'static str, samples: usize) -> Row {
        Row { name: name.into(), figure, unit, samples, factor: None }
    }

    /// Microseconds.
    pub fn micros(name: impl Into<String>, time: Duration, samples: usize) -> Row {
        Row::new(name, time.as_secs_f64() * 1e6, "µs", samples)
    }

    /// Milliseconds.
    pub fn millis(name: impl Into<String>, time: Duration, samples: usize) -> Row {
        Row::new(name, time.as_secs_f64() * 1e3, "ms", samples)
    }

    /// Says that this is a baseline for another figure.
    pub fn beside(mut self, ours: f64) -> Row {
        self.factor = Some(self.figure / ours);
        self
    }
}

/// The value below which a share of the sorted values lies.
pub fn percentile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let index = (share * last as f64).round() as usize;
    sorted.get(index).copied().unwrap_or(f64::NAN)
}

/// Sorts times, in seconds.
pub fn sorted(mut times: Vec<f64>) -> Vec<f64> {
    times.sort_by(f64::total_cmp);
    times
}

/// All sections as a page that reads well as it is and as Markdown.
pub fn page(sections: &[Section]) -> String {
    let mut page = String::new();
    for section in sections {
        page += &format!("## {}\n\n{}\n\n", section.title, wrapped(&section.how));
        let mut cells = vec![["figure", "", "unit", "samples", "factor"].map(str::to_owned)];
        cells.extend(section.rows.iter().map(|row| {
            let factor = row.factor.map(|factor| format!("{}x", digits(factor)));
            [
                row.name.clone(),
                digits(row.figure),
                row.unit.to_owned(),
                thousands(row.samples as i64),
                factor.unwrap_or_default(),
            ]
        }));
        page += &aligned(&cells);
        page.push('\n');
    }
    page
}

/// In lines of at most 100 characters.
fn wrapped(text: &str) -> String {
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > 100 {
            lines += &format!("{}\n", std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    lines + &line
}

fn aligned(cells: &[[String; 5]]) -> String {
    let width = |column: usize| {
        cells.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths = [width(0), width(1), width(2), width(3), width(4)];
    let mut text = String::new();
    // Words to the left, numbers to the right.
    let left = |column: usize| column == 0 || column == 2;
    for (n, row) in cells.iter().enumerate() {
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            text += &match left(column) {
                true => format!("| {cell:<width$} "),
                false => format!("| {cell:>width$} "),
            };
        }
        text += "|\n";
        if n == 0 {
            for (column, width) in widths.into_iter().enumerate() {
                let end = if left(column) { "-" } else { ":" };
                text += &format!("|{}{end}", "-".repeat(width + 1));
            }
            text += "|\n";
        }
    }
    text
}

/// Three digits that count.
fn digits(figure: f64) -> String {
    match figure.abs() {
        size if size >= 1000.0 => thousands(figure.round() as i64),
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        0.0 => "0".to_owned(),
        _ if figure.fract() == 0.0 => format!("{figure:.0}"),
        size if size >= 1.0 => format!("{figure:.2}"),
        _ => format!("{figure:.3}"),
    }
}

fn thousands(figure: i64) -> String {
    let plain = figure.unsigned_abs().to_string();
    let mut text = String::new();
    for (n, digit) in plain.chars().enumerate() {
        if n > 0 && (plain.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if figure < 0 { format!("-{text}") } else { text }
}
