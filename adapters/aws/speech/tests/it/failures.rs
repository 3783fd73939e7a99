//! A refusal says what to do, and what passes is waited for.

use domain::ports::{PortError, Synthesizer, Voice};
use domain::text::Language;

use crate::stand_in::{BUCKET, Polly, TOPIC};
use crate::tasks::{begin, name, section};

async fn refused(polly: &Polly, text: &str) -> PortError {
    let voice = Voice { language: Language::English };
    polly.synthesizer().speak(&section(&[text]), &voice, &name()).await.unwrap_err()
}

#[tokio::test]
async fn a_voice_that_does_not_exist_or_is_not_neural_is_named() {
    for voice in ["Nobody", "Aditi"] {
        let mut polly = Polly::start().await;
        polly.config.english = voice.to_owned();
        let error = refused(&polly, "Hello.").await;
        assert!(matches!(&error, PortError::Denied(what) if what.contains(voice)), "{error:?}");
        assert!(error.to_string().contains("ap-northeast-2"), "{error}");
        assert_eq!(polly.calls(), 1, "it is not asked again");
    }
}

#[tokio::test]
async fn a_text_that_is_too_long_is_refused_before_it_costs_anything() {
    let polly = Polly::start().await;
    // Escaped, the second is too long.
    for text in ["a".repeat(100_001), "&".repeat(50_000)] {
        let error = refused(&polly, &text).await;
        assert!(
            matches!(&error, PortError::Rejected(what) if what.contains("divide it")),
            "{error}"
        );
    }
    assert_eq!(polly.calls(), 0);
}

#[tokio::test]
async fn a_refusal_says_what_to_do() {
    for (status, error, remedy) in [
        (400, "InvalidS3BucketException", BUCKET),
        (400, "InvalidS3KeyException", "s3:PutObject"),
        (400, "InvalidSnsTopicArnException", TOPIC),
        (403, "AccessDeniedException", "polly:StartSpeechSynthesisTask"),
        (403, "UnrecognizedClientException", "credentials"),
        (400, "EngineNotSupportedException", "Joanna"),
    ] {
        let polly = Polly::start().await;
        polly.refuse(&[(status, error)]);
        let error = refused(&polly, "Hello.").await;
        assert!(matches!(error, PortError::Denied(_)), "{error:?}");
        assert!(error.to_string().contains(remedy), "{error}");
        assert_eq!(polly.calls(), 1);
    }
    for error in ["TextLengthExceededException", "InvalidSsmlException"] {
        let polly = Polly::start().await;
        polly.refuse(&[(400, error)]);
        let error = refused(&polly, "Hello.").await;
        assert!(matches!(error, PortError::Rejected(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_polly_that_throttles_is_asked_again_and_then_unavailable() {
    let polly = Polly::start().await;
    polly.refuse(&[(400, "ThrottlingException")]);
    begin(&polly, &["Hello."], Language::English).await;
    assert_eq!(polly.requests().len(), 2, "sound and marks, once each");

    for refusal in [(400, "ThrottlingException"), (500, "ServiceFailureException")] {
        let polly = Polly::start().await;
        polly.refuse(&[refusal; 9]);
        let error = refused(&polly, "Hello.").await;
        assert!(matches!(error, PortError::Unavailable("Polly")), "{error:?}");
        assert_eq!(polly.requests().len(), 0);
    }
}

#[tokio::test]
async fn a_bucket_that_may_not_be_read_says_so_and_keeps_what_is_there() {
    let polly = Polly::start().await;
    let outside = begin(&polly, &["Hello."], Language::English).await;
    polly.end(&outside, "");
    polly.forbid(403, "AccessDenied");
    for error in [
        polly.synthesizer().hear(&outside).await.unwrap_err(),
        polly.synthesizer().forget(&outside).await.unwrap_err(),
    ] {
        assert!(
            matches!(&error, PortError::Denied(what) if what.contains("s3:GetObject")),
            "{error}"
        );
    }
    assert_eq!(polly.keys().len(), 2);
}
