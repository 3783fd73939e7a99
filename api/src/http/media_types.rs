//! Media types of GraphQL over HTTP: which one a client sends, and which one it wants back.
//!
//! A stream of events is one of them (graphql-sse); who takes it beside the others gets it for what
//! nothing else can carry.

use axum::http::{HeaderMap, header};

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `application/json`: the status tells nothing of GraphQL's own errors.
    Json,
    /// `application/graphql-response+json`: a request error has a status of its own.
    Graphql,
    /// `text/event-stream`: results are events, errors of the request too.
    Events,
}

/// The content type of event streams.
pub const EVENTS: &str = "text/event-stream; charset=utf-8";

impl Format {
    /// The media type in `content-type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Format::Json => "application/json; charset=utf-8",
            Format::Graphql => "application/graphql-response+json; charset=utf-8",
            Format::Events => EVENTS,
        }
    }

    /// Chooses by `accept`: the one that the client likes more, and the newer one when it likes both
    /// by name. `None` when it wants neither.
    pub fn wanted(headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key(header::ACCEPT) {
            return Some(Format::Json);
        }
        let ranges = ranges(headers);
        let weight = |names: &[&str]| {
            names.iter().find_map(|name| {
                ranges.iter().find(|(range, _)| range == name).map(|(_, weight)| *weight)
            })
        };
        let any = ["application/*", "*/*"];
        let json = weight(&["application/json", any[0], any[1]]).unwrap_or(0.0);
        let graphql = weight(&["application/graphql-response+json"]).unwrap_or(0.0);
        // By name only: who takes anything is not told that it has to read a stream.
        let events = weight(&["text/event-stream"]).unwrap_or(0.0);
        match () {
            () if events > json.max(graphql) => Some(Format::Events),
            () if graphql > 0.0 && graphql >= json => Some(Format::Graphql),
            () if json > 0.0 => Some(Format::Json),
            () => None,
        }
    }

    /// Whether the client takes a stream of events, as whichever choice.
    pub fn takes_events(headers: &HeaderMap) -> bool {
        ranges(headers).iter().any(|(range, weight)| range == "text/event-stream" && *weight > 0.0)
    }
}

fn ranges(headers: &HeaderMap) -> Vec<(String, f32)> {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(range)
        .collect()
}

/// Whether a body is JSON in UTF-8, which is the only kind that is read.
pub fn is_json(headers: &HeaderMap) -> bool {
    let mut given = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (given.next(), given.next()) else { return false };
    let Ok(value) = value.to_str() else { return false };
    let mut parts = value.split(';').map(str::trim);
    let json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    json && parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            let value = value.trim().trim_matches('"');
            value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
        }
        _ => true,
    })
}

/// One media range of `accept` and its weight; ranges that ask for another charset are dropped.
fn range(text: &str) -> Option<(String, f32)> {
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().filter(|essence| !essence.is_empty())?.to_ascii_lowercase();
    let mut weight = 1.0;
    for parameter in parts {
        let Some((name, value)) = parameter.split_once('=') else { continue };
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => weight = value.trim().parse::<f32>().ok()?.clamp(0.0, 1.0),
            "charset" if !value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8") => {
                return None;
            }
            _ => {}
        }
    }
    Some((essence, weight))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_wanted(accept: &str, format: Option<Format>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        assert_eq!(Format::wanted(&headers), format, "{accept}");
    }

    #[test]
    fn the_answer_has_the_type_that_the_client_likes_most() {
        assert_eq!(Format::wanted(&HeaderMap::new()), Some(Format::Json));
        check_wanted("*/*", Some(Format::Json));
        check_wanted("application/*", Some(Format::Json));
        check_wanted("application/json", Some(Format::Json));
        check_wanted("application/graphql-response+json", Some(Format::Graphql));
        check_wanted(
            "application/graphql-response+json, application/json;q=0.9",
            Some(Format::Graphql),
        );
        check_wanted("application/json, application/graphql-response+json", Some(Format::Graphql));
        check_wanted(
            "application/json, application/graphql-response+json;q=0.5",
            Some(Format::Json),
        );
        check_wanted(
            "multipart/mixed, application/graphql-response+json, application/json",
            Some(Format::Graphql),
        );
        check_wanted("text/html,application/xhtml+xml,*/*;q=0.8", Some(Format::Json));
        check_wanted("application/graphql-response+json; charset=utf-8", Some(Format::Graphql));
    }

    #[test]
    fn who_wants_something_else_gets_nothing() {
        check_wanted("text/html", None);
        check_wanted("application/json;q=0", None);
        check_wanted("text/event-stream;q=0", None);
        check_wanted("application/json; charset=latin1", None);
    }

    #[test]
    fn a_stream_of_events_is_for_who_names_it_first_and_for_subscriptions() {
        check_wanted("text/event-stream", Some(Format::Events));
        check_wanted("text/event-stream, application/json;q=0.5", Some(Format::Events));
        let many = "application/graphql-response+json, application/json, text/event-stream";
        check_wanted(many, Some(Format::Graphql));
        let takes = |accept: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            Format::takes_events(&headers)
        };
        assert!(takes(many) && takes("text/event-stream"));
        assert!(!takes("*/*") && !takes("text/event-stream;q=0") && !takes("text/*"));
    }

    #[test]
    fn only_json_in_utf8_is_read() {
        let given = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, text.parse().unwrap());
            is_json(&headers)
        };
        assert!(given("application/json") && given("Application/JSON; charset=UTF-8"));
        assert!(!given("text/plain") && !given("application/json; charset=utf-16"));
        assert!(!given("multipart/form-data; boundary=x") && !is_json(&HeaderMap::new()));
    }
}
