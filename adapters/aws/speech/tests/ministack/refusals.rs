//! What cannot be meant, and what passes.

use aws_speech::Config;
use domain::ports::{Heard, PortError};

use crate::place::Place;

async fn refused(change: impl FnOnce(&mut Config)) -> PortError {
    let mut place = Place::without("nothing").await;
    change(&mut place.config);
    place.begin("Hello.").await.unwrap_err()
}

#[track_caller]
fn says(error: &PortError, what: &str) {
    assert!(matches!(error, PortError::Denied(_)), "{error:?}");
    assert!(error.to_string().contains(what), "{error}");
}

#[tokio::test]
async fn a_voice_that_does_not_exist_or_is_not_neural_is_named() {
    for voice in ["Nobody", "Aditi"] {
        says(&refused(|config| config.english = voice.to_owned()).await, voice);
    }
}

#[tokio::test]
async fn a_bucket_or_topic_that_cannot_be_is_named() {
    says(&refused(|config| config.bucket = "No_Bucket".to_owned()).await, "No_Bucket");
    says(&refused(|config| config.topic = "arn:aws:sns:here".to_owned()).await, "arn:aws:sns:here");
}

#[tokio::test]
async fn a_polly_that_throttles_is_asked_again() {
    let place = Place::without("nothing").await;
    let outside = place.begin("It waits. [[polly:throttle 1]]").await.unwrap();
    assert!(matches!(place.heard(&outside).await, Heard::Spoken(..)));
}

#[tokio::test]
async fn a_voice_that_is_hoarse_says_so() {
    let place = Place::without("nothing").await;
    let outside = place.begin("Hrrm. [[polly:hoarse]]").await.unwrap();
    let Heard::Failed(reason) = place.heard(&outside).await else { panic!("it was spoken") };
    assert_eq!(reason, "The voice is hoarse");
}
