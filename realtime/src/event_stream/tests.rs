use std::sync::atomic::Ordering::SeqCst;

use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::*;
use crate::Authenticator;
use crate::testing::{DEADLINE, World, eventually, outgoing};

struct Reader {
    told: mpsc::Receiver<String>,
    seal: Seal,
    task: JoinHandle<Ended>,
}

/// Somebody's stream of one operation, of which `capacity` events fit on the line.
async fn reading(
    world: &World,
    who: Value,
    query: &str,
    id: Option<&str>,
    capacity: usize,
) -> Reader {
    reading_with(EventStreamConfig::default(), world, who, query, id, capacity).await
}

async fn reading_with(
    config: EventStreamConfig,
    world: &World,
    who: Value,
    query: &str,
    id: Option<&str>,
    capacity: usize,
) -> Reader {
    let since = world.sockets.watermark();
    let Value::Object(who) = who else { panic!("not an object") };
    let admitted = world.door.authenticate(who).await.unwrap();
    let stream = EventStream::open(world.hub.clone(), since, admitted, config).unwrap();
    let (tell, told) = mpsc::channel(capacity);
    let request = Request {
        query: Some(query.to_owned()),
        last_event_id: id.map(str::to_owned),
        ..Request::default()
    };
    let seal = stream.seal();
    Reader { told, seal, task: tokio::spawn(stream.run(request, outgoing(tell))) }
}

async fn read(world: &World, query: &str) -> Reader {
    reading(world, json!({ "user": "kim", "session": "s" }), query, None, 1024).await
}

impl Reader {
    async fn text(&mut self) -> Option<String> {
        tokio::time::timeout(DEADLINE, self.told.recv()).await.unwrap()
    }

    /// Id and data of an event `next`.
    async fn next(&mut self) -> (Option<String>, Value) {
        let text = self.text().await.unwrap();
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
        assert_eq!(field("event: "), Some("next"), "{text}");
        let data = serde_json::from_str(field("data: ").unwrap()).unwrap();
        (field("id: ").map(str::to_owned), data)
    }

    /// Kind and number of a frame, which has to have the cursor of that number as its id.
    async fn step(&mut self) -> (String, u64) {
        let (id, frame) = self.next().await;
        let seq = frame["seq"].as_u64().unwrap();
        assert_eq!(id, Some(format!("e1.{seq}")));
        (frame["kind"].as_str().unwrap().to_owned(), seq)
    }

    async fn ended(mut self) -> Ended {
        while self.text().await.is_some() {}
        self.task.await.unwrap()
    }
}

const COMPLETE: &str = "event: complete\ndata: \n\n";

#[tokio::test]
async fn a_query_is_one_event_and_the_end() {
    let mut reader = read(&World::new(), "say hello").await;
    let text = reader.text().await.unwrap();
    assert_eq!(text, format!("event: next\ndata: {{\"data\":\"hello\"}}\n\n{COMPLETE}"));
    assert_eq!(reader.text().await, None);
    assert_eq!(reader.ended().await, Ended::Complete);
}

#[tokio::test]
async fn an_invalid_document_and_a_panic_are_told_as_events() {
    for (query, code) in [("nonsense", "GRAPHQL_VALIDATION_FAILED"), ("panic", "INTERNAL")] {
        let mut reader = read(&World::new(), query).await;
        let (id, result) = reader.next().await;
        assert_eq!((id, &result["errors"][0]["extensions"]["code"]), (None, &json!(code)));
        assert_eq!(reader.ended().await, Ended::Complete);
    }
}

#[tokio::test]
async fn events_follow_the_first_frame_and_each_has_its_cursor() {
    let world = World::new();
    world.log.append("x");
    let mut reader = read(&world, "follow x").await;
    assert_eq!(reader.step().await, ("SNAPSHOT".to_owned(), 1));
    for seq in 2..5 {
        world.happen("x");
        assert_eq!(reader.step().await, ("EVENT".to_owned(), seq));
    }
}

#[tokio::test]
async fn a_client_that_names_its_last_event_goes_on_after_it() {
    let world = World::new();
    for _ in 0..3 {
        world.log.append("x");
    }
    let mut reader = reading(&world, json!({}), "follow x", Some("e1.1"), 1024).await;
    assert_eq!(reader.step().await, ("RESUMED".to_owned(), 1));
    assert_eq!(reader.step().await, ("EVENT".to_owned(), 2));
    assert_eq!(reader.step().await, ("EVENT".to_owned(), 3));
}

#[tokio::test]
async fn streams_and_sockets_share_one_render() {
    let world = World::new();
    let mut readers = vec![];
    for _ in 0..3 {
        let mut reader = reading(&world, json!({}), "follow x", None, 1024).await;
        assert_eq!(reader.step().await.0, "SNAPSHOT");
        readers.push(reader);
    }
    let mut socket = world.client(json!({})).await;
    socket.subscribe("a", "follow x", None);
    assert_eq!(socket.step("a").await.0, "SNAPSHOT");
    // The first frame is sent before its subscription is live; an event sees to it that all are.
    world.happen("x");
    assert_eq!(socket.step("a").await.1, 1);
    for reader in &mut readers {
        assert_eq!(reader.step().await.1, 1);
    }
    let before = world.executor.n_renders.load(SeqCst);
    world.happen("x");
    assert_eq!(socket.step("a").await.1, 2);
    for reader in &mut readers {
        assert_eq!(reader.step().await.1, 2);
    }
    assert_eq!(world.executor.n_renders.load(SeqCst), before + 1);
}

#[tokio::test]
async fn a_reader_that_lags_gets_a_gap_and_the_state() {
    let world = World::with(crate::HubConfig {
        poll_every: Duration::from_secs(3600),
        queue_frames: 4,
        ..crate::HubConfig::default()
    });
    let mut reader = reading(&world, json!({}), "follow x", None, 1).await;
    assert_eq!(reader.step().await.0, "SNAPSHOT");
    for _ in 0..40 {
        world.happen("x");
    }
    let mut last = 0;
    loop {
        let (_, frame) = reader.next().await;
        let seq = frame["seq"].as_u64().unwrap();
        if frame["kind"] == "SNAPSHOT" {
            assert_eq!(frame["gap"], json!([last + 1, seq]));
        } else {
            assert_eq!(seq, last + 1);
        }
        last = seq;
        if seq == 40 {
            break;
        }
    }
}

#[tokio::test]
async fn a_revoked_reader_hears_nothing_more_and_is_to_be_cut_off() {
    let world = World::new();
    let mut reader = read(&world, "follow x").await;
    assert_eq!(reader.step().await.0, "SNAPSHOT");
    assert_eq!(reader.seal.pass(|| 1), Some(1));
    world.sockets.revoke_session("s");
    assert_eq!(reader.seal.pass(|| 1), None);
    world.happen("x");
    assert_eq!(reader.text().await, None);
    assert_eq!(reader.ended().await, Ended::Cut(Close::forbidden("Forbidden")));
    eventually(|| world.sockets.n_open() == 0 && world.hub.n_topics() == 0).await;
}

#[tokio::test]
async fn who_was_revoked_while_being_read_does_not_get_in() {
    let world = World::new();
    let since = world.sockets.watermark();
    let Value::Object(who) = json!({ "user": "kim" }) else { panic!() };
    let admitted = world.door.authenticate(who).await.unwrap();
    world.sockets.revoke_user("kim");
    let config = EventStreamConfig::default();
    assert!(EventStream::open(world.hub.clone(), since, admitted, config).is_none());
}

#[tokio::test]
async fn a_stop_ends_the_stream_in_good_order_and_without_complete() {
    let world = World::new();
    let mut reader = read(&world, "follow x").await;
    assert_eq!(reader.step().await.0, "SNAPSHOT");
    world.sockets.close_all();
    assert_eq!(reader.text().await, None);
    assert_eq!(reader.seal.pass(|| 1), Some(1), "what was said may arrive");
    assert_eq!(reader.ended().await, Ended::Early(Close::going_away()));
}

#[tokio::test]
async fn a_viewer_who_may_see_no_more_is_told_that_it_is_over() {
    let world = World::new();
    let mut reader = read(&world, "follow x").await;
    assert_eq!(reader.step().await.0, "SNAPSHOT");
    *world.door.people.lock()["kim"].class.lock() = None;
    world.happen("x");
    assert_eq!(reader.text().await.as_deref(), Some(COMPLETE));
    assert_eq!(reader.ended().await, Ended::Complete);
}

#[tokio::test]
async fn a_reader_that_is_gone_leaves_nothing_behind() {
    let world = World::new();
    let mut reader = read(&world, "follow x").await;
    assert_eq!(reader.step().await.0, "SNAPSHOT");
    drop(reader.told);
    world.happen("x");
    assert_eq!(reader.task.await.unwrap(), Ended::Gone);
    assert_eq!((world.sockets.n_open(), world.hub.n_topics()), (0, 0));
}

#[tokio::test]
async fn silence_is_broken_by_comments() {
    let world = World::new();
    let config = EventStreamConfig {
        keep_alive_after: Duration::from_millis(1),
        ..EventStreamConfig::default()
    };
    let mut reader = reading_with(config, &world, json!({}), "hang", None, 1024).await;
    for _ in 0..3 {
        assert_eq!(reader.text().await.as_deref(), Some(":\n\n"));
    }
}

#[tokio::test]
async fn a_session_that_is_over_ends_its_stream() {
    let world = World::new();
    *world.door.lifetime.lock() = Some(Duration::from_millis(1));
    let reader = read(&world, "follow x").await;
    assert_eq!(reader.ended().await, Ended::Cut(Close::forbidden("Forbidden")));
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_cut_off() {
    let world = World::new();
    let config = EventStreamConfig {
        keep_alive_after: Duration::from_millis(1),
        write_timeout: Duration::from_millis(1),
    };
    // The first comment fills the line.
    let mut reader = reading_with(config, &world, json!({}), "hang", None, 1).await;
    let ended = tokio::time::timeout(DEADLINE, &mut reader.task).await.unwrap().unwrap();
    assert_eq!(ended, Ended::Cut(Close::silent_peer()));
}
