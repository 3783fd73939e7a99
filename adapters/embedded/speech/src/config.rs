//! What a caller decides about the local voice.

use std::path::PathBuf;
use std::time::Duration;

/// Settings of [`EspeakSynthesizer`](crate::EspeakSynthesizer).
#[derive(Clone, Debug)]
pub struct EspeakConfig {
    /// The program; `None` looks for `espeak-ng` in `PATH`.
    pub program: Option<PathBuf>,
    /// The folder that holds `espeak-ng-data`; `None` leaves it to the program.
    pub data: Option<PathBuf>,
    /// Speed, 80 to 450; 165 is calm.
    pub words_per_minute: u16,
    /// How long one sentence may take to be made.
    pub sentence_timeout: Duration,
}
