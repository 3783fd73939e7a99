//! The server process over real connections.

use std::time::{Duration, Instant};

use api::serve::{ListenError, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::app;

async fn listen() -> Server {
    Server::listen("127.0.0.1:0".parse().unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let taken = listen().await.address();
    let server = Server::listen(taken).await;
    assert!(server.is_ok(), "the first server is gone");
    let error = Server::listen(taken).await.err().unwrap();
    assert!(matches!(error, ListenError::InUse(address) if address == taken));
    assert!(error.to_string().contains(&taken.to_string()), "{error}");
}

#[tokio::test]
async fn a_connection_serves_one_request_after_the_other_until_the_server_stops() {
    let server = listen().await;
    let (address, stop) = (server.address(), CancellationToken::new());
    let serving = tokio::spawn(server.serve(app().router, stop.clone(), TaskTracker::new()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..2 {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        while !answer.ends_with("ok\n") {
            let mut buffer = [0; 1024];
            let n = stream.read(&mut buffer).await.unwrap();
            assert!(n > 0, "closed after {answer}");
            answer += std::str::from_utf8(&buffer[..n]).unwrap();
        }
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    let began = Instant::now();
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), serving).await.unwrap().unwrap();
    assert!(began.elapsed() < Duration::from_secs(2), "an idle connection held the server");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_client_that_hangs_does_not_hold_a_stopping_server() {
    let server = listen().await;
    let (address, stop) = (server.address(), CancellationToken::new());
    let serving = tokio::spawn(server.serve(app().router, stop.clone(), TaskTracker::new()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head).await.unwrap();
    // The server asks for the body, so it is in the middle of the request.
    let mut buffer = [0; 64];
    let n = stream.read(&mut buffer).await.unwrap();
    assert!(buffer[..n].starts_with(b"HTTP/1.1 100"));
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), serving).await.unwrap().unwrap();
}
