//! Speech: asks its voice only for what it does not have.

use std::sync::Arc;

use content::MarkdownRenderer;
use domain::ports::{Audio, Mark, PortError, SectionName, Speaking, Synthesizer, Voice};
use domain::stage::{Stage, StageKind, StageResult, StageStatus};
use domain::text::Section;
use parking_lot::Mutex;
use workers::Speech;

use crate::rig::Rig;
use crate::runner::Counting;

/// Remembers what it was asked to speak; a sentence is a frame of its length.
#[derive(Default)]
pub struct Remembering {
    spoken: Mutex<Vec<String>>,
    pub down: Mutex<bool>,
}

impl Remembering {
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.spoken.lock())
    }
}

#[async_trait::async_trait]
impl Synthesizer for Remembering {
    fn version(&self, _: &Voice) -> String {
        "remembering 1".into()
    }

    async fn speak(
        &self,
        section: &Section,
        _: &Voice,
        _: &SectionName,
    ) -> Result<Speaking, PortError> {
        if *self.down.lock() && section.sentences.iter().any(|s| s.text.contains("Two")) {
            return Err(PortError::Unavailable("the voice"));
        }
        let (mut mp3, mut marks) = (vec![], vec![]);
        for sentence in &section.sentences {
            self.spoken.lock().push(sentence.text.clone());
            let start_ms = mp3.len() as u32;
            mp3.extend(sentence.text.bytes());
            marks.push(Mark { sentence: sentence.number, start_ms, end_ms: mp3.len() as u32 });
        }
        let duration_ms = mp3.len() as u32;
        Ok(Speaking::Done(Audio { mp3, duration_ms }, marks))
    }
}

pub fn worker(rig: &Rig, synthesizer: &Arc<Remembering>) -> Arc<Speech> {
    Arc::new(Speech {
        posts: Arc::new(rig.blog.clone()),
        renderer: Arc::new(MarkdownRenderer),
        synthesizer: synthesizer.clone(),
        objects: Arc::new(rig.objects.clone()),
    })
}

fn ended(stage: &Stage) -> bool {
    matches!(stage.status, StageStatus::Ready | StageStatus::Skipped | StageStatus::Failed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_speaks_anew_only_what_it_changed_and_marks_stay_in_order() {
    use domain::ports::Objects;
    let rig = Rig::kind().await;
    let voice = Arc::new(Remembering::default());
    let stop = rig.start(worker(&rig, &voice), Arc::new(Counting::default()));
    let post = rig.published("One here.\n\nTwo here.\n\nThree here.").await;
    rig.until(&post, StageKind::Speech, ended).await;
    assert_eq!(voice.take(), ["One here.", "Two here.", "Three here."]);

    let post = rig.edited(&post, "One here.\n\nTwo, changed.\n\nThree here.").await;
    let stage = rig.until(&post, StageKind::Speech, ended).await;
    assert_eq!(voice.take(), ["Two, changed."]);
    let Some(StageResult::Speech { marks, duration_ms, .. }) = stage.made.map(|made| made.result)
    else {
        panic!("no speech");
    };
    let marks = rig.objects.get(&marks).await.unwrap().unwrap().bytes;
    let marks = String::from_utf8(marks).unwrap();
    assert!(marks.contains("\"sentence\":2"), "{marks}");
    assert_eq!(duration_ms as usize, "One here.Two, changed.Three here.".len());
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_equal_text_is_skipped_without_asking_the_voice() {
    let rig = Rig::kind().await;
    let voice = Arc::new(Remembering::default());
    let stop = rig.start(worker(&rig, &voice), Arc::new(Counting::default()));
    let post = rig.published("One here.").await;
    rig.until(&post, StageKind::Speech, ended).await;
    voice.take();

    let post = rig.edited(&post, "Two here.").await;
    rig.until(&post, StageKind::Speech, ended).await;
    let post = rig.edited(&post, "Two here. ").await;
    let stage = rig.until(&post, StageKind::Speech, ended).await;
    // A space more is another content with the same sentences: every section is there already.
    assert_eq!((stage.status, voice.take()), (StageStatus::Ready, vec!["Two here.".to_owned()]));
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_broke_off_goes_on_where_it_was() {
    let rig = Rig::kind().await;
    let voice = Arc::new(Remembering::default());
    *voice.down.lock() = true;
    let stop = rig.start(worker(&rig, &voice), Arc::new(Counting::default()));
    let post = rig.published("One here.\n\nTwo here.").await;
    rig.until(&post, StageKind::Speech, |stage| stage.failure.is_some()).await;
    *voice.down.lock() = false;

    rig.until(&post, StageKind::Speech, |stage| stage.status == StageStatus::Ready).await;
    assert_eq!(voice.take(), ["One here.", "Two here."], "the first section once");
    stop.cancel();
}
