//! What is changed over HTTP. Every result becomes a success or a [`Refusal`].

use super::fragments::{Category, EditedPost, Language, StageStatus, Viewer, Visibility};
use super::queries::{Budgets, Scope};
use super::refusal::{
    IdempotencyKeyReusedError, InvalidCredentialsError, InvalidInputError, NotAllowedError,
    NotFoundError, NotHeldError, NotRetryableError, PostDeletedError, Refusal, SlugTakenError,
    TooManyAttemptsError,
};
use super::schema;
use super::subscriptions::Stage;

/// Defines a result's union with its refusals, and how it becomes a `Result`.
macro_rules! result_of {
    ($name:ident => $success:ident, [$($refusal:ident),*]) => {
        #[derive(cynic::InlineFragments, Clone, PartialEq, Debug)]
        #[allow(clippy::large_enum_variant, reason = "read once, and taken apart at once")]
        pub(crate) enum $name {
            $success($success),
            $($refusal($refusal),)*
            #[cynic(fallback)]
            Unknown,
        }

        impl $name {
            /// The success, or why there is none.
            pub(crate) fn into_result(self) -> Result<$success, Refusal> {
                match self {
                    Self::$success(success) => Ok(success),
                    $(Self::$refusal(refused) => Err(refused.into()),)*
                    Self::Unknown => Err(Refusal::unknown()),
                }
            }
        }
    };
}

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct CreateOwnerInput {
    pub(crate) setup_token: String,
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) nickname: String,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct CreateOwnerVariables {
    pub(crate) input: CreateOwnerInput,
}

/// Makes the first account and signs in.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CreateOwnerVariables")]
pub(crate) struct CreateOwner {
    #[arguments(input: $input)]
    pub(crate) create_owner: CreateOwnerResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct CreateOwnerSuccess {
    pub(crate) viewer: Viewer,
}

result_of!(CreateOwnerResult => CreateOwnerSuccess, [InvalidInputError, NotAllowedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct SignInInput {
    pub(crate) email: String,
    pub(crate) password: String,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct SignInVariables {
    pub(crate) input: SignInInput,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "SignInVariables")]
pub(crate) struct SignIn {
    #[arguments(input: $input)]
    pub(crate) sign_in: SignInResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct SignInSuccess {
    pub(crate) viewer: Viewer,
}

result_of!(SignInResult => SignInSuccess, [InvalidCredentialsError, TooManyAttemptsError]);

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation")]
pub(crate) struct SignOut {
    pub(crate) sign_out: SignOutSuccess,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct SignOutSuccess {
    pub(crate) signed_out: bool,
}

/// Asks for the one-time key of one socket.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation")]
pub(crate) struct SocketTicket {
    pub(crate) socket_ticket: SocketTicketResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct SocketTicketSuccess {
    pub(crate) ticket: String,
}

result_of!(SocketTicketResult => SocketTicketSuccess, [NotAllowedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct CreatePostInput {
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct CreatePostVariables {
    pub(crate) input: CreatePostInput,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CreatePostVariables")]
pub(crate) struct CreatePost {
    #[arguments(input: $input)]
    pub(crate) create_post: CreatePostResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct CreatePostSuccess {
    pub(crate) post: EditedPost,
}

result_of!(CreatePostResult => CreatePostSuccess, [InvalidInputError, SlugTakenError, NotAllowedError, IdempotencyKeyReusedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct UpdatePostInput {
    pub(crate) id: cynic::Id,
    pub(crate) expected_revision: i32,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) markdown: Option<String>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<Vec<String>>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<Category>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) visibility: Option<Visibility>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct UpdatePostVariables {
    pub(crate) input: UpdatePostInput,
}

/// Saves the working copy; publishes nothing.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "UpdatePostVariables")]
pub(crate) struct UpdatePost {
    #[arguments(input: $input)]
    pub(crate) update_post: UpdatePostResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct UpdatePostSuccess {
    pub(crate) post: EditedPost,
}

/// Somebody saved in between; `post` is how it is now.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct StaleRevisionError {
    pub(crate) message: String,
    pub(crate) post: EditedPost,
}

/// What became of a change that named the revision it started from.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Changed {
    Done(EditedPost),
    Stale(EditedPost),
    Refused(Refusal),
}

/// Defines a result that can be stale as well.
macro_rules! changed_post {
    ($name:ident => $success:ident, [$($refusal:ident),*]) => {
        #[derive(cynic::InlineFragments, Clone, PartialEq, Debug)]
        #[allow(clippy::large_enum_variant, reason = "read once, and taken apart at once")]
        pub(crate) enum $name {
            $success($success),
            StaleRevisionError(StaleRevisionError),
            $($refusal($refusal),)*
            #[cynic(fallback)]
            Unknown,
        }

        impl From<$name> for Changed {
            fn from(result: $name) -> Self {
                match result {
                    $name::$success(success) => Self::Done(success.post),
                    $name::StaleRevisionError(stale) => Self::Stale(stale.post),
                    $($name::$refusal(refused) => Self::Refused(refused.into()),)*
                    $name::Unknown => Self::Refused(Refusal::unknown()),
                }
            }
        }
    };
}

changed_post!(UpdatePostResult => UpdatePostSuccess, [InvalidInputError, NotFoundError, PostDeletedError, SlugTakenError, NotAllowedError, IdempotencyKeyReusedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct PublishPostInput {
    pub(crate) id: cynic::Id,
    pub(crate) expected_revision: i32,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct PublishPostVariables {
    pub(crate) input: PublishPostInput,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "PublishPostVariables")]
pub(crate) struct PublishPost {
    #[arguments(input: $input)]
    pub(crate) publish_post: PublishPostResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct PublishPostSuccess {
    pub(crate) post: EditedPost,
}

changed_post!(PublishPostResult => PublishPostSuccess, [InvalidInputError, NotFoundError, PostDeletedError, SlugTakenError, NotAllowedError, IdempotencyKeyReusedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct UnpublishPostInput {
    pub(crate) id: cynic::Id,
    pub(crate) expected_revision: i32,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct UnpublishPostVariables {
    pub(crate) input: UnpublishPostInput,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "UnpublishPostVariables")]
pub(crate) struct UnpublishPost {
    #[arguments(input: $input)]
    pub(crate) unpublish_post: UnpublishPostResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct UnpublishPostSuccess {
    pub(crate) post: EditedPost,
}

changed_post!(UnpublishPostResult => UnpublishPostSuccess, [NotFoundError, PostDeletedError, NotAllowedError, IdempotencyKeyReusedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct DeletePostInput {
    pub(crate) id: cynic::Id,
    pub(crate) expected_revision: i32,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct DeletePostVariables {
    pub(crate) input: DeletePostInput,
}

/// Moves a post to the deleted ones.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "DeletePostVariables")]
pub(crate) struct DeletePost {
    #[arguments(input: $input)]
    pub(crate) delete_post: DeletePostResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct DeletePostSuccess {
    pub(crate) post: EditedPost,
}

changed_post!(DeletePostResult => DeletePostSuccess, [NotFoundError, NotAllowedError, IdempotencyKeyReusedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct RestorePostInput {
    pub(crate) id: cynic::Id,
    pub(crate) expected_revision: i32,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct RestorePostVariables {
    pub(crate) input: RestorePostInput,
}

/// Brings a deleted post back.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RestorePostVariables")]
pub(crate) struct RestorePost {
    #[arguments(input: $input)]
    pub(crate) restore_post: RestorePostResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct RestorePostSuccess {
    pub(crate) post: EditedPost,
}

changed_post!(RestorePostResult => RestorePostSuccess, [NotFoundError, NotAllowedError, IdempotencyKeyReusedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct RestoreRevisionInput {
    pub(crate) id: cynic::Id,
    pub(crate) revision: i32,
    pub(crate) expected_revision: i32,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct RestoreRevisionVariables {
    pub(crate) input: RestoreRevisionInput,
}

/// Makes a published revision the working copy.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RestoreRevisionVariables")]
pub(crate) struct RestoreRevision {
    #[arguments(input: $input)]
    pub(crate) restore_revision: RestoreRevisionResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct RestoreRevisionSuccess {
    pub(crate) post: EditedPost,
}

changed_post!(RestoreRevisionResult => RestoreRevisionSuccess, [NotFoundError, PostDeletedError, NotAllowedError, IdempotencyKeyReusedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct RequestUploadInput {
    pub(crate) post_id: cynic::Id,
    pub(crate) filename: String,
    pub(crate) content_type: String,
    pub(crate) length: i32,
    pub(crate) sha256: String,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct RequestUploadVariables {
    pub(crate) input: RequestUploadInput,
}

/// Asks where a file may be put.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RequestUploadVariables")]
pub(crate) struct RequestUpload {
    #[arguments(input: $input)]
    pub(crate) request_upload: RequestUploadResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct RequestUploadSuccess {
    pub(crate) asset: UploadedAsset,
    pub(crate) ticket: UploadTicket,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Asset")]
pub(crate) struct UploadedAsset {
    pub(crate) id: cynic::Id,
    pub(crate) markdown: String,
}

/// A request to be sent as it is, with the bytes as its body.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct UploadTicket {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<UploadHeader>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct UploadHeader {
    pub(crate) name: String,
    pub(crate) value: String,
}

result_of!(RequestUploadResult => RequestUploadSuccess, [InvalidInputError, NotFoundError, PostDeletedError, NotAllowedError, IdempotencyKeyReusedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct RetryStageInput {
    pub(crate) stage_id: cynic::Id,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct RetryStageVariables {
    pub(crate) input: RetryStageInput,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RetryStageVariables")]
pub(crate) struct RetryStage {
    #[arguments(input: $input)]
    pub(crate) retry_stage: RetryStageResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct RetryStageSuccess {
    pub(crate) stage: Stage,
}

result_of!(RetryStageResult => RetryStageSuccess, [NotFoundError, NotRetryableError, NotAllowedError, IdempotencyKeyReusedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct SignUpInput {
    pub(crate) email: String,
    pub(crate) language: Option<Language>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct SignUpVariables {
    pub(crate) input: SignUpInput,
}

/// Asks for an account.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "SignUpVariables")]
pub(crate) struct SignUp {
    #[arguments(input: $input)]
    pub(crate) sign_up: SignUpResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct SignUpSuccess {
    pub(crate) check_your_mail: bool,
}

result_of!(SignUpResult => SignUpSuccess, [InvalidInputError, TooManyAttemptsError, NotAllowedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct ConfirmSignUpInput {
    pub(crate) token: String,
    pub(crate) password: String,
    pub(crate) nickname: String,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct ConfirmSignUpVariables {
    pub(crate) input: ConfirmSignUpInput,
}

/// Makes an account with the link of a mail, and signs in.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ConfirmSignUpVariables")]
pub(crate) struct ConfirmSignUp {
    #[arguments(input: $input)]
    pub(crate) confirm_sign_up: ConfirmSignUpResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct ConfirmSignUpSuccess {
    pub(crate) viewer: Viewer,
}

result_of!(ConfirmSignUpResult => ConfirmSignUpSuccess, [InvalidInputError, TooManyAttemptsError, NotAllowedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct RequestPasswordResetInput {
    pub(crate) email: String,
    pub(crate) language: Option<Language>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct RequestPasswordResetVariables {
    pub(crate) input: RequestPasswordResetInput,
}

/// Asks for a link to choose a new password.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RequestPasswordResetVariables")]
pub(crate) struct RequestPasswordReset {
    #[arguments(input: $input)]
    pub(crate) request_password_reset: RequestPasswordResetResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct RequestPasswordResetSuccess {
    pub(crate) check_your_mail: bool,
}

result_of!(RequestPasswordResetResult => RequestPasswordResetSuccess, [InvalidInputError, TooManyAttemptsError, NotAllowedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct ResetPasswordInput {
    pub(crate) token: String,
    pub(crate) password: String,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct ResetPasswordVariables {
    pub(crate) input: ResetPasswordInput,
}

/// Sets a new password with the link of a mail.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ResetPasswordVariables")]
pub(crate) struct ResetPassword {
    #[arguments(input: $input)]
    pub(crate) reset_password: ResetPasswordResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct ResetPasswordSuccess {
    pub(crate) password_set: bool,
}

result_of!(ResetPasswordResult => ResetPasswordSuccess, [InvalidInputError, TooManyAttemptsError, NotAllowedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct UpdateProfileInput {
    pub(crate) nickname: Option<String>,
    pub(crate) bio: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct UpdateProfileVariables {
    pub(crate) input: UpdateProfileInput,
}

/// Changes how the reader is shown.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "UpdateProfileVariables")]
pub(crate) struct UpdateProfile {
    #[arguments(input: $input)]
    pub(crate) update_profile: UpdateProfileResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct UpdateProfileSuccess {
    pub(crate) viewer: Viewer,
}

result_of!(UpdateProfileResult => UpdateProfileSuccess, [InvalidInputError, NotFoundError, NotAllowedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct ChangePasswordInput {
    pub(crate) current_password: String,
    pub(crate) new_password: String,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct ChangePasswordVariables {
    pub(crate) input: ChangePasswordInput,
}

/// Changes the reader's password.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ChangePasswordVariables")]
pub(crate) struct ChangePassword {
    #[arguments(input: $input)]
    pub(crate) change_password: ChangePasswordResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct ChangePasswordSuccess {
    pub(crate) revoked_sessions: i32,
}

result_of!(ChangePasswordResult => ChangePasswordSuccess, [InvalidInputError, InvalidCredentialsError, TooManyAttemptsError, NotFoundError, NotAllowedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct RevokeSessionInput {
    pub(crate) id: cynic::Id,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct RevokeSessionVariables {
    pub(crate) input: RevokeSessionInput,
}

/// Ends one of the reader's sessions.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RevokeSessionVariables")]
pub(crate) struct RevokeSession {
    #[arguments(input: $input)]
    pub(crate) revoke_session: RevokeSessionResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct RevokeSessionSuccess {
    pub(crate) revoked_id: cynic::Id,
}

result_of!(RevokeSessionResult => RevokeSessionSuccess, [NotFoundError, NotAllowedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct RevokeAccessTokenInput {
    pub(crate) id: cynic::Id,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct RevokeAccessTokenVariables {
    pub(crate) input: RevokeAccessTokenInput,
}

/// Ends one of the reader's access tokens.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RevokeAccessTokenVariables")]
pub(crate) struct RevokeAccessToken {
    #[arguments(input: $input)]
    pub(crate) revoke_access_token: RevokeAccessTokenResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct RevokeAccessTokenSuccess {
    pub(crate) revoked_id: cynic::Id,
}

result_of!(RevokeAccessTokenResult => RevokeAccessTokenSuccess, [NotFoundError, NotAllowedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct CreateAccessTokenInput {
    pub(crate) name: String,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) expires_in_days: Option<i32>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct CreateAccessTokenVariables {
    pub(crate) input: CreateAccessTokenInput,
}

/// Makes an access token, whose key is told this once.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CreateAccessTokenVariables")]
pub(crate) struct CreateAccessToken {
    #[arguments(input: $input)]
    pub(crate) create_access_token: CreateAccessTokenResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct CreateAccessTokenSuccess {
    pub(crate) token: Option<String>,
}

result_of!(CreateAccessTokenResult => CreateAccessTokenSuccess, [InvalidInputError, NotAllowedError, NotFoundError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct RevealMailLinkInput {
    pub(crate) id: cynic::Id,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct RevealMailLinkVariables {
    pub(crate) input: RevealMailLinkInput,
}

/// Shows the link of a mail that nobody has sent.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RevealMailLinkVariables")]
pub(crate) struct RevealMailLink {
    #[arguments(input: $input)]
    pub(crate) reveal_mail_link: RevealMailLinkResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct RevealMailLinkSuccess {
    pub(crate) link: String,
}

result_of!(RevealMailLinkResult => RevealMailLinkSuccess, [NotFoundError, NotAllowedError]);

/// Signs the reader out everywhere but here.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation")]
pub(crate) struct RevokeOtherSessions {
    pub(crate) revoke_other_sessions: RevokeOtherSessionsResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct RevokeOtherSessionsSuccess {
    pub(crate) revoked: i32,
}

result_of!(RevokeOtherSessionsResult => RevokeOtherSessionsSuccess, [NotAllowedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct RetryStagesInput {
    pub(crate) stage_ids: Vec<cynic::Id>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct RetryStagesVariables {
    pub(crate) input: RetryStagesInput,
}

/// Several at once.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RetryStagesVariables")]
pub(crate) struct RetryStages {
    #[arguments(input: $input)]
    pub(crate) retry_stages: RetryStagesResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct RetryStagesSuccess {
    pub(crate) stages: Vec<RetriedStage>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Stage")]
pub(crate) struct RetriedStage {
    pub(crate) status: StageStatus,
}

result_of!(RetryStagesResult => RetryStagesSuccess, [InvalidInputError, NotFoundError, NotRetryableError, NotAllowedError, IdempotencyKeyReusedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct ConfirmStagesInput {
    pub(crate) stage_ids: Vec<cynic::Id>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct ConfirmStagesVariables {
    pub(crate) input: ConfirmStagesInput,
}

/// Several held ones at once, their prices in sight.
#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ConfirmStagesVariables")]
pub(crate) struct ConfirmStages {
    #[arguments(input: $input)]
    pub(crate) confirm_stages: ConfirmStagesResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct ConfirmStagesSuccess {
    pub(crate) stages: Vec<ConfirmedStage>,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Stage")]
pub(crate) struct ConfirmedStage {
    pub(crate) held: bool,
}

result_of!(ConfirmStagesResult => ConfirmStagesSuccess, [InvalidInputError, NotFoundError, NotHeldError, NotAllowedError, IdempotencyKeyReusedError]);

#[derive(cynic::InputObject, Clone, Debug)]
pub(crate) struct SetBudgetsInput {
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) speech_characters: Option<i32>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) summary_tokens: Option<i32>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub(crate) idempotency_key: Option<String>,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub(crate) struct SetBudgetsVariables {
    pub(crate) input: SetBudgetsInput,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
#[cynic(graphql_type = "Mutation", variables = "SetBudgetsVariables")]
pub(crate) struct SetBudgets {
    #[arguments(input: $input)]
    pub(crate) set_budgets: SetBudgetsResult,
}

#[derive(cynic::QueryFragment, Clone, PartialEq, Debug)]
pub(crate) struct SetBudgetsSuccess {
    pub(crate) budgets: Budgets,
}

result_of!(SetBudgetsResult => SetBudgetsSuccess, [InvalidInputError, NotAllowedError, IdempotencyKeyReusedError]);
