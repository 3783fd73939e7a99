//! The local voice: posts become MP3 by `espeak-ng`, sentence by sentence.
//!
//! `espeak-ng` runs as a child process, so its licence (GPL) stays outside our binary and its crashes
//! outside our process. Text goes to it by standard input and never meets a shell. Korean is respelled
//! as it sounds before ([`korean::pronunciation`]), numbers, abbreviations, signs and addresses are
//! written in words, and MP3 is made by LAME. Words of the other language are left as they are: the
//! voice changes over to them by itself.
//!
//! Start at [`EspeakSynthesizer`]; `section.rs` puts sentences and pauses together, `text.rs` prepares
//! what is read, and `phrases.txt` shows what becomes of hard phrases. To mend how something is said: add
//! it there, then a rule or a line to a table in `signs.rs`, `english.rs` or `korean_numbers.rs`, and
//! raise `REVISION`.

mod address;
mod config;
mod english;
mod error;
mod espeak;
mod korean_numbers;
mod mp3;
mod number;
mod resample;
mod scan;
mod section;
mod signs;
mod text;
mod wav;

#[cfg(test)]
mod testing;

pub use config::EspeakConfig;

use domain::ports::{PortError, SectionName, Speaking, Synthesizer, Voice};
use domain::text::Section;

/// Raised when text preparation, pauses or encoding change, so that posts are spoken again.
const REVISION: u32 = 2;

/// Speaks with `espeak-ng`: works everywhere, robotic.
#[derive(Clone, Debug)]
pub struct EspeakSynthesizer {
    config: EspeakConfig,
}

impl EspeakSynthesizer {
    /// Makes the voice. The program is looked for when something is to be said, so that installing it
    /// needs no restart.
    pub fn new(config: EspeakConfig) -> Self {
        Self { config }
    }
}

#[async_trait::async_trait]
impl Synthesizer for EspeakSynthesizer {
    fn version(&self, voice: &Voice) -> String {
        let language = voice.language.code();
        format!("espeak-ng/{language}/{}wpm/{REVISION}", self.config.words_per_minute)
    }

    #[tracing::instrument(name = "speech.section", skip_all, fields(sentences = section.sentences.len()))]
    async fn speak(
        &self,
        section: &Section,
        voice: &Voice,
        _: &SectionName,
    ) -> Result<Speaking, PortError> {
        let (audio, marks) = section::speak(&self.config, section, voice).await?;
        Ok(Speaking::Done(audio, marks))
    }
}
