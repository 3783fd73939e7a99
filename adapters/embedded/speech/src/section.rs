//! A section's sentences, one behind the other with pauses, and where each of them is.

use domain::ports::{Audio, Mark, PortError, Voice};
use domain::text::{Language, Section};

use crate::config::EspeakConfig;
use crate::error::SpeechError;
use crate::mp3::{self, DELAY, RATE};
use crate::resample::resample;
use crate::{espeak, text};

/// Between two sentences.
const PAUSE_MS: usize = 350;

/// After a paragraph.
const PARAGRAPH_PAUSE_MS: usize = 600;

/// After a heading.
const HEADING_PAUSE_MS: usize = 900;

/// What a sentence without a sound of its own gets, so that its mark has a length.
const SILENCE_MS: usize = 50;

/// Speaks a section.
pub(crate) async fn speak(
    config: &EspeakConfig,
    section: &Section,
    voice: &Voice,
) -> Result<(Audio, Vec<Mark>), PortError> {
    let program = espeak::find(config)?;
    let mut track = Track::default();
    for (n, sentence) in section.sentences.iter().enumerate() {
        if n > 0 {
            track.pause(PAUSE_MS);
        }
        let prepared = text::prepare(&sentence.text, voice.language);
        let samples = if prepared.chars().any(char::is_alphanumeric) {
            let sound = espeak::speak(&program, config, voice_name(voice), &prepared).await?;
            resample(&sound.samples, sound.rate, RATE)
        } else {
            Vec::new()
        };
        track.sentence(sentence.number, &samples);
    }
    track.pause(if section.heading { HEADING_PAUSE_MS } else { PARAGRAPH_PAUSE_MS });
    let Track { samples, marks } = track;
    // Encoding takes some 50 ms a minute of sound, too long for a thread that others wait for.
    let audio = tokio::task::spawn_blocking(move || mp3::encode(samples))
        .await
        .map_err(|error| SpeechError::Encoder(error.to_string()))??;
    Ok((audio, marks))
}

/// espeak's names of its voices.
fn voice_name(voice: &Voice) -> &'static str {
    match voice.language {
        Language::Korean => "ko",
        Language::English => "en-us",
    }
}

#[derive(Default)]
struct Track {
    samples: Vec<i16>,
    marks: Vec<Mark>,
}

impl Track {
    fn pause(&mut self, ms: usize) {
        self.samples.resize(self.samples.len() + ms * RATE as usize / 1_000, 0);
    }

    fn sentence(&mut self, number: u32, samples: &[i16]) {
        let start_ms = played_at_ms(self.samples.len());
        self.samples.extend_from_slice(samples);
        if samples.is_empty() {
            self.pause(SILENCE_MS);
        }
        self.marks.push(Mark {
            sentence: number,
            start_ms,
            end_ms: played_at_ms(self.samples.len()),
        });
    }
}

/// When a decoder plays that sample.
fn played_at_ms(sample: usize) -> u32 {
    u32::try_from((sample + DELAY) * 1_000 / RATE as usize).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_name_the_place_where_a_sentence_is_heard() {
        let mut track = Track::default();
        track.sentence(7, &[1; 24_000]);
        track.pause(PAUSE_MS);
        track.sentence(8, &[]);
        assert_eq!(
            track.marks,
            [
                Mark { sentence: 7, start_ms: 46, end_ms: 1_046 },
                Mark { sentence: 8, start_ms: 1_396, end_ms: 1_446 },
            ]
        );
    }
}
