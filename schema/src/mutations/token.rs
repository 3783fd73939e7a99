//! Mutations of keys for programs and sockets.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use domain::account::Scope as ScopeRow;
use domain::actions::{CreateAccessToken, SocketTicket, Token, TokenInput};

use crate::mutations::idempotency::idempotency_key;
use crate::mutations::outcome::{Failure, acted, answer, outcome};
use crate::parts::Parts;
use crate::scalars::DateTime;
use crate::types::enums::Scope;
use crate::viewer::{Barred, Viewer};

outcome! {
    /// What comes of `socketTicket`.
    SocketTicketResult = SocketTicketSuccess | NotAllowed(NotAllowedError)
}
outcome! {
    /// What comes of `createAccessToken`.
    CreateAccessTokenResult = CreateAccessTokenSuccess
        | InvalidInput(InvalidInputError)
        | NotAllowed(NotAllowedError)
        | NotFound(NotFoundError)
        | IdempotencyKeyReused(IdempotencyKeyReusedError)
}

/// A ticket was drawn.
#[derive(SimpleObject)]
pub struct SocketTicketSuccess {
    /// Send it in `connection_init` as `{"ticket": "..."}`; works once.
    ticket: String,
    /// No use after that.
    expires_at: DateTime,
}

/// A token was made.
#[derive(SimpleObject)]
pub struct CreateAccessTokenSuccess {
    /// Shown once; null when the request was replayed.
    token: Option<String>,
    /// No use after that.
    expires_at: DateTime,
    /// As its owner named it.
    name: String,
}

/// What a token may do, and for how long.
#[derive(InputObject)]
pub struct CreateAccessTokenInput {
    /// For its owner; 1 to 60 characters.
    name: String,
    /// At least one, and none that the key that asks has not.
    scopes: Vec<Scope>,
    /// 1 to 365.
    #[graphql(default_with = "Some(90)")]
    expires_in_days: Option<i32>,
    /// A name for this request, 1 to 100 characters: for 24 hours, sending it again under the same
    /// name makes no other token. The token itself is not shown again.
    idempotency_key: Option<String>,
}

/// Mutations of keys.
#[derive(Default)]
pub struct TokenMutations;

#[Object]
impl TokenMutations {
    /// A one-time key for `connection_init`, valid for 60 s.
    async fn socket_ticket(&self, context: &Context<'_>) -> Result<SocketTicketResult> {
        answer(context, socket_ticket(context).await)
    }

    /// Makes a personal access token, never with more rights than the key that asks for it.
    async fn create_access_token(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What it may do, and for how long.")] input: CreateAccessTokenInput,
    ) -> Result<CreateAccessTokenResult> {
        answer(context, create_access_token(context, input).await)
    }
}

async fn socket_ticket(context: &Context<'_>) -> Result<SocketTicketResult, Failure> {
    let identity = Viewer::of(context)?.signed_in()?;
    if !identity.reads() {
        return Err(Barred::Role.into());
    }
    let parts = Parts::of(context);
    let action = SocketTicket { accounts: &parts.blog, clock: &*parts.clock, ids: &*parts.ids };
    let ticket = acted(context, action.run(identity).await).await?;
    let expires_at = ticket.record.expires_at.into();
    Ok(SocketTicketResult::Done(SocketTicketSuccess { ticket: ticket.key, expires_at }))
}

async fn create_access_token(
    context: &Context<'_>,
    input: CreateAccessTokenInput,
) -> Result<CreateAccessTokenResult, Failure> {
    let identity = Viewer::of(context)?.signed_in()?;
    if !identity.scopes.contains(&ScopeRow::Write) {
        return Err(Barred::Role.into());
    }
    let parts = Parts::of(context);
    let key = idempotency_key("createAccessToken", &input, input.idempotency_key.as_ref())?;
    let action = CreateAccessToken {
        accounts: &parts.blog,
        posts: &parts.blog,
        clock: &*parts.clock,
        ids: &*parts.ids,
    };
    let wanted = TokenInput {
        name: input.name,
        scopes: input.scopes.into_iter().map(ScopeRow::from).collect(),
        // Less than nothing is refused as nothing is.
        days: u32::try_from(input.expires_in_days.unwrap_or(90)).unwrap_or(0),
    };
    let (token, record) = match acted(context, action.run(identity, wanted, key).await).await? {
        Token::Made(new) => (Some(new.key), new.record),
        Token::Replayed(record) => (None, record),
    };
    let (expires_at, name) = (record.expires_at.into(), record.name);
    Ok(CreateAccessTokenResult::Done(CreateAccessTokenSuccess { token, expires_at, name }))
}
