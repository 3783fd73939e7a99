//! Speech by an engine that goes on by itself: the stage waits for its parts.

use std::collections::BTreeMap;
use std::sync::Arc;

use content::MarkdownRenderer;
use contract::{HostileConfig, HostileTable, TestClock};
use domain::Month;
use domain::actions::{BudgetsInput, RetryStage, SetBudgets};
use domain::part::{AT_ONCE, LONGEST, LOOK_AFTER, TRIES};
use domain::ports::{
    Audio, Heard, Mark, Objects, OutsideId, PortError, Posts, SectionName, Speaking, Synthesizer,
    Voice, Wanted,
};
use domain::post::Post;
use domain::stage::{Done, Stage, StageId, StageKind, StageResult, StageStatus, Subject};
use domain::text::Section;
use parking_lot::Mutex;
use workers::{Speech, Worker};

use crate::rig::Rig;

/// A service that speaks when it is told to; a sentence is a frame of its length.
#[derive(Default)]
struct Service {
    /// By number: what was asked, and what came of it.
    tasks: Mutex<BTreeMap<usize, Task>>,
    /// So many more are taken before it is busy.
    room: Mutex<Option<usize>>,
    /// Tells somebody of each task as soon as it is begun.
    hasty: Mutex<Option<Arc<Waiter>>>,
}

struct Task {
    section: Section,
    name: SectionName,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Going,
    Spoken,
    Failed,
    Forgotten,
}

impl Service {
    fn texts(&self) -> Vec<String> {
        let text = |task: &Task| -> String {
            task.section.sentences.iter().map(|sentence| sentence.text.as_str()).collect()
        };
        self.tasks.lock().values().map(text).collect()
    }

    fn name(&self, task: usize) -> SectionName {
        self.tasks.lock()[&task].name.clone()
    }

    fn end(&self, task: usize, state: State) {
        self.tasks.lock().get_mut(&task).unwrap().state = state;
    }

    fn end_all(&self, state: State) {
        for task in self.tasks.lock().values_mut().filter(|task| task.state == State::Going) {
            task.state = state;
        }
    }

    fn all_forgotten(&self) -> bool {
        self.tasks.lock().values().all(|task| task.state == State::Forgotten)
    }
}

fn number(outside: &OutsideId) -> usize {
    outside.0.strip_prefix("task-").unwrap().parse().unwrap()
}

#[async_trait::async_trait]
impl Synthesizer for Service {
    fn version(&self, _: &Voice) -> String {
        "service 1".into()
    }

    async fn speak(
        &self,
        section: &Section,
        _: &Voice,
        name: &SectionName,
    ) -> Result<Speaking, PortError> {
        if let Some(room) = self.room.lock().as_mut() {
            *room = room.checked_sub(1).ok_or(PortError::Unavailable("the service"))?;
        }
        let id = {
            let mut tasks = self.tasks.lock();
            let id = tasks.len();
            let task = Task { section: section.clone(), name: name.clone(), state: State::Going };
            tasks.insert(id, task);
            id
        };
        let hasty = self.hasty.lock().clone();
        if let Some(waiter) = hasty {
            self.end(id, State::Spoken);
            waiter.told(id).await;
        }
        Ok(Speaking::Started(OutsideId(format!("task-{id}"))))
    }

    async fn hear(&self, outside: &OutsideId) -> Result<Heard, PortError> {
        let tasks = self.tasks.lock();
        let Task { section, state, .. } = &tasks[&number(outside)];
        match state {
            State::Going => return Ok(Heard::Going),
            State::Failed => return Ok(Heard::Failed("hoarse".to_owned())),
            State::Forgotten => return Ok(Heard::Failed("gone".to_owned())),
            State::Spoken => {}
        }
        let (mut mp3, mut marks) = (vec![], vec![]);
        for sentence in &section.sentences {
            let start_ms = mp3.len() as u32;
            mp3.extend(sentence.text.bytes());
            marks.push(Mark { sentence: sentence.number, start_ms, end_ms: mp3.len() as u32 });
        }
        let duration_ms = mp3.len() as u32;
        Ok(Heard::Spoken(Audio { mp3, duration_ms }, marks))
    }

    async fn forget(&self, outside: &OutsideId) -> Result<(), PortError> {
        self.end(number(outside), State::Forgotten);
        Ok(())
    }
}

/// A post whose speech waits, and who hears of it.
struct Waiter {
    rig: Rig,
    clock: Arc<TestClock>,
    service: Arc<Service>,
    speech: Arc<Speech>,
}

impl Waiter {
    async fn new() -> Waiter {
        let clock = Arc::new(TestClock::default());
        Waiter::of(Rig::at(clock.clone(), |table, _| table).await, clock)
    }

    fn of(rig: Rig, clock: Arc<TestClock>) -> Waiter {
        let service = Arc::new(Service::default());
        let speech = Arc::new(Speech {
            posts: Arc::new(rig.blog.clone()),
            renderer: Arc::new(MarkdownRenderer),
            synthesizer: service.clone(),
            objects: Arc::new(rig.objects.clone()),
        });
        Waiter { rig, clock, service, speech }
    }

    /// Runs the stage if it is due; whether it was.
    async fn run(&self, post: &Post) -> bool {
        let jobs = self.rig.jobs();
        let id = StageId { subject: Subject::Post(post.id.clone()), kind: StageKind::Speech };
        let Some(stage) = jobs.claim(&id).await.unwrap() else { return false };
        let worker: Arc<dyn Worker> = self.speech.clone();
        jobs.carry_out(&stage, &worker).await.unwrap();
        true
    }

    /// Somebody says that a task has ended.
    async fn told(&self, task: usize) {
        self.speech.told(&self.rig.jobs(), &self.service.name(task)).await.unwrap();
    }

    async fn stage(&self, post: &Post) -> Stage {
        self.rig.stage(post, StageKind::Speech).await
    }

    async fn status(&self, post: &Post) -> StageStatus {
        self.stage(post).await.status
    }

    /// The whole sound, which is the text.
    async fn heard(&self, post: &Post) -> String {
        let stage = self.stage(post).await;
        assert_eq!(stage.status, StageStatus::Ready, "{stage:?}");
        assert!(stage.parts.is_empty());
        let Some(StageResult::Speech { audio, marks, duration_ms }) =
            stage.made.map(|made| made.result)
        else {
            panic!("no speech");
        };
        let read = async |key| self.rig.objects.get(key).await.unwrap().unwrap().bytes;
        let marks: Vec<Mark> = serde_json::from_slice(&read(&marks).await).unwrap();
        let numbers: Vec<u32> = marks.iter().map(|mark| mark.sentence).collect();
        assert_eq!(numbers, (0..marks.len() as u32).collect::<Vec<_>>());
        assert!(marks.windows(2).all(|pair| pair[0].end_ms <= pair[1].start_ms), "{marks:?}");
        let text = String::from_utf8(read(&audio).await).unwrap();
        assert_eq!(duration_ms as usize, text.len());
        text
    }
}

const TEXT: &str = "One here. And more.\n\nTwo here.\n\nOne here. And more.";

#[tokio::test]
async fn a_stage_waits_with_true_progress_until_the_last_part_is_there() {
    let waiter = Waiter::new().await;
    let post = waiter.rig.published(TEXT).await;
    assert!(waiter.run(&post).await);
    assert_eq!(waiter.service.texts(), ["One here.And more.", "Two here."], "equal ones once");
    let waits = waiter.stage(&post).await;
    assert_eq!((waits.status, waits.attempts), (StageStatus::Waiting, 0));
    assert_eq!(waits.progress, Some(Done { done: 0, total: 5 }));
    assert!(!waiter.run(&post).await, "nobody has to look yet");

    waiter.service.end(0, State::Spoken);
    waiter.told(0).await;
    waiter.told(0).await;
    let waits = waiter.stage(&post).await;
    assert_eq!(waits.progress, Some(Done { done: 4, total: 5 }));
    // Half of a task may end first: who tells of it too early changes nothing.
    waiter.told(1).await;
    assert_eq!(waiter.stage(&post).await, waits);

    waiter.service.end(1, State::Spoken);
    waiter.told(1).await;
    assert_eq!(waiter.status(&post).await, StageStatus::Pending);
    assert!(waiter.run(&post).await);
    assert_eq!(waiter.heard(&post).await, "One here.And more.Two here.One here.And more.");
    assert!(waiter.service.all_forgotten());
}

#[tokio::test]
async fn what_nobody_told_of_is_found_by_a_look() {
    let waiter = Waiter::new().await;
    let post = waiter.rig.published(TEXT).await;
    waiter.run(&post).await;
    waiter.service.end(1, State::Spoken);
    waiter.clock.advance(LOOK_AFTER);
    let due = waiter.rig.blog.due(StageKind::Speech, waiter.rig.clock.now(), 9).await.unwrap();
    assert_eq!(due, [waiter.stage(&post).await.id], "the due index says that it is time");
    assert!(waiter.run(&post).await);
    let waits = waiter.stage(&post).await;
    assert_eq!(waits.progress, Some(Done { done: 1, total: 5 }));
    assert_eq!((waits.status, waits.parts.len()), (StageStatus::Waiting, 1));

    waiter.service.end(0, State::Spoken);
    waiter.clock.advance(LOOK_AFTER);
    assert!(waiter.run(&post).await);
    waiter.heard(&post).await;
    assert_eq!(waiter.service.texts().len(), 2, "nothing was asked for twice");
}

#[tokio::test]
async fn a_part_that_ends_before_the_stage_waits_for_it_is_not_missed() {
    let waiter = Arc::new(Waiter::new().await);
    *waiter.service.hasty.lock() = Some(waiter.clone());
    let post = waiter.rig.published(TEXT).await;
    assert!(waiter.run(&post).await);
    assert_eq!(waiter.status(&post).await, StageStatus::Waiting);
    assert!(waiter.run(&post).await, "it is looked again at once");
    waiter.heard(&post).await;
    // They hold each other.
    *waiter.service.hasty.lock() = None;
}

#[tokio::test]
async fn what_fails_outside_is_begun_anew_and_then_fails_the_stage_until_a_retry() {
    let waiter = Waiter::new().await;
    let post = waiter.rig.published("One here.\n\nTwo here.").await;
    waiter.run(&post).await;
    waiter.service.end(0, State::Spoken);
    waiter.told(0).await;
    for attempt in 1..=TRIES as usize {
        assert_eq!(waiter.service.texts().len(), 1 + attempt);
        waiter.service.end(attempt, State::Failed);
        waiter.told(attempt).await;
        assert!(waiter.run(&post).await, "somebody looks at what failed");
    }
    let failed = waiter.stage(&post).await;
    assert_eq!(failed.status, StageStatus::Failed);
    assert!(failed.failure.unwrap().message.contains("hoarse"));
    assert!(failed.due_at.is_some(), "it is probed");

    let Waiter { rig, .. } = &waiter;
    let retry = RetryStage { posts: &rig.blog, clock: &*rig.clock, ids: &*rig.ids };
    retry.run(&rig.kim, &failed.id, None).await.unwrap();
    waiter.run(&post).await;
    waiter.service.end_all(State::Spoken);
    waiter.told(TRIES as usize + 1).await;
    waiter.run(&post).await;
    assert_eq!(waiter.heard(&post).await, "One here.Two here.");
}

#[tokio::test]
async fn what_never_ends_outside_is_given_up_and_begun_anew() {
    let waiter = Waiter::new().await;
    let post = waiter.rig.published("One here.").await;
    waiter.run(&post).await;
    waiter.clock.advance(LONGEST);
    assert!(waiter.run(&post).await);
    assert_eq!(waiter.service.texts().len(), 2);
    let waits = waiter.stage(&post).await;
    assert_eq!(waits.parts.values().next().unwrap().attempts, 2);
}

#[tokio::test]
async fn a_new_revision_keeps_what_goes_on_and_pays_for_what_changed_alone() {
    let waiter = Waiter::new().await;
    let post = waiter.rig.published("One here.\n\nTwo here.").await;
    waiter.run(&post).await;
    let post = waiter.rig.edited(&post, "New here.\n\nOne here.").await;
    waiter.service.end_all(State::Spoken);
    waiter.told(1).await;
    assert_eq!(waiter.status(&post).await, StageStatus::Pending, "no run waits for it");
    assert!(waiter.run(&post).await);
    assert_eq!(waiter.service.texts(), ["One here.", "Two here.", "New here."]);
    let waits = waiter.stage(&post).await;
    assert_eq!((waits.parts.len(), waits.progress), (1, Some(Done { done: 1, total: 2 })));

    waiter.told(1).await;
    assert_eq!(waiter.stage(&post).await, waits, "what nobody needs any more changes nothing");
    waiter.service.end(2, State::Spoken);
    waiter.told(2).await;
    waiter.run(&post).await;
    assert_eq!(waiter.heard(&post).await, "New here.One here.");
}

#[tokio::test]
async fn who_tells_of_what_is_not_there_breaks_nothing() {
    let waiter = Waiter::new().await;
    let post = waiter.rig.published("One here.").await;
    waiter.run(&post).await;
    let before = waiter.stage(&post).await;
    let known = waiter.service.name(0);
    let gone = SectionName { post: domain::PostId::from_bits(7), ..known.clone() };
    let unknown = SectionName { name: "section-of-somebody-else".into(), ..known };
    for name in [gone, unknown] {
        waiter.speech.told(&waiter.rig.jobs(), &name).await.unwrap();
    }
    assert_eq!(waiter.stage(&post).await, before);
}

#[tokio::test]
async fn a_long_post_is_begun_in_portions() {
    let waiter = Waiter::new().await;
    let paragraphs: Vec<String> = (0..AT_ONCE + 10).map(|n| format!("Number {n}.")).collect();
    let post = waiter.rig.published(&paragraphs.join("\n\n")).await;
    waiter.run(&post).await;
    assert_eq!(waiter.service.texts().len(), AT_ONCE);
    waiter.service.end_all(State::Spoken);
    for task in 0..AT_ONCE {
        waiter.told(task).await;
    }
    assert!(waiter.run(&post).await);
    let waits = waiter.stage(&post).await;
    assert_eq!((waits.parts.len(), waits.attempts), (10, 0));
    waiter.service.end_all(State::Spoken);
    waiter.clock.advance(LOOK_AFTER);
    assert!(waiter.run(&post).await);
    assert_eq!(waiter.heard(&post).await, paragraphs.concat());
}

#[tokio::test]
async fn a_service_that_is_busy_halfway_keeps_what_it_took() {
    let waiter = Waiter::new().await;
    *waiter.service.room.lock() = Some(1);
    let post = waiter.rig.published("One here.\n\nTwo here.").await;
    waiter.run(&post).await;
    let waits = waiter.stage(&post).await;
    assert_eq!((waits.status, waits.parts.len()), (StageStatus::Waiting, 1));
    // It goes on with what it took, but takes and says nothing more: that is a try in vain.
    waiter.clock.advance(LOOK_AFTER);
    waiter.run(&post).await;
    let waits = waiter.stage(&post).await;
    assert_eq!((waits.status, waits.attempts), (StageStatus::Pending, 1));
    assert_eq!(waits.parts.len(), 1, "and what it took is not forgotten");

    *waiter.service.room.lock() = None;
    waiter.service.end_all(State::Spoken);
    waiter.clock.set(waits.due_at.unwrap());
    waiter.run(&post).await;
    waiter.service.end_all(State::Spoken);
    waiter.told(1).await;
    waiter.run(&post).await;
    assert_eq!(waiter.heard(&post).await, "One here.Two here.");
    assert_eq!(waiter.service.texts(), ["One here.", "Two here."]);
}

#[tokio::test]
async fn a_month_knows_what_waits_and_books_it_once() {
    let waiter = Waiter::new().await;
    let Waiter { rig, .. } = &waiter;
    let set = SetBudgets { posts: &rig.blog, clock: &*rig.clock };
    let input = BudgetsInput { speech_characters: Some(100), summary_tokens: None };
    set.run(&rig.kim, input, None).await.unwrap();
    let used = async || {
        let usage = Some((Month::of(rig.clock.now()), StageKind::Speech));
        let loaded = rig.blog.load(&Wanted { usage, ..Wanted::default() }).await.unwrap();
        let usage = loaded.usage.unwrap().0;
        (usage.runs, usage.spent.units, usage.reserved)
    };
    let post = rig.published("One here.\n\nTwo here.").await;
    waiter.run(&post).await;
    assert_eq!(used().await, (0, 0, 18));
    waiter.service.end_all(State::Spoken);
    waiter.told(0).await;
    assert_eq!(used().await, (0, 0, 18));
    waiter.told(1).await;
    assert_eq!(used().await, (0, 0, 18));
    waiter.run(&post).await;
    assert_eq!(used().await, (1, 18, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_that_end_at_the_same_moment_are_all_joined_on_a_hostile_table() {
    let clock = Arc::new(TestClock::default());
    let hostile = |table, clock| -> Arc<dyn store::table::Table> {
        Arc::new(HostileTable::new(table, clock, HostileConfig::bad(11)))
    };
    let waiter = Arc::new(Waiter::of(Rig::at(clock.clone(), hostile).await, clock));
    let paragraphs: Vec<String> = (0..8).map(|n| format!("Number {n}.")).collect();
    let post = waiter.rig.published(&paragraphs.join("\n\n")).await;
    waiter.run(&post).await;
    waiter.service.end_all(State::Spoken);
    let mut tellers = tokio::task::JoinSet::new();
    for task in (0..8).chain(0..8) {
        let waiter = waiter.clone();
        tellers.spawn(async move { waiter.told(task).await });
    }
    while let Some(told) = tellers.join_next().await {
        told.unwrap();
    }
    assert_eq!(waiter.status(&post).await, StageStatus::Pending);
    assert!(waiter.run(&post).await);
    assert_eq!(waiter.heard(&post).await, paragraphs.concat());
}
