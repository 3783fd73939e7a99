//! How a person is shown.

use cynic::MutationBuilder;
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use crate::components::field::Field;
use crate::components::sent::use_sent;
use crate::graphql::client::ask;
use crate::graphql::mutations::{UpdateProfile, UpdateProfileInput, UpdateProfileVariables};
use crate::state::session::{Session, use_visit};
use crate::strings::use_strings;

#[derive(Properties, PartialEq)]
pub(super) struct ProfileFormProps {
    pub(super) nickname: AttrValue,
    pub(super) bio: AttrValue,
}

#[component]
pub(super) fn ProfileForm(props: &ProfileFormProps) -> Html {
    let strings = use_strings();
    let nickname = use_state_eq(|| props.nickname.clone());
    let bio = use_state_eq(|| props.bio.clone());
    let done = use_visit().change.reform(Session::SignedIn);
    let sent = {
        let (nickname, bio) = ((*nickname).clone(), (*bio).clone());
        use_sent(done, move || {
            let (nickname, bio) = (Some(nickname.trim().to_owned()), Some(bio.trim().to_owned()));
            let input = UpdateProfileInput { nickname, bio };
            async move {
                let answer = ask(UpdateProfile::build(UpdateProfileVariables { input })).await?;
                Ok(answer.update_profile.into_result().map(|success| success.viewer))
            }
        })
    };
    let on_bio = {
        let bio = bio.setter();
        Callback::from(move |event: InputEvent| {
            let area = event.target().and_then(|at| at.dyn_into::<HtmlTextAreaElement>().ok());
            if let Some(area) = area {
                bio.set(area.value().into());
            }
        })
    };
    let problem = sent.about("bio");
    let fields = html! {
        <>
            <Field
                id="account-nickname"
                label={strings.nickname}
                autocomplete="nickname"
                value={(*nickname).clone()}
                problem={sent.about("nickname")}
                on_input={let nickname = nickname.setter(); Callback::from(move |typed: String| nickname.set(typed.into()))}
            />
            <div class="field">
                <label for="account-bio">{ strings.bio }</label>
                <textarea
                    id="account-bio"
                    data-testid="account-bio"
                    rows="3"
                    value={(*bio).clone()}
                    aria-invalid={problem.is_some().then_some("true")}
                    aria-describedby="account-bio-about"
                    oninput={on_bio}
                />
                <p id="account-bio-about" class={if problem.is_some() { "problem" } else { "hint" }}>
                    { problem.unwrap_or(strings.bio_hint.into()) }
                </p>
            </div>
        </>
    };
    html! {
        <section aria-labelledby="account-profile">
            <h2 id="account-profile">{ strings.profile }</h2>
            { sent.form("profile", &["nickname", "bio"], fields, strings.save, Some(strings.saved)) }
        </section>
    }
}
