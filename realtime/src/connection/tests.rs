use std::sync::atomic::Ordering::SeqCst;

use serde_json::json;
use tokio::sync::mpsc;

use super::*;
use crate::testing::{DEADLINE, World, eventually, incoming, outgoing};

#[tokio::test]
async fn a_query_is_answered_once_and_completed() {
    let mut client = World::new().client(json!({})).await;
    client.subscribe("q", "say hello", None);
    assert_eq!(client.next("q").await, json!({ "data": "hello" }));
    assert_eq!(client.message().await, json!({ "type": "complete", "id": "q" }));
}

#[tokio::test]
async fn an_invalid_document_gets_an_error_and_the_socket_goes_on() {
    let mut client = World::new().client(json!({})).await;
    client.subscribe("q", "nonsense", None);
    assert_eq!(client.message().await["type"], "error");
    client.subscribe("q", "say more", None);
    assert_eq!(client.next("q").await, json!({ "data": "more" }));
}

#[tokio::test]
async fn a_resolver_that_panics_costs_its_operation_only() {
    let mut client = World::new().client(json!({})).await;
    client.subscribe("p", "panic", None);
    let error = client.message().await;
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("p")));
    assert_eq!(error["payload"][0]["extensions"]["code"], "INTERNAL");
    client.subscribe("q", "say more", None);
    assert_eq!(client.next("q").await, json!({ "data": "more" }));
}

#[tokio::test]
async fn a_protocol_error_closes_the_socket_and_ends_its_subscriptions() {
    let world = World::new();
    let mut client = world.client(json!({})).await;
    client.subscribe("a", "follow x", None);
    client.step("a").await;
    client.subscribe("a", "follow x", None);
    assert_eq!(client.closed().await, (4409, "Subscriber for a already exists".into()));
    assert_eq!((world.hub.n_topics(), world.sockets.n_open()), (0, 0));
}

#[tokio::test]
async fn a_silent_client_is_closed_after_the_initialisation_timeout() {
    let limits = Limits { init_timeout: Duration::from_millis(20), ..Limits::default() };
    let client =
        World::new().connect_with(ConnectionConfig { limits, ..ConnectionConfig::default() }, 8);
    assert_eq!(client.closed().await, (4408, "Connection initialisation timeout".into()));
}

#[tokio::test]
async fn a_peer_that_never_answers_pings_is_closed() {
    let tiny = Duration::from_millis(20);
    let limits = Limits { ping_after: tiny, pong_timeout: tiny, ..Limits::default() };
    let config = ConnectionConfig { limits, ..ConnectionConfig::default() };
    let mut client = World::new().connect_with(config, 8);
    client.init(json!({})).await;
    assert_eq!(client.message().await, json!({ "type": "ping" }));
    assert_eq!(client.closed().await, (4408, "Keep-alive timeout".into()));
}

#[tokio::test]
async fn a_refused_client_is_closed_with_4403() {
    let client = World::new().connect();
    client.send(json!({ "type": "connection_init", "payload": { "deny": "me" } }));
    assert_eq!(client.closed().await, (4403, "Forbidden".into()));
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing_behind() {
    let world = World::new();
    let mut client = world.client(json!({ "session": "s", "user": "u" })).await;
    client.subscribe("a", "follow x", None);
    client.step("a").await;
    assert_eq!((world.hub.n_topics(), world.sockets.n_open()), (1, 1));
    drop(client.say);
    assert_eq!(client.task.await.unwrap(), None);
    assert_eq!((world.hub.n_topics(), world.sockets.n_open()), (0, 0));
}

#[tokio::test]
async fn a_completed_subscription_hears_nothing_more() {
    let world = World::new();
    let mut client = world.client(json!({})).await;
    client.subscribe("a", "follow x", None);
    client.step("a").await;
    client.send(json!({ "type": "complete", "id": "a" }));
    eventually(|| world.hub.n_topics() == 0).await;
    world.happen("x");
    client.subscribe("q", "say end", None);
    assert_eq!(client.next("q").await, json!({ "data": "end" }));
}

#[tokio::test]
async fn stopped_operations_that_still_execute_count_as_open() {
    let world = World::new();
    let limits = Limits { operations: 3, ..Limits::default() };
    let mut client =
        world.connect_with(ConnectionConfig { limits, ..ConnectionConfig::default() }, 64);
    client.init(json!({})).await;
    for id in ["a", "b", "c"] {
        client.subscribe(id, "hang", None);
        client.send(json!({ "type": "complete", "id": id }));
    }
    client.subscribe("d", "say no", None);
    let error = client.message().await;
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("d")));
    assert_eq!(error["payload"][0]["extensions"]["code"], "TOO_MANY_SUBSCRIPTIONS");
}

#[tokio::test]
async fn after_a_revocation_no_frame_is_sent_and_the_socket_closes() {
    let world = World::new();
    let mut revoked = world.client(json!({ "session": "s1", "user": "kim" })).await;
    let mut other = world.client(json!({ "session": "s2", "user": "kim" })).await;
    for client in [&mut revoked, &mut other] {
        client.subscribe("a", "follow x", None);
        client.step("a").await;
    }

    world.sockets.revoke_session("s1");
    world.happen("x");

    assert_eq!(other.step("a").await, ("EVENT".into(), 1));
    assert_eq!(revoked.closed().await, (4403, "Forbidden".into()));
}

#[tokio::test]
async fn revoking_a_user_closes_all_their_sockets_and_nobody_elses() {
    let world = World::new();
    let kim = [
        world.client(json!({ "session": "s1", "user": "kim" })).await,
        world.client(json!({ "session": "s2", "user": "kim" })).await,
    ];
    let mut lee = world.client(json!({ "session": "s3", "user": "lee" })).await;

    world.sockets.revoke_user("kim");

    for client in kim {
        assert_eq!(client.closed().await, (4403, "Forbidden".into()));
    }
    lee.subscribe("q", "say here", None);
    assert_eq!(lee.next("q").await, json!({ "data": "here" }));
}

#[tokio::test]
async fn a_session_revoked_while_it_is_being_read_is_not_admitted() {
    let world = World::new();
    world.door.hold.store(true, SeqCst);
    let client = world.connect();
    client.send(json!({ "type": "connection_init", "payload": { "session": "s1" } }));
    world.door.begun.notified().await;
    world.sockets.revoke_session("s1");
    world.door.go_on.notify_one();
    assert_eq!(client.closed().await, (4403, "Forbidden".into()));
}

#[tokio::test]
async fn a_session_that_ends_closes_its_socket() {
    let world = World::new();
    *world.door.lifetime.lock() = Some(Duration::from_millis(30));
    let client = world.client(json!({ "session": "s1" })).await;
    assert_eq!(client.closed().await, (4403, "Forbidden".into()));
}

#[tokio::test]
async fn what_waits_when_a_session_ends_is_not_sent() {
    // Many times, since it is chance what a turn begins with when both are due.
    for _ in 0..32 {
        let world = World::new();
        *world.door.lifetime.lock() = Some(Duration::from_millis(30));
        let mut client = world.client(json!({ "session": "s1" })).await;
        client.subscribe("a", "follow x", None);
        client.step("a").await;
        world.happen("x");
        // The end comes before any task of this one thread runs again.
        let end = std::time::Instant::now() + Duration::from_millis(31);
        while std::time::Instant::now() < end {
            std::hint::spin_loop();
        }
        assert_eq!(client.closed().await, (4403, "Forbidden".into()));
    }
}

#[tokio::test]
async fn a_graceful_stop_closes_every_socket_with_1001() {
    let world = World::new();
    let clients = [world.connect(), world.client(json!({ "session": "s" })).await];
    eventually(|| world.sockets.n_open() == 2).await;
    world.sockets.close_all();
    for client in clients {
        assert_eq!(client.closed().await, (1001, "Going away".into()));
    }
}

#[tokio::test]
async fn a_peer_that_reads_nothing_is_silenced_by_a_revocation_too() {
    let world = World::new();
    let mut client = world.connect_with(ConnectionConfig::default(), 1);
    client.init(json!({ "session": "s1" })).await;
    // Two answers: one fills the channel, the other waits in the sink.
    for id in ["a", "b", "c"] {
        client.subscribe(id, "say x", None);
    }
    eventually(|| client.told.len() == 1).await;
    world.sockets.revoke_session("s1");
    let closed = tokio::time::timeout(DEADLINE, &mut client.task).await.unwrap().unwrap();
    assert_eq!(closed, Some(Close::forbidden("Forbidden")));
    // What was in the channel was sent before; nothing came after.
    assert!(matches!(client.told.recv().await, Some(Outgoing::Text(_))));
    assert!(client.told.recv().await.is_none_or(|frame| matches!(frame, Outgoing::Close(_))));
}

#[tokio::test]
async fn a_peer_that_takes_nothing_for_too_long_is_cut_off() {
    let config =
        ConnectionConfig { write_timeout: Duration::from_millis(20), ..Default::default() };
    let mut client = World::new().connect_with(config, 1);
    client.init(json!({})).await;
    for id in ["a", "b", "c"] {
        client.subscribe(id, "say x", None);
    }
    let closed = tokio::time::timeout(DEADLINE, client.task).await.unwrap().unwrap();
    assert_eq!(closed.map(|close| close.code), Some(4408));
}

#[tokio::test]
async fn the_task_of_a_socket_is_small() {
    let world = World::new();
    let (_say, heard) = mpsc::unbounded_channel();
    let (tell, _told) = mpsc::channel(1);
    let connection = Connection {
        hub: world.hub.clone(),
        authenticator: world.door.clone(),
        config: ConnectionConfig::default(),
    };
    let bytes = size_of_val(&connection.run(incoming(heard), outgoing(tell)));
    assert!(bytes <= 3 * 1024, "{bytes} bytes");
}
