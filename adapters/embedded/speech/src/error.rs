//! What goes wrong on the way from text to sound.

use std::time::Duration;

use domain::ports::PortError;

/// A failure of the voice or the encoder.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpeechError {
    /// The program is not there.
    #[error("espeak-ng is not installed")]
    Missing,
    /// The program is there, its voice is not.
    #[error("espeak-ng has no voice for {0}")]
    NoVoice(&'static str),
    /// The program could not be run.
    #[error("espeak-ng could not be run")]
    Run(#[source] std::io::Error),
    /// The program ended with an error; its own words.
    #[error("espeak-ng failed: {0}")]
    Failed(String),
    /// The program took too long and was ended.
    #[error("espeak-ng took longer than {0:?} for a sentence")]
    TooSlow(Duration),
    /// What it said is no sound.
    #[error("espeak-ng gave no sound: {0}")]
    NoSound(&'static str),
    /// LAME failed.
    #[error("the MP3 encoder failed: {0}")]
    Encoder(String),
}

impl From<SpeechError> for PortError {
    fn from(error: SpeechError) -> Self {
        match error {
            SpeechError::Missing => PortError::Denied(
                "speech needs a voice: install espeak-ng (Debian and Ubuntu: `sudo apt-get install \
                 espeak-ng`), then press Retry"
                    .to_owned(),
            ),
            SpeechError::NoVoice(language) => PortError::Denied(format!(
                "espeak-ng has no voice for `{language}`: install its data (Debian and Ubuntu: `sudo \
                 apt-get install espeak-ng-data`), then press Retry"
            )),
            error => PortError::backend("espeak-ng", error),
        }
    }
}
