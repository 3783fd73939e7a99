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
    /// The program that asks, as people call it (`Firefox, Linux`); none when it does not tell.
    pub agent: Option<String>,
    /// The request's id, the same in logs, answer and jobs.
    pub request_id: String,
}

impl Client {
    /// The network that its limits are counted for: an IPv4 address, or the first 64 bits of an IPv6
    /// one, which is what one household has. Networks of the two kinds never have the same number.
    pub fn network(&self) -> u64 {
        match self.address.to_canonical() {
            IpAddr::V4(v4) => u64::from(v4.to_bits()),
            IpAddr::V6(v6) => (v6.to_bits() >> 64) as u64 | (1 << 63),
        }
    }
}
