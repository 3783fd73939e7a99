//! What is found again that nobody was called for.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use contract::Outage;
use serde_json::json;

use crate::on_every_table;
use crate::rig::{Rig, frames};

on_every_table!(
    an_event_that_nobody_was_called_for_is_told_within_a_minute,
    who_broke_off_while_telling_is_followed_by_another,
    who_failed_to_tell_keeps_nobody_waiting,
    a_beginning_that_broke_off_begins_again,
    a_socket_to_which_nobody_was_let_in_is_closed,
    a_silent_socket_is_kept_open_while_it_belongs_to_somebody,
    a_socket_that_is_to_be_closed_is_asked_to_move_in_time,
    who_moves_to_another_socket_misses_nothing_and_hears_nothing_twice,
    a_topic_that_nobody_follows_is_looked_at_no_more,
    events_that_are_gone_are_announced_as_a_gap,
);

async fn an_event_that_nobody_was_called_for_is_told_within_a_minute(rig: Rig) {
    rig.kims("a").await;
    rig.says("a", rig.follow("1")).await;
    rig.gateway.frames("a");
    rig.append().await;
    rig.clock.advance(Duration::from_secs(61));
    rig.go_round().await;
    assert_eq!(rig.told("a", "1"), frames(&[("event", 1)]));
}

async fn who_broke_off_while_telling_is_followed_by_another(rig: Rig) {
    rig.kims("a").await;
    rig.says("a", rig.follow("1")).await;
    rig.gateway.frames("a");
    rig.append().await;
    let (topic, now) = (rig.topic(), domain::ports::Clock::now(&*rig.clock));
    let until = now.plus(Duration::from_secs(30));
    let lease = rig.exchange.sockets.lease(topic.as_str(), "broken-off", now, until).await.unwrap();
    assert_eq!(lease, Some(0));
    rig.exchange.notify(&topic).await.unwrap();
    assert_eq!(rig.told("a", "1"), frames(&[]), "somebody is at it");
    rig.clock.advance(Duration::from_secs(61));
    rig.go_round().await;
    assert_eq!(rig.told("a", "1"), frames(&[("event", 1)]));
}

async fn who_failed_to_tell_keeps_nobody_waiting(rig: Rig) {
    rig.kims("a").await;
    rig.says("a", rig.follow("1")).await;
    rig.gateway.frames("a");
    rig.append().await;
    rig.log.fails.store(true, SeqCst);
    assert!(rig.exchange.notify(&rig.topic()).await.is_err());
    rig.exchange.notify(&rig.topic()).await.unwrap();
    assert_eq!(rig.told("a", "1"), frames(&[("event", 1)]));
}

#[tokio::test]
async fn a_lease_of_which_nobody_was_told_keeps_nobody_waiting() {
    let (rig, table) = Rig::unreliable().await;
    rig.kims("a").await;
    rig.says("a", rig.follow("1")).await;
    rig.gateway.frames("a");
    rig.append().await;
    table.set_outage(Outage::AnswerLost(1000));
    assert!(rig.exchange.notify(&rig.topic()).await.is_err());
    table.set_outage(Outage::None);
    rig.exchange.notify(&rig.topic()).await.unwrap();
    assert_eq!(rig.told("a", "1"), frames(&[("event", 1)]));
}

async fn a_beginning_that_broke_off_begins_again(rig: Rig) {
    rig.kims("a").await;
    rig.gateway.busy.lock().push("a".to_owned());
    let subscribe = rig.follow("1").to_string();
    assert!(rig.exchange.message("a", &subscribe).await.is_err());
    rig.gateway.busy.lock().clear();
    rig.append().await;
    rig.go_round().await;
    assert_eq!(rig.told("a", "1"), frames(&[]), "whoever began it may be at it");
    rig.clock.advance(Duration::from_secs(31));
    rig.go_round().await;
    assert_eq!(rig.told("a", "1"), frames(&[("snapshot", 1)]));
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    assert_eq!(rig.told("a", "1"), frames(&[("event", 2)]));
}

async fn a_socket_to_which_nobody_was_let_in_is_closed(rig: Rig) {
    rig.connect("a").await;
    rig.kims("b").await;
    rig.clock.advance(Duration::from_secs(11));
    rig.go_round().await;
    assert!(!rig.gateway.is_open("a"));
    assert!(rig.gateway.is_open("b"));
}

async fn a_silent_socket_is_kept_open_while_it_belongs_to_somebody(rig: Rig) {
    rig.kims("a").await;
    rig.go_round().await;
    assert!(rig.gateway.frames("a").is_empty());
    rig.clock.advance(Duration::from_secs(9 * 60));
    rig.go_round().await;
    assert_eq!(rig.gateway.frames("a"), [json!({ "type": "ping" })]);
    let key = domain::account::key_hash("kims");
    assert!(domain::ports::Accounts::take_key(&rig.blog, &key).await.unwrap());
    rig.clock.advance(Duration::from_secs(9 * 60));
    rig.go_round().await;
    assert!(!rig.gateway.is_open("a"));
}

fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}

async fn a_socket_that_is_to_be_closed_is_asked_to_move_in_time(rig: Rig) {
    let reconnect = json!({ "type": "ping", "payload": { "reconnect": true } });
    rig.kims("a").await;
    for now in (5..110).step_by(5) {
        rig.clock.advance(minutes(5));
        rig.go_round().await;
        let asked = rig.gateway.frames("a");
        assert!(!asked.contains(&reconnect), "after {now} minutes: {asked:?}");
    }
    // Well before the two hours, and again in case the first was in vain.
    rig.clock.advance(minutes(5));
    for _ in 0..3 {
        rig.go_round().await;
        assert_eq!(rig.gateway.frames("a"), std::slice::from_ref(&reconnect));
        rig.clock.advance(minutes(3));
    }
}

async fn who_moves_to_another_socket_misses_nothing_and_hears_nothing_twice(rig: Rig) {
    rig.kims("old").await;
    rig.says("old", rig.follow("1")).await;
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    let told = rig.gateway.frames("old");
    let seen = told.last().unwrap()["payload"]["cursor"].as_str().unwrap().to_owned();
    rig.clock.advance(minutes(110));
    rig.go_round().await;
    rig.gateway.frames("old");

    rig.kims("new").await;
    // While it moves, this one is told of where it was, and this one of nowhere yet.
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    assert_eq!(rig.told("old", "1"), frames(&[("event", 2)]));
    rig.append().await;
    rig.says("new", rig.follow_after("1", Some(&seen))).await;
    rig.exchange.close("old").await.unwrap();
    rig.gateway.lose("old");
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    let all = [("resumed", 1), ("event", 2), ("event", 3), ("event", 4)];
    assert_eq!(rig.told("new", "1"), frames(&all));
}

async fn a_topic_that_nobody_follows_is_looked_at_no_more(rig: Rig) {
    rig.kims("a").await;
    rig.says("a", rig.follow("1")).await;
    rig.exchange.close("a").await.unwrap();
    rig.clock.advance(Duration::from_secs(61));
    rig.go_round().await;
    assert_eq!(rig.exchange.sockets.told(rig.topic().as_str()).await.unwrap(), None);
    // Whoever comes then is told all the same.
    rig.kims("b").await;
    rig.says("b", rig.follow("1")).await;
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    assert_eq!(rig.told("b", "1"), frames(&[("snapshot", 0), ("event", 1)]));
}

async fn events_that_are_gone_are_announced_as_a_gap(rig: Rig) {
    rig.kims("a").await;
    rig.says("a", rig.follow("1")).await;
    rig.gateway.frames("a");
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    assert_eq!(rig.told("a", "1"), frames(&[("event", 1)]));
    rig.append().await;
    rig.lose_event(2).await;
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    rig.go_round().await;
    let told = rig.gateway.frames("a");
    assert_eq!(told.len(), 1, "nothing comes again: {told:?}");
    assert_eq!(told[0]["payload"]["kind"], "snapshot");
    assert_eq!(told[0]["payload"]["gap"], json!([2, 3]));
    rig.append().await;
    rig.exchange.notify(&rig.topic()).await.unwrap();
    assert_eq!(rig.told("a", "1"), frames(&[("event", 4)]));
}
