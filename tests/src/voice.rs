//! A blog that has no voice: how it is told so, and what it says then, in each home.

use crate::is_deployed;

/// Arguments of a blog that cannot speak: `espeak-ng` is not where it is said to be, or the voices that Polly is asked
/// for are not neural.
pub fn without() -> &'static [&'static str] {
    if is_deployed() {
        &["--korean-voice", "Enrique", "--english-voice", "Enrique"]
    } else {
        &["--voice", "/nonexistent/espeak-ng"]
    }
}

/// What it says has to be there, in the words of a failure.
pub fn wanted() -> &'static str {
    if is_deployed() { "no neural voice Enrique" } else { "espeak-ng" }
}
