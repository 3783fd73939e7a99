//! Prints the morphemes of each line of the standard input: `cargo run -p korean --example morphemes
//! -- FOLDER < text`.

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::sync::Arc;

use korean::{Analyzer, Dictionary};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("say where the dictionary is")?;
    let analyzer = Analyzer::new(Arc::new(Dictionary::open(Path::new(&folder))?));
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let morphemes = analyzer.analyze(&line);
        let words: Vec<_> = morphemes
            .iter()
            .map(|morpheme| format!("{}/{}", morpheme.surface, morpheme.tag))
            .collect();
        writeln!(output, "{}", words.join(" "))?;
    }
    Ok(())
}
