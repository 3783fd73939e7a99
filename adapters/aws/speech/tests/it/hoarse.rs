//! What the stand-in's voice makes of SSML: silence in Polly's wrapping, as long as the text.

use serde_json::json;

/// Of a character. A frame has 24 ms.
const FRAMES: usize = 2;
const FRAME_MS: usize = 24;

/// The text between tags, and the marks in it, each with the characters before it.
fn read(ssml: &str) -> (usize, Vec<(String, usize)>) {
    let (mut chars, mut marks) = (0, vec![]);
    let inner = ssml.strip_prefix("<speak>").unwrap().strip_suffix("</speak>").unwrap();
    for piece in inner.split_inclusive('>') {
        let (text, tag) = piece.split_once('<').unwrap();
        assert!(!text.contains('>'), "{ssml}");
        chars += text.chars().count();
        if let Some(name) = tag.strip_prefix("mark name=\"") {
            marks.push((name.strip_suffix("\"/>").unwrap().to_owned(), chars));
        } else {
            assert!(matches!(tag, "s>" | "/s>") || tag.starts_with("break time=\""), "{tag}");
        }
    }
    (chars, marks)
}

/// One frame: 48 kbit/s, 24 kHz, one channel.
fn frame(side: &[u8]) -> Vec<u8> {
    let mut frame = vec![0xff, 0xf3, 0x64, 0xc4];
    frame.resize(13, 0);
    frame.extend(side);
    frame.resize(144, 0);
    frame
}

/// An ID3 tag, a frame that tells of the others, and the others.
pub fn mp3(ssml: &str) -> Vec<u8> {
    let (chars, _) = read(ssml);
    let mut mp3 =
        b"ID3\x04\x00\x00\x00\x00\x00\x17TSSE\x00\x00\x00\x0d\x00\x00\x03Lavf00.0.000".to_vec();
    mp3.resize(10 + 0x17, 0);
    mp3.extend(frame(b"Info"));
    (0..FRAMES * chars + 30).for_each(|_| mp3.extend(frame(b"")));
    mp3
}

/// A line for each mark.
pub fn marks(ssml: &str) -> Vec<u8> {
    let line = |(name, chars): (String, usize)| {
        let time = chars * FRAMES * FRAME_MS;
        json!({ "time": time, "type": "ssml", "start": 0, "end": 0, "value": name }).to_string()
            + "\n"
    };
    read(ssml).1.into_iter().map(line).collect::<String>().into_bytes()
}
