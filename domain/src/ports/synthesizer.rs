//! The port through which posts become speech.

use crate::PostId;
use crate::ports::PortError;
use crate::text::{Language, Section};

/// Sound: MP3, mono, constant sample rate, without headers of its own, so that pieces can be joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audio {
    /// Whole MP3 frames.
    pub mp3: Vec<u8>,
    /// Milliseconds, exact by the number of frames.
    pub duration_ms: u32,
}

/// Where a sentence is in the sound.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mark {
    /// The sentence's number in the post.
    pub sentence: u32,
    /// Milliseconds from the beginning of the sound.
    pub start_ms: u32,
    /// Milliseconds from the beginning of the sound.
    pub end_ms: u32,
}

/// Under which an engine outside goes on with its work.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OutsideId(pub String);

/// What came of asking for speech.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Speaking {
    /// Spoken. Marks count from the beginning of this section.
    Done(Audio, Vec<Mark>),
    /// The engine goes on by itself and tells us later.
    Started(OutsideId),
}

/// What is known of speech that goes on outside.
#[derive(Debug)]
pub enum Heard {
    /// Not spoken yet.
    Going,
    /// Spoken. Marks count from the beginning of the section, and sentences as they did when it was begun.
    Spoken(Audio, Vec<Mark>),
    /// It will never be spoken, for this reason: begin it anew.
    Failed(String),
}

/// For what a section is spoken. An engine that goes on by itself says it again when it tells of its end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SectionName {
    /// The post that it is of.
    pub post: PostId,
    /// Names it among all sections that the post ever had: lower-case letters, digits and `-`, at most 64.
    pub name: String,
}

/// Who speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    /// The language that the voice speaks; words of another are spoken as well as it can.
    pub language: Language,
}

/// Speaks text.
///
/// Implementations: `EspeakSynthesizer` (embedded, always `Done`), `PollySynthesizer` (AWS, always
/// `Started`).
#[async_trait::async_trait]
pub trait Synthesizer: Send + Sync {
    /// Names engine, voice and settings; part of what decides whether to run again.
    fn version(&self, voice: &Voice) -> String;

    /// Speaks one section, pauses between sentences and after it included.
    ///
    /// Cacheable by its input: equal text, voice and version give speech that is as good as equal, whatever
    /// `name` says. Calls may run in any order and in parallel. Asking twice may be paid twice.
    ///
    /// # Errors
    /// `Unavailable` when a later try may succeed; `Denied` when the voice is not installed or not
    /// allowed, saying what to do; `Backend` for anything else.
    async fn speak(
        &self,
        section: &Section,
        voice: &Voice,
        name: &SectionName,
    ) -> Result<Speaking, PortError>;

    /// Looks what has become of speech that was `Started`; idempotent, until it is forgotten.
    ///
    /// # Errors
    /// `Unavailable` when a later look may succeed; `Denied` when it is not allowed, saying what to do;
    /// `Backend` for anything else. All say nothing of the speech itself.
    async fn hear(&self, outside: &OutsideId) -> Result<Heard, PortError> {
        let _ = outside;
        Ok(Heard::Failed("this voice is no service that would have gone on with it".to_owned()))
    }

    /// Removes what is kept outside of speech that was heard, so that it is heard no more; forgetting what is
    /// not there is no error.
    ///
    /// # Errors
    /// As [`hear`](Synthesizer::hear): what was not removed may stay.
    async fn forget(&self, outside: &OutsideId) -> Result<(), PortError> {
        let _ = outside;
        Ok(())
    }
}
