//! What API Gateway answers, by what is made of it: on a stand-in of its wire protocol.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use aws_sockets::{ApiGatewaySockets, Config, Credentials};
use domain::ports::PortError;
use parking_lot::Mutex;
use sockets::{Courier, Sent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A gateway that answers each request with the next status, and the last one from then on.
struct Gateway {
    sockets: ApiGatewaySockets,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Gateway {
    async fn that_answers(statuses: &'static [u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/live", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read(&mut stream).await;
                let n = {
                    let mut seen = seen.lock();
                    seen.push(request);
                    seen.len() - 1
                };
                let status = statuses.get(n).or(statuses.last()).unwrap();
                // As the API's model names them.
                let error = match status {
                    403 => "x-amzn-errortype: ForbiddenException\r\n",
                    410 => "x-amzn-errortype: GoneException\r\n",
                    429 => "x-amzn-errortype: LimitExceededException\r\n",
                    _ => "",
                };
                let head = format!(
                    "HTTP/1.1 {status} X\r\nconnection: close\r\n{error}content-length: 0\r\n\r\n"
                );
                stream.write_all(head.as_bytes()).await.unwrap();
            }
        });
        let config = Config {
            region: "ap-northeast-2".into(),
            credentials: Credentials::new("AKID", "the-secret", None, None, "tests"),
            endpoint,
        };
        Gateway { sockets: ApiGatewaySockets::new(&config), requests }
    }
}

async fn read(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return text;
            }
        }
        assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0, "the request broke off");
    }
}

#[tokio::test]
async fn a_frame_is_sent_as_it_is_and_signed() {
    let gateway = Gateway::that_answers(&[200]).await;
    let frame = r#"{"type":"pong"} 안녕"#;
    assert_eq!(gateway.sockets.send("L0SM9c=", frame.to_owned()).await.unwrap(), Sent::Taken);
    let request = gateway.requests.lock()[0].clone();
    assert!(
        request.starts_with("POST /live/@connections/L0SM9c%3D HTTP/1.1\r\n")
            || request.starts_with("POST /live/%40connections/L0SM9c%3D HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.ends_with(frame), "{request}");
    assert!(request.contains("/ap-northeast-2/execute-api/aws4_request"), "{request}");
}

#[tokio::test]
async fn a_socket_that_is_closed_or_never_was_is_gone() {
    for statuses in [&[410], &[400]] {
        let gateway = Gateway::that_answers(statuses).await;
        assert_eq!(gateway.sockets.send("a", "x".to_owned()).await.unwrap(), Sent::Gone);
        gateway.sockets.close("a").await.unwrap();
        assert!(gateway.requests.lock()[1].starts_with("DELETE "));
    }
}

#[tokio::test]
async fn what_a_socket_cannot_take_for_a_moment_is_sent_again() {
    let gateway = Gateway::that_answers(&[429, 200]).await;
    assert_eq!(gateway.sockets.send("a", "x".to_owned()).await.unwrap(), Sent::Taken);
    assert_eq!(gateway.requests.lock().len(), 2);
}

#[tokio::test]
async fn what_cannot_be_sent_says_whether_a_later_try_may_help() {
    let busy = Gateway::that_answers(&[429]).await.sockets.send("a", "x".to_owned()).await;
    assert!(matches!(busy, Err(PortError::Unavailable(_))), "{busy:?}");
    let broken = Gateway::that_answers(&[500]).await.sockets.send("a", "x".to_owned()).await;
    assert!(matches!(broken, Err(PortError::Unavailable(_))), "{broken:?}");
    let forbidden = Gateway::that_answers(&[403]).await.sockets.close("a").await;
    let Err(PortError::Denied(message)) = forbidden else { panic!("{forbidden:?}") };
    assert!(message.contains("execute-api:ManageConnections"), "{message}");
}
