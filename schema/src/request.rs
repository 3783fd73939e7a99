//! What belongs to one request: its id, the words for what goes wrong in it, and work that is too long
//! for a resolver.

use async_graphql::{Context, Error, Result};
use domain::ports::PortError;
use domain::text::Rendered;

use crate::client::Client;
use crate::error::fault;
use crate::parts::Parts;

/// The request's id, as the logs name it.
pub(crate) fn request_id<'a>(context: &Context<'a>) -> &'a str {
    context.data_opt::<Client>().map_or("-", |client| client.request_id.as_str())
}

/// A port's answer, its failure logged and hidden.
pub(crate) fn or_fault<T>(context: &Context<'_>, answer: Result<T, PortError>) -> Result<T, Error> {
    answer.map_err(|error| fault(request_id(context), &error))
}

/// A row that must be there is not.
pub(crate) fn corrupt(
    context: &Context<'_>,
    table: &'static str,
    field: &'static str,
    id: &impl ToString,
) -> Error {
    fault(request_id(context), &PortError::Corrupt { table, field, id: id.to_string() })
}

/// Renders Markdown where blocking is allowed: highlighting takes milliseconds.
pub(crate) async fn render(context: &Context<'_>, markdown: String) -> Result<Rendered> {
    let renderer = Parts::of(context).renderer.clone();
    let rendered = tokio::task::spawn_blocking(move || renderer.render(&markdown)).await;
    or_fault(context, rendered.map_err(|error| PortError::backend("content renderer", error)))
}
