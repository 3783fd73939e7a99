//! Choosing the protocol at the handshake.

use super::Close;

/// The name of the protocol that is spoken here.
pub const SUBPROTOCOL: &str = "graphql-transport-ws";

/// Chooses from the values of the `Sec-WebSocket-Protocol` headers, each a list with commas; names are
/// compared exactly, as RFC 6455 wants.
///
/// # Errors
/// 4406 - when [`SUBPROTOCOL`] is not among them, or nothing is offered. Finish the handshake without
/// naming a protocol then, and close with it: a browser is not told the status of a refused handshake.
pub fn negotiate<'a>(offered: impl IntoIterator<Item = &'a str>) -> Result<&'static str, Close> {
    let offers = offered.into_iter().flat_map(|header| header.split(',')).map(str::trim);
    match offers.into_iter().any(|offer| offer == SUBPROTOCOL) {
        true => Ok(SUBPROTOCOL),
        false => Err(Close::subprotocol_not_acceptable()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(offered: &[&str], accepted: bool) {
        let chosen = negotiate(offered.iter().copied());
        let expected =
            if accepted { Ok(SUBPROTOCOL) } else { Err(Close::subprotocol_not_acceptable()) };
        assert_eq!(chosen, expected, "{offered:?}");
    }

    #[test]
    fn only_an_offer_that_names_the_protocol_exactly_is_accepted() {
        check(&["graphql-transport-ws"], true);
        check(&["graphql-ws, graphql-transport-ws"], true);
        check(&["graphql-ws", " graphql-transport-ws "], true);
        check(&[], false);
        check(&[""], false);
        check(&["graphql-ws"], false);
        check(&["GRAPHQL-TRANSPORT-WS"], false);
        check(&["graphql-transport-ws-2"], false);
    }

    #[test]
    fn a_refused_offer_closes_with_4406() {
        let close = negotiate(["soap"]).unwrap_err();
        assert_eq!((close.code, &*close.reason), (4406, "Subprotocol not acceptable"));
    }
}
