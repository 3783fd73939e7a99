//! The server's side of graphql-sse in distinct connections mode: one value per response, which carries
//! one operation.
//!
//! As with [`super::graphql_transport_ws`]: feed it what happens with the time since the response began,
//! and do what it says, in order. Whatever is wrong with an operation is a `next` event with its errors,
//! as the protocol wants: a browser's `EventSource` is told nothing of another answer.

use std::time::Duration;

use crate::executor::Payload;

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Time has passed; see [`GraphqlSse::deadline`].
    Time,
    /// The operation yields one of its results.
    Next(&'a Payload),
    /// The operation yields its only result.
    Response(&'a Payload),
    /// The operation was not executed, or its stream failed: the list of errors.
    Refused(&'a Payload),
    /// The operation has no more results.
    Complete,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send text, whole events.
    Send(String),
    /// End the response; nothing follows.
    End,
}

/// The state of one event stream.
#[derive(Debug)]
pub struct GraphqlSse {
    keep_alive_after: Duration,
    said_at: Duration,
    ended: bool,
}

impl GraphqlSse {
    /// A stream that has just begun, and says something when it has been silent for so long.
    pub fn new(keep_alive_after: Duration) -> Self {
        GraphqlSse { keep_alive_after, said_at: Duration::ZERO, ended: false }
    }

    /// When [`Input::Time`] is due at the latest, since the beginning; none when it has ended. It changes
    /// with every input.
    pub fn deadline(&self) -> Option<Duration> {
        (!self.ended).then(|| self.said_at + self.keep_alive_after)
    }

    /// Takes what happened at `now` (since the beginning) and appends what is to be done.
    pub fn handle(&mut self, now: Duration, input: Input<'_>, effects: &mut Vec<Effect>) {
        if self.ended {
            return;
        }
        let mut text = String::new();
        match input {
            Input::Time if now < self.said_at + self.keep_alive_after => return,
            // A comment. It finds out whether the peer is there, and keeps what is between us awake.
            Input::Time => text.push_str(":\n\n"),
            Input::Next(payload) => next(&mut text, payload.as_str(), payload.cursor()),
            Input::Response(payload) => text = only(payload.as_str()),
            Input::Refused(errors) => text = only(&format!(r#"{{"errors":{}}}"#, errors.as_str())),
            Input::Complete => complete(&mut text),
        }
        self.said_at = now;
        self.ended = matches!(input, Input::Response(_) | Input::Refused(_) | Input::Complete);
        effects.push(Effect::Send(text));
        if self.ended {
            effects.push(Effect::End);
        }
    }
}

/// The whole stream of an operation with one result: a JSON text.
pub fn only(json: &str) -> String {
    let mut text = String::with_capacity(json.len() + 48);
    next(&mut text, json, None);
    complete(&mut text);
    text
}

fn next(text: &mut String, json: &str, cursor: Option<&str>) {
    text.reserve(json.len() + cursor.map_or(0, str::len) + 32);
    text.push_str("event: next\n");
    // A line break would end the line; a null would make a browser forget the whole id.
    if let Some(cursor) = cursor.filter(|cursor| !cursor.contains(['\r', '\n', '\0'])) {
        text.push_str("id: ");
        text.push_str(cursor);
        text.push('\n');
    }
    // JSON may have line breaks between its tokens, where the reader puts them in again.
    for line in json.split(['\r', '\n']) {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
}

/// Without an empty line of data no browser would hand the event on.
fn complete(text: &mut String) {
    text.push_str("event: complete\ndata: \n\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENCE: Duration = Duration::from_secs(12);

    #[track_caller]
    fn check(input: Input<'_>, expected: &[&str], ends: bool) {
        let mut effects = Vec::new();
        let mut stream = GraphqlSse::new(SILENCE);
        stream.handle(SILENCE / 2, input, &mut effects);
        let mut wanted: Vec<_> =
            expected.iter().map(|text| Effect::Send((*text).to_owned())).collect();
        wanted.extend(ends.then_some(Effect::End));
        assert_eq!(effects, wanted);
        assert_eq!(stream.deadline().is_none(), ends);
    }

    #[test]
    fn a_frame_is_an_event_with_the_cursor_as_its_id() {
        let frame = Payload::of_frame(r#"{"data":1}"#, "c.1");
        check(Input::Next(&frame), &["event: next\nid: c.1\ndata: {\"data\":1}\n\n"], false);
        let plain = Payload::from_json(r#"{"data":1}"#);
        check(Input::Next(&plain), &["event: next\ndata: {\"data\":1}\n\n"], false);
    }

    #[test]
    fn the_only_result_is_followed_by_the_end() {
        let response = Payload::from_json(r#"{"data":1}"#);
        let text = "event: next\ndata: {\"data\":1}\n\nevent: complete\ndata: \n\n";
        check(Input::Response(&response), &[text], true);
        check(Input::Complete, &["event: complete\ndata: \n\n"], true);
    }

    #[test]
    fn what_is_wrong_is_told_as_a_result() {
        let errors = Payload::from_json(r#"[{"message":"m"}]"#);
        let text = "event: next\ndata: {\"errors\":[{\"message\":\"m\"}]}\n\n\
                    event: complete\ndata: \n\n";
        check(Input::Refused(&errors), &[text], true);
    }

    #[test]
    fn json_of_many_lines_stays_one_event() {
        let payload = Payload::from_json("{\n\"data\":\r\n1}");
        check(
            Input::Next(&payload),
            &["event: next\ndata: {\ndata: \"data\":\ndata: \ndata: 1}\n\n"],
            false,
        );
    }

    #[test]
    fn a_cursor_that_would_break_the_line_is_left_out() {
        let payload = Payload::of_frame("{}", "a\nevent: complete");
        check(Input::Next(&payload), &["event: next\ndata: {}\n\n"], false);
    }

    #[test]
    fn silence_is_broken_by_a_comment() {
        let (mut stream, mut effects) = (GraphqlSse::new(SILENCE), Vec::new());
        assert_eq!(stream.deadline(), Some(SILENCE));
        stream.handle(SILENCE / 2, Input::Time, &mut effects);
        assert_eq!(effects, []);
        stream.handle(SILENCE, Input::Time, &mut effects);
        assert_eq!(effects, [Effect::Send(":\n\n".to_owned())]);
        assert_eq!(stream.deadline(), Some(SILENCE * 2));
    }

    #[test]
    fn nothing_follows_the_end() {
        let (mut stream, mut effects) = (GraphqlSse::new(SILENCE), Vec::new());
        stream.handle(SILENCE, Input::Complete, &mut effects);
        effects.clear();
        let payload = Payload::from_json("{}");
        for input in [Input::Time, Input::Next(&payload), Input::Refused(&payload)] {
            stream.handle(SILENCE * 3, input, &mut effects);
        }
        assert_eq!(effects, []);
    }

    proptest::proptest! {
        #[test]
        fn any_json_comes_through_whole_and_alone(text in "\\PC{0,60}", pretty: bool) {
            let json = serde_json::json!({ "data": text, "n": [1, { "a": null }] });
            let sent = only(&match pretty {
                true => serde_json::to_string_pretty(&json).unwrap(),
                false => json.to_string(),
            });
            let data: Vec<_> =
                sent.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
            let (last, of_next) = data.split_last().unwrap();
            assert_eq!(*last, "");
            let read: serde_json::Value = serde_json::from_str(&of_next.join("\n")).unwrap();
            assert_eq!(read, json);
            assert_eq!(sent.matches("\n\n").count(), 2);
        }
    }
}
