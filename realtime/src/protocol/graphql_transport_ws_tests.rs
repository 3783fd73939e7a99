use super::*;
use serde_json::json;

/// A socket under test, with a clock of its own.
struct Socket {
    machine: GraphqlTransportWs,
    now: Duration,
}

fn limits() -> Limits {
    Limits { message_bytes: 400, id_bytes: 16, operations: 2, ..Limits::default() }
}

impl Socket {
    fn opened() -> Self {
        Socket { machine: GraphqlTransportWs::new(limits()), now: Duration::ZERO }
    }

    fn acknowledged() -> Self {
        let mut socket = Self::opened();
        socket.says(json!({ "type": "connection_init" }));
        socket.hears(Input::Admitted(None));
        socket
    }

    fn hears(&mut self, input: Input<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.machine.handle(self.now, input, &mut effects);
        effects
    }

    fn says(&mut self, message: Value) -> Vec<Effect> {
        self.hears(Input::Text(&message.to_string()))
    }

    fn subscribes(&mut self, id: &str) -> Run {
        let effects = self.says(subscribe(id));
        let [Effect::Start { run, .. }] = effects[..] else { panic!("{effects:?}") };
        run
    }

    fn after(&mut self, passed: Duration) -> Vec<Effect> {
        self.now += passed;
        self.hears(Input::Time)
    }
}

fn subscribe(id: &str) -> Value {
    json!({ "type": "subscribe", "id": id, "payload": { "query": "{ a }" } })
}

#[track_caller]
fn sent(effects: &[Effect]) -> Value {
    let [Effect::Send(text)] = effects else { panic!("{effects:?}") };
    serde_json::from_str(text).unwrap()
}

#[track_caller]
fn check_closed(effects: &[Effect], code: u16, reason: &str) {
    let [Effect::Close(close)] = effects else { panic!("{effects:?}") };
    assert_eq!((close.code, &*close.reason), (code, reason));
}

#[track_caller]
fn check_invalid(text: &str) {
    for mut socket in [Socket::opened(), Socket::acknowledged()] {
        let effects = socket.hears(Input::Text(text));
        let [Effect::Close(close)] = &effects[..] else { panic!("{text}: {effects:?}") };
        assert_eq!(close.code, 4400, "{text}");
        assert!(!close.reason.is_empty() && close.reason.len() <= 123, "{close:?}");
    }
}

#[test]
fn messages_that_are_not_of_the_protocol_close_with_4400() {
    check_invalid("");
    check_invalid("{");
    check_invalid("null");
    check_invalid("[]");
    check_invalid(r#""ping""#);
    check_invalid("{}");
    check_invalid(r#"{"type":1}"#);
    check_invalid(r#"{"type":null}"#);
    check_invalid(r#"{"type":"start"}"#);
    check_invalid(r#"{"type":"connection_ack"}"#);
    check_invalid(r#"{"type":"next","id":"a","payload":{}}"#);
    check_invalid(r#"{"type":"error","id":"a","payload":[]}"#);
    check_invalid(r#"{"type":"connection_init","payload":[]}"#);
    check_invalid(r#"{"type":"ping","payload":"x"}"#);
    check_invalid(r#"{"type":"pong","payload":1}"#);
    check_invalid(r#"{"type":"complete"}"#);
    check_invalid(r#"{"type":"complete","id":""}"#);
    check_invalid(r#"{"type":"subscribe","payload":{"query":"{a}"}}"#);
    check_invalid(r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#);
    check_invalid(r#"{"type":"subscribe","id":7,"payload":{"query":"{a}"}}"#);
    check_invalid(r#"{"type":"subscribe","id":"12345678901234567","payload":{"query":"{a}"}}"#);
    check_invalid(r#"{"type":"subscribe","id":"a"}"#);
    check_invalid(r#"{"type":"subscribe","id":"a","payload":{}}"#);
    check_invalid(r#"{"type":"subscribe","id":"a","payload":{"query":null}}"#);
    check_invalid(r#"{"type":"subscribe","id":"a","payload":{"query":"{a}","variables":[]}}"#);
    check_invalid(r#"{"type":"subscribe","id":"a","payload":{"query":"{a}","operationName":1}}"#);
    check_invalid(r#"{"type":"subscribe","id":"a","payload":{"query":"{a}","extensions":1}}"#);
    check_invalid(&format!(r#"{{"type":"{}"}}"#, "가".repeat(100)));
    check_invalid(&format!(r#"{{"type":"ping","payload":{{"x":"{}"}}}}"#, "x".repeat(400)));
    check_invalid(&"[".repeat(300));
}

#[test]
fn binary_and_oversized_frames_close_with_4400() {
    check_closed(
        &Socket::acknowledged().hears(Input::Binary),
        4400,
        "Binary messages are not accepted",
    );
    check_closed(
        &Socket::acknowledged().hears(Input::TooLarge),
        4400,
        "Message is larger than 400 bytes",
    );
}

#[test]
fn subscribing_before_the_acknowledgement_closes_with_4401() {
    check_closed(&Socket::opened().says(subscribe("a")), 4401, "Unauthorized");
    let mut socket = Socket::opened();
    socket.says(json!({ "type": "connection_init" }));
    check_closed(&socket.says(subscribe("a")), 4401, "Unauthorized");
}

#[test]
fn a_refused_initialisation_closes_with_4403() {
    let mut socket = Socket::opened();
    let effects = socket.says(json!({ "type": "connection_init", "payload": { "ticket": "t" } }));
    let payload = json!({ "ticket": "t" }).as_object().unwrap().clone();
    assert_eq!(effects, [Effect::Authenticate(payload)]);
    check_closed(&socket.hears(Input::Denied("Forbidden")), 4403, "Forbidden");
}

#[test]
fn a_socket_that_does_not_initialise_in_time_closes_with_4408() {
    let mut socket = Socket::opened();
    assert_eq!(socket.machine.deadline(), Some(limits().init_timeout));
    assert_eq!(socket.after(limits().init_timeout - Duration::from_millis(1)), []);
    // Talking is not initialising.
    socket.says(json!({ "type": "ping" }));
    check_closed(
        &socket.after(Duration::from_millis(1)),
        4408,
        "Connection initialisation timeout",
    );
}

#[test]
fn an_id_in_use_closes_with_4409() {
    let mut socket = Socket::acknowledged();
    socket.subscribes("a");
    check_closed(&socket.says(subscribe("a")), 4409, "Subscriber for a already exists");
}

#[test]
fn a_second_initialisation_closes_with_4429() {
    let mut early = Socket::opened();
    early.says(json!({ "type": "connection_init" }));
    for mut socket in [early, Socket::acknowledged()] {
        check_closed(
            &socket.says(json!({ "type": "connection_init" })),
            4429,
            "Too many initialisation requests",
        );
    }
}

#[test]
fn the_acknowledgement_carries_the_payload_it_is_given() {
    let mut socket = Socket::opened();
    assert_eq!(
        socket.says(json!({ "type": "connection_init", "payload": null })),
        [Effect::Authenticate(Map::new())]
    );
    let payload = Payload::from_json(r#"{"v":1}"#);
    assert_eq!(
        sent(&socket.hears(Input::Admitted(Some(&payload)))),
        json!({ "type": "connection_ack", "payload": { "v": 1 } })
    );
}

#[test]
fn a_ping_is_answered_with_its_payload_at_any_time() {
    for mut socket in [Socket::opened(), Socket::acknowledged()] {
        assert_eq!(sent(&socket.says(json!({ "type": "ping" }))), json!({ "type": "pong" }));
        assert_eq!(
            sent(&socket.says(json!({ "type": "ping", "payload": { "n": [1] } }))),
            json!({ "type": "pong", "payload": { "n": [1] } })
        );
        assert_eq!(socket.says(json!({ "type": "pong", "payload": { "n": 1 } })), []);
    }
}

#[test]
fn a_request_comes_through_whole() {
    let payload = json!({
        "query": "query Q($a: Int) { f(a: $a) }", "operationName": "Q",
        "variables": { "a": 1 }, "extensions": { "x": true },
    });
    let mut socket = Socket::acknowledged();
    let effects =
        socket.says(json!({ "type": "subscribe", "id": "한글 \"id\"", "payload": payload }));
    let [Effect::Start { id, request, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(id, "한글 \"id\"");
    assert_eq!(request.query.as_deref(), Some("query Q($a: Int) { f(a: $a) }"));
    assert_eq!(request.operation_name.as_deref(), Some("Q"));
    assert_eq!(Value::Object(request.variables.clone()), json!({ "a": 1 }));
    assert_eq!(Value::Object(request.extensions.clone()), json!({ "x": true }));
}

#[test]
fn a_persisted_document_needs_no_query() {
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": "00" } });
    let payload = json!({ "extensions": extensions });
    let effects =
        Socket::acknowledged().says(json!({ "type": "subscribe", "id": "a", "payload": payload }));
    assert!(matches!(&effects[..], [Effect::Start { request, .. }] if request.query.is_none()));
}

#[test]
fn a_response_is_one_next_and_a_complete_and_frees_the_id() {
    let mut socket = Socket::acknowledged();
    let run = socket.subscribes("\"q\"");
    let effects = socket.hears(Input::Response(run, &Payload::from_json(r#"{"data":1}"#)));
    assert_eq!(effects.len(), 2);
    assert_eq!(
        sent(&effects[..1]),
        json!({ "type": "next", "id": "\"q\"", "payload": { "data": 1 } })
    );
    assert_eq!(sent(&effects[1..]), json!({ "type": "complete", "id": "\"q\"" }));
    assert_ne!(socket.subscribes("\"q\""), run);
}

#[test]
fn a_refused_operation_gets_an_error_and_no_complete() {
    let mut socket = Socket::acknowledged();
    let run = socket.subscribes("a");
    let effects = socket.hears(Input::Refused(run, &Payload::from_json(r#"[{"message":"m"}]"#)));
    assert_eq!(
        sent(&effects),
        json!({ "type": "error", "id": "a", "payload": [{ "message": "m" }] })
    );
    assert_eq!(socket.hears(Input::Complete(run)), []);
}

#[test]
fn a_complete_of_the_client_is_obeyed_and_not_answered() {
    let mut socket = Socket::acknowledged();
    let run = socket.subscribes("a");
    assert_eq!(socket.says(json!({ "type": "complete", "id": "a" })), [Effect::Stop(run)]);
    assert_eq!(socket.hears(Input::Next(run, &Payload::from_json("{}"))), []);
    assert_eq!(socket.hears(Input::Response(run, &Payload::from_json("{}"))), []);
    // Once more, and for an id that never was.
    let unseen = |id: &str| [Effect::StopUnseen(id.to_owned())];
    assert_eq!(socket.says(json!({ "type": "complete", "id": "a" })), unseen("a"));
    assert_eq!(Socket::opened().says(json!({ "type": "complete", "id": "b" })), unseen("b"));
}

#[test]
fn a_late_result_is_not_taken_for_that_of_a_newer_operation_with_the_same_id() {
    let mut socket = Socket::acknowledged();
    let old = socket.subscribes("a");
    socket.says(json!({ "type": "complete", "id": "a" }));
    let new = socket.subscribes("a");
    assert_eq!(socket.hears(Input::Response(old, &Payload::from_json("1"))), []);
    assert_eq!(sent(&socket.hears(Input::Next(new, &Payload::from_json("2"))))["payload"], 2);
}

#[test]
fn an_operation_too_many_gets_an_error_and_the_socket_stays() {
    let mut socket = Socket::acknowledged();
    let first = socket.subscribes("a");
    socket.subscribes("b");
    let error = sent(&socket.says(subscribe("c")));
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("c")));
    assert_eq!(error["payload"][0]["extensions"]["code"], "TOO_MANY_SUBSCRIPTIONS");
    socket.hears(Input::Complete(first));
    socket.subscribes("c");
}

#[test]
fn a_silent_peer_is_pinged_and_then_closed() {
    let mut socket = Socket::acknowledged();
    assert_eq!(socket.after(limits().ping_after / 2), []);
    assert_eq!(sent(&socket.after(limits().ping_after / 2)), json!({ "type": "ping" }));
    assert_eq!(socket.hears(Input::Time), [], "one ping is enough");
    check_closed(&socket.after(limits().pong_timeout), 4408, "Keep-alive timeout");
    assert_eq!(socket.machine.deadline(), None);
}

#[test]
fn any_sign_of_life_answers_a_ping() {
    let pong = json!({ "type": "pong" }).to_string();
    for sign in [Input::Alive, Input::Text(&pong)] {
        let mut socket = Socket::acknowledged();
        assert_eq!(sent(&socket.after(limits().ping_after)), json!({ "type": "ping" }));
        socket.hears(sign);
        assert_eq!(socket.after(limits().pong_timeout), []);
    }
}

#[test]
fn nothing_follows_a_close() {
    let mut socket = Socket::acknowledged();
    let run = socket.subscribes("a");
    socket.hears(Input::Binary);
    assert_eq!(socket.says(json!({ "type": "ping" })), []);
    assert_eq!(socket.hears(Input::Next(run, &Payload::from_json("{}"))), []);
    assert_eq!(socket.after(Duration::from_secs(3600)), []);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic_or_speak_nonsense(text in ".{0,200}", json in any_json()) {
        for text in [text, json] {
            for mut socket in [Socket::opened(), Socket::acknowledged()] {
                for effect in socket.hears(Input::Text(&text)) {
                    if let Effect::Send(text) = effect {
                        serde_json::from_str::<Value>(&text).unwrap();
                    }
                }
            }
        }
    }
}

/// Messages that are nearly right.
fn any_json() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let kind = prop_oneof![
        Just(json!("subscribe")),
        Just(json!("complete")),
        Just(json!("ping")),
        Just(json!("connection_init")),
        Just(json!(null)),
    ];
    let id = prop_oneof![Just(json!(1)), "\\PC{0,20}".prop_map(|id| json!(id))];
    let payload = prop_oneof![
        Just(json!({ "query": "{a}" })),
        Just(json!({ "query": 1 })),
        Just(json!(null)),
        "\\PC{0,20}".prop_map(|x| json!({ x: 1 })),
    ];
    (kind, id, payload)
        .prop_map(|(kind, id, payload)| json!({ "type": kind, "id": id, "payload": payload }))
        .prop_map(|message| message.to_string())
}

#[test]
fn a_socket_goes_on_as_another_process_left_it() {
    let resumed = |admitted, operations: &[String]| Socket {
        machine: GraphqlTransportWs::resumed(limits(), admitted, operations),
        now: Duration::ZERO,
    };
    check_closed(&resumed(false, &[]).says(subscribe("a")), 4401, "Unauthorized");
    let open = ["a".to_owned(), "b".to_owned()];
    let socket = || resumed(true, &open);
    check_closed(&socket().says(subscribe("a")), 4409, "Subscriber for a already exists");
    check_closed(
        &socket().says(json!({ "type": "connection_init" })),
        4429,
        "Too many initialisation requests",
    );
    assert_eq!(sent(&socket().says(subscribe("c")))["type"], "error", "two are all");
    let effects = socket().says(json!({ "type": "complete", "id": "b" }));
    assert_eq!(effects, [Effect::Stop(Run(1))]);
    let one = &open[..1];
    assert_eq!(resumed(true, one).subscribes("c"), Run(1), "runs do not come again");
}
