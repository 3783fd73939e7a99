//! What a client asked, as the table keeps it.

use realtime::Request;
use serde_json::{Value, json};
use store::sockets::Subscription;

/// Writes a request down.
pub(crate) fn write(request: &Request) -> Value {
    let Request { query, operation_name, variables, extensions, last_event_id } = request;
    json!({
        "query": query,
        "operationName": operation_name,
        "variables": variables,
        "extensions": extensions,
        "lastEventId": last_event_id,
    })
}

/// Reads it again. What is missing was not there.
pub(crate) fn read(subscription: &Subscription) -> Request {
    let asked = &subscription.request;
    let text = |name: &str| asked[name].as_str().map(str::to_owned);
    let object = |name: &str| asked[name].as_object().cloned().unwrap_or_default();
    Request {
        query: text("query"),
        operation_name: text("operationName"),
        variables: object("variables"),
        extensions: object("extensions"),
        last_event_id: text("lastEventId"),
    }
}
