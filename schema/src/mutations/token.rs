//! Mutations of keys for programs and sockets.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use domain::UserId;
use domain::account::{KeyRecord, Scope as ScopeRow};
use domain::actions::{CreateAccessToken, IdempotencyKey, Refusal, SocketTicket};
use domain::ports::{Accounts, ApplyError, Change, Posts, Remembered, Wanted};

use crate::error::{Code, fault};
use crate::mutations::idempotency::idempotency_key;
use crate::mutations::outcome::{Failure, acted, answer, outcome};
use crate::parts::Parts;
use crate::request::{or_fault, request_id};
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
    if let Some(key) = &key
        && let Some(replay) = replayed(context, &identity.user, key).await?
    {
        return Ok(replay);
    }
    let action =
        CreateAccessToken { accounts: &parts.blog, clock: &*parts.clock, ids: &*parts.ids };
    let scopes: Vec<ScopeRow> = input.scopes.into_iter().map(ScopeRow::from).collect();
    // Less than nothing is refused as nothing is.
    let days = u32::try_from(input.expires_in_days.unwrap_or(90)).unwrap_or(0);
    let made = acted(context, action.run(identity, &input.name, &scopes, days).await).await?;
    if let Some(key) = &key
        && !remember(context, &identity.user, key, &made.record).await?
    {
        // The same request was sent twice at once, and the other one was first.
        or_fault(context, parts.blog.take_key(&made.record.hash).await)?;
        let replay = replayed(context, &identity.user, key).await?;
        return replay.ok_or_else(|| over().into());
    }
    Ok(success(Some(made.key), made.record))
}

fn success(token: Option<String>, record: KeyRecord) -> CreateAccessTokenResult {
    let (expires_at, name) = (record.expires_at.into(), record.name);
    CreateAccessTokenResult::Done(CreateAccessTokenSuccess { token, expires_at, name })
}

/// What was made under the key before, without the token: that was shown once.
async fn replayed(
    context: &Context<'_>,
    user: &UserId,
    key: &IdempotencyKey,
) -> Result<Option<CreateAccessTokenResult>, Failure> {
    let blog = &Parts::of(context).blog;
    let idempotency = Some((user.clone(), key.key.clone()));
    let loaded = blog.load(&Wanted { idempotency, ..Wanted::default() }).await;
    match or_fault(context, loaded)?.done {
        None => Ok(None),
        Some(done) if done.request != key.request => Err(Refusal::KeyReused.into()),
        Some(done) => match or_fault(context, blog.key(&done.id).await)? {
            Some(record) => Ok(Some(success(None, record))),
            None => Err(over().into()),
        },
    }
}

/// Keeps the key's use for 24 hours. A crash before it leaves a token that nobody knows. False when
/// the key was used meanwhile.
async fn remember(
    context: &Context<'_>,
    user: &UserId,
    key: &IdempotencyKey,
    record: &KeyRecord,
) -> Result<bool, Failure> {
    let parts = Parts::of(context);
    let remembered = Remembered {
        viewer: user.clone(),
        key: key.key.clone(),
        request: key.request.clone(),
        id: record.hash.clone(),
    };
    let remember = Some((remembered, parts.clock.now()));
    match parts.blog.apply(Change { remember, ..Change::default() }).await {
        Ok(()) => Ok(true),
        Err(ApplyError::Port(error)) => Err(fault(request_id(context), &error).into()),
        Err(ApplyError::Changed | ApplyError::SlugTaken(_)) => Ok(false),
    }
}

fn over() -> async_graphql::Error {
    Code::NotFound.error("the token that was made under this idempotency key is no more")
}
