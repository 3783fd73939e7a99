//! Mutations about mails: asking for one, using the link in it, and passing links on.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::account::Role;
use domain::actions::{AskForMail, ConfirmInput, Refusal, RevealLink, UseLink};
use domain::mail::{MailPurpose, SiteAddress};
use domain::text::Language as LanguageRow;

use crate::global_id::GlobalId;
use crate::mutations::account::{begin_session, check_machine, check_place, visitor};
use crate::mutations::key::holder;
use crate::mutations::outcome::{Failure, acted, answer, outcome};
use crate::parts::Parts;
use crate::types::enums::Language;
use crate::types::viewer::Viewer as ViewerType;
use crate::viewer::Barred;

outcome! {
    /// What comes of `signUp`.
    SignUpResult = SignUpSuccess
        | InvalidInput(InvalidInputError)
        | TooManyAttempts(TooManyAttemptsError)
        | NotAllowed(NotAllowedError)
}
outcome! {
    /// What comes of `confirmSignUp`.
    ConfirmSignUpResult = ConfirmSignUpSuccess
        | InvalidInput(InvalidInputError)
        | TooManyAttempts(TooManyAttemptsError)
        | NotAllowed(NotAllowedError)
}
outcome! {
    /// What comes of `requestPasswordReset`.
    RequestPasswordResetResult = RequestPasswordResetSuccess
        | InvalidInput(InvalidInputError)
        | TooManyAttempts(TooManyAttemptsError)
        | NotAllowed(NotAllowedError)
}
outcome! {
    /// What comes of `resetPassword`.
    ResetPasswordResult = ResetPasswordSuccess
        | InvalidInput(InvalidInputError)
        | TooManyAttempts(TooManyAttemptsError)
        | NotAllowed(NotAllowedError)
}
outcome! {
    /// What comes of `revealMailLink`.
    RevealMailLinkResult = RevealMailLinkSuccess
        | NotFound(NotFoundError)
        | NotAllowed(NotAllowedError)
}

/// The address will be sent a mail, whether or not it has an account: with a link to make one, or with
/// the word that it has one.
#[derive(SimpleObject)]
pub struct SignUpSuccess {
    /// Always true: check your mail.
    check_your_mail: bool,
}

/// The account is made, and its owner is signed in.
#[derive(SimpleObject)]
pub struct ConfirmSignUpSuccess {
    /// Who signed up.
    viewer: ViewerType,
}

/// The address will be sent a link if it has an account; the answer is the same if it has none.
#[derive(SimpleObject)]
pub struct RequestPasswordResetSuccess {
    /// Always true: check your mail.
    check_your_mail: bool,
}

/// The new password is set. All sessions and access tokens of the account are over: sign in.
#[derive(SimpleObject)]
pub struct ResetPasswordSuccess {
    /// Always true.
    password_set: bool,
}

/// A link to pass on.
#[derive(SimpleObject)]
pub struct RevealMailLinkSuccess {
    /// A secret: for the person whose address it is. Works once, like those that were drawn before.
    link: String,
}

/// Who wants an account.
#[derive(InputObject)]
pub struct SignUpInput {
    /// The address of the account to be.
    email: String,
    /// What the mail is written in.
    #[graphql(default_with = "Some(Language::Korean)")]
    language: Option<Language>,
}

/// What a new reader chooses. The password is chosen here, by whoever can read the mail, and not before.
#[derive(InputObject)]
pub struct ConfirmSignUpInput {
    /// From the link in the mail.
    token: String,
    /// 10 to 200 characters.
    password: String,
    /// Shown beside what they write; 2 to 20 characters.
    nickname: String,
}

/// Who forgot a password.
#[derive(InputObject)]
pub struct RequestPasswordResetInput {
    /// The address of the account.
    email: String,
    /// What the mail is written in.
    #[graphql(default_with = "Some(Language::Korean)")]
    language: Option<Language>,
}

/// A new password.
#[derive(InputObject)]
pub struct ResetPasswordInput {
    /// From the link in the mail.
    token: String,
    /// 10 to 200 characters.
    password: String,
}

/// Which mail's link to show.
#[derive(InputObject)]
pub struct RevealMailLinkInput {
    /// As `WaitingMail.id` told it.
    id: ID,
}

/// Mutations about mails.
#[derive(Default)]
pub struct MailMutations;

#[Object]
impl MailMutations {
    /// Asks for an account, where the owner has opened the blog for readers. Always answers "check your
    /// mail". The link in it works for 24 hours, once, and only the newest one does.
    async fn sign_up(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The address.")] input: SignUpInput,
    ) -> Result<SignUpResult> {
        let asked = ask(context, MailPurpose::SignUp, &input.email, input.language).await;
        let success = SignUpSuccess { check_your_mail: true };
        answer(context, asked.map(|()| SignUpResult::Done(success)))
    }

    /// Makes a reader's account with the link of the mail. Signs in.
    async fn confirm_sign_up(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The link's token, and what the reader chooses.")]
        input: ConfirmSignUpInput,
    ) -> Result<ConfirmSignUpResult> {
        answer(context, confirm_sign_up(context, input).await)
    }

    /// Asks for a link to choose a new password. Always answers "check your mail". The link works for an
    /// hour, once, and only the newest one does.
    async fn request_password_reset(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The address.")] input: RequestPasswordResetInput,
    ) -> Result<RequestPasswordResetResult> {
        let asked = ask(context, MailPurpose::PasswordReset, &input.email, input.language).await;
        let success = RequestPasswordResetSuccess { check_your_mail: true };
        answer(context, asked.map(|()| RequestPasswordResetResult::Done(success)))
    }

    /// Sets a new password with the link of the mail. Ends all sessions and all access tokens of the
    /// account.
    async fn reset_password(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The link's token, and the new password.")] input: ResetPasswordInput,
    ) -> Result<ResetPasswordResult> {
        answer(context, reset_password(context, input).await)
    }

    /// Draws the link of a mail that nobody has sent, for the owner of the blog to pass on.
    async fn reveal_mail_link(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which mail.")] input: RevealMailLinkInput,
    ) -> Result<RevealMailLinkResult> {
        answer(context, reveal_mail_link(context, input).await)
    }
}

async fn ask(
    context: &Context<'_>,
    purpose: MailPurpose,
    email: &str,
    language: Option<Language>,
) -> Result<(), Failure> {
    check_machine(context)?;
    let parts = Parts::of(context);
    let action = AskForMail {
        accounts: &parts.blog,
        requests: &parts.blog,
        clock: &*parts.clock,
        ids: &*parts.ids,
        sign_up_open: parts.sign_up_open,
    };
    let language = language.map_or(LanguageRow::Korean, LanguageRow::from);
    acted(context, action.run(purpose, email, language, &visitor(context)).await).await
}

fn use_link<'a>(context: &Context<'a>) -> UseLink<'a> {
    let parts = Parts::of(context);
    UseLink {
        accounts: &parts.blog,
        requests: &parts.blog,
        passwords: &*parts.passwords,
        clock: &*parts.clock,
        ids: &*parts.ids,
        sign_up_open: parts.sign_up_open,
    }
}

async fn confirm_sign_up(
    context: &Context<'_>,
    input: ConfirmSignUpInput,
) -> Result<ConfirmSignUpResult, Failure> {
    check_place(context)?;
    let ConfirmSignUpInput { token, password, nickname } = input;
    let input = ConfirmInput { token, password, nickname };
    let made = use_link(context).confirm(input, &visitor(context)).await;
    let viewer = begin_session(context, made).await?;
    Ok(ConfirmSignUpResult::Done(ConfirmSignUpSuccess { viewer }))
}

async fn reset_password(
    context: &Context<'_>,
    input: ResetPasswordInput,
) -> Result<ResetPasswordResult, Failure> {
    check_machine(context)?;
    let reset = use_link(context).reset(&input.token, &input.password, &visitor(context)).await;
    let user = acted(context, reset).await?;
    // After the table and before the answer: no frame is sent from here on.
    Parts::of(context).sockets.revoke_user(user.id.as_str());
    Ok(ResetPasswordResult::Done(ResetPasswordSuccess { password_set: true }))
}

async fn reveal_mail_link(
    context: &Context<'_>,
    input: RevealMailLinkInput,
) -> Result<RevealMailLinkResult, Failure> {
    if holder(context)?.role < Role::Admin {
        return Err(Barred::Role.into());
    }
    let Some(GlobalId::Mail(id)) = GlobalId::parse(&input.id) else {
        return Err(Refusal::NotFound.into());
    };
    let parts = Parts::of(context);
    let site = SiteAddress { title: parts.site_title.clone(), origin: parts.origin.clone() };
    let (accounts, requests) = (&parts.blog, &parts.blog);
    let reveal = RevealLink { accounts, requests, ids: &*parts.ids, site: &site };
    let link = acted(context, reveal.run(&id).await).await?;
    Ok(RevealMailLinkResult::Done(RevealMailLinkSuccess { link }))
}
