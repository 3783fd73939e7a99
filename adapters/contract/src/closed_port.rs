//! An address where nobody answers.

use tokio::net::TcpSocket;

/// A port of this machine on which nobody listens, as long as this is kept: who connects is refused. A port
/// that was merely free a moment ago may be another test's by now, which then sees requests of ours.
pub struct ClosedPort(TcpSocket);

impl ClosedPort {
    /// Takes a free port.
    pub fn take() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        ClosedPort(socket)
    }

    /// Its address, `http://...`.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }
}
