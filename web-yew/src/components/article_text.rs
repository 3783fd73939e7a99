//! The article itself, and what its controls do.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlAnchorElement, HtmlImageElement};
use yew::prelude::*;

use crate::browser;
use crate::components::copying::SAID_FOR_MS;
use crate::components::lightbox::{Lightbox, Shown};
use crate::graphql::queries::Article;
use crate::state::dressing::{ANCHOR, COPY_CODE, ZOOM, dressed};
use crate::strings::use_strings;

#[derive(Properties, PartialEq)]
pub(crate) struct ArticleTextProps {
    pub(crate) article: Rc<Article>,
}

#[component]
pub(crate) fn ArticleText(props: &ArticleTextProps) -> Html {
    let strings = use_strings();
    let shown = use_state_eq(|| None::<Shown>);
    let said = use_state_eq(|| "");
    let text = use_memo((props.article.clone(), strings.language), move |(article, _)| {
        AttrValue::from(dressed(&article.html, &article.headings, strings))
    });
    let onclick = {
        let (shown, said) = (shown.setter(), said.setter());
        Callback::from(move |event: MouseEvent| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let Some(target) = target else { return };
            let closest = |class: &str| target.closest(&format!(".{class}")).ok().flatten();
            if let Some(button) = closest(ZOOM) {
                shown.set(picture(&button));
                return;
            }
            let (button, text) = match (closest(COPY_CODE), closest(ANCHOR)) {
                (Some(button), _) => {
                    let text = code(&button);
                    (Some(button), text)
                }
                // It is followed too: the address of the page says where the reader is.
                (None, Some(link)) => {
                    (None, link.dyn_into::<HtmlAnchorElement>().ok().map(|link| link.href()))
                }
                (None, None) => return,
            };
            let Some(text) = text else { return };
            let said = said.clone();
            spawn_local(async move {
                let word =
                    if browser::copy(&text).await { strings.copied } else { strings.not_copied };
                said.set(word);
                // A button of the article is none of Yew's: its word is changed by hand.
                let say = move |word| {
                    if let Some(button) = &button {
                        button.set_text_content(Some(word));
                    }
                };
                say(word);
                // Each button gets its own word back, also when another was pressed meanwhile.
                let back = Timeout::new(SAID_FOR_MS, move || {
                    say(strings.copy);
                    said.set("");
                });
                back.forget();
            });
        })
    };
    let on_close = {
        let shown = shown.setter();
        Callback::from(move |()| shown.set(None))
    };
    html! {
        <>
            // Sanitised by the server, which is the only one that writes it.
            <div class="column article" data-testid="post-article" {onclick}>
                { Html::from_html_unchecked((*text).clone()) }
            </div>
            <p class="visually-hidden" role="status" data-testid="copied">{ *said }</p>
            <Lightbox shown={(*shown).clone()} {on_close} />
        </>
    }
}

/// The code of the block that a button stands in.
fn code(button: &Element) -> Option<String> {
    button.closest(".code").ok()??.query_selector("pre").ok()??.text_content()
}

fn picture(button: &Element) -> Option<Shown> {
    let image = button.query_selector("img").ok()??.dyn_into::<HtmlImageElement>().ok()?;
    Some(Shown { src: image.current_src(), srcset: image.srcset(), alt: image.alt() })
}
