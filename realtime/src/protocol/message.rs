//! The messages of graphql-transport-ws as JSON text.

use serde_json::{Map, Value};

use super::Close;
use crate::executor::{Payload, Request};

/// What a client may say.
#[derive(Debug, PartialEq)]
pub(super) enum Message {
    Init { payload: Map<String, Value> },
    Ping { payload: Option<Map<String, Value>> },
    Pong,
    Subscribe { id: String, request: Request },
    Complete { id: String },
}

/// Reads a message.
///
/// # Errors
/// 4400 - when it is not one that a client may send.
pub(super) fn parse(text: &str, max_id_bytes: usize) -> Result<Message, Close> {
    let Ok(message) = serde_json::from_str::<Value>(text) else {
        return Err(Close::invalid_message("Message is not valid JSON"));
    };
    let Value::Object(mut message) = message else {
        return Err(Close::invalid_message("Message is not an object"));
    };
    let kind = match message.remove("type") {
        Some(Value::String(kind)) => kind,
        Some(_) => return Err(Close::invalid_message("Message property 'type' is not a string")),
        None => return Err(Close::invalid_message("Message is missing the 'type' property")),
    };
    match kind.as_str() {
        "connection_init" => {
            let payload = object(&mut message, &kind, "payload")?.unwrap_or_default();
            Ok(Message::Init { payload })
        }
        "ping" => Ok(Message::Ping { payload: object(&mut message, &kind, "payload")? }),
        "pong" => object(&mut message, &kind, "payload").map(|_| Message::Pong),
        "subscribe" => {
            let id = id(&mut message, &kind, max_id_bytes)?;
            let Some(payload) = object(&mut message, &kind, "payload")? else {
                return Err(wrong(&kind, "payload", "an object"));
            };
            Ok(Message::Subscribe { id, request: request(payload)? })
        }
        "complete" => Ok(Message::Complete { id: id(&mut message, &kind, max_id_bytes)? }),
        "connection_ack" | "next" | "error" => {
            Err(Close::invalid_message(format!("Unexpected message of type {kind} received")))
        }
        _ => Err(Close::invalid_message(format!("Invalid message 'type' property \"{kind}\""))),
    }
}

fn request(mut payload: Map<String, Value>) -> Result<Request, Close> {
    let extensions = object(&mut payload, "subscribe", "extensions")?.unwrap_or_default();
    let query = string(&mut payload, "query")?;
    // A persisted document is named by its hash; anything else must be sent in full.
    if query.is_none() && !extensions.contains_key("persistedQuery") {
        return Err(wrong("subscribe", "query", "a string"));
    }
    Ok(Request {
        query,
        operation_name: string(&mut payload, "operationName")?,
        variables: object(&mut payload, "subscribe", "variables")?.unwrap_or_default(),
        extensions,
        last_event_id: None,
    })
}

fn id(message: &mut Map<String, Value>, kind: &str, max_bytes: usize) -> Result<String, Close> {
    match message.remove("id") {
        Some(Value::String(id)) if id.is_empty() => {
            Err(Close::invalid_message(format!("\"{kind}\" message requires a non-empty 'id'")))
        }
        Some(Value::String(id)) if id.len() > max_bytes => Err(Close::invalid_message(format!(
            "\"{kind}\" message has an 'id' of more than {max_bytes} bytes"
        ))),
        Some(Value::String(id)) => Ok(id),
        _ => Err(wrong(kind, "id", "a string")),
    }
}

fn object(
    of: &mut Map<String, Value>,
    kind: &str,
    name: &str,
) -> Result<Option<Map<String, Value>>, Close> {
    match of.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(object)) => Ok(Some(object)),
        Some(_) => Err(wrong(kind, name, "an object")),
    }
}

fn string(of: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Close> {
    match of.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(string)) => Ok(Some(string)),
        Some(_) => Err(wrong("subscribe", name, "a string")),
    }
}

fn wrong(kind: &str, name: &str, expected: &str) -> Close {
    Close::invalid_message(format!(
        "\"{kind}\" message expects the '{name}' property to be {expected}"
    ))
}

/// `{"type":...}` with an optional payload.
pub(super) fn plain(kind: &str, payload: Option<&str>) -> String {
    match payload {
        Some(payload) => format!(r#"{{"type":"{kind}","payload":{payload}}}"#),
        None => format!(r#"{{"type":"{kind}"}}"#),
    }
}

/// A message about an operation. The payload is copied once, into the frame of this socket.
pub(super) fn about(id: &str, kind: &str, payload: Option<&Payload>) -> String {
    let payload = payload.map(Payload::as_str).unwrap_or_default();
    let mut text = String::with_capacity(id.len() + payload.len() + 48);
    text.push_str(r#"{"id":"#);
    text.push_str(&Value::from(id).to_string());
    text.push_str(r#","type":""#);
    text.push_str(kind);
    text.push('"');
    if !payload.is_empty() {
        text.push_str(r#","payload":"#);
        text.push_str(payload);
    }
    text.push('}');
    text
}
