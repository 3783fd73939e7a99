//! What the door knows of who is on the other end of a request.

use std::net::IpAddr;

/// The other end of a request. The door puts it into the request's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its address, as the trusted proxies tell it. For limits of attempts; not to be stored.
    pub address: IpAddr,
    /// False when signing in is for loopback only (no public address is configured) and this is
    /// another machine.
    pub may_sign_in: bool,
    /// The request's id, the same in logs, answer and jobs.
    pub request_id: String,
}
