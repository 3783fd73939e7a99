//! Where the sentences of a section are in its sound, as Polly says: a line of JSON for each mark.

use std::collections::BTreeMap;

use domain::ports::Mark;

/// What is no list of marks.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MarksError {
    /// A line that is not as Polly writes them.
    #[error("a speech mark cannot be read")]
    Line(#[source] serde_json::Error),
    /// There are none.
    #[error("there are no speech marks")]
    None,
}

#[derive(serde::Deserialize)]
struct Line {
    time: u32,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    value: String,
}

/// Reads marks that [`ssml`](crate::ssml::ssml) set, in the order of the sentences. They follow each other, within
/// the sound.
pub(crate) fn read(lines: &[u8], duration_ms: u32) -> Result<Vec<Mark>, MarksError> {
    let (mut begins, mut ends) = (BTreeMap::new(), BTreeMap::new());
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        let line: Line = serde_json::from_slice(line).map_err(MarksError::Line)?;
        let of = |side: &str| line.value.strip_prefix(side)?.parse::<u32>().ok();
        if line.kind != "ssml" {
            continue;
        }
        if let Some(number) = of("b") {
            begins.insert(number, line.time);
        } else if let Some(number) = of("e") {
            ends.insert(number, line.time);
        }
    }
    let numbers: Vec<u32> = begins.keys().copied().collect();
    let mut at = 0;
    let marks: Vec<Mark> = numbers
        .iter()
        .zip(numbers.iter().skip(1).map(Some).chain([None]))
        .map(|(number, next)| {
            // A decoder may play a little less than Polly counts.
            let next = next.and_then(|next| begins.get(next)).copied().unwrap_or(duration_ms);
            let start_ms = begins.get(number).copied().unwrap_or(at).clamp(at, duration_ms.max(at));
            let end = ends.get(number).copied().unwrap_or(next);
            let end_ms = end.min(next).min(duration_ms).max(start_ms);
            at = end_ms;
            Mark { sentence: *number, start_ms, end_ms }
        })
        .collect();
    if marks.is_empty() { Err(MarksError::None) } else { Ok(marks) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(lines: &str) -> Vec<(u32, u32, u32)> {
        let marks = read(lines.as_bytes(), 5_000).unwrap();
        marks.iter().map(|mark| (mark.sentence, mark.start_ms, mark.end_ms)).collect()
    }

    #[test]
    fn a_sentence_is_between_its_marks() {
        let lines = r#"{"time":6,"type":"ssml","start":10,"end":20,"value":"b7"}
{"time":6,"type":"word","start":20,"end":24,"value":"b9"}
{"time":1200,"type":"ssml","start":30,"end":40,"value":"e7"}
{"time":1500,"type":"ssml","start":50,"end":60,"value":"b8"}
{"time":4000,"type":"ssml","start":70,"end":80,"value":"e8"}
"#;
        assert_eq!(marks(lines), [(7, 6, 1200), (8, 1500, 4000)]);
    }

    #[test]
    fn marks_that_are_late_or_missing_are_kept_in_order_and_within_the_sound() {
        let lines = r#"{"time":0,"type":"ssml","value":"b0"}
{"time":2000,"type":"ssml","value":"b1"}
{"time":2500,"type":"ssml","value":"e0"}
{"time":9000,"type":"ssml","value":"e1"}"#;
        assert_eq!(marks(lines), [(0, 0, 2000), (1, 2000, 5000)]);
        assert_eq!(marks(r#"{"time":7000,"type":"ssml","value":"b0"}"#), [(0, 5000, 5000)]);
    }

    #[test]
    fn what_is_no_list_of_marks_is_told_apart() {
        assert!(matches!(read(b"", 9), Err(MarksError::None)));
        assert!(matches!(read(b"<Error/>", 9), Err(MarksError::Line(_))));
        assert!(matches!(read(b"{\"time\":-1,\"type\":\"ssml\"}", 9), Err(MarksError::Line(_))));
    }
}
