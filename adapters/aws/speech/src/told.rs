//! What Polly says to the topic when a task has ended.

use domain::ports::SectionName;
use serde_json::Value;

use crate::folder::section;

/// The section of which a message tells: one of its tasks has ended, well or not. None when it tells of nothing
/// that was asked for here. It may be of anybody: it says where to look, and nothing else of it is believed.
pub fn told(message: &str) -> Option<SectionName> {
    let message: Value = serde_json::from_str(message).ok()?;
    let field = |(name, value): (&String, &Value)| {
        name.eq_ignore_ascii_case("outputUri").then(|| value.as_str().map(str::to_owned)).flatten()
    };
    section(&message.as_object()?.iter().find_map(field)?)
}

#[cfg(test)]
mod tests {
    use domain::PostId;

    use super::*;

    #[test]
    fn a_message_tells_of_a_section() {
        let post = PostId::from_bits(5);
        let message = format!(
            r#"{{"taskId": "ab-12", "taskStatus": "COMPLETED", "requestCharacters": 3,
                "outputUri": "s3://blog-media/polly/{post}/section-1.ab-12.mp3",
                "creationTime": "2026-11-29T18:25:26Z", "outputFormat": "mp3", "voiceId": "Seoyeon"}}"#
        );
        let expected = SectionName { post, name: "section-1".to_owned() };
        assert_eq!(told(&message), Some(expected));
    }

    #[test]
    fn anything_else_tells_of_nothing() {
        for message in
            ["", "hello", "[]", "{}", r#"{"outputUri": 7}"#, r#"{"outputUri": "s3://b/a"}"#]
        {
            assert_eq!(told(message), None, "{message}");
        }
    }
}
