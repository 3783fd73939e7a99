//! Mutations of accounts and sessions.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use domain::account::{SESSION_LIFE, User};
use domain::actions::{
    ActionError, CreateOwner, NewKey, OwnerInput, SignIn, SignOut, SignedIn, Visitor,
};

use crate::client::Client;
use crate::mutations::outcome::{Failure, acted, answer, outcome};
use crate::parts::Parts;
use crate::refusals::Refused;
use crate::session_cookie::{SessionCookie, SessionCookieSlot};
use crate::types::enums::ErrorCode;
use crate::types::viewer::Viewer as ViewerType;
use crate::viewer::Viewer;

outcome! {
    /// What comes of `createOwner`.
    CreateOwnerResult = CreateOwnerSuccess
        | InvalidInput(InvalidInputError)
        | NotAllowed(NotAllowedError)
}
outcome! {
    /// What comes of `signIn`.
    SignInResult = SignInSuccess
        | InvalidCredentials(InvalidCredentialsError)
        | TooManyAttempts(TooManyAttemptsError)
        | NotAllowed(NotAllowedError)
}

/// The blog has its owner, who is signed in.
#[derive(SimpleObject)]
pub struct CreateOwnerSuccess {
    /// The owner.
    viewer: ViewerType,
}

/// The browser is signed in: its session is in a cookie.
#[derive(SimpleObject)]
pub struct SignInSuccess {
    /// Who signed in.
    viewer: ViewerType,
}

/// The session, if there was one, is over.
#[derive(SimpleObject)]
pub struct SignOutSuccess {
    /// Whether there was a session.
    signed_out: bool,
}

/// The blog's first account.
#[derive(InputObject)]
pub struct CreateOwnerInput {
    /// From the newest set-up link.
    setup_token: String,
    /// The address of the account.
    email: String,
    /// 10 to 200 characters.
    password: String,
    /// Shown beside posts; 2 to 20 characters.
    nickname: String,
}

/// Who signs in.
#[derive(InputObject)]
pub struct SignInInput {
    /// The address of the account.
    email: String,
    /// The account's password.
    password: String,
}

/// Mutations of accounts and sessions.
#[derive(Default)]
pub struct AccountMutations;

#[Object]
impl AccountMutations {
    /// Makes the first account, with the token of the set-up link. Signs in.
    async fn create_owner(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The account, and the token of the set-up link.")] input: CreateOwnerInput,
    ) -> Result<CreateOwnerResult> {
        answer(context, create_owner(context, input).await)
    }

    /// Signs in. An unknown address is answered as a wrong password is, and as slowly.
    async fn sign_in(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Address and password.")] input: SignInInput,
    ) -> Result<SignInResult> {
        answer(context, sign_in(context, input).await)
    }

    /// Ends the session or token that came with the request, at once and everywhere.
    async fn sign_out(&self, context: &Context<'_>) -> Result<SignOutSuccess> {
        let parts = Parts::of(context);
        let signed_out = match Viewer::of(context)?.signed_in() {
            Ok(identity) => {
                let over = SignOut { accounts: &parts.blog }.run(identity).await;
                crate::request::or_fault(context, over)?;
                // After the table and before the answer: no frame is sent from here on.
                parts.sockets.revoke_session(&identity.key);
                true
            }
            Err(_) => false,
        };
        leave(context, SessionCookie::Clear);
        Ok(SignOutSuccess { signed_out })
    }
}

async fn create_owner(
    context: &Context<'_>,
    input: CreateOwnerInput,
) -> Result<CreateOwnerResult, Failure> {
    check_place(context)?;
    let parts = Parts::of(context);
    let action = CreateOwner {
        accounts: &parts.blog,
        passwords: &*parts.passwords,
        clock: &*parts.clock,
        ids: &*parts.ids,
    };
    let CreateOwnerInput { setup_token, email, password, nickname } = input;
    let client = visitor(context).client;
    let made = action.run(OwnerInput { setup_token, email, password, nickname, client }).await;
    let viewer = begin_session(context, made).await?;
    Ok(CreateOwnerResult::Done(CreateOwnerSuccess { viewer }))
}

async fn sign_in(context: &Context<'_>, input: SignInInput) -> Result<SignInResult, Failure> {
    check_place(context)?;
    let parts = Parts::of(context);
    let action = SignIn {
        accounts: &parts.blog,
        passwords: &*parts.passwords,
        clock: &*parts.clock,
        ids: &*parts.ids,
    };
    let signed_in = action.run(&input.email, &input.password, &visitor(context)).await;
    let begun = signed_in.map(|SignedIn { user, session, ended }| {
        ended.iter().for_each(|session| parts.sockets.revoke_session(session));
        (user, session)
    });
    let viewer = begin_session(context, begun).await?;
    Ok(SignInResult::Done(SignInSuccess { viewer }))
}

/// Who asks, for the limits of attempts. Without a door in front there is one client, which is as if all
/// were in one network.
pub(super) fn visitor(context: &Context<'_>) -> Visitor {
    context.data_opt::<Client>().map_or_else(Visitor::default, |client| Visitor {
        network: client.network(),
        client: client.agent.clone(),
    })
}

/// Hands the session to the browser, through the door.
pub(super) async fn begin_session(
    context: &Context<'_>,
    made: Result<(User, NewKey), ActionError>,
) -> Result<ViewerType, Failure> {
    let (user, session) = acted(context, made).await?;
    leave(context, SessionCookie::Set { token: session.key, max_age: SESSION_LIFE });
    Ok(user.into())
}

/// As [`check_machine`], and only where a session can be handed out, which a socket cannot.
pub(super) fn check_place(context: &Context<'_>) -> Result<(), Refused> {
    if context.data_opt::<SessionCookieSlot>().is_none() {
        let message = "signing in is possible over HTTP only";
        return Err(Refused::not_allowed(ErrorCode::Forbidden, message));
    }
    check_machine(context)
}

/// Without a public address, passwords are taken from this machine only.
pub(super) fn check_machine(context: &Context<'_>) -> Result<(), Refused> {
    match context.data_opt::<Client>() {
        Some(client) if !client.may_sign_in => Err(Refused::not_allowed(
            ErrorCode::Forbidden,
            "signing in is possible on the blog's own machine only, until its public address is set",
        )),
        _ => Ok(()),
    }
}

pub(super) fn leave(context: &Context<'_>, word: SessionCookie) {
    if let Some(slot) = context.data_opt::<SessionCookieSlot>() {
        slot.leave(word);
    }
}
