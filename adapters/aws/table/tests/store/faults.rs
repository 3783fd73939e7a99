//! What goes wrong between a blog and DynamoDB, one request after the other: nothing is lost, nothing is done
//! twice, and whoever is told of it may ask again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::actions::{ActionError, CreatePost, IdempotencyKey, PublishPost, UpdatePost};
use domain::event::EventKind;
use domain::ports::PortError;
use domain::post::Revision;
use serde_json::json;
use store::table::{Change, Condition, Consistency, Key, Table, TableError, Value, Write};
use store::{Check, PageRequest};

use crate::errors::error;
use crate::rig::{Rig, Tickets, written};
use crate::wire::Fate;

/// Tries of a call.
const ATTEMPTS: usize = 4;

/// An author who asks again, under the same key, as long as the table is out of reach.
struct Author<'a> {
    rig: &'a Rig,
    told: usize,
}

impl Author<'_> {
    async fn again<T>(&mut self, work: impl AsyncFn() -> Result<T, ActionError>) -> T {
        for _ in 0..=ATTEMPTS {
            match work().await {
                Ok(done) => return done,
                Err(ActionError::Port(PortError::Unavailable(_))) => self.told += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        panic!("it stays out of reach")
    }

    /// Writes a post, changes and publishes it.
    async fn publishes(&mut self, number: usize) {
        let (posts, clock, ids) = (&self.rig.blog, &*self.rig.clock, &self.rig.ids);
        let (kim, renderer) = (&self.rig.kim, &self.rig.renderer);
        let key = |what: &str| {
            Some(IdempotencyKey { key: format!("{what} {number}"), request: what.to_owned() })
        };
        let create = CreatePost { posts, clock, ids };
        let post =
            self.again(async || create.run(kim, written("First"), key("create")).await).await;
        let (id, first) = (&post.id, post.draft.revision);
        let input = || written(&format!("Post {number}"));
        let update = UpdatePost { posts, clock, ids };
        let post =
            self.again(async || update.run(kim, id, first, input(), key("update")).await).await;
        let second = post.draft.revision;
        let publish = PublishPost { posts, renderer, clock, ids };
        let post = self.again(async || publish.run(kim, id, second, key("publish")).await).await;
        assert_eq!(post.draft.revision, Revision(2));
    }
}

/// Publishes a post for each request that publishing makes, which and `length - 1` more have this fate; then
/// one with none. How often the author was told.
async fn check(length: usize, fate: impl Fn(&str) -> Fate + Clone + Send + 'static) -> usize {
    let rig = Rig::kind().await;
    let mut author = Author { rig: &rig, told: 0 };
    let (mut posts, struck) = (0, Arc::new(AtomicUsize::new(0)));
    loop {
        let (asked, fate) = (Arc::new(AtomicUsize::new(0)), fate.clone());
        let (counting, striking, first) = (asked.clone(), struck.clone(), posts);
        rig.place.wire.decide(move |operation| {
            let number = counting.fetch_add(1, Ordering::SeqCst);
            let fate = match (first..first + length).contains(&number) {
                true => fate(operation),
                false => Fate::Done,
            };
            let strikes = !matches!(fate, Fate::Done);
            striking.fetch_add(usize::from(strikes), Ordering::SeqCst);
            fate
        });
        author.publishes(posts).await;
        posts += 1;
        if asked.load(Ordering::SeqCst) <= first {
            break;
        }
    }
    rig.place.wire.decide(|_| Fate::Done);
    assert!(posts > 6, "a read and a transaction for each of three steps");
    // Some strike reads or transactions only.
    assert!(struck.load(Ordering::SeqCst) >= 3);

    let request = PageRequest { first: 50, after: None };
    let feed = rig.blog.feed(&request).await.unwrap().items;
    let mut titles: Vec<_> =
        feed.into_iter().map(|(_, post)| post.published.unwrap().title).collect();
    titles.sort();
    // Of one digit: their order is that of their numbers.
    let expected: Vec<_> = (0..posts).map(|number| format!("Post {number}")).collect();
    assert_eq!(titles, expected);
    let own = rig.blog.own_posts(&rig.kim, &request).await.unwrap().items;
    assert_eq!(own.len(), posts);
    let events = rig.blog.events(&rig.kim, 0, 100).await.unwrap();
    let kinds: Vec<_> = events.iter().map(|event| event.event.kind).collect();
    assert_eq!(kinds, vec![EventKind::PostPublished; posts]);
    let check =
        Check { blog: &rig.blog, walk: &*rig.place.table, objects: &Tickets, ids: &rig.ids };
    let findings: Vec<_> = check.run(&[]).await.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(findings, Vec::<String>::new());
    author.told
}

fn refused(code: &str) -> Fate {
    let (status, body) = error(code, json!({}));
    Fate::Refused(status, body)
}

#[tokio::test]
async fn whichever_answer_is_lost_nobody_notices() {
    assert_eq!(check(1, |_| Fate::AnswerLost).await, 0);
}

#[tokio::test]
async fn whichever_answers_stay_lost_what_is_asked_again_is_done_once() {
    assert!(check(ATTEMPTS, |_| Fate::AnswerLost).await > 0);
}

#[tokio::test]
async fn whichever_request_is_lost_nobody_notices() {
    assert_eq!(check(1, |_| Fate::Lost).await, 0);
}

#[tokio::test]
async fn whichever_request_is_throttled_nobody_notices() {
    let throttled = |_: &str| refused("ProvisionedThroughputExceededException");
    assert_eq!(check(1, throttled).await, 0);
}

#[tokio::test]
async fn while_the_service_fails_nothing_is_done_in_part() {
    assert!(check(ATTEMPTS, |_| refused("InternalServerError")).await > 0);
}

#[tokio::test]
async fn whichever_transaction_meets_another_it_is_decided_anew() {
    let conflict = |operation: &str| match operation {
        "TransactWriteItems" => {
            let reasons = json!({ "CancellationReasons": [{ "Code": "TransactionConflict" }] });
            let (status, body) = error("TransactionCanceledException", reasons);
            Fate::Refused(status, body)
        }
        _ => Fate::Done,
    };
    assert_eq!(check(1, conflict).await, 0);
}

#[tokio::test]
async fn whichever_batch_is_read_in_part_the_rest_is_asked_for() {
    let in_part = |operation: &str| match operation {
        "BatchGetItem" => Fate::InPart,
        _ => Fate::Done,
    };
    assert_eq!(check(1, in_part).await, 0);
}

/// An addition, which is seen when it was done twice.
fn addition() -> Write {
    Write::Update(Key::new("N", "1"), vec![Change::Add("n", 1)], Condition::Always)
}

async fn sum(rig: &Rig) -> Option<Value> {
    let stored = rig.place.table.get(addition().key(), Consistency::Strong).await.unwrap();
    stored.and_then(|mut item| item.attributes.remove("n"))
}

/// The next request has this fate.
fn decide(rig: &Rig, fate: Fate) {
    let mut fate = Some(fate);
    rig.place.wire.decide(move |_| fate.take().unwrap_or(Fate::Done));
}

#[tokio::test]
async fn a_transaction_whose_answer_was_lost_is_done_once() {
    let rig = Rig::kind().await;
    decide(&rig, Fate::AnswerLost);
    let (done, calls) = rig.calls(rig.place.table.transact(vec![addition()])).await;
    done.unwrap();
    assert_eq!((calls.transactions, calls.calls()), (2, 2), "{calls:?}");
    assert_eq!(sum(&rig).await, Some(Value::N(1)));
}

#[tokio::test]
async fn a_single_write_whose_answer_was_lost_is_done_once_and_told_as_unknown() {
    let rig = Rig::kind().await;
    decide(&rig, Fate::AnswerLost);
    let (unknown, calls) = rig.calls(rig.place.table.write(addition())).await;
    assert!(matches!(unknown, Err(TableError::Unavailable)), "{unknown:?}");
    assert_eq!((calls.writes, calls.calls()), (1, 1), "{calls:?}");
    assert_eq!(sum(&rig).await, Some(Value::N(1)));
}
