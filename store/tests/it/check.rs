//! Checking: what is lost, wrong or left over is found, and mended from the posts.

use domain::actions::PostInput;
use domain::asset::Asset;
use domain::media::ObjectKey;
use domain::post::Post;
use domain::stage::{StageId, StageKind, Subject};
use store::table::{Condition, Consistency, Item, Key, Table, Value, Write};
use store::walk::Walk;
use store::{Check, Finding, HeldObject, Problem, keys};

use crate::rig::{Rig, Tickets, written};

async fn run(rig: &Rig, held: &[HeldObject], repair: bool) -> Vec<Finding> {
    let check =
        Check { blog: &rig.blog, walk: &*rig.place.table, objects: &Tickets, ids: &rig.ids };
    let findings = check.run(held).await.unwrap();
    for finding in findings.iter().filter(|_| repair) {
        assert_eq!(check.repair(finding).await.unwrap(), finding.repairable(), "{finding}");
    }
    findings
}

#[track_caller]
fn none(findings: &[Finding]) {
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{lines:#?}");
}

/// Breaks something, and sees it found as `problem`, mended, and then right.
async fn check(rig: &Rig, broken: Write, problem: Problem) {
    let place = broken.key().clone();
    rig.place.table.transact(vec![broken]).await.unwrap();
    let findings = run(rig, &[], true).await;
    let named = format!("{} {}", place.pk, place.sk);
    assert!(
        findings.iter().any(|found| found.problem == problem && found.place == named),
        "{named}: {findings:#?}"
    );
    none(&run(rig, &[], false).await);
}

async fn all(rig: &Rig) -> Vec<Item> {
    rig.place.table.rows_after(None, 10_000).await.unwrap()
}

async fn row(rig: &Rig, key: &Key) -> Item {
    rig.place.table.get(key, Consistency::Strong).await.unwrap().unwrap()
}

fn delete(key: Key) -> Write {
    Write::Delete(key, Condition::Always)
}

fn put(key: Key, item: &Item) -> Write {
    Write::Put(Item { key, attributes: item.attributes.clone() }, Condition::Always)
}

fn stage(post: &Post, kind: StageKind) -> StageId {
    StageId { subject: Subject::Post(post.id.clone()), kind }
}

/// A blog with all that there can be: a published post with tags and a slug of its own, edited since;
/// one that shows the other's image; a draft with a reserved slug; an unpublished one.
async fn blog() -> (Rig, Post, Asset) {
    let rig = Rig::kind().await;
    let tags = Some(vec!["Rust".to_owned(), "한국어".to_owned()]);
    let first = rig.create(PostInput { tags, ..written("First") }).await;
    let asset = rig.upload(&first.id).await;
    let first = rig.publish(&first).await.unwrap();
    let first = rig.update(&first.id, first.draft.revision, written("Edited")).await.unwrap();

    let markdown = Some(format!("A picture. ![it](asset:{})", asset.id));
    let second = rig.create(PostInput { markdown, ..written("Second") }).await;
    rig.publish(&second).await.unwrap();

    let slug = Some("kept-for-later".to_owned());
    rig.create(PostInput { slug, ..written("Draft") }).await;
    let gone = rig.create(written("Gone")).await;
    let gone = rig.publish(&gone).await.unwrap();
    rig.unpublish(&gone).await.unwrap();
    (rig, first, asset)
}

#[tokio::test]
async fn a_blog_that_was_only_used_has_nothing_to_repair() {
    let (rig, ..) = blog().await;
    none(&run(&rig, &[], false).await);
}

#[tokio::test]
async fn a_tag_that_no_listed_post_has_any_more_is_nothing_to_repair() {
    let rig = Rig::kind().await;
    let post = rig.create(written("Alone")).await;
    let post = rig.publish(&post).await.unwrap();
    rig.unpublish(&post).await.unwrap();
    none(&run(&rig, &[], false).await);
}

/// A new kind of row is named in `keys::derived`, or here when it follows from nothing.
#[tokio::test]
async fn every_row_is_one_that_a_check_knows() {
    let (rig, ..) = blog().await;
    let sources = ["SITE", "P", "M", "L", "I"];
    for row in all(&rig).await {
        let partition = row.key.pk.split('#').next().unwrap();
        assert!(keys::derived(&row.key) || sources.contains(&partition), "{:?}", row.key);
    }
}

#[tokio::test]
async fn every_derived_row_that_is_lost_is_found_and_brought_back() {
    let (rig, ..) = blog().await;
    let derived: Vec<Item> =
        all(&rig).await.into_iter().filter(|row| keys::derived(&row.key)).collect();
    let partitions = ["F#", "AP#", "A#", "T#", "SLUG#", "M#"];
    for partition in partitions {
        assert!(derived.iter().any(|row| row.key.pk.starts_with(partition)), "{partition}");
    }
    for lost in derived {
        check(&rig, delete(lost.key.clone()), Problem::Missing).await;
        assert_eq!(row(&rig, &lost.key).await.key, lost.key);
    }
}

#[tokio::test]
async fn rows_of_nothing_are_found_and_removed() {
    let (rig, post, asset) = blog().await;
    let listed = keys::listed(&keys::List::Feed, &post.position().unwrap());
    let row = row(&rig, &listed).await;
    let strays = [
        keys::listed(&keys::List::Feed, "1999#x"),
        keys::listed(&keys::List::Author(rig.lee.clone()), "1999#x"),
        keys::listed(&keys::List::Tag("none".into()), "1999#x"),
        keys::own_post(&rig.lee, &post.id),
        keys::own_asset(&rig.lee, &asset.id),
        keys::asset_use(&asset.id, &domain::PostId::from_bits(5)),
    ];
    for stray in strays {
        check(&rig, put(stray, &row), Problem::Orphan).await;
    }
}

#[tokio::test]
async fn a_row_that_says_something_else_is_found_and_rewritten() {
    let (rig, post, _) = blog().await;
    let live = keys::listed(&keys::List::Feed, &post.position().unwrap());
    let own = keys::own_post(&rig.kim, &post.id);
    for key in [live, own] {
        let mut item = row(&rig, &key).await;
        let Some(Value::S(doc)) = item.attributes.get("doc") else { panic!("{item:?}") };
        let doc = doc.replace("First", "Forged");
        item.attributes.insert("doc".into(), Value::S(doc));
        check(&rig, put(key, &item), Problem::Differs).await;
    }
}

#[tokio::test]
async fn the_summary_of_stages_in_the_authors_list_is_mended() {
    let (rig, post, _) = blog().await;
    let key = keys::own_post(&rig.kim, &post.id);
    let mut item = row(&rig, &key).await;
    let Some(Value::M(stages)) = item.attributes.get_mut("stages") else { panic!("{item:?}") };
    stages.remove("SPEECH").unwrap();
    check(&rig, put(key.clone(), &item), Problem::Differs).await;
    let Some(Value::M(stages)) = row(&rig, &key).await.attributes.remove("stages") else {
        panic!("no stages")
    };
    assert_eq!(stages.len(), 3);
}

#[tokio::test]
async fn a_stage_that_left_the_due_index_is_due_again() {
    let (rig, post, _) = blog().await;
    let id = stage(&post, StageKind::Summary);
    let mut item = row(&rig, &keys::stage(&id)).await;
    item.attributes.remove("gsi1pk");
    item.attributes.remove("gsi1sk");
    check(&rig, put(keys::stage(&id), &item), Problem::Differs).await;
    let ids = domain::ports::Posts::due(&rig.blog, StageKind::Summary, rig.now(), 10).await;
    assert!(ids.unwrap().contains(&id));
}

#[tokio::test]
async fn a_published_post_without_a_stage_gets_it_back_and_due() {
    let (rig, post, _) = blog().await;
    let id = stage(&post, StageKind::Speech);
    rig.place.table.transact(vec![delete(keys::stage(&id))]).await.unwrap();
    let findings = run(&rig, &[], true).await;
    assert!(findings.iter().any(|found| found.problem == Problem::Stalled), "{findings:?}");
    none(&run(&rig, &[], false).await);
    let ids = domain::ports::Posts::due(&rig.blog, StageKind::Speech, rig.now(), 10).await;
    assert!(ids.unwrap().contains(&id));
}

#[tokio::test]
async fn what_is_left_of_a_post_that_is_gone_is_removed() {
    let (rig, post, _) = blog().await;
    rig.place.table.transact(vec![delete(keys::post(&post.id))]).await.unwrap();
    let findings = run(&rig, &[], true).await;
    // Its tag counts one post less.
    let (counts, rows): (Vec<_>, Vec<_>) =
        findings.iter().partition(|found| found.place == "T#rust #META");
    assert!(counts.len() == 1 && counts[0].problem == Problem::Differs, "{findings:#?}");
    assert!(rows.iter().all(|found| found.problem == Problem::Orphan), "{findings:#?}");
    none(&run(&rig, &[], false).await);
    let left = |row: &&Item| row.key.pk == format!("P#{}", post.id);
    assert_eq!(all(&rig).await.iter().filter(left).count(), 0);
}

#[tokio::test]
async fn a_text_that_is_gone_is_told_and_not_invented() {
    let (rig, post, _) = blog().await;
    let revision = post.published.as_ref().unwrap().revision;
    let lost = keys::revision(&post.id, revision);
    rig.place.table.transact(vec![delete(lost)]).await.unwrap();
    for _ in 0..2 {
        let findings = run(&rig, &[], true).await;
        let problems: Vec<_> = findings.iter().map(|found| found.problem).collect();
        assert_eq!(problems, [Problem::Lost], "{findings:?}");
        assert!(!findings[0].repairable());
    }
}

#[tokio::test]
async fn objects_of_nothing_and_objects_without_bytes_are_told() {
    let (rig, post, _) = blog().await;
    let key = |owner: &str, secret: &domain::Secret| {
        ObjectKey::new(owner, secret, "section-1", "mp3").unwrap()
    };
    let other = domain::Secret::from_bits(77);
    let held = [
        HeldObject { key: key(post.id.as_str(), &post.secret), whole: true },
        HeldObject { key: key(post.id.as_str(), &other), whole: true },
        HeldObject { key: key("nobody", &post.secret), whole: true },
    ];
    let problems = |findings: &[Finding]| -> Vec<Problem> {
        findings.iter().map(|found| found.problem).collect()
    };
    let findings = run(&rig, &held, true).await;
    assert_eq!(problems(&findings), [Problem::ObjectOrphan, Problem::ObjectOrphan]);
    assert!(!findings[0].place.contains(other.reveal()), "a secret is told: {}", findings[0]);

    let held = [HeldObject { key: key(post.id.as_str(), &post.secret), whole: false }];
    let findings = run(&rig, &held, true).await;
    assert_eq!(problems(&findings), [Problem::ObjectBroken]);
}

#[tokio::test]
async fn a_row_of_an_older_form_is_no_difference() {
    let (rig, post, _) = blog().await;
    // As a release wrote it that did not know one of the fields that may be absent.
    let key = keys::listed(&keys::List::Feed, &post.position().unwrap());
    let mut item = row(&rig, &key).await;
    let Some(Value::S(doc)) = item.attributes.get("doc") else { panic!("{item:?}") };
    let mut json: serde_json::Value = serde_json::from_str(doc).unwrap();
    json["a_field_of_a_later_release"] = serde_json::json!(1);
    item.attributes.insert("doc".into(), Value::S(json.to_string()));
    rig.place.table.transact(vec![put(key, &item)]).await.unwrap();
    none(&run(&rig, &[], false).await);
}
