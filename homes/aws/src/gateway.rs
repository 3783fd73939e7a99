//! What API Gateway tells of a socket.

use std::net::{IpAddr, Ipv4Addr};

use lambda_runtime::Error;
use realtime::negotiate;
use schema::SocketExecutor;
use serde::Deserialize;
use serde_json::{Value, json};
use sockets::Exchange;

/// An event of a WebSocket API's routes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    request_context: Context,
    #[serde(default)]
    headers: serde_json::Map<String, Value>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    event_type: EventType,
    connection_id: String,
    #[serde(default)]
    identity: Peer,
}

#[derive(Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum EventType {
    Connect,
    Message,
    Disconnect,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Peer {
    source_ip: Option<IpAddr>,
}

/// Does what an event asks for. The protocol is chosen at the handshake; one that offers none of ours is
/// refused, for API Gateway cannot close with a code.
///
/// # Errors
/// It is no event of a socket, or the table or the gateway failed: the client is told by the gateway.
pub async fn answer(exchange: &Exchange<SocketExecutor>, event: Value) -> Result<Value, Error> {
    let Told { request_context, headers, body, is_base64_encoded } = serde_json::from_value(event)?;
    let Context { event_type, connection_id: id, identity } = request_context;
    match event_type {
        EventType::Connect => {
            let offered = headers
                .iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-protocol"));
            let Ok(chosen) = negotiate(offered.filter_map(|(_, value)| value.as_str())) else {
                return Ok(json!({ "statusCode": 400 }));
            };
            let address = identity.source_ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
            exchange.open(&id, address).await?;
            return Ok(json!({
                "statusCode": 200, "headers": { "Sec-WebSocket-Protocol": chosen },
            }));
        }
        // A binary frame is none of the protocol, which says so of nonsense.
        EventType::Message if is_base64_encoded => exchange.message(&id, "").await?,
        EventType::Message => exchange.message(&id, &body.unwrap_or_default()).await?,
        EventType::Disconnect => exchange.close(&id).await?,
    }
    Ok(json!({ "statusCode": 200 }))
}
