use std::sync::atomic::Ordering::SeqCst;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::ConnectionConfig;
use crate::testing::{Client, World, eventually};

fn config(poll_ms: u64) -> HubConfig {
    HubConfig { poll_every: Duration::from_millis(poll_ms), page: 4, ..HubConfig::default() }
}

fn step(kind: &str, seq: u64) -> (String, u64) {
    (kind.into(), seq)
}

#[tokio::test]
async fn a_subscriber_gets_the_state_and_then_each_event_once() {
    let world = World::new();
    world.log.append("x");
    let mut client = world.client(json!({})).await;
    client.subscribe("a", "follow x", None);
    assert_eq!(client.step("a").await, step("SNAPSHOT", 1));
    for seq in 2..20 {
        world.happen("x");
        world.hub.wake(&Topic::new("x"));
        assert_eq!(client.step("a").await, step("EVENT", seq));
    }
}

#[tokio::test]
async fn a_client_that_comes_back_hears_exactly_what_it_missed() {
    let world = World::with(config(3_600_000));
    for _ in 0..11 {
        world.log.append("x");
    }
    let mut client = world.client(json!({})).await;
    client.subscribe("a", "follow x", Some(("e1", 2)));
    assert_eq!(client.step("a").await, step("RESUMED", 2));
    for seq in 3..=11 {
        assert_eq!(client.step("a").await, step("EVENT", seq));
    }
    client.subscribe("b", "follow x", Some(("e1", 11)));
    assert_eq!(client.step("b").await, step("RESUMED", 11));
    world.log.expire("x", 11);
    client.subscribe("c", "follow x", Some(("e1", 9)));
    let frame = client.next("c").await;
    assert_eq!((&frame["seq"], &frame["gap"]), (&json!(11), &json!([10, 11])));
    client.subscribe("d", "follow x", Some(("e0", 9)));
    let frame = client.next("d").await;
    assert_eq!((&frame["seq"], &frame["gap"]), (&json!(11), &json!(null)));
}

#[tokio::test]
async fn what_happens_while_the_state_is_being_read_is_told_afterwards() {
    let world = World::new();
    world.executor.hold_opening.store(true, SeqCst);
    let mut client = world.client(json!({})).await;
    client.subscribe("a", "follow x", None);
    eventually(|| world.hub.n_topics() == 1).await;
    for _ in 0..3 {
        world.happen("x");
    }
    world.executor.opening.notify_one();
    let (kind, at) = client.step("a").await;
    assert_eq!(kind, "SNAPSHOT");
    for seq in at + 1..=3 {
        assert_eq!(client.step("a").await, step("EVENT", seq));
    }
    world.happen("x");
    assert_eq!(client.step("a").await, step("EVENT", 4));
}

#[tokio::test]
async fn a_lost_wake_up_is_found_by_the_poll() {
    let world = World::with(config(10));
    let mut client = world.client(json!({})).await;
    client.subscribe("a", "follow x", None);
    assert_eq!(client.step("a").await, step("SNAPSHOT", 0));
    world.log.append("x");
    assert_eq!(client.step("a").await, step("EVENT", 1));
}

#[tokio::test]
async fn a_group_is_rendered_once_and_other_classes_apart() {
    let world = World::new();
    let mut clients = Vec::new();
    for number in 0..20 {
        let class = if number % 2 == 0 { "reader" } else { "author" };
        let mut client = world.client(json!({ "class": class })).await;
        client.subscribe("a", "follow x", None);
        client.step("a").await;
        clients.push((client, class));
    }
    for seq in 1..=5 {
        world.happen("x");
        for (client, class) in &mut clients {
            let frame = client.next("a").await;
            assert_eq!(frame, json!({ "kind": "EVENT", "seq": seq, "class": class }));
        }
    }
    assert_eq!(world.executor.n_renders.load(SeqCst), 10);
}

#[tokio::test]
async fn a_filtered_view_hears_only_what_concerns_it() {
    let world = World::new();
    let mut client = world.client(json!({})).await;
    client.subscribe("a", "follow x even", None);
    client.step("a").await;
    for _ in 0..6 {
        world.happen("x");
    }
    for seq in [2, 4, 6] {
        assert_eq!(client.step("a").await, step("EVENT", seq));
    }
}

#[tokio::test]
async fn the_class_is_that_of_the_moment_and_without_one_the_subscription_ends() {
    let world = World::new();
    let mut client = world.client(json!({ "user": "kim", "class": "author" })).await;
    client.subscribe("a", "follow x", None);
    client.step("a").await;
    let person = world.door.people.lock()["kim"].clone();

    *person.class.lock() = Some("reader".into());
    world.happen("x");
    assert_eq!(client.next("a").await["class"], "reader");

    *person.class.lock() = None;
    world.happen("x");
    assert_eq!(client.message().await, json!({ "type": "complete", "id": "a" }));
    eventually(|| world.hub.n_topics() == 0).await;
}

#[tokio::test]
async fn progress_goes_under_the_last_event_and_old_progress_is_dropped() {
    let world = World::new();
    let topic = Topic::new("x");
    let mut client = world.client(json!({})).await;
    client.subscribe("a", "follow x", None);
    client.step("a").await;
    world.happen("x");
    assert_eq!(client.step("a").await, step("EVENT", 1));
    world.hub.progress(&topic, Some(Seq(1)), Bytes::from_static(b"1"));
    assert_eq!(client.step("a").await, step("PROGRESS", 1));
    world.happen("x");
    world.hub.progress(&topic, Some(Seq(1)), Bytes::from_static(b"late"));
    world.hub.progress(&topic, None, Bytes::from_static(b"stamped"));
    assert_eq!(client.step("a").await, step("EVENT", 2));
    assert_eq!(client.step("a").await, step("PROGRESS", 2));
    world.happen("x");
    assert_eq!(client.step("a").await, step("EVENT", 3));
}

#[tokio::test]
async fn a_failed_render_becomes_a_gap_and_a_fresh_state() {
    let world = World::new();
    let mut client = world.client(json!({})).await;
    client.subscribe("a", "follow x", None);
    client.step("a").await;
    world.executor.failing.store(true, SeqCst);
    world.happen("x");
    let frame = client.next("a").await;
    assert_eq!(frame["gap"], json!([1, 1]));
    world.executor.failing.store(false, SeqCst);
    world.happen("x");
    assert_eq!(client.step("a").await, step("EVENT", 2));
}

#[tokio::test]
async fn a_render_that_panics_does_not_silence_the_topic() {
    let world = World::new();
    let mut client = world.client(json!({})).await;
    client.subscribe("a", "follow x", None);
    client.step("a").await;
    world.executor.panicking.store(true, SeqCst);
    world.happen("x");
    eventually(|| world.executor.n_renders.load(SeqCst) == 1).await;
    world.executor.panicking.store(false, SeqCst);
    world.happen("x");
    let frame = client.next("a").await;
    assert_eq!((&frame["kind"], &frame["gap"]), (&json!("SNAPSHOT"), &json!([1, 2])));
    world.happen("x");
    assert_eq!(client.step("a").await, step("EVENT", 3));
}

#[tokio::test]
async fn events_that_expire_before_they_are_delivered_are_announced_as_a_gap() {
    let world = World::new();
    let mut client = world.client(json!({})).await;
    client.subscribe("a", "follow x", None);
    client.step("a").await;
    world.log.append("x");
    world.log.append("x");
    world.log.expire("x", 1);
    world.happen("x");
    let frame = client.next("a").await;
    assert_eq!((&frame["seq"], &frame["gap"]), (&json!(3), &json!([1, 3])));
}

#[tokio::test]
async fn another_epoch_and_a_rolled_back_log_begin_anew_without_a_known_gap() {
    let world = World::new();
    for _ in 0..5 {
        world.log.append("x");
    }
    let mut client = world.client(json!({})).await;
    client.subscribe("a", "follow x", None);
    assert_eq!(client.step("a").await, step("SNAPSHOT", 5));
    world.log.restore("x", "e2", 3);
    world.hub.wake(&Topic::new("x"));
    let frame = client.next("a").await;
    assert_eq!(
        (&frame["epoch"], &frame["seq"], &frame["gap"]),
        (&json!("e2"), &json!(3), &Value::Null)
    );
    world.log.restore("x", "e2", 1);
    world.hub.wake(&Topic::new("x"));
    let frame = client.next("a").await;
    assert_eq!((&frame["seq"], &frame["gap"]), (&json!(1), &Value::Null));
    world.happen("x");
    assert_eq!(client.step("a").await, step("EVENT", 2));
}

#[tokio::test]
async fn a_slow_consumer_gets_an_announced_gap_and_bounded_memory() {
    let config = HubConfig { queue_frames: 8, ..config(3_600_000) };
    let world = World::with(config);
    let mut slow = world.connect_with(ConnectionConfig::default(), 1);
    slow.init(json!({})).await;
    slow.subscribe("a", "follow x", None);
    assert_eq!(slow.step("a").await, step("SNAPSHOT", 0));
    let mut quick = world.client(json!({})).await;
    quick.subscribe("a", "follow x", None);
    quick.step("a").await;

    for seq in 1..=200 {
        world.happen("x");
        assert_eq!(quick.step("a").await, step("EVENT", seq));
    }

    let (mut seen, mut frames, mut gaps) = (0, 0, 0);
    while seen < 200 {
        seen = follow(&mut slow, "a", Some(seen), &mut gaps).await;
        frames += 1;
    }
    assert_eq!(gaps, 1);
    assert!(frames <= 12, "{frames} frames were kept for it");
    world.happen("x");
    assert_eq!(slow.step("a").await, step("EVENT", 201));
}

/// Takes a frame and requires that it follows `seen`, or says what was missed. Gives its number.
async fn follow(client: &mut Client, id: &str, seen: Option<u64>, gaps: &mut u32) -> u64 {
    let frame = client.next(id).await;
    let seq = frame["seq"].as_u64().unwrap();
    match (frame["kind"].as_str().unwrap(), seen) {
        ("SNAPSHOT", Some(seen)) => {
            *gaps += 1;
            assert_eq!(frame["gap"], json!([seen + 1, seq]), "after {seen}: {frame}");
        }
        ("SNAPSHOT", None) => assert_eq!(frame["gap"], Value::Null, "{frame}"),
        ("EVENT", Some(seen)) => assert_eq!(seq, seen + 1, "{frame}"),
        ("RESUMED", Some(seen)) => assert_eq!(seq, seen, "{frame}"),
        other => panic!("{other:?}: {frame}"),
    }
    seq
}

#[derive(Clone, Debug)]
enum Move {
    /// Append so many events, with so many wake-ups.
    Append(u8, u8),
    /// A new client, from the beginning or after some event.
    Join(Option<u8>),
    /// The log forgets everything but the last events.
    Expire,
    /// Others get time to run.
    Pause(u8),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        5 => (1_u8..8, 0_u8..3).prop_map(|(events, wakes)| Move::Append(events, wakes)),
        3 => prop::option::of(0_u8..30).prop_map(Move::Join),
        1 => Just(Move::Expire),
        3 => (0_u8..20).prop_map(Move::Pause),
    ];
    prop::collection::vec(one, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_subscriber_sees_every_event_once_in_order_or_an_announced_gap(
        moves in moves(),
        hostile in any::<bool>(),
        queue_frames in 2_usize..12,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async move {
            let world = World::with(HubConfig { queue_frames, ..config(3) });
            world.log.hostile.store(hostile, SeqCst);
            let mut clients = Vec::new();
            let mut head = 0;
            for one in moves {
                match one {
                    Move::Append(events, wakes) => {
                        for _ in 0..events {
                            head = world.log.append("x");
                        }
                        for _ in 0..wakes {
                            world.hub.wake(&Topic::new("x"));
                        }
                    }
                    Move::Join(after) => {
                        let after = after.map(u64::from).filter(|after| *after <= head);
                        let mut client = world.connect_with(ConnectionConfig::default(), 1);
                        client.init(json!({})).await;
                        client.subscribe("a", "follow x", after.map(|after| ("e1", after)));
                        clients.push((client, after));
                    }
                    Move::Expire => world.log.expire("x", head.saturating_sub(3)),
                    Move::Pause(turns) => {
                        for _ in 0..turns {
                            tokio::task::yield_now().await;
                        }
                    }
                }
            }
            // One last event, of which nobody is told but by the poll.
            head = world.log.append("x");
            for (client, seen) in &mut clients {
                let mut gaps = 0;
                let mut at = *seen;
                while at != Some(head) {
                    at = Some(follow(client, "a", at, &mut gaps).await);
                }
            }
        });
    }
}

#[tokio::test]
async fn a_crowd_is_prepared_a_few_at_a_time() {
    let world = World::with(HubConfig { at_once: 2, ..HubConfig::default() });
    let mut clients = vec![];
    for _ in 0..3 {
        let client = world.client(json!({})).await;
        client.subscribe("a", "hang", None);
        clients.push(client);
    }
    let begun = || world.executor.n_hanging.load(SeqCst);
    eventually(|| begun() == 2).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(begun(), 2, "the third waits for a place");
    world.executor.hang.notify_one();
    eventually(|| begun() == 3).await;
}

#[tokio::test]
async fn the_operation_of_a_group_is_kept_once_and_as_long_as_somebody_follows() {
    let world = World::new();
    let operation = |world: &World, query: &str| {
        let request = Request { query: Some(query.to_owned()), ..Request::default() };
        let (executor, viewer) = (world.executor.clone(), person());
        async move {
            match executor.prepare(request, &viewer).await {
                Prepared::Subscription(plan) => plan,
                _ => panic!("no subscription"),
            }
        }
    };
    let mailbox = world.hub.new_mailbox();
    let mut kept = vec![];
    let mut first = None;
    for _ in 0..3 {
        let plan = operation(&world, "follow x").await;
        first.get_or_insert_with(|| Arc::downgrade(&plan.operation));
        kept.push(world.hub.subscribe(Run(0), plan, person(), mailbox.clone()));
    }
    let other = operation(&world, "follow x even").await;
    let other_operation = Arc::downgrade(&other.operation);
    kept.push(world.hub.subscribe(Run(1), other, person(), mailbox));
    let first = first.unwrap();
    // The topic's own, and one for each subscriber.
    assert_eq!((first.strong_count(), other_operation.strong_count()), (4, 2));
    kept.remove(0);
    assert_eq!(first.strong_count(), 3, "the others go on with it");
    kept.truncate(2);
    assert_eq!(other_operation.strong_count(), 0);
    drop(kept);
    assert_eq!((first.strong_count(), world.hub.n_topics()), (0, 0));
}

fn person() -> Arc<crate::testing::Person> {
    Arc::new(crate::testing::Person { class: parking_lot::Mutex::new(None) })
}
