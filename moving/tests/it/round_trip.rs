//! What is the same on the other side, and what is not there.

use domain::account::KeyKind;
use domain::ports::{Accounts, Objects};
use domain::stage::{StageKind, StageStatus};
use store::PageRequest;
use store::table::{Item, Value};

use crate::home::{Home, named, of_post};
use crate::same::{by_key, equal};

fn page() -> PageRequest {
    PageRequest { first: 50, after: None }
}

#[tokio::test]
async fn a_blog_that_moved_twice_is_the_same_and_so_are_its_hashes() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let [first, second, third] = &folders;
    let source = Home::lived(1).await;
    let exported = source.export(first.path()).await.unwrap();
    assert!(exported.row_files.len() > 3, "{:#?}", exported.row_files);

    let there = Home::empty(2);
    let arrived = there.import(first.path()).await.unwrap();
    assert!(arrived.findings.is_empty(), "{:#?}", arrived.findings);
    assert_eq!((arrived.rows, arrived.objects), (exported.rows, exported.objects));
    let moved = there.export(second.path()).await.unwrap();
    // Objects are as they were; of the rows, the stages have arrived.
    assert_eq!(moved.objects_sha256, exported.objects_sha256);
    assert_ne!(moved.rows_sha256, exported.rows_sha256);

    let back = Home::empty(3);
    let arrived = back.import(second.path()).await.unwrap();
    assert!(arrived.findings.is_empty(), "{:#?}", arrived.findings);
    equal(&by_key(there.rows().await), &by_key(back.rows().await));
    let again = back.export(third.path()).await.unwrap();
    assert_eq!((again.rows, &again.rows_sha256), (moved.rows, &moved.rows_sha256));
    assert_eq!((again.objects, &again.objects_sha256), (moved.objects, &moved.objects_sha256));
}

#[tokio::test]
async fn posts_addresses_people_and_keys_are_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let (source, there) = (Home::lived(1).await, Home::empty(2));
    source.export(folder.path()).await.unwrap();
    there.import(folder.path()).await.unwrap();
    let (before, after) = (source.blog().await, there.blog().await);

    let feed = before.feed(&page()).await.unwrap().items;
    assert_eq!(feed.len(), 3);
    assert_eq!(feed, after.feed(&page()).await.unwrap().items);
    let own = |blog: store::Blog| async move {
        let kim = source_author();
        (
            blog.own_posts(&kim, &page()).await.unwrap().items,
            blog.deleted_posts(&kim, &page()).await.unwrap().items,
            blog.popular_tags(10).await.unwrap(),
        )
    };
    assert_eq!(own(before.clone()).await, own(after.clone()).await);
    let user = after.by_email("kim@example.org").await.unwrap();
    assert_eq!(user, before.by_email("kim@example.org").await.unwrap());
    assert!(after.has_owner().await.unwrap());
    for (kind, keys) in [(KeyKind::Session, 1), (KeyKind::Token, 1)] {
        assert_eq!(after.keys_of(&there.kim, kind).await.unwrap().len(), keys);
    }
    assert!(after.key("ticket").await.unwrap().is_none(), "a ticket is good for a minute");
}

fn source_author() -> domain::UserId {
    domain::UserId::from_bits(1)
}

#[tokio::test]
async fn what_ends_by_itself_and_what_is_the_places_own_stays_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (source, there) = (Home::lived(1).await, Home::empty(2));
    source.export(folder.path()).await.unwrap();
    there.import(folder.path()).await.unwrap();
    let kinds = |rows: Vec<Item>| -> Vec<String> {
        let mut kinds: Vec<String> = rows
            .iter()
            .map(|row| match row.key.pk.split_once('#') {
                Some(("L", _)) if row.key.sk == "HEAD" => "L HEAD".to_owned(),
                Some(("L", _)) => "L event".to_owned(),
                Some((kind, _)) => kind.to_owned(),
                None if row.key.pk == "SITE" => named(row),
                None => row.key.pk.clone(),
            })
            .collect();
        kinds.sort();
        kinds.dedup();
        kinds
    };
    let (before, after) = (kinds(source.rows().await), kinds(there.rows().await));
    let left: Vec<&String> = before.iter().filter(|kind| !after.contains(kind)).collect();
    assert_eq!(left, ["I", "L event"]);
    assert!(after.iter().all(|kind| before.contains(kind)), "{after:?}");
    assert!(!after.contains(&"SITE IMPORT".to_owned()), "it is finished");

    let (kim, was) = (&source.kim, source.blog().await.head(&source.kim).await.unwrap());
    let is = there.blog().await.head(kim).await.unwrap();
    assert_eq!((is.seq, &is.tag), (was.seq, &was.tag));
    assert_ne!(is.epoch, was.epoch);
}

#[tokio::test]
async fn nobody_holds_a_lease_and_the_index_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (source, there) = (Home::lived(1).await, Home::empty(2));
    source.export(folder.path()).await.unwrap();
    let arrived = there.import(folder.path()).await.unwrap();
    let feed = there.blog().await.feed(&page()).await.unwrap().items;
    assert_eq!(arrived.search, feed.len() + 1, "the deleted post, too");
    for (_, post) in feed {
        let search = there.stage(&of_post(&post.id, StageKind::Search)).await;
        assert_eq!(search.status, StageStatus::Pending);
        assert!(search.is_due(search.updated_at) && search.lease.is_none());
    }
    for row in there.rows().await {
        let Some(Value::S(json)) = row.attributes.get("doc") else { continue };
        assert!(!json.contains("\"until\""), "a lease in {}", named(&row));
    }
}

#[tokio::test]
async fn sound_and_pictures_are_there_and_what_no_row_knows_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (source, there) = (Home::lived(1).await, Home::empty(2));
    let post = source.publish("Heard").await;
    let audio = source.speak(&post).await;
    let orphan = domain::media::ObjectKey::parse("nobody/secret/a.png").unwrap();
    source.objects.put(&orphan, b"orphan", "image/png").await.unwrap();
    let exported = source.export(folder.path()).await.unwrap();
    assert_eq!((exported.objects, exported.missing_objects), (5, 0));
    there.import(folder.path()).await.unwrap();
    let object = there.objects.get(&audio).await.unwrap().unwrap();
    assert_eq!((&object.bytes[..], object.content_type.as_str()), (&b"sound"[..], "audio/mpeg"));
    assert_eq!(there.objects.get(&orphan).await.unwrap(), None);
}

#[tokio::test]
async fn an_object_that_was_lost_before_is_told_and_keeps_nothing_from_moving() {
    let folder = tempfile::tempdir().unwrap();
    let (source, there) = (Home::lived(1).await, Home::empty(2));
    let post = source.publish("Lost").await;
    let audio = source.speak(&post).await;
    source.objects.delete(&audio).await.unwrap();
    assert_eq!(source.export(folder.path()).await.unwrap().missing_objects, 1);
    let arrived = there.import(folder.path()).await.unwrap();
    assert_eq!(arrived.missing_objects, 1);
    let told: Vec<String> = arrived.findings.iter().map(ToString::to_string).collect();
    assert_eq!(told, [format!("object missing: {}/../speech-1.mp3", post.id)]);
}
