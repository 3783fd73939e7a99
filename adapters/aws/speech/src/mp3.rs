//! What Polly makes, as MP3 that can be joined by putting one behind the other: frames alone, of one rate.

use domain::ports::Audio;

/// Samples a second: the most that Polly gives as MP3, and what its neural voices are made of.
pub(crate) const RATE: u32 = 24_000;

/// What is no such sound.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Mp3Error {
    /// Something else than a frame, at this byte.
    #[error("byte {0} begins no frame of MP3")]
    NoFrame(usize),
    /// The last frame is not whole.
    #[error("the last frame of the MP3 is cut off")]
    CutOff,
    /// Not the rate that was asked for, or more than one channel.
    #[error("the MP3 has {rate} samples a second in {channels}, not {RATE} in one channel")]
    Other {
        /// Samples a second.
        rate: u32,
        /// One or more.
        channels: &'static str,
    },
    /// It has no frames.
    #[error("the MP3 has no sound")]
    Empty,
}

/// Takes the tags away, before and after, and the first frame if it only tells of the others: a player would
/// believe that the whole joined sound is as long as that says.
///
/// # Errors
/// [`Mp3Error`]
pub(crate) fn frames_alone(mp3: &[u8]) -> Result<Audio, Mp3Error> {
    let start = after_tags(mp3);
    let (mut at, mut from, mut samples) = (start, start, 0_u64);
    while at < mp3.len() && !mp3[at..].starts_with(b"TAG") {
        let frame = Frame::read(&mp3[at..]).ok_or(Mp3Error::NoFrame(at))?;
        if frame.rate != RATE || !frame.mono {
            let channels = if frame.mono { "one channel" } else { "two channels" };
            return Err(Mp3Error::Other { rate: frame.rate, channels });
        }
        let bytes = mp3.get(at..at + frame.length).ok_or(Mp3Error::CutOff)?;
        at += frame.length;
        if samples == 0 && frame.tells_of_others(bytes) {
            from = at;
        } else {
            samples += u64::from(frame.samples);
        }
    }
    if samples == 0 {
        return Err(Mp3Error::Empty);
    }
    let duration_ms = u32::try_from(samples * 1_000 / u64::from(RATE)).unwrap_or(u32::MAX);
    Ok(Audio { mp3: mp3[from..at].to_vec(), duration_ms })
}

/// Where the tags before the first frame end (ID3v2: the size is four times seven bits).
fn after_tags(mp3: &[u8]) -> usize {
    let mut at = 0;
    while let Some([b'I', b'D', b'3', _, _, flags, size @ ..]) = mp3.get(at..at + 10) {
        let size = size.iter().fold(0, |size, byte| size << 7 | usize::from(byte & 0x7f));
        let footer = if flags & 0x10 == 0 { 0 } else { 10 };
        at = (at + 10 + size + footer).min(mp3.len());
    }
    at
}

/// The header of a frame of layer III (ISO 11172-3, 13818-3).
struct Frame {
    length: usize,
    samples: u32,
    rate: u32,
    mono: bool,
    /// Bytes between the beginning and the sound: header, checksum, side information.
    side: usize,
}

impl Frame {
    fn read(bytes: &[u8]) -> Option<Frame> {
        let [0xff, second, third, fourth, ..] = *bytes else { return None };
        // Eleven bits of ones, and layer III.
        if second & 0xe6 != 0xe2 {
            return None;
        }
        let (whole, halved) = match (second >> 3) & 3 {
            3 => (true, 1),
            2 => (false, 2),
            0 => (false, 4),
            _ => return None,
        };
        let kilobits: [u32; 14] = if whole {
            [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
        } else {
            [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
        };
        let bits = kilobits.get(usize::from(third >> 4).checked_sub(1)?)? * 1_000;
        let rate = [44_100, 48_000, 32_000].get(usize::from((third >> 2) & 3))? / halved;
        let samples = if whole { 1_152 } else { 576 };
        let padding = u32::from((third >> 1) & 1);
        let mono = fourth >> 6 == 3;
        let side = match (whole, mono) {
            (true, true) | (false, false) => 17,
            (true, false) => 32,
            (false, true) => 9,
        };
        let checksum = if second & 1 == 0 { 2 } else { 0 };
        let length = usize::try_from(samples / 8 * bits / rate + padding).ok()?;
        Some(Frame { length, samples, rate, mono, side: 4 + checksum + side })
    }

    /// Whether the frame holds a table of the others and no sound.
    fn tells_of_others(&self, bytes: &[u8]) -> bool {
        let at = |place: usize| bytes.get(place..place + 4).unwrap_or_default();
        matches!(at(self.side), b"Xing" | b"Info") || at(36) == b"VBRI"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 48 kbit/s at 24 kHz in one channel: 144 bytes and 24 ms.
    fn frame(filling: &[u8]) -> Vec<u8> {
        let mut frame = vec![0xff, 0xf3, 0x64, 0xc4];
        frame.resize(13, 0);
        frame.extend(filling);
        frame.resize(144, 0x55);
        frame
    }

    fn tag(size: u8) -> Vec<u8> {
        let mut tag = b"ID3\x04\x00\x00\x00\x00\x01".to_vec();
        tag.push(size);
        // 128 for the bit that is set, which looks like the beginning of a frame.
        tag.resize(10 + 128 + usize::from(size), 0xff);
        tag
    }

    #[test]
    fn frames_stay_and_tags_go() {
        let sound = [frame(&[]), frame(&[]), frame(&[])].concat();
        let expected = Audio { mp3: sound.clone(), duration_ms: 72 };
        let mut trailer = b"TAG".to_vec();
        trailer.resize(128, 0);
        for (before, after) in [
            (vec![], vec![]),
            (tag(5), vec![]),
            ([tag(0), tag(9)].concat(), trailer.clone()),
            ([tag(3), frame(b"Info")].concat(), vec![]),
            (frame(b"Xing"), trailer),
        ] {
            let mp3 = [before, sound.clone(), after].concat();
            assert_eq!(frames_alone(&mp3).as_ref(), Ok(&expected));
        }
    }

    #[test]
    fn what_cannot_be_joined_is_refused() {
        let whole = frame(&[]);
        let mut stereo = whole.clone();
        stereo[3] = 0x44;
        let mut slower = whole.clone();
        slower[2] = 0x60;
        for (mp3, error) in [
            (vec![], Mp3Error::Empty),
            (frame(b"Info"), Mp3Error::Empty),
            (b"<Error>".to_vec(), Mp3Error::NoFrame(0)),
            ([whole.clone(), b"RIFF".to_vec()].concat(), Mp3Error::NoFrame(144)),
            ([whole.clone(), whole[..100].to_vec()].concat(), Mp3Error::CutOff),
            (tag(5)[..20].to_vec(), Mp3Error::Empty),
            (stereo, Mp3Error::Other { rate: RATE, channels: "two channels" }),
            (slower, Mp3Error::Other { rate: 22_050, channels: "one channel" }),
        ] {
            assert_eq!(frames_alone(&mp3), Err(error));
        }
    }
}
