//! What the API model of Polly (2016-06-10, `StartSpeechSynthesisTaskInput`) demands of a request.

use serde_json::Value;

/// Some of the voices, and whether each has a neural one.
const VOICES: [(&str, bool); 5] =
    [("Aditi", false), ("Jihye", true), ("Joanna", true), ("Matthew", true), ("Seoyeon", true)];

const MEMBERS: [&str; 12] = [
    "Engine",
    "LanguageCode",
    "LexiconNames",
    "OutputFormat",
    "OutputS3BucketName",
    "OutputS3KeyPrefix",
    "SampleRate",
    "SnsTopicArn",
    "SpeechMarkTypes",
    "Text",
    "TextType",
    "VoiceId",
];

/// The exception that Polly would answer.
pub fn refusal(request: &Value) -> Option<&'static str> {
    for member in request.as_object().unwrap().keys() {
        assert!(MEMBERS.contains(&member.as_str()), "{member}");
    }
    let text = |member: &str| request[member].as_str().unwrap_or_default();
    let among = |member: &str, known: &str| known.contains(&text(member).to_ascii_uppercase());
    let Some((_, neural)) = VOICES.iter().find(|(name, _)| *name == text("VoiceId")) else {
        return Some("ValidationException");
    };
    if !neural && text("Engine") == "neural" {
        return Some("EngineNotSupportedException");
    }
    let marks = text("OutputFormat") == "json";
    if marks == request["SpeechMarkTypes"].is_null() {
        return Some("MarksNotSupportedForFormatException");
    }
    if marks && text("TextType") != "ssml" {
        return Some("SsmlMarksNotSupportedForTextTypeException");
    }
    if !marks && !["8000", "16000", "22050", "24000"].contains(&text("SampleRate")) {
        return Some("InvalidSampleRateException");
    }
    if text("Text").chars().count() > 200_000 {
        return Some("TextLengthExceededException");
    }
    if !text("Text").starts_with("<speak>") || text("Text").chars().any(char::is_control) {
        return Some("InvalidSsmlException");
    }
    let key = |c: char| c.is_ascii_alphanumeric() || "/!-_.*'():;$@=+,?&".contains(c);
    if !text("OutputS3KeyPrefix").chars().all(key) || text("OutputS3KeyPrefix").len() > 800 {
        return Some("InvalidS3KeyException");
    }
    let bucket = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '.' | '-');
    if !text("OutputS3BucketName").chars().all(bucket) || text("OutputS3BucketName").len() < 3 {
        return Some("InvalidS3BucketException");
    }
    let topic: Vec<&str> = text("SnsTopicArn").split(':').collect();
    if topic.len() != 6 || topic[..3] != ["arn", "aws", "sns"] || topic[4].len() != 12 {
        return Some("InvalidSnsTopicArnException");
    }
    assert!(among("Engine", "STANDARD NEURAL LONG-FORM GENERATIVE"), "{request}");
    assert!(among("OutputFormat", "JSON MP3 OGG_VORBIS PCM"), "{request}");
    None
}
