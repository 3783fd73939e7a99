//! The chain: publish, four pipelines, live status.

use deepdive_tests::{Api, Server, Socket, eventually, is_deployed, photo, voice};
use serde_json::{Value, json};

const KOREAN: &str = "# 형태소 분석\n\n한국어 검색에는 형태소 분석기를 쓴다. 조사를 떼어 내야 단어를 찾을 수 있기 때문이다. \
    사용자가 문서를 검색했습니다. 그래서 색인할 때 어간을 남긴다.\n\n```rust\nfn main() {}\n```\n\n\
    마지막으로 결과를 순위대로 보여 준다. 요약은 세 문장이다.";

const WATCH: &str = "subscription($id: ID!, $after: EventCursor) { pipeline(postId: $id, after: $after) \
    { kind seq cursor resumed gap { from to } stages { kind status progress { done total } \
    asset { id variants { width } } } } }";

fn frame(message: &Value) -> Value {
    assert_eq!(message["type"], "next", "{message:#}");
    message["payload"]["data"]["pipeline"].clone()
}

#[tokio::test]
async fn a_published_post_is_spoken_summarised_and_found() {
    let (_server, api) = Server::with_author().await;
    let post = api.create("형태소 분석기 만들기", KOREAN).await;
    api.publish(&post).await;
    let post = api.settled(&post["id"]).await;

    for kind in ["SPEECH", "SUMMARY", "SEARCH"] {
        assert_eq!(Api::status(&post, kind), "READY", "{post:#}");
    }
    assert_eq!(post["summary"]["sentences"].as_array().unwrap().len(), 3);
    assert!(post["speech"]["durationMs"].as_i64().unwrap() > 3_000);
    let marks = post["speech"]["marks"].as_array().unwrap();
    assert!(marks.windows(2).all(|pair| pair[0]["startMs"].as_i64() < pair[1]["startMs"].as_i64()));

    let guest = api.guest();
    let (status, mp3) = guest.get(post["speech"]["url"].as_str().unwrap()).await;
    assert_eq!(status, 200);
    assert!(mp3.len() > 10_000 && mp3[0] == 0xff && mp3[1] & 0xe0 == 0xe0, "no MP3 frame");
    for words in ["형태소 분석기", "검색하다", "색인"] {
        assert_eq!(guest.search(words).await, ["형태소 분석기 만들기"], "{words}");
    }
    assert_eq!(guest.search("고양이").await, [""; 0]);
}

#[tokio::test]
async fn the_author_sees_every_step_without_asking_again() {
    let (server, api) = Server::with_author().await;
    let post = api.create("Live", "One sentence. Another one. A third sentence to speak.").await;
    let mut socket = Socket::admitted(&server.url, api.token.as_deref()).await;
    socket.subscribe("a", WATCH, json!({ "id": post["id"] })).await;
    let first = frame(&socket.message().await);
    assert_eq!((&first["kind"], &first["seq"]), (&json!("SNAPSHOT"), &json!(0)));

    api.publish(&post).await;
    let mut seq = 0;
    let mut seen = std::collections::BTreeMap::<String, Vec<String>>::new();
    while seen.values().filter(|steps| steps.iter().any(|step| step == "READY")).count() < 3 {
        let frame = frame(&socket.message().await);
        let number = frame["seq"].as_i64().unwrap();
        match frame["kind"].as_str().unwrap() {
            "EVENT" => {
                assert_eq!(number, seq + 1, "contiguous");
                seq = number;
            }
            "PROGRESS" => assert_eq!(number, seq),
            other => panic!("an unexpected {other}"),
        }
        for stage in frame["stages"].as_array().unwrap() {
            let steps = seen.entry(stage["kind"].as_str().unwrap().to_owned()).or_default();
            let status = stage["status"].as_str().unwrap().to_owned();
            if steps.last() != Some(&status) {
                steps.push(status);
            }
        }
    }
    for (kind, steps) in seen {
        // Polly speaks while nobody waits for it, and rings.
        let expected: &[&str] = match &*kind {
            "SPEECH" if is_deployed() => {
                &["PENDING", "RUNNING", "WAITING", "PENDING", "RUNNING", "READY"]
            }
            _ => &["PENDING", "RUNNING", "READY"],
        };
        assert_eq!(steps, expected, "{kind}");
    }
}

#[tokio::test]
async fn a_board_goes_on_where_it_was_after_the_server_was_killed() {
    let (server, api) = Server::with_author().await;
    let post = api.create("Goes on", "A sentence to speak. And another.").await;
    let mut socket = Socket::admitted(&server.url, api.token.as_deref()).await;
    socket.subscribe("a", WATCH, json!({ "id": post["id"] })).await;
    let mut last = frame(&socket.message().await);
    api.publish(&post).await;
    last = {
        let _ = last;
        frame(&socket.message().await)
    };

    let server = server.kill().await.start().await;
    let api = api.at(&server.url);
    let mut socket = Socket::admitted(&server.url, api.token.as_deref()).await;
    socket.subscribe("b", WATCH, json!({ "id": post["id"], "after": last["cursor"] })).await;
    let resumed = frame(&socket.message().await);
    assert_eq!((&resumed["kind"], &resumed["resumed"]), (&json!("RESUMED"), &json!(true)));
    assert_eq!(resumed["seq"], last["seq"]);
    let mut seq = last["seq"].as_i64().unwrap();
    let mut ready = 0;
    while ready < 3 {
        let frame = frame(&socket.message().await);
        if frame["kind"] == "EVENT" {
            assert_eq!(frame["seq"].as_i64().unwrap(), seq + 1);
            seq += 1;
            let stages = frame["stages"].as_array().unwrap();
            ready += stages.iter().filter(|stage| stage["status"] == "READY").count();
        }
    }
}

#[tokio::test]
async fn a_photo_becomes_a_responsive_picture_one_variant_after_the_other() {
    let (server, api) = Server::with_author().await;
    let post = api.create("Photo", "").await;
    let mut socket = Socket::admitted(&server.url, api.token.as_deref()).await;
    socket.subscribe("a", WATCH, json!({ "id": post["id"] })).await;
    frame(&socket.message().await);

    let photo = photo::jpeg(4000, 3000);
    let upload = api.request_upload(&post, &photo, "image/jpeg").await;
    assert_eq!(upload["__typename"], "RequestUploadSuccess", "{upload:#}");
    api.send_bytes(&upload["ticket"], photo).await;

    let (mut steps, mut done) = (vec![], vec![]);
    loop {
        let frame = frame(&socket.message().await);
        let Some(stage) = frame["stages"].as_array().unwrap().iter().find(|s| s["kind"] == "IMAGE")
        else {
            continue;
        };
        if let Some(n) = stage["progress"]["done"].as_i64() {
            done.push(n);
        }
        let status = stage["status"].as_str().unwrap().to_owned();
        if steps.last() != Some(&status) {
            steps.push(status.clone());
        }
        if status == "READY" {
            assert_eq!(stage["asset"]["variants"].as_array().unwrap().len(), 5);
            break;
        }
        assert_ne!(status, "FAILED", "{frame:#}");
    }
    assert_eq!(steps, ["WAITING", "PENDING", "RUNNING", "READY"]);
    assert!(done.is_sorted() && done.iter().any(|n| *n > 0), "progress is told: {done:?}");

    let markdown = format!("A picture.\n\n{}", upload["asset"]["markdown"].as_str().unwrap());
    let input = json!({ "id": post["id"], "expectedRevision": 1, "markdown": markdown });
    let post = api.mutate("updatePost", input).await["post"].clone();
    let published = api.publish(&post).await;
    let html = published["html"].as_str().unwrap();
    for part in ["srcset=", "300w", "1200w", "width=\"4000\"", "height=\"3000\""] {
        assert!(html.contains(part), "{part} is missing in {html}");
    }
    let src = html.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
    let (status, webp) = api.guest().get(src).await;
    assert_eq!((status, &webp[..4], &webp[8..12]), (200, &b"RIFF"[..], &b"WEBP"[..]));
}

#[tokio::test]
async fn only_what_changed_runs_again_and_unchanged_speech_is_skipped() {
    let (_server, api) = Server::with_author().await;
    let post = api.create("Title", "The text stays as it is. All of it.").await;
    api.publish(&post).await;
    let before = api.settled(&post["id"]).await;

    let input = json!({ "id": post["id"], "expectedRevision": 1, "title": "Another title" });
    let edited = api.mutate("updatePost", input).await["post"].clone();
    assert_eq!(api.guest().post(&post["id"]).await["title"], "Title", "readers see nothing yet");
    api.publish(&edited).await;
    let after = api.settled(&post["id"]).await;

    assert_eq!(Api::status(&after, "SPEECH"), "SKIPPED");
    assert_eq!(after["speech"]["url"], before["speech"]["url"]);
    let guest = api.guest();
    eventually("the new title is found", async || {
        (guest.search("another").await == ["Another title"]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_failed_stage_tells_why_and_can_be_tried_again() {
    let (_server, api) = Server::with_author_and(voice::without()).await;
    let post = api.create("No voice", "A sentence.").await;
    api.publish(&post).await;
    let post = api.settled(&post["id"]).await;

    let stages = post["stages"].as_array().unwrap();
    let speech = stages.iter().find(|stage| stage["kind"] == "SPEECH").unwrap();
    assert_eq!(speech["status"], "FAILED");
    let message = speech["failure"]["message"].as_str().unwrap();
    assert!(message.contains(voice::wanted()), "says what to install: {message}");

    let retried = api.mutate("retryStage", json!({ "stageId": speech["id"] })).await;
    assert_eq!(retried["stage"]["status"], "PENDING", "{retried:#}");
    assert_eq!(Api::status(&api.settled(&post["id"]).await, "SPEECH"), "FAILED");
    assert_eq!(Api::status(&post, "SUMMARY"), "READY");
}
