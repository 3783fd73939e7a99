//! Links that no mail server sent: the owner passes them on.

use cynic::MutationBuilder;
use yew::prelude::*;

use super::tokens::ShownOnce;
use crate::components::sent::use_sent;
use crate::graphql::client::ask;
use crate::graphql::mutations::{RevealMailLink, RevealMailLinkInput, RevealMailLinkVariables};
use crate::graphql::queries::{MailPurpose, WaitingMail};
use crate::strings::use_strings;

#[derive(Properties, PartialEq)]
pub(super) struct LinksProps {
    pub(super) mails: Vec<WaitingMail>,
}

#[component]
pub(super) fn Links(props: &LinksProps) -> Html {
    let strings = use_strings();
    html! {
        <section aria-labelledby="account-links">
            <h2 id="account-links">{ strings.waiting_mails }</h2>
            <p class="hint">{ strings.waiting_mails_intro }</p>
            <ul class="keys" data-testid="waiting-mails">
                for mail in &props.mails {
                    <Row key={mail.id.inner()} mail={mail.clone()} />
                }
            </ul>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct RowProps {
    mail: WaitingMail,
}

#[component]
fn Row(props: &RowProps) -> Html {
    let strings = use_strings();
    let mail = &props.mail;
    let purpose = match mail.purpose {
        MailPurpose::SignUp => strings.mail_sign_up,
        MailPurpose::PasswordReset => strings.mail_reset,
    };
    let reveal = {
        let id = mail.id.clone();
        use_sent(Callback::noop(), move || {
            let input = RevealMailLinkInput { id: id.clone() };
            async move {
                let answer = ask(RevealMailLink::build(RevealMailLinkVariables { input })).await?;
                Ok(answer.reveal_mail_link.into_result().map(|success| success.link))
            }
        })
    };
    html! {
        <li class="key-row">
            <div class="key-text">
                <p class="key-name">{ &mail.email }</p>
                <p class="meta">
                    <span>{ purpose }</span>
                    <span>{ strings.ends_on(&mail.expires_at.0) }</span>
                </p>
                { reveal.problem("link", &[]) }
                if let Some(link) = reveal.done() {
                    <ShownOnce secret={link.clone()} said={strings.waiting_mails} />
                }
            </div>
            <button
                type="button"
                class="small"
                aria-label={format!("{}: {}", strings.show_link, mail.email)}
                disabled={reveal.busy()}
                onclick={reveal.press()}
            >
                { strings.show_link }
            </button>
        </li>
    }
}
