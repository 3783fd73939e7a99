//! What those are told who follow a log.

use std::collections::HashMap;

use domain::account::key_hash;
use domain::ports::Accounts;
use serde_json::json;

use crate::on_every_table;
use crate::rig::{Rig, frames};

on_every_table!(
    first_comes_the_state_and_then_each_event_once_and_in_order,
    a_client_goes_on_where_it_was,
    a_frame_is_rendered_once_for_all_who_share_it,
    whoever_is_at_it_finds_what_came_meanwhile,
    nobody_misses_an_event_however_they_come_and_go,
    who_cannot_be_sent_to_is_behind_and_catches_up,
    what_could_not_be_rendered_is_told_as_a_state,
    a_socket_that_broke_off_is_forgotten_when_something_is_sent,
    after_a_session_was_revoked_its_sockets_hear_nothing,
    progress_is_told_between_events_and_never_out_of_order,
);

async fn first_comes_the_state_and_then_each_event_once_and_in_order(rig: Rig) {
    rig.append().await;
    rig.kims("a").await;
    rig.says("a", rig.follow("1")).await;
    assert_eq!(rig.told("a", "1"), frames(&[("snapshot", 1)]));
    rig.append().await;
    rig.append().await;
    for _ in 0..2 {
        rig.exchange.notify(&rig.topic()).await.unwrap();
    }
    assert_eq!(rig.told("a", "1"), frames(&[("event", 2), ("event", 3)]));
}

async fn a_client_goes_on_where_it_was(rig: Rig) {
    rig.kims("a").await;
    rig.says("a", rig.follow("1")).await;
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    let seen = rig.gateway.frames("a").pop().unwrap()["payload"]["cursor"].clone();
    rig.exchange.close("a").await.unwrap();
    rig.append().await;
    rig.append().await;
    rig.kims("b").await;
    rig.says("b", rig.follow_after("1", seen.as_str())).await;
    assert_eq!(rig.told("b", "1"), frames(&[("resumed", 1), ("event", 2), ("event", 3)]));
    // What it names is no place of this log.
    rig.kims("c").await;
    rig.says("c", rig.follow_after("1", Some("another|1|life"))).await;
    assert_eq!(rig.told("c", "1"), frames(&[("snapshot", 3)]));
}

async fn a_frame_is_rendered_once_for_all_who_share_it(rig: Rig) {
    for socket in ["a", "b", "c"] {
        rig.kims(socket).await;
        rig.says(socket, rig.follow("1")).await;
        rig.gateway.frames(socket);
    }
    rig.append().await;
    let before = *rig.exchange.executor.renders.lock();
    rig.exchange.notify(&rig.topic()).await.unwrap();
    assert_eq!(*rig.exchange.executor.renders.lock() - before, 1);
    for socket in ["a", "b", "c"] {
        assert_eq!(rig.told(socket, "1"), frames(&[("event", 1)]), "{socket}");
    }
}

async fn whoever_is_at_it_finds_what_came_meanwhile(rig: Rig) {
    rig.kims("a").await;
    rig.says("a", rig.follow("1")).await;
    rig.gateway.frames("a");
    let topic = rig.topic();
    let appending = async {
        for _ in 0..20 {
            rig.append().await;
            rig.exchange.notify(&topic).await.unwrap();
        }
    };
    let another = async {
        for _ in 0..20 {
            rig.exchange.notify(&topic).await.unwrap();
        }
    };
    tokio::join!(appending, another);
    rig.exchange.notify(&topic).await.unwrap();
    let expected: Vec<_> = (1..=20).map(|seq| ("event".to_owned(), seq)).collect();
    assert_eq!(rig.told("a", "1"), expected);
}

async fn nobody_misses_an_event_however_they_come_and_go(rig: Rig) {
    let topic = rig.topic();
    let appending = async {
        for _ in 0..30 {
            rig.append().await;
            rig.exchange.notify(&topic).await.unwrap();
        }
    };
    let joining = async {
        for n in 0..10 {
            let socket = format!("s{n}");
            rig.connect(&socket).await;
            let init = json!({ "type": "connection_init", "payload": { "key": "kims" } });
            rig.says(&socket, init).await;
            rig.says(&socket, rig.follow("1")).await;
        }
    };
    tokio::join!(appending, joining);
    rig.exchange.notify(&topic).await.unwrap();
    for n in 0..10 {
        let told = rig.told(&format!("s{n}"), "1");
        assert_eq!(told[0].0, "snapshot");
        let seqs: Vec<u64> = told.iter().map(|(_, seq)| *seq).collect();
        let expected: Vec<u64> = (told[0].1..=30).collect();
        assert_eq!(seqs, expected, "s{n}");
    }
}

async fn who_cannot_be_sent_to_is_behind_and_catches_up(rig: Rig) {
    for socket in ["a", "b"] {
        rig.kims(socket).await;
        rig.says(socket, rig.follow("1")).await;
        rig.gateway.frames(socket);
    }
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    rig.gateway.busy.lock().push("a".to_owned());
    rig.append().await;
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    assert_eq!(rig.told("b", "1"), frames(&[("event", 1), ("event", 2), ("event", 3)]));
    rig.gateway.busy.lock().clear();
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    assert_eq!(rig.told("a", "1"), frames(&[("event", 1)]), "it is not told what follows a hole");
    rig.go_round().await;
    assert_eq!(rig.told("a", "1"), frames(&[("event", 2), ("event", 3), ("event", 4)]));
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    assert_eq!(rig.told("a", "1"), frames(&[("event", 5)]));
}

async fn what_could_not_be_rendered_is_told_as_a_state(rig: Rig) {
    rig.kims("a").await;
    rig.says("a", rig.follow("1")).await;
    rig.gateway.frames("a");
    rig.append().await;
    // Nor can it be when it is tried again.
    rig.exchange.executor.fails.lock().extend([true, true]);
    rig.exchange.notify(&rig.topic()).await.unwrap();
    rig.go_round().await;
    let told = rig.gateway.frames("a");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["payload"]["kind"], "snapshot");
    assert_eq!(told[0]["payload"]["gap"], json!([1, 1]));
}

async fn a_socket_that_broke_off_is_forgotten_when_something_is_sent(rig: Rig) {
    rig.kims("a").await;
    rig.says("a", rig.follow("1")).await;
    rig.gateway.lose("a");
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    assert!(rig.exchange.sockets.find("a").await.unwrap().is_none());
    assert!(rig.exchange.sockets.live(rig.topic().as_str()).await.unwrap().is_empty());
}

async fn after_a_session_was_revoked_its_sockets_hear_nothing(rig: Rig) {
    rig.draw_key("other").await;
    rig.kims("a").await;
    rig.connect("b").await;
    rig.says("b", json!({ "type": "connection_init", "payload": { "key": "other" } })).await;
    for socket in ["a", "b"] {
        rig.says(socket, rig.follow("1")).await;
        rig.gateway.frames(socket);
    }
    assert!(rig.blog.take_key(&key_hash("kims")).await.unwrap());
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    assert!(!rig.gateway.is_open("a"));
    assert_eq!(rig.told("b", "1"), frames(&[("event", 1)]));
    // Where nothing happens, it is told to the sockets all the same.
    assert!(rig.blog.take_key(&key_hash("other")).await.unwrap());
    rig.exchange.revoked(&key_hash("other")).await.unwrap();
    assert!(!rig.gateway.is_open("b"));
}

async fn progress_is_told_between_events_and_never_out_of_order(rig: Rig) {
    rig.kims("a").await;
    rig.says("a", rig.follow("1")).await;
    rig.gateway.frames("a");
    rig.append().await;
    rig.exchange.progress(&rig.topic(), "[]").await.unwrap();
    assert_eq!(rig.told("a", "1"), frames(&[]), "there is an event to be told first");
    rig.exchange.notify(&rig.topic()).await.unwrap();
    rig.exchange.progress(&rig.topic(), "[]").await.unwrap();
    assert_eq!(rig.told("a", "1"), frames(&[("event", 1), ("progress", 1)]));
}

#[tokio::test]
async fn what_telling_costs_does_not_grow_with_those_who_are_told() {
    let rig = Rig::kind().await;
    let mut costs = HashMap::new();
    for n in 1..=20 {
        let socket = format!("s{n}");
        rig.kims(&socket).await;
        let (_, calls) = rig.calls(rig.says(&socket, rig.follow("1"))).await;
        if n > 1 {
            // Socket, session, head and watch, the two rows, live.
            assert_eq!(calls.calls(), 5, "{calls:?}");
        }
        rig.append().await;
        let (_, calls) = rig.calls(rig.exchange.notify(&rig.topic())).await;
        costs.insert(n, calls.calls());
    }
    // Lease, head, log, followers, sessions, one document, advance.
    assert_eq!((costs[&1], costs[&20]), (7, 7));
}
