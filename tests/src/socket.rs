//! A graphql-transport-ws client that keeps nothing to itself: every frame is shown to the test.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::{Api, is_deployed, patience};

/// A socket.
pub struct Socket {
    wire: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// What the server chose of the subprotocols.
    pub subprotocol: Option<String>,
}

/// What came.
#[derive(Clone, Debug, PartialEq)]
pub enum Came {
    /// A message of the protocol.
    Message(Value),
    /// The server closed: code and reason.
    Close(u16, String),
    /// The connection ended without a word.
    End,
}

impl Socket {
    /// Connects to the sockets of a blog, and offers `graphql-transport-ws`.
    pub async fn connect(url: &str) -> Socket {
        Socket::offering(&sockets_of(url).await, Some("graphql-transport-ws")).await
    }

    /// Connects to an address and offers subprotocols.
    pub async fn offering(url: &str, subprotocols: Option<&str>) -> Socket {
        Socket::try_offering(url, subprotocols).await.expect("an upgrade")
    }

    /// The same; fails when there is no upgrade.
    pub async fn try_offering(url: &str, subprotocols: Option<&str>) -> Result<Socket, Error> {
        let mut request = url.replacen("http", "ws", 1).into_client_request()?;
        if let Some(offered) = subprotocols {
            let offered = HeaderValue::from_str(offered).unwrap();
            request.headers_mut().insert("sec-websocket-protocol", offered);
        }
        let (wire, response) = match tokio_tungstenite::connect_async(request).await {
            // The client of this test refuses to go on without a subprotocol; the server may.
            Err(Error::Protocol(_)) if subprotocols.is_some() => {
                let bare = url.replacen("http", "ws", 1).into_client_request()?;
                tokio_tungstenite::connect_async(bare).await?
            }
            other => other?,
        };
        let chosen = response.headers().get("sec-websocket-protocol");
        let subprotocol = chosen.map(|chosen| chosen.to_str().unwrap().to_owned());
        Ok(Socket { wire, subprotocol })
    }

    /// Connects, and is admitted with a token, or as a guest.
    pub async fn admitted(url: &str, token: Option<&str>) -> Socket {
        Socket::connect(url).await.admit(token).await
    }

    /// Is admitted with a token, or as a guest.
    pub async fn admit(mut self, token: Option<&str>) -> Socket {
        let payload = token.map(|token| json!({ "Authorization": format!("Bearer {token}") }));
        self.send(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(self.message().await["type"], "connection_ack");
        self
    }

    /// Sends a message.
    pub async fn send(&mut self, message: Value) {
        self.text(message.to_string()).await;
    }

    /// Sends any text.
    pub async fn text(&mut self, text: impl Into<String>) {
        // A server that has closed is noticed by what comes.
        let _ = self.wire.send(Message::text(text.into())).await;
    }

    /// Sends bytes.
    pub async fn binary(&mut self, bytes: Vec<u8>) {
        let _ = self.wire.send(Message::binary(bytes)).await;
    }

    /// Subscribes.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "id": id, "type": "subscribe", "payload": payload })).await;
    }

    /// What comes next; fails the test when nothing does.
    pub async fn next(&mut self) -> Came {
        tokio::time::timeout(patience(), self.receive()).await.expect("something comes")
    }

    /// What comes within `wait`, if anything does.
    pub async fn within(&mut self, wait: Duration) -> Option<Came> {
        tokio::time::timeout(wait, self.receive()).await.ok()
    }

    async fn receive(&mut self) -> Came {
        loop {
            return match self.wire.next().await {
                Some(Ok(Message::Text(text))) => {
                    let message: Value = serde_json::from_str(&text).expect("JSON");
                    // Keep-alive is answered, as every client does.
                    if message["type"] == "ping" {
                        self.send(json!({ "type": "pong" })).await;
                        continue;
                    }
                    Came::Message(message)
                }
                Some(Ok(Message::Close(Some(frame)))) => {
                    Came::Close(frame.code.into(), frame.reason.to_string())
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => Came::End,
                Some(Ok(_)) => continue,
            };
        }
    }

    /// The next message; fails the test when the socket ends instead.
    pub async fn message(&mut self) -> Value {
        match self.next().await {
            Came::Message(message) => message,
            other => panic!("no message: {other:?}"),
        }
    }

    /// Fails the test unless the server closes with this code and, if one is given, this reason; the messages that
    /// came before. API Gateway can send neither: there, closing is all that is seen.
    pub async fn is_closed_with(&mut self, code: u16, reason: Option<&str>) -> Vec<Value> {
        let mut before = vec![];
        loop {
            match self.next().await {
                Came::Message(message) => before.push(message),
                Came::Close(..) | Came::End if is_deployed() => return before,
                Came::Close(given, why) => {
                    assert_eq!((given, &*why), (code, reason.unwrap_or(&why)));
                    return before;
                }
                Came::End => panic!("the connection ended without a close frame"),
            }
        }
    }
}

/// Where a blog's sockets are, as its pages tell; else at their usual place.
pub async fn sockets_of(url: &str) -> String {
    let (_, page) = Api::new(url, None).get("/").await;
    let page = String::from_utf8_lossy(&page);
    let told = page.split_once("<meta name=\"deepdive:sockets\" content=\"");
    let told =
        told.and_then(|(_, rest)| rest.split_once('"')).map(|(address, _)| address.to_owned());
    told.unwrap_or_else(|| format!("{url}/graphql/ws"))
}
