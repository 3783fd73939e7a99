//! MP3 that can be joined by putting one behind the other: one channel, constant rate, no header.

use domain::ports::Audio;
use mp3lame_encoder::{Bitrate, Builder, FlushNoGap, Mode, MonoPcm, Quality};

use crate::error::SpeechError;

/// Samples a second.
pub(crate) const RATE: u32 = 24_000;

/// Samples of a frame; at [`RATE`] exactly 24 ms.
pub(crate) const FRAME: usize = 576;
const FRAME_MS: usize = 24;

/// Bytes of a frame: 48 kbit/s at 24 kHz needs no padding, so all are equal.
pub(crate) const FRAME_BYTES: usize = 144;

/// How many samples later the sound comes out of a decoder: LAME's delay and that of every decoder.
pub(crate) const DELAY: usize = 576 + 529;

/// Silence given to the encoder after the sound, so that it gives out every frame that matters.
const TAIL: usize = 4 * FRAME;

/// Encodes samples at [`RATE`]. A decoder plays sample `n` at `n +` [`DELAY`], and all of them within the
/// duration.
///
/// # Errors
/// `Encoder` when LAME refuses.
pub(crate) fn encode(mut samples: Vec<i16>) -> Result<Audio, SpeechError> {
    let n_frames = (samples.len() + DELAY).div_ceil(FRAME);
    samples.resize(samples.len() + TAIL, 0);
    let mut encoder = encoder()?;
    let mut mp3 = Vec::with_capacity(mp3lame_encoder::max_required_buffer_size(samples.len()));
    encoder.encode_to_vec(MonoPcm(&samples), &mut mp3).map_err(failed)?;
    mp3.reserve(FLUSH_BYTES);
    encoder.flush_to_vec::<FlushNoGap>(&mut mp3).map_err(failed)?;
    // A frame leans on bytes of frames before it, never behind it: the tail can be cut off.
    if mp3.len() < n_frames * FRAME_BYTES {
        return Err(SpeechError::Encoder(format!("{} bytes for {n_frames} frames", mp3.len())));
    }
    mp3.truncate(n_frames * FRAME_BYTES);
    if mp3.chunks_exact(FRAME_BYTES).any(|frame| frame[0] != 0xff || frame[1] & 0xe0 != 0xe0) {
        return Err(SpeechError::Encoder("frames of unequal length".to_owned()));
    }
    let duration_ms = u32::try_from(n_frames * FRAME_MS).unwrap_or(u32::MAX);
    Ok(Audio { mp3, duration_ms })
}

/// What LAME asks for at the end.
const FLUSH_BYTES: usize = 7_200;

fn encoder() -> Result<mp3lame_encoder::Encoder, SpeechError> {
    let builder = Builder::new().ok_or_else(|| failed("out of memory"))?;
    builder
        .with_num_channels(1)
        .and_then(|builder| builder.with_sample_rate(RATE))
        .and_then(|builder| builder.with_brate(Bitrate::Kbps48))
        .and_then(|builder| builder.with_mode(Mode::Mono))
        .and_then(|builder| builder.with_quality(Quality::Good))
        .and_then(|builder| builder.with_to_write_vbr_tag(false))
        .and_then(Builder::build)
        .map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> SpeechError {
    SpeechError::Encoder(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decode, energy, tone};

    #[test]
    fn all_samples_are_within_the_exact_duration() {
        for length in [0, 1, 575, 576, 5_000, 24_000, 100_001] {
            let audio = encode(vec![0; length]).unwrap();
            let decoded = decode(&audio.mp3);
            assert_eq!(audio.mp3.len() % FRAME_BYTES, 0);
            assert_eq!(
                decoded.len() * 1_000,
                audio.duration_ms as usize * RATE as usize,
                "{length}"
            );
            assert!(decoded.len() >= length + DELAY && decoded.len() < length + DELAY + FRAME);
        }
    }

    #[test]
    fn joined_pieces_play_as_one() {
        let first = encode(tone(24_000)).unwrap();
        let second = encode(tone(12_000)).unwrap();
        let decoded = decode(&[first.mp3.clone(), second.mp3].concat());
        assert_eq!(decoded.len() as u32, (first.duration_ms + second.duration_ms) * 24);
        let second_at = first.duration_ms as usize * 24 + DELAY;
        let loud = energy(&decoded[second_at + 1_000..second_at + 11_000]);
        assert!(loud > 0.05, "{loud}");
    }

    #[test]
    fn the_sound_begins_where_the_delay_says() {
        let mut samples = vec![0; 24_000];
        samples.extend(tone(24_000));
        let decoded = decode(&encode(samples).unwrap().mp3);
        let begins = 24_000 + DELAY;
        assert!(energy(&decoded[begins - 2_000..begins - 200]) < 0.01);
        assert!(energy(&decoded[begins + 200..begins + 2_000]) > 0.05);
    }
}
