//! A person's own account: how they are shown, their password, where they are signed in, their access
//! tokens; and, for the owner, links that no mail server sent.

mod links;
mod password;
mod profile;
mod sessions;
mod tokens;

use cynic::QueryBuilder;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::notice::{failure_notice, loading};
use crate::components::page::{Answer, use_answer, use_title};
use crate::components::to::go;
use crate::graphql::client::{Failure, ask};
use crate::graphql::queries::{Account, AccountViewer};
use crate::route::{Route, SignInQuery};
use crate::state::session::{Session, use_visit};
use crate::strings::use_strings;
use links::Links;
use password::PasswordForm;
use profile::ProfileForm;
use sessions::Sessions;
use tokens::Tokens;

async fn account((): ()) -> Result<AccountViewer, Failure> {
    ask(Account::build(())).await?.viewer.ok_or(Failure::SignedOut)
}

/// The account of whoever is signed in; guests are sent to sign in first.
#[component]
pub(crate) fn AccountPage() -> Html {
    let strings = use_strings();
    use_title(Some(strings.account.into()));
    let visit = use_visit();
    let navigator = use_navigator();
    use_effect_with(visit.session.clone(), move |session| {
        if let (Session::Guest, Some(navigator)) = (session, navigator) {
            let next = Route::Account.to_path();
            go(&navigator, &Route::SignIn, SignInQuery { next }, true);
        }
    });
    let body = match &visit.session {
        Session::Asking | Session::Guest => loading(strings),
        Session::Unreachable => failure_notice(strings, &Failure::Unreachable, &visit.ask_again),
        Session::SignedIn(viewer) => {
            html! { <Own key={viewer.email.as_str()} email={viewer.email.clone()} /> }
        }
    };
    html! { <div class="column account"><h1>{ strings.account }</h1>{ body }</div> }
}

#[derive(Properties, PartialEq)]
struct OwnProps {
    email: AttrValue,
}

#[component]
fn Own(props: &OwnProps) -> Html {
    let strings = use_strings();
    let (answer, again) = use_answer((), account);
    // What was there stays while it is asked again, so that no form loses what is typed into it.
    let shown = use_mut_ref(|| None);
    if let Answer::Here(viewer) = &answer {
        *shown.borrow_mut() = Some(viewer.clone());
    }
    let viewer = shown.borrow().clone();
    match (viewer, answer) {
        (Some(viewer), _) => html! {
            <>
                <p class="lede">{ &props.email }</p>
                <ProfileForm
                    nickname={viewer.user.nickname.clone()}
                    bio={viewer.user.bio.clone()}
                />
                <PasswordForm email={&props.email} changed={again.clone()} />
                <Sessions sessions={viewer.sessions.clone()} changed={again.clone()} />
                <Tokens tokens={viewer.access_tokens.clone()} changed={again} />
                if let Some(mails) = viewer.waiting_mails.clone().filter(|mails| !mails.is_empty()) {
                    <Links {mails} />
                }
            </>
        },
        (None, Answer::Failed(failure)) => failure_notice(strings, &failure, &again),
        (None, _) => loading(strings),
    }
}
