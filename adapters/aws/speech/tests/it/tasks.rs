//! What Polly is asked for, and what is made of what it made.

use domain::PostId;
use domain::ports::{Heard, OutsideId, SectionName, Speaking, Synthesizer, Voice};
use domain::text::{Language, Section, Sentence};
use serde_json::json;

use crate::stand_in::{BUCKET, Polly, TOPIC};

pub fn section(sentences: &[&str]) -> Section {
    let sentence = |(text, number): (&&str, u32)| Sentence { number, text: (*text).to_owned() };
    Section { heading: false, sentences: sentences.iter().zip(4..).map(sentence).collect() }
}

pub fn name() -> SectionName {
    SectionName { post: PostId::from_bits(5), name: "section-ab12".to_owned() }
}

pub async fn begin(polly: &Polly, sentences: &[&str], language: Language) -> OutsideId {
    let begun = polly.synthesizer().speak(&section(sentences), &Voice { language }, &name()).await;
    match begun.unwrap() {
        Speaking::Started(outside) => outside,
        Speaking::Done(..) => panic!("Polly goes on by itself"),
    }
}

async fn hear(polly: &Polly, outside: &OutsideId) -> Heard {
    polly.synthesizer().hear(outside).await.unwrap()
}

fn reason(heard: Heard) -> String {
    match heard {
        Heard::Failed(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn polly_is_asked_for_sound_and_marks_as_its_model_says() {
    let polly = Polly::start().await;
    begin(&polly, &["러스트 & 폴리."], Language::Korean).await;
    let ssml = "<speak><s><mark name=\"b4\"/>러스트 &amp; 폴리.<mark name=\"e4\"/></s>\
                <break time=\"600ms\"/></speak>";
    let common = json!({
        "Engine": "neural",
        "OutputS3BucketName": BUCKET,
        "OutputS3KeyPrefix": format!("polly/{}/section-ab12", PostId::from_bits(5)),
        "SnsTopicArn": TOPIC,
        "Text": ssml,
        "TextType": "ssml",
        "VoiceId": "Seoyeon",
    });
    let mut sound = common.clone();
    sound["OutputFormat"] = json!("mp3");
    sound["SampleRate"] = json!("24000");
    let mut marks = common;
    marks["OutputFormat"] = json!("json");
    marks["SpeechMarkTypes"] = json!(["ssml"]);
    assert_eq!(polly.requests(), [sound, marks]);
}

#[tokio::test]
async fn each_language_has_its_voice() {
    let polly = Polly::start().await;
    begin(&polly, &["Hello."], Language::English).await;
    assert_eq!(polly.requests()[0]["VoiceId"], "Joanna");
}

#[tokio::test]
async fn a_section_is_heard_when_both_tasks_have_ended_in_either_order() {
    for (first, second) in [("mp3", "marks"), ("marks", "mp3")] {
        let polly = Polly::start().await;
        let outside = begin(&polly, &["One.", "Two!"], Language::English).await;
        polly.end(&outside, first);
        assert!(matches!(hear(&polly, &outside).await, Heard::Going));
        polly.end(&outside, second);
        let calls = polly.calls();
        let Heard::Spoken(audio, marks) = hear(&polly, &outside).await else { panic!() };
        assert_eq!(polly.calls(), calls, "what is there need not be asked for");
        // 30 frames and two for each character, of 24 ms and 144 bytes; tags and the first frame are gone.
        assert_eq!((audio.duration_ms, audio.mp3.len()), (46 * 24, 46 * 144));
        let at: Vec<_> = marks.iter().map(|it| (it.sentence, it.start_ms, it.end_ms)).collect();
        assert_eq!(at, [(4, 0, 192), (5, 192, 384)]);
    }
}

#[tokio::test]
async fn what_was_heard_is_removed_from_pollys_folder_alone() {
    let polly = Polly::start().await;
    let outside = begin(&polly, &["One."], Language::English).await;
    polly.end(&outside, "");
    assert!(polly.keys().iter().all(|key| key.starts_with("polly/")));
    assert_eq!(polly.keys().len(), 2);
    polly.synthesizer().forget(&outside).await.unwrap();
    assert_eq!(polly.keys(), [] as [String; 0]);
    assert_eq!(reason(hear(&polly, &outside).await), "what Polly made is not there any more");
}

#[tokio::test]
async fn a_task_that_polly_gave_up_or_does_not_know_says_so() {
    let polly = Polly::start().await;
    let outside = begin(&polly, &["One."], Language::English).await;
    polly.fail();
    assert_eq!(reason(hear(&polly, &outside).await), "the voice is hoarse");
    polly.forget_tasks();
    assert_eq!(reason(hear(&polly, &outside).await), "Polly does not know the task any more");
    let another = OutsideId("task-7".to_owned());
    assert_eq!(reason(hear(&polly, &another).await), "it was begun by another engine");
    polly.synthesizer().forget(&another).await.unwrap();
}

#[tokio::test]
async fn what_is_no_sound_or_no_marks_is_begun_anew() {
    for (extension, made) in [("mp3", "RIFF"), ("mp3", ""), ("marks", "{"), ("marks", "")] {
        let polly = Polly::start().await;
        let outside = begin(&polly, &["One."], Language::English).await;
        polly.end(&outside, "");
        polly.end_with(&outside, extension, made.as_bytes());
        let reason = reason(hear(&polly, &outside).await);
        assert!(reason.contains("MP3") || reason.contains("speech mark"), "{reason}");
    }
}
