//! What is missing of what the user has to be allowed.

use domain::ports::{Heard, PortError, Synthesizer};

use crate::place::Place;

/// Why a task failed of a user who may not do something.
async fn failed(place: &Place) -> String {
    let outside = place.begin("Hello.").await.unwrap();
    match place.heard(&outside).await {
        Heard::Failed(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn who_may_not_write_to_the_bucket_has_the_task_fail() {
    let reason = failed(&Place::without("s3:PutObject").await).await;
    assert!(reason.contains("permission to write objects"), "{reason}");
}

#[tokio::test]
async fn a_bucket_that_is_not_there_has_the_task_fail() {
    let mut place = Place::without("nothing").await;
    place.config.bucket += "-not";
    let outside = place.begin("Hello.").await.unwrap();
    // Nor may this user read there.
    let error = place.polly().hear(&outside).await.unwrap_err();
    assert!(matches!(&error, PortError::Denied(_)), "{error:?}");
    assert!(error.to_string().contains(&place.config.bucket), "{error}");
}

#[tokio::test]
async fn who_may_not_tell_the_topic_is_spoken_to_all_the_same() {
    let place = Place::without("sns:Publish").await;
    let outside = place.begin("Hello.").await.unwrap();
    assert!(matches!(place.heard(&outside).await, Heard::Spoken(..)));
}

#[tokio::test]
async fn who_may_not_begin_tasks_is_told_what_to_allow() {
    let error = Place::without("polly:").await.begin("Hello.").await.unwrap_err();
    assert!(matches!(&error, PortError::Denied(_)), "{error:?}");
    assert!(error.to_string().contains("polly:StartSpeechSynthesisTask"), "{error}");
}

#[tokio::test]
async fn who_may_not_read_is_told_what_to_allow() {
    let place = Place::without("s3:GetObject").await;
    let outside = place.begin("Hello.").await.unwrap();
    let error = place.polly().hear(&outside).await.unwrap_err();
    assert!(matches!(&error, PortError::Denied(_)), "{error:?}");
    assert!(error.to_string().contains("s3:GetObject"), "{error}");
}
