//! Addresses: our own, and the client's as trusted proxies tell it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Uri, header};

/// The other end of the connection that a request came in on. The server puts it into the request's
/// extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Our own address, and who may tell a client's.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    /// Where the blog is for the world, such as `https://blog.example`.
    pub public: Option<PublicUrl>,
    /// Machines whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
}

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The client's address.
    pub address: IpAddr,
    /// Whether the request comes from this very machine, by no proxy.
    pub local: bool,
}

impl Addresses {
    /// Finds the client: the last address that no trusted proxy has vouched for.
    pub fn client(&self, peer: Option<Peer>, headers: &HeaderMap) -> Origin {
        let Some(Peer(peer)) = peer else {
            return Origin { address: Ipv4Addr::UNSPECIFIED.into(), local: false };
        };
        let forwarded =
            headers.contains_key("x-forwarded-for") || headers.contains_key("forwarded");
        let mut address = peer.ip().to_canonical();
        let mut hops = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|hop| hop.trim().parse::<IpAddr>().ok())
            .collect::<Vec<_>>();
        while self.trusted_proxies.iter().any(|network| network.contains(address)) {
            // What is no address was not written by a proxy that we trust: stop there.
            match hops.pop().flatten() {
                Some(hop) => address = hop.to_canonical(),
                None => break,
            }
        }
        Origin { address, local: address.is_loopback() && !forwarded }
    }

    /// Whether a client may sign in: from anywhere once there is a public address, else from this
    /// machine only.
    pub fn may_sign_in(&self, origin: Origin) -> bool {
        self.public.is_some() || origin.local
    }

    /// Whether browsers reach us by https, so that cookies may be marked Secure.
    pub fn secure(&self) -> bool {
        self.public.as_ref().is_some_and(|public| public.scheme == "https")
    }

    /// What absolute addresses in an answer begin with: the public address, else the host that was
    /// asked. Nothing when a client names none, so that they are paths then.
    pub fn base(&self, headers: &HeaderMap) -> String {
        if let Some(public) = &self.public {
            return public.origin();
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let authority = host.and_then(|host| host.parse::<Authority>().ok());
        let authority = authority.filter(|authority| !authority.as_str().contains('@'));
        authority.map_or_else(String::new, |authority| format!("http://{authority}"))
    }

    /// Whether a page of this origin is ours: the public address, or the host that was asked.
    pub fn is_own(&self, origin: &str, headers: &HeaderMap) -> bool {
        if self.public.as_ref().is_some_and(|public| public.origin() == origin) {
            return true;
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        host.is_some() && host == authority
    }
}

/// An absolute `http` or `https` address without path, such as `https://blog.example`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct PublicUrl {
    scheme: String,
    authority: String,
}

impl PublicUrl {
    /// As browsers write it into `Origin`.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme, self.authority)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin())
    }
}

/// A text that is no public address.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an address such as https://blog.example, without a path")]
pub struct NotAPublicUrl;

impl FromStr for PublicUrl {
    type Err = NotAPublicUrl;

    fn from_str(text: &str) -> Result<Self, NotAPublicUrl> {
        let uri: Uri = text.parse().map_err(|_| NotAPublicUrl)?;
        let scheme = uri.scheme_str().filter(|s| matches!(*s, "http" | "https"));
        let authority = uri.authority().filter(|a| !a.as_str().contains('@'));
        let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
        match (scheme, authority) {
            (Some(scheme), Some(authority)) if bare => Ok(PublicUrl {
                scheme: scheme.to_owned(),
                authority: authority.as_str().to_ascii_lowercase(),
            }),
            _ => Err(NotAPublicUrl),
        }
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = NotAPublicUrl;

    fn try_from(text: String) -> Result<Self, NotAPublicUrl> {
        text.parse()
    }
}

/// A range of addresses, as `10.0.0.0/8` or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// A text that is no range of addresses.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a range such as 10.0.0.0/8 or a single address")]
pub struct NotANetwork;

impl Network {
    /// Whether an address is in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let shift = 32 - u32::from(self.prefix);
                (u64::from(own.to_bits()) >> shift) == (u64::from(other.to_bits()) >> shift)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let shift = 128 - u32::from(self.prefix);
                let top = |bits: u128| bits.checked_shr(shift).unwrap_or(0);
                top(own.to_bits()) == top(other.to_bits())
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NotANetwork)?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().map_err(|_| NotANetwork)?,
            None => bits,
        };
        if prefix > bits { Err(NotANetwork) } else { Ok(Network { address, prefix }) }
    }
}

impl TryFrom<String> for Network {
    type Error = NotANetwork;

    fn try_from(text: String) -> Result<Self, NotANetwork> {
        text.parse()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn addresses(trusted: &[&str]) -> Addresses {
        let trusted_proxies = trusted.iter().map(|t| t.parse().unwrap()).collect();
        Addresses { public: None, trusted_proxies }
    }

    #[track_caller]
    fn check_client(
        trusted: &[&str],
        peer: &str,
        forwarded: Option<&str>,
        client: &str,
        local: bool,
    ) {
        let mut headers = HeaderMap::new();
        if let Some(forwarded) = forwarded {
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        }
        let peer = Peer(SocketAddr::new(peer.parse().unwrap(), 4321));
        let origin = addresses(trusted).client(Some(peer), &headers);
        assert_eq!(origin, Origin { address: client.parse().unwrap(), local });
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        check_client(&[], "127.0.0.1", None, "127.0.0.1", true);
        check_client(&[], "::1", None, "::1", true);
        check_client(&[], "192.0.2.7", Some("127.0.0.1"), "192.0.2.7", false);
        check_client(&["10.0.0.0/8"], "10.1.2.3", Some("192.0.2.7"), "192.0.2.7", false);
        check_client(
            &["10.0.0.0/8"],
            "10.1.2.3",
            Some("127.0.0.1, 192.0.2.7, 10.9.9.9"),
            "192.0.2.7",
            false,
        );
        check_client(&["10.0.0.0/8"], "10.1.2.3", Some("nonsense"), "10.1.2.3", false);
    }

    #[test]
    fn who_comes_through_a_proxy_of_this_machine_is_not_local() {
        check_client(&[], "127.0.0.1", Some("192.0.2.7"), "127.0.0.1", false);
        check_client(&["127.0.0.1"], "127.0.0.1", Some("192.0.2.7"), "192.0.2.7", false);
        check_client(&["127.0.0.1"], "127.0.0.1", Some("127.0.0.1"), "127.0.0.1", false);
    }

    #[test]
    fn a_network_holds_the_addresses_of_its_prefix() {
        let holds = |network: &str, address: &str| {
            network.parse::<Network>().unwrap().contains(address.parse().unwrap())
        };
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && holds("::/0", "::1"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1") && !holds("2001:db8::/32", "2001:db9::1"));
        assert!(holds("192.0.2.1", "192.0.2.1") && !holds("192.0.2.1", "192.0.2.2"));
        for bad in ["", "10.0.0.0/33", "::/129", "10.0.0.0/x", "host"] {
            assert_eq!(bad.parse::<Network>(), Err(NotANetwork), "{bad}");
        }
    }

    #[test]
    fn absolute_addresses_begin_with_the_public_address_or_the_host_that_was_asked() {
        let asked = |host: &str| HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
        let mut own = addresses(&[]);
        assert_eq!(own.base(&asked("127.0.0.1:4000")), "http://127.0.0.1:4000");
        for bad in ["a\"><script>", "kim@evil.example", "a b", ""] {
            assert_eq!(own.base(&asked(bad)), "", "{bad}");
        }
        own.public = Some("https://blog.example".parse().unwrap());
        assert_eq!(own.base(&asked("127.0.0.1:4000")), "https://blog.example");
    }

    #[test]
    fn a_public_address_is_a_bare_origin() {
        let url: PublicUrl = "https://Blog.Example:8443/".parse().unwrap();
        assert_eq!(url.origin(), "https://blog.example:8443");
        for bad in ["", "blog.example", "ftp://blog.example", "https://blog.example/x", "/x"] {
            assert_eq!(bad.parse::<PublicUrl>(), Err(NotAPublicUrl), "{bad}");
        }
    }
}
