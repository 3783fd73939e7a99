//! One request to `/graphql`, and what can go wrong on the way.

use cynic::{GraphQlResponse, Operation};
use gloo_net::http::Request;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

const ENDPOINT: &str = "/graphql";

/// Why a question has no answer. Expected refusals are not among these.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Failure {
    /// Nothing came back: offline, or the server is down. Worth another try.
    Unreachable,
    /// The server says who asks must sign in.
    SignedOut,
    /// This blog has no such part, or its operator has not set it up.
    NotSetUp,
    /// The server could not answer; its words.
    Server(String),
    /// The answer is not what the contract says.
    Unreadable(String),
}

#[derive(Deserialize, Clone, PartialEq, Debug)]
struct Extensions {
    code: Option<String>,
}

/// Sends one operation and waits for its data.
///
/// # Errors
/// A [`Failure`] by what the caller can do about it.
pub(crate) async fn ask<Q, V>(operation: Operation<Q, V>) -> Result<Q, Failure>
where
    Q: DeserializeOwned,
    V: Serialize,
{
    let body = serde_json::to_string(&operation)
        .map_err(|error| Failure::Unreadable(error.to_string()))?;
    let (status, text) = exchange(body).await?;
    read(status, &text)
}

/// Not generic, so that the program holds it once.
async fn exchange(body: String) -> Result<(u16, String), Failure> {
    let response = Request::post(ENDPOINT)
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json, application/json;q=0.9")
        .body(body)
        .map_err(|error| Failure::Unreadable(error.to_string()))?
        .send()
        .await
        .map_err(|_| Failure::Unreachable)?;
    let status = response.status();
    let text = response.text().await.map_err(|_| Failure::Unreachable)?;
    Ok((status, text))
}

/// Reads an answer: data when there is some, else the first error by its code.
fn read<Q: DeserializeOwned>(status: u16, text: &str) -> Result<Q, Failure> {
    let answer = match serde_json::from_str::<GraphQlResponse<Q, Extensions>>(text) {
        Ok(answer) => answer,
        // A proxy in front of a server that restarts answers with a page of its own.
        Err(_) if matches!(status, 502..=504) => return Err(Failure::Unreachable),
        Err(error) => return Err(Failure::Unreadable(error.to_string())),
    };
    if let Some(data) = answer.data {
        return Ok(data);
    }
    let error = answer.errors.into_iter().flatten().next();
    Err(error.map_or_else(
        || Failure::Unreadable("neither data nor errors".to_owned()),
        |error| match error.extensions.and_then(|extensions| extensions.code).as_deref() {
            Some("UNAUTHENTICATED") => Failure::SignedOut,
            Some("NOT_SET_UP") => Failure::NotSetUp,
            Some("UNAVAILABLE") => Failure::Unreachable,
            _ => Failure::Server(error.message),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, PartialEq, Debug)]
    struct Answer {
        title: String,
    }

    fn read_answer(status: u16, text: &str) -> Result<Answer, Failure> {
        read(status, text)
    }

    #[test]
    fn data_is_read_even_beside_errors() {
        let text = r#"{"data":{"title":"글"},"errors":[{"message":"a part is missing"}]}"#;

        assert_eq!(read_answer(200, text), Ok(Answer { title: "글".to_owned() }));
    }

    #[test]
    fn an_expired_session_is_told_apart_from_a_fault() {
        let text = r#"{"data":null,"errors":[{"message":"sign in","extensions":{"code":"UNAUTHENTICATED"}}]}"#;

        assert_eq!(read_answer(200, text), Err(Failure::SignedOut));
    }

    #[test]
    fn the_page_of_a_proxy_is_a_server_that_is_away() {
        assert_eq!(read_answer(503, "<html>busy</html>"), Err(Failure::Unreachable));
        assert!(matches!(read_answer(200, "<html>"), Err(Failure::Unreadable(_))));
    }

    #[test]
    fn an_error_without_a_known_code_keeps_its_words() {
        let text = r#"{"errors":[{"message":"too deep","extensions":{"code":"TOO_DEEP"}}]}"#;

        assert_eq!(read_answer(400, text), Err(Failure::Server("too deep".to_owned())));
    }
}
