//! Mutations that end sessions and access tokens.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::KeyId;
use domain::account::{Identity, KeyKind, Scope};
use domain::actions::{Refusal, RevokeKey};

use crate::global_id::GlobalId;
use crate::mutations::account::leave;
use crate::mutations::outcome::{Failure, acted, answer, outcome};
use crate::parts::Parts;
use crate::session_cookie::SessionCookie;
use crate::viewer::{Barred, Viewer};

outcome! {
    /// What comes of `revokeSession`.
    RevokeSessionResult = RevokeSessionSuccess | NotFound(NotFoundError) | NotAllowed(NotAllowedError)
}
outcome! {
    /// What comes of `revokeAccessToken`.
    RevokeAccessTokenResult = RevokeAccessTokenSuccess
        | NotFound(NotFoundError)
        | NotAllowed(NotAllowedError)
}
outcome! {
    /// What comes of `revokeOtherSessions`.
    RevokeOtherSessionsResult = RevokeOtherSessionsSuccess | NotAllowed(NotAllowedError)
}

/// The session is over, and its sockets are closed.
#[derive(SimpleObject)]
pub struct RevokeSessionSuccess {
    /// The session that was.
    revoked_id: ID,
}

/// The token opens nothing any more, and its sockets are closed.
#[derive(SimpleObject)]
pub struct RevokeAccessTokenSuccess {
    /// The token that was.
    revoked_id: ID,
}

/// The viewer is signed in here only.
#[derive(SimpleObject)]
pub struct RevokeOtherSessionsSuccess {
    /// How many sessions were ended.
    revoked: i32,
}

/// Which session to end.
#[derive(InputObject)]
pub struct RevokeSessionInput {
    /// As `Session.id` told it.
    id: ID,
}

/// Which access token to end.
#[derive(InputObject)]
pub struct RevokeAccessTokenInput {
    /// As `AccessToken.id` told it.
    id: ID,
}

/// Mutations that end sessions and access tokens.
#[derive(Default)]
pub struct KeyMutations;

#[Object]
impl KeyMutations {
    /// Ends one of the viewer's sessions, at once and everywhere. Ending the one that asks is signing out.
    async fn revoke_session(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RevokeSessionInput,
    ) -> Result<RevokeSessionResult> {
        let id = match GlobalId::parse(&input.id) {
            Some(GlobalId::Session(id)) => Some(id),
            _ => None,
        };
        let revoked = revoke(context, KeyKind::Session, id).await;
        let success = RevokeSessionSuccess { revoked_id: input.id };
        answer(context, revoked.map(|()| RevokeSessionResult::Done(success)))
    }

    /// Ends one of the viewer's access tokens, at once and everywhere.
    async fn revoke_access_token(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RevokeAccessTokenInput,
    ) -> Result<RevokeAccessTokenResult> {
        let id = match GlobalId::parse(&input.id) {
            Some(GlobalId::Token(id)) => Some(id),
            _ => None,
        };
        let revoked = revoke(context, KeyKind::Token, id).await;
        let success = RevokeAccessTokenSuccess { revoked_id: input.id };
        answer(context, revoked.map(|()| RevokeAccessTokenResult::Done(success)))
    }

    /// Signs the viewer out everywhere but here. Access tokens stay; a token that asks ends all sessions.
    async fn revoke_other_sessions(
        &self,
        context: &Context<'_>,
    ) -> Result<RevokeOtherSessionsResult> {
        answer(context, revoke_others(context).await)
    }
}

async fn revoke(context: &Context<'_>, kind: KeyKind, id: Option<KeyId>) -> Result<(), Failure> {
    let identity = holder(context)?;
    let id = id.ok_or(Refusal::NotFound)?;
    let parts = Parts::of(context);
    let revoked = RevokeKey { accounts: &parts.blog }.run(&identity.user, kind, &id).await;
    let hash = acted(context, revoked).await?;
    // After the table and before the answer: no frame is sent from here on.
    parts.sockets.revoke_session(&hash);
    if hash == identity.key {
        leave(context, SessionCookie::Clear);
    }
    Ok(())
}

async fn revoke_others(context: &Context<'_>) -> Result<RevokeOtherSessionsResult, Failure> {
    let identity = holder(context)?;
    let parts = Parts::of(context);
    let revoked = RevokeKey { accounts: &parts.blog }.others(identity).await;
    let hashes = acted(context, revoked).await?;
    hashes.iter().for_each(|hash| parts.sockets.revoke_session(hash));
    let revoked = i32::try_from(hashes.len()).unwrap_or(i32::MAX);
    Ok(RevokeOtherSessionsResult::Done(RevokeOtherSessionsSuccess { revoked }))
}

/// Somebody whose key may change what is theirs.
pub(super) fn holder<'a>(context: &Context<'a>) -> Result<&'a Identity, Failure> {
    let identity = Viewer::of(context)?.signed_in()?;
    if identity.scopes.contains(&Scope::Write) { Ok(identity) } else { Err(Barred::Role.into()) }
}
