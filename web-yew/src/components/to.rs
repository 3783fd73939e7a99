//! A link to a page of ours, followed without a reload.

use serde::Serialize;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::route::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct ToProps {
    pub(crate) route: Route,
    #[prop_or_default]
    pub(crate) class: Classes,
    #[prop_or_default]
    pub(crate) testid: Option<AttrValue>,
    pub(crate) children: Html,
}

/// An anchor with a true address: it opens in a new tab, and says whether it is the current page.
#[component]
pub(crate) fn To(props: &ToProps) -> Html {
    let navigator = use_navigator();
    let current = use_route::<Route>();
    let onclick = {
        let route = props.route.clone();
        Callback::from(move |event: MouseEvent| {
            let plain = event.button() == 0
                && !(event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key());
            if let Some(navigator) = navigator.as_ref().filter(|_| plain) {
                event.prevent_default();
                navigator.push(&route);
            }
        })
    };
    let here = current.as_ref() == Some(&props.route);
    html! {
        <a
            href={props.route.to_path()}
            class={props.class.clone()}
            aria-current={here.then_some("page")}
            data-testid={props.testid.clone()}
            {onclick}
        >
            { props.children.clone() }
        </a>
    }
}

/// Goes to a page with a query; quietly replaces the present one when `replace` is set.
pub(crate) fn go<Q: Serialize>(navigator: &Navigator, route: &Route, query: Q, replace: bool) {
    let went = if replace {
        navigator.replace_with_query(route, &query)
    } else {
        navigator.push_with_query(route, &query)
    };
    // A query that cannot be written, which no query of ours is, still leads to the page.
    if went.is_err() {
        navigator.push(route);
    }
}
