//! Signing up, and a forgotten password: both ask for a mail, and neither tells whether an address has
//! an account.

use cynic::MutationBuilder;
use yew::prelude::*;

use crate::components::entry::use_typed;
use crate::components::field::Field;
use crate::components::page::use_title;
use crate::components::sent::use_sent;
use crate::components::to::To;
use crate::graphql::client::ask;
use crate::graphql::fragments::Language as MailLanguage;
use crate::graphql::mutations::{
    RequestPasswordReset, RequestPasswordResetInput, RequestPasswordResetVariables, SignUp,
    SignUpInput, SignUpVariables,
};
use crate::route::Route;
use crate::state::session::use_visit;
use crate::strings::{Language, use_strings};

/// What the mail is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    SignUp,
    PasswordReset,
}

#[derive(Properties, PartialEq)]
pub(crate) struct AskForMailProps {
    pub(crate) asked: Asked,
}

#[component]
pub(crate) fn AskForMailPage(props: &AskForMailProps) -> Html {
    let strings = use_strings();
    let visit = use_visit();
    let asked = props.asked;
    let (title, intro) = match asked {
        Asked::SignUp => (strings.sign_up, strings.sign_up_intro),
        Asked::PasswordReset => (strings.forgot_title, strings.forgot_intro),
    };
    use_title(Some(title.into()));
    let (email, on_email) = use_typed();
    let language = match strings.language {
        Language::Korean => MailLanguage::Korean,
        Language::English => MailLanguage::English,
    };
    let sent = {
        let email = email.clone();
        use_sent(Callback::noop(), move || {
            let (email, language) = (email.trim().to_owned(), Some(language));
            async move {
                match asked {
                    Asked::SignUp => {
                        let input = SignUpInput { email, language };
                        let answer = ask(SignUp::build(SignUpVariables { input })).await?;
                        Ok(answer.sign_up.into_result().map(|success| success.check_your_mail))
                    }
                    Asked::PasswordReset => {
                        let input = RequestPasswordResetInput { email, language };
                        let variables = RequestPasswordResetVariables { input };
                        let answer = ask(RequestPasswordReset::build(variables)).await?;
                        let result = answer.request_password_reset.into_result();
                        Ok(result.map(|success| success.check_your_mail))
                    }
                }
            }
        })
    };
    let body = if asked == Asked::SignUp && !visit.sign_up_open {
        html! { <p class="notice" data-testid="sign-up-closed">{ strings.sign_up_closed }</p> }
    } else if sent.done().is_some() {
        html! {
            <div class="notice" role="status" data-testid="check-mail">
                <p><strong>{ strings.check_mail }</strong></p>
                <p>{ strings.check_mail_explained }</p>
            </div>
        }
    } else {
        let field = html! {
            <Field
                id="mail-email"
                label={strings.email}
                kind="email"
                autocomplete="email"
                value={email}
                problem={sent.about("email")}
                on_input={on_email}
            />
        };
        html! {
            <>
                <p class="lede">{ intro }</p>
                { sent.form("mail", &["email"], field, strings.send_link, None) }
            </>
        }
    };
    html! {
        <div class="column narrow">
            <h1>{ title }</h1>
            { body }
            <p class="aside"><To route={Route::SignIn}>{ strings.sign_in }</To></p>
        </div>
    }
}
