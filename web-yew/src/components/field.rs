//! A labelled input of a form.

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct FieldProps {
    /// Also its test id.
    pub(crate) id: AttrValue,
    pub(crate) label: AttrValue,
    #[prop_or(AttrValue::Static("text"))]
    pub(crate) kind: AttrValue,
    pub(crate) value: AttrValue,
    pub(crate) autocomplete: AttrValue,
    #[prop_or_default]
    pub(crate) hint: Option<AttrValue>,
    /// The refusal that is about this field.
    #[prop_or_default]
    pub(crate) problem: Option<AttrValue>,
    pub(crate) on_input: Callback<String>,
}

#[component]
pub(crate) fn Field(props: &FieldProps) -> Html {
    let described = format!("{}-about", props.id);
    let about = props.problem.as_ref().or(props.hint.as_ref());
    html! {
        <div class="field">
            <label for={&props.id}>{ &props.label }</label>
            <input
                id={&props.id}
                data-testid={&props.id}
                type={&props.kind}
                value={&props.value}
                autocomplete={&props.autocomplete}
                required=true
                aria-invalid={props.problem.is_some().then_some("true")}
                aria-describedby={about.is_some().then(|| described.clone())}
                oninput={props.on_input.reform(|event| typed(&event))}
            />
            if let Some(about) = about {
                <p id={described} class={if props.problem.is_some() { "problem" } else { "hint" }}>
                    { about }
                </p>
            }
        </div>
    }
}

/// What the input holds now.
pub(crate) fn typed(event: &InputEvent) -> String {
    event
        .target()
        .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
        .map(|input| input.value())
        .unwrap_or_default()
}
