//! The text as publishing would render it, by the server's own renderer.

use std::rc::Rc;

use cynic::QueryBuilder;
use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::prelude::*;

use crate::components::post_card::article_language;
use crate::graphql::client::ask;
use crate::graphql::queries::{Preview as PreviewQuery, PreviewVariables, RenderedMarkdown};
use crate::pages::editor::drawn::Arrivals;
use crate::strings::use_strings;

/// A pause in typing that long is worth a rendering.
const PAUSE_MS: u32 = 350;

#[derive(Properties, PartialEq)]
pub(super) struct PreviewProps {
    pub(super) markdown: AttrValue,
    /// How many variants of its pictures are made: with each, the preview is drawn again.
    pub(super) variants: usize,
}

#[component]
pub(super) fn Preview(props: &PreviewProps) -> Html {
    let strings = use_strings();
    let rendered = use_state(|| None::<Rc<RenderedMarkdown>>);
    let failed = use_state_eq(|| false);
    {
        let (rendered, failed) = (rendered.clone(), failed.setter());
        use_effect_with((props.markdown.clone(), props.variants), move |(markdown, _)| {
            let wanted = Rc::new(());
            let still = Rc::downgrade(&wanted);
            let markdown = markdown.to_string();
            let pause = if rendered.is_none() { 0 } else { PAUSE_MS };
            let timer = Timeout::new(pause, move || {
                spawn_local(async move {
                    let answer = ask(PreviewQuery::build(PreviewVariables { markdown })).await;
                    // An older text that is answered late must not replace a newer one.
                    if still.upgrade().is_some() {
                        failed.set(answer.is_err());
                        if let Ok(answer) = answer {
                            rendered.set(Some(Rc::new(answer.render_markdown)));
                        }
                    }
                });
            });
            move || drop((wanted, timer))
        });
    }
    let page = use_node_ref();
    let html = rendered.as_ref().map(|rendered| rendered.html.clone()).unwrap_or_default();
    let empty = html.is_empty();
    {
        let page = page.clone();
        let arrivals = use_mut_ref(Arrivals::default);
        use_effect_with(html, move |html| {
            if let Some(page) = page.cast::<Element>() {
                arrivals.borrow_mut().draw(&page, html);
            }
        });
    }
    html! {
        <div class="preview">
            <h2>{ strings.preview }</h2>
            if *failed {
                <p class="problem" role="status">{ strings.preview_failed }</p>
            }
            // Scrolls by itself, so the keyboard must reach it.
            <div
                class="preview-body"
                data-testid="editor-preview"
                tabindex="0"
                role="region"
                aria-label={strings.preview}
            >
                if empty {
                    <p class="hint">{ strings.preview_empty }</p>
                }
                // Yew leaves its inside alone: it has no children that Yew knows of.
                <div
                    ref={page}
                    class="article"
                    lang={rendered.as_ref().map(|rendered| article_language(rendered.language))}
                ></div>
            </div>
        </div>
    }
}
