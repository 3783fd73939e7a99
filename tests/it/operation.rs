//! What an operator does: backup and restore, checking, stages, the index, the form of the data.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use deepdive_tests::server::deepdive;
use deepdive_tests::{Api, Server, Socket, eventually, photo};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::kill::{Acknowledged, author, settled};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Files below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = vec![];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_taken_under_load_is_restored_with_nothing_to_repair() {
    let (server, api) = Server::with_author().await;
    let done: Arc<Mutex<Acknowledged>> = Arc::default();
    let authors: Vec<_> =
        (0..2).map(|lane| tokio::spawn(author(api.clone(), 0, lane, done.clone()))).collect();
    eventually("some posts and images", async || {
        let done = done.lock().unwrap();
        (done.published.len() >= 5 && done.uploaded.len() >= 5).then_some(())
    })
    .await;
    let before: Vec<(String, String)> = {
        let done = done.lock().unwrap();
        done.published.iter().map(|(title, id)| (title.clone(), id.clone())).collect()
    };
    let uploaded = done.lock().unwrap().uploaded.clone();

    let place = tempfile::tempdir().unwrap();
    let backup = place.path().join("backup");
    let (code, said) = deepdive(&["backup", "--to", text(&backup)], server.data()).await;
    assert_eq!(code, 0, "{said}");
    let cursor = last_cursor(&server, &api).await;
    server.kill().await;
    for author in authors {
        author.await.unwrap();
    }

    let restored = Arc::new(tempfile::tempdir().unwrap());
    let (code, said) = deepdive(&["restore", "--from", text(&backup)], restored.path()).await;
    assert_eq!(code, 0, "{said}");
    let (code, said) = deepdive(&["check"], restored.path()).await;
    assert_eq!((code, said.as_str()), (0, "nothing to repair\n"));

    let server = Server::start_over(restored.clone()).await;
    let api = api.at(&server.url);
    for (title, id) in &before {
        assert_eq!(settled(&api, id).await["title"], json!(title));
    }
    eventually("the index is filled again", async || {
        (!api.search("문장").await.is_empty()).then_some(())
    })
    .await;
    for id in &uploaded {
        settled(&api, id).await;
    }
    // A place in the log of before is none in the log of now.
    let frame = first_frame(&server, &api, json!({ "after": cursor })).await;
    assert_eq!((&frame["kind"], &frame["resumed"]), (&json!("SNAPSHOT"), &json!(false)));
    server.stop().await;
    let (code, said) = deepdive(&["check"], restored.path()).await;
    assert_eq!((code, said.as_str()), (0, "nothing to repair\n"));
}

const FOLLOW: &str = "subscription($after: EventCursor) { myPipelines(after: $after) \
    { kind resumed seq cursor } }";

async fn first_frame(server: &Server, api: &Api, variables: Value) -> Value {
    let mut socket = Socket::admitted(&server.url, api.token.as_deref()).await;
    socket.subscribe("f", FOLLOW, variables).await;
    socket.message().await["payload"]["data"]["myPipelines"].clone()
}

async fn last_cursor(server: &Server, api: &Api) -> Value {
    first_frame(server, api, json!({})).await["cursor"].clone()
}

/// A blog with one published post, stopped, and a backup of it.
async fn stopped_with_backup() -> (deepdive_tests::server::Stopped, Api, Value, TempDir) {
    let (server, api) = Server::with_author().await;
    let post = api.create("하나뿐인 글", "한 문장이다. 또 한 문장이다.").await;
    let post = api.publish(&post).await;
    api.settled(&post["id"]).await;
    let (stopped, _) = server.stop().await;
    let place = tempfile::tempdir().unwrap();
    let (code, said) = deepdive(&["backup", "--to", text(place.path())], stopped.data()).await;
    assert_eq!(code, 0, "{said}");
    (stopped, api, post, place)
}

#[tokio::test]
async fn a_backup_that_is_half_written_or_damaged_is_refused_and_nothing_is_made() {
    let (_stopped, _, _, backup) = stopped_with_backup().await;
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("blog");
    let from = ["restore", "--from", text(backup.path())];

    let manifest = backup.path().join("manifest.json");
    let whole = std::fs::read(&manifest).unwrap();
    std::fs::write(&manifest, &whole[..whole.len() / 2]).unwrap();
    let (code, said) = deepdive(&from, &target).await;
    assert!(code == 1 && said.contains("no finished backup"), "{said}");
    std::fs::remove_file(&manifest).unwrap();
    let (code, said) = deepdive(&from, &target).await;
    assert!(code == 1 && said.contains("no finished backup"), "{said}");
    std::fs::write(&manifest, &whole).unwrap();

    let content = files(&backup.path().join("objects/contents")).remove(0);
    let mut bytes = std::fs::read(&content).unwrap();
    bytes[0] ^= 1;
    std::fs::write(&content, bytes).unwrap();
    let (code, said) = deepdive(&from, &target).await;
    assert!(code == 1 && said.contains("damaged"), "{said}");
    std::fs::remove_file(&content).unwrap();
    let (code, said) = deepdive(&from, &target).await;
    assert!(code == 1 && said.contains("damaged"), "{said}");
    assert!(!target.exists(), "nothing was made");
    assert!(said.lines().count() == 1, "{said}");
}

#[tokio::test]
async fn a_folder_that_is_not_empty_is_left_as_it_is() {
    let (stopped, api, post, backup) = stopped_with_backup().await;
    let from = ["restore", "--from", text(backup.path())];
    let (code, said) = deepdive(&from, stopped.data()).await;
    assert!(code == 1 && said.contains("not empty"), "{said}");
    let (code, said) = deepdive(&["backup", "--to", text(backup.path())], stopped.data()).await;
    assert!(code == 1 && said.contains("not empty"), "{said}");
    let server = stopped.start().await;
    assert_eq!(api.at(&server.url).post(&post["id"]).await["title"], post["title"]);
}

#[tokio::test]
async fn a_data_folder_of_a_newer_release_is_refused_by_every_command() {
    let (stopped, ..) = stopped_with_backup().await;
    let place = tempfile::tempdir().unwrap();
    std::fs::write(stopped.data().join("format"), "2\n").unwrap();
    let to = place.path().join("copy");
    let commands: [&[&str]; 6] = [
        &["serve", "--listen", "127.0.0.1:0"],
        &["backup", "--to", text(&to)],
        &["check", "--repair"],
        &["stages", "list"],
        &["reindex"],
        &["migrate", "--finish"],
    ];
    for command in commands {
        let (code, said) = deepdive(command, stopped.data()).await;
        assert!(code == 1 && said.contains("newer release"), "{command:?}: {said}");
    }
    assert_eq!(std::fs::read_to_string(stopped.data().join("format")).unwrap(), "2\n");
}

#[tokio::test]
async fn what_was_migrated_is_told_and_goes_on() {
    let (stopped, api, post, _) = stopped_with_backup().await;
    let (code, said) = deepdive(&["migrate"], stopped.data()).await;
    assert!(code == 0 && said.contains("rows of form 1"), "{said}");
    let (code, said) = deepdive(&["migrate", "--finish"], stopped.data()).await;
    assert!(code == 0 && said.contains("finished"), "{said}");
    let server = stopped.start().await;
    assert_eq!(api.at(&server.url).post(&post["id"]).await["title"], post["title"]);
}

#[tokio::test]
async fn objects_that_lost_their_bytes_are_found_and_made_anew() {
    let (server, api) = Server::with_author().await;
    let post = api.create("Heard and seen", "Two sentences. They are spoken.").await;
    let bytes = photo::jpeg(640, 480);
    let upload = api.request_upload(&post, &bytes, "image/jpeg").await;
    assert_eq!(api.send_ticket(&upload["ticket"], bytes).await.unwrap(), 204);
    let post = api.publish(&api.post(&post["id"]).await).await;
    let id = post["id"].as_str().unwrap().to_owned();
    settled(&api, &id).await;
    let (stopped, _) = server.stop().await;

    let objects = stopped.data().join("objects/contents");
    // The upload itself has no worker that could bring it back: the smaller files go.
    for file in files(&objects) {
        let bytes = std::fs::read(&file).unwrap();
        if !bytes.starts_with(&[0xff, 0xd8]) {
            std::fs::remove_file(&file).unwrap();
        }
    }
    let (code, said) = deepdive(&["check"], stopped.data()).await;
    assert!(code == 1 && said.contains("object broken"), "{said}");
    let (code, said) = deepdive(&["check", "--repair"], stopped.data()).await;
    assert!(code == 0 && said.contains("(repaired)"), "{said}");

    let server = stopped.start().await;
    let api = api.at(&server.url);
    let after = settled(&api, &id).await;
    let (status, audio) = api.get(after["speech"]["url"].as_str().unwrap()).await;
    assert!(status == 200 && !audio.is_empty(), "{after:#}");
    let (stopped, _) = server.stop().await;
    let (code, said) = deepdive(&["check"], stopped.data()).await;
    assert_eq!((code, said.as_str()), (0, "nothing to repair\n"));
}

#[tokio::test]
async fn a_folder_in_use_is_not_checked_but_its_stages_are_listed() {
    let (server, api) = Server::with_author().await;
    let post = api.create("Broken picture", "").await;
    let bytes = b"no picture at all".to_vec();
    let upload = api.request_upload(&post, &bytes, "image/png").await;
    assert_eq!(api.send_ticket(&upload["ticket"], bytes).await.unwrap(), 204);
    eventually("the image fails", async || {
        let post = api.post(&post["id"]).await;
        let failed = |stage: &Value| stage["status"] == "FAILED";
        post["stages"].as_array()?.iter().any(failed).then_some(())
    })
    .await;

    let (code, said) = deepdive(&["check"], server.data()).await;
    assert!(code == 1 && said.contains("in use"), "{said}");
    let (code, said) = deepdive(&["stages", "list", "--status", "failed"], server.data()).await;
    assert!(code == 0 && said.contains("BAD_IMAGE") && said.contains("Broken picture"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    let name = said.split('\t').next().unwrap().to_owned();

    let (stopped, _) = server.stop().await;
    let (code, said) = deepdive(&["stages", "retry", "IMAGE:nothing"], stopped.data()).await;
    assert!(code == 1 && said.contains("no stage"), "{said}");
    let (code, said) = deepdive(&["stages", "retry", &name], stopped.data()).await;
    assert!(code == 0 && said.contains("is due"), "{said}");
    let (code, said) = deepdive(&["stages", "list", "--status", "pending"], stopped.data()).await;
    assert!(code == 0 && said.contains(&name), "{said}");
    let (code, said) = deepdive(&["stages", "list", "--status", "failed"], stopped.data()).await;
    assert_eq!((code, said.as_str()), (0, ""));
}

#[tokio::test]
async fn an_index_is_dropped_and_filled_from_the_posts() {
    let (stopped, api, _, _) = stopped_with_backup().await;
    let index = stopped.data().join("search/index");
    let some = files(&index).into_iter().find(|file| file.ends_with("meta.json")).unwrap();
    std::fs::write(some, "{}").unwrap();
    let (code, said) = deepdive(&["reindex"], stopped.data()).await;
    assert!(code == 0 && said.contains("1 posts"), "{said}");
    let server = stopped.start().await;
    tokio::time::timeout(Duration::from_secs(10), api.at(&server.url).search("문장"))
        .await
        .map(|hits| assert_eq!(hits, ["하나뿐인 글"]))
        .unwrap();
}
