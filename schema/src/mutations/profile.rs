//! Mutations of people's own accounts.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use domain::actions::{ChangePassword, ProfileInput, UpdateProfile};

use crate::mutations::account::check_machine;
use crate::mutations::key::holder;
use crate::mutations::outcome::{Failure, acted, answer, outcome};
use crate::parts::Parts;
use crate::types::viewer::Viewer as ViewerType;

outcome! {
    /// What comes of `updateProfile`.
    UpdateProfileResult = UpdateProfileSuccess
        | InvalidInput(InvalidInputError)
        | NotFound(NotFoundError)
        | NotAllowed(NotAllowedError)
}
outcome! {
    /// What comes of `changePassword`.
    ChangePasswordResult = ChangePasswordSuccess
        | InvalidInput(InvalidInputError)
        | InvalidCredentials(InvalidCredentialsError)
        | TooManyAttempts(TooManyAttemptsError)
        | NotFound(NotFoundError)
        | NotAllowed(NotAllowedError)
}

/// The profile is changed, wherever it is shown.
#[derive(SimpleObject)]
pub struct UpdateProfileSuccess {
    /// As the profile is now.
    viewer: ViewerType,
}

/// The password is changed. Access tokens stay.
#[derive(SimpleObject)]
pub struct ChangePasswordSuccess {
    /// How many other sessions were ended.
    revoked_sessions: i32,
}

/// What to change; what is absent or null stays.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// Shown beside posts; 2 to 20 characters.
    nickname: Option<String>,
    /// A few words about oneself; at most 160 characters.
    bio: Option<String>,
}

/// A new password, and the present one to prove who asks.
#[derive(InputObject)]
pub struct ChangePasswordInput {
    /// The present one.
    current_password: String,
    /// 10 to 200 characters.
    new_password: String,
}

/// Mutations of people's own accounts.
#[derive(Default)]
pub struct ProfileMutations;

#[Object]
impl ProfileMutations {
    /// Changes how the viewer is shown.
    async fn update_profile(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What to change.")] input: UpdateProfileInput,
    ) -> Result<UpdateProfileResult> {
        answer(context, update_profile(context, input).await)
    }

    /// Changes the viewer's password, and ends all their other sessions.
    async fn change_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The present password and the new one.")] input: ChangePasswordInput,
    ) -> Result<ChangePasswordResult> {
        answer(context, change_password(context, input).await)
    }
}

async fn update_profile(
    context: &Context<'_>,
    input: UpdateProfileInput,
) -> Result<UpdateProfileResult, Failure> {
    let identity = holder(context)?;
    let action = UpdateProfile { accounts: &Parts::of(context).blog };
    let input = ProfileInput { nickname: input.nickname, bio: input.bio };
    let user = acted(context, action.run(&identity.user, input).await).await?;
    Ok(UpdateProfileResult::Done(UpdateProfileSuccess { viewer: user.into() }))
}

async fn change_password(
    context: &Context<'_>,
    input: ChangePasswordInput,
) -> Result<ChangePasswordResult, Failure> {
    check_machine(context)?;
    let identity = holder(context)?;
    let parts = Parts::of(context);
    let action = ChangePassword {
        accounts: &parts.blog,
        passwords: &*parts.passwords,
        clock: &*parts.clock,
    };
    let changed = action.run(identity, &input.current_password, &input.new_password).await;
    let hashes = acted(context, changed).await?;
    hashes.iter().for_each(|hash| parts.sockets.revoke_session(hash));
    let revoked_sessions = i32::try_from(hashes.len()).unwrap_or(i32::MAX);
    Ok(ChangePasswordResult::Done(ChangePasswordSuccess { revoked_sessions }))
}
