//! Reads the sound that `espeak-ng` writes.

use crate::error::SpeechError;

/// One channel of 16-bit samples.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sound {
    /// Samples a second.
    pub(crate) rate: u32,
    pub(crate) samples: Vec<i16>,
}

/// Reads WAV whose lengths may be wrong: a program that writes to a pipe cannot know them yet.
pub(crate) fn read(wav: &[u8]) -> Result<Sound, SpeechError> {
    if !wav.starts_with(b"RIFF") || wav.get(8..12) != Some(b"WAVE") {
        return Err(SpeechError::NoSound("not a WAV file"));
    }
    let mut rate = None;
    let mut at = 12;
    loop {
        let name = wav.get(at..at + 4).ok_or(SpeechError::NoSound("no samples"))?;
        let length = number(wav, at + 4)? as usize;
        let body = at + 8;
        match name {
            b"fmt " => {
                let channels = wav.get(body + 2..body + 4) == Some(&[1, 0]);
                let bits = wav.get(body + 14..body + 16) == Some(&[16, 0]);
                if !channels || !bits {
                    return Err(SpeechError::NoSound("not one channel of 16 bits"));
                }
                rate = Some(number(wav, body + 4)?);
            }
            b"data" => {
                let end = body.saturating_add(length).min(wav.len());
                let samples = wav[body.min(end)..end]
                    .chunks_exact(2)
                    .map(|sample| i16::from_le_bytes([sample[0], sample[1]]))
                    .collect();
                let rate = rate
                    .filter(|rate| (4_000..=192_000).contains(rate))
                    .ok_or(SpeechError::NoSound("no sample rate"))?;
                return Ok(Sound { rate, samples });
            }
            _ => {}
        }
        at = body.saturating_add(length).saturating_add(length & 1);
    }
}

fn number(wav: &[u8], at: usize) -> Result<u32, SpeechError> {
    let number = wav.get(at..at + 4).ok_or(SpeechError::NoSound("it ends early"))?;
    Ok(u32::from_le_bytes([number[0], number[1], number[2], number[3]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(rate: u32, length: u32) -> Vec<u8> {
        let mut wav = b"RIFF\xff\xff\xff\x7fWAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        wav.extend(rate.to_le_bytes());
        wav.extend((rate * 2).to_le_bytes());
        wav.extend(b"\x02\0\x10\0data");
        wav.extend(length.to_le_bytes());
        wav
    }

    #[test]
    fn lengths_that_a_pipe_could_not_know_do_not_matter() {
        let mut wav = header(22_050, 0x7fff_f000);
        wav.extend([1, 0, 0xff, 0xff, 9]);
        assert_eq!(read(&wav).unwrap(), Sound { rate: 22_050, samples: vec![1, -1] });
    }

    #[test]
    fn what_is_no_sound_is_said() {
        for broken in [&b""[..], b"RIFFxxxxWAVE", b"hello", &header(0, 4), &header(22_050, 4)[..30]]
        {
            assert!(matches!(read(broken), Err(SpeechError::NoSound(_))));
        }
    }
}
