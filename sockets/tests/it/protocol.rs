//! Messages of one client.

use serde_json::json;

use crate::on_every_table;
use crate::rig::{Rig, frames};

on_every_table!(
    who_was_let_in_is_acknowledged_and_answered,
    nobody_is_let_in_twice_or_without_a_key_that_holds,
    an_operation_before_the_acknowledgement_closes_the_socket,
    nonsense_and_a_second_operation_of_an_id_close_the_socket,
    what_is_refused_is_told_and_leaves_nothing_behind,
    a_subscription_that_was_stopped_is_told_nothing_more,
    a_stop_that_came_before_its_start_wins,
    a_socket_that_was_closed_leaves_nothing_behind,
);

async fn who_was_let_in_is_acknowledged_and_answered(rig: Rig) {
    rig.kims("a").await;
    rig.says("a", json!({ "type": "ping", "payload": { "n": 1 } })).await;
    let ask = json!({ "type": "subscribe", "id": "1", "payload": { "query": "who" } });
    rig.says("a", ask).await;
    let answer = json!({ "data": { "who": rig.kim.to_string() } });
    let expected = [
        json!({ "type": "pong", "payload": { "n": 1 } }),
        json!({ "id": "1", "type": "next", "payload": answer }),
        json!({ "id": "1", "type": "complete" }),
    ];
    assert_eq!(rig.gateway.frames("a"), expected);
    rig.connect("guest").await;
    rig.says("guest", json!({ "type": "connection_init" })).await;
    rig.says("guest", json!({ "type": "subscribe", "id": "1", "payload": { "query": "who" } }))
        .await;
    assert_eq!(rig.gateway.frames("guest")[1]["payload"]["data"]["who"], json!(null));
}

async fn nobody_is_let_in_twice_or_without_a_key_that_holds(rig: Rig) {
    rig.connect("a").await;
    rig.says("a", json!({ "type": "connection_init", "payload": { "key": "guessed" } })).await;
    assert!(!rig.gateway.is_open("a"));
    rig.kims("b").await;
    rig.says("b", json!({ "type": "connection_init" })).await;
    assert!(!rig.gateway.is_open("b"));
    // Both at once, as a gateway calls a function for each: one is let in.
    rig.connect("c").await;
    let init = json!({ "type": "connection_init" }).to_string();
    let (one, two) =
        tokio::join!(rig.exchange.message("c", &init), rig.exchange.message("c", &init));
    one.unwrap();
    two.unwrap();
    assert!(!rig.gateway.is_open("c"), "a second one is a mistake of the client's");
}

async fn an_operation_before_the_acknowledgement_closes_the_socket(rig: Rig) {
    rig.connect("a").await;
    rig.says("a", rig.follow("1")).await;
    assert!(!rig.gateway.is_open("a"));
}

async fn nonsense_and_a_second_operation_of_an_id_close_the_socket(rig: Rig) {
    rig.kims("a").await;
    rig.exchange.message("a", "nonsense").await.unwrap();
    assert!(!rig.gateway.is_open("a"));
    rig.kims("b").await;
    rig.says("b", rig.follow("1")).await;
    rig.says("b", rig.follow("1")).await;
    assert!(!rig.gateway.is_open("b"));
    // What nobody opened is closed too.
    rig.gateway.lose("c");
    rig.says("c", json!({ "type": "ping" })).await;
}

async fn what_is_refused_is_told_and_leaves_nothing_behind(rig: Rig) {
    rig.kims("a").await;
    for _ in 0..2 {
        let nonsense =
            json!({ "type": "subscribe", "id": "1", "payload": { "query": "nonsense" } });
        rig.says("a", nonsense).await;
        let frames = rig.gateway.frames("a");
        assert_eq!(frames.len(), 1, "no complete follows an error: {frames:?}");
        assert_eq!(frames[0]["type"], "error");
    }
}

async fn a_subscription_that_was_stopped_is_told_nothing_more(rig: Rig) {
    rig.kims("a").await;
    rig.says("a", rig.follow("1")).await;
    rig.says("a", rig.follow("2")).await;
    rig.says("a", json!({ "type": "complete", "id": "1" })).await;
    rig.gateway.frames("a");
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    let told = rig.gateway.frames("a");
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["id"], &told[0]["payload"]["seq"]), (&json!("2"), &json!(1)));
    // The id may come again.
    rig.says("a", rig.follow("1")).await;
    assert_eq!(rig.told("a", "1"), frames(&[("snapshot", 1)]));
}

async fn a_stop_that_came_before_its_start_wins(rig: Rig) {
    rig.kims("a").await;
    rig.says("a", json!({ "type": "complete", "id": "1" })).await;
    rig.says("a", rig.follow("1")).await;
    assert_eq!(rig.gateway.frames("a"), Vec::<serde_json::Value>::new());
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    assert_eq!(rig.gateway.frames("a"), Vec::<serde_json::Value>::new());
    // It was that one which was stopped.
    rig.says("a", rig.follow("1")).await;
    assert_eq!(rig.told("a", "1"), frames(&[("snapshot", 1)]));
}

async fn a_socket_that_was_closed_leaves_nothing_behind(rig: Rig) {
    rig.kims("a").await;
    rig.says("a", rig.follow("1")).await;
    rig.exchange.close("a").await.unwrap();
    assert!(rig.exchange.sockets.find("a").await.unwrap().is_none());
    assert!(rig.exchange.sockets.live(rig.topic().as_str()).await.unwrap().is_empty());
    assert!(
        rig.exchange
            .sockets
            .of_session(&domain::account::key_hash("kims"))
            .await
            .unwrap()
            .is_empty()
    );
}
