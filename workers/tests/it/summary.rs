//! Summaries, and answers that are none.

use std::sync::Arc;
use std::time::Duration;

use content::MarkdownRenderer;
use contract::TestClock;
use domain::ports::{PortError, Summarizer, Summary as Lines, SummaryInput};
use domain::stage::{StageId, StageKind, StageStatus, Subject};
use workers::{Summary, Worker};

use crate::rig::Rig;
use crate::usage::used;

/// Answers, and never with a summary.
struct Useless;

#[async_trait::async_trait]
impl Summarizer for Useless {
    fn version(&self) -> String {
        "1".into()
    }

    async fn summarize(&self, _: &SummaryInput) -> Result<Lines, PortError> {
        Err(PortError::unusable("model", "the model answered 2 sentences where 3 were asked for"))
    }
}

#[tokio::test]
async fn what_is_no_summary_is_asked_for_three_times_and_its_author_reads_what_it_was() {
    let clock = Arc::new(TestClock::default());
    let rig = Rig::at(clock.clone(), |table, _| table).await;
    let post = rig.published("One sentence. Two of them. Three.").await;
    let id = StageId { subject: Subject::Post(post.id.clone()), kind: StageKind::Summary };
    let worker: Arc<dyn Worker> = Arc::new(Summary {
        posts: Arc::new(rig.blog.clone()),
        renderer: Arc::new(MarkdownRenderer),
        summarizer: Arc::new(Useless),
    });
    for expected in [StageStatus::Pending, StageStatus::Pending, StageStatus::Failed] {
        let claimed = rig.jobs().claim(&id).await.unwrap().unwrap();
        rig.jobs().carry_out(&claimed, &worker).await.unwrap();
        let stage = rig.stage(&post, StageKind::Summary).await;
        assert_eq!(stage.status, expected);
        let failure = stage.failure.unwrap();
        assert_eq!(failure.code, "UNUSABLE");
        assert!(failure.message.contains("2 sentences where 3"), "{}", failure.message);
        clock.advance(Duration::from_secs(5));
    }
    // Each answer was paid for, and no further one is without a person who wants it.
    assert_eq!(rig.stage(&post, StageKind::Summary).await.due_at, None);
    let used = used(&rig.blog, &rig, StageKind::Summary).await;
    assert_eq!(used.runs, 3);
    assert!(used.spent.units > 0 && used.spent.units % 3 == 0, "{used:?}");
}
