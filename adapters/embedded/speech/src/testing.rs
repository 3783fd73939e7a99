//! Ears for the tests.

use crate::mp3::RATE;

/// Decodes MP3 with a decoder that shares nothing with the encoder.
pub(crate) fn decode(mp3: &[u8]) -> Vec<f32> {
    let mut decoder = nanomp3::Decoder::new();
    let mut pcm = [0.0_f32; nanomp3::MAX_SAMPLES_PER_FRAME];
    let mut decoded = Vec::new();
    let mut rest = mp3;
    while !rest.is_empty() {
        let (used, frame) = decoder.decode(rest, &mut pcm);
        if let Ok(frame) = frame {
            assert_eq!(frame.sample_rate, RATE);
            assert_eq!(frame.bitrate, 48);
            decoded.extend_from_slice(&pcm[..frame.samples_produced]);
        }
        if used == 0 {
            break;
        }
        rest = &rest[used..];
    }
    decoded
}

/// The loudness of samples, 0 to 1.
pub(crate) fn energy(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

/// A tone of 440 Hz.
pub(crate) fn tone(length: usize) -> Vec<i16> {
    let sample =
        |n: usize| (n as f32 * 440.0 * std::f32::consts::TAU / RATE as f32).sin() * 8_000.0;
    (0..length).map(|n| sample(n) as i16).collect()
}
