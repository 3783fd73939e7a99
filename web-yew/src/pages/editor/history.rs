//! The published revisions of a post, each with its way back.

use cynic::QueryBuilder;
use yew::prelude::*;

use crate::components::notice::{failure_notice, loading};
use crate::components::page::{Answer, use_answer};
use crate::graphql::client::{Failure, ask};
use crate::graphql::queries::{PostBy, PostHistory, PostVariables, Revision};
use crate::pages::editor::publishing::{Publishing, Wish};
use crate::state::publication::Publication;
use crate::strings::{Strings, use_strings};

#[derive(Properties, PartialEq)]
pub(super) struct HistoryProps {
    pub(super) id: cynic::Id,
    pub(super) publication: Publication,
    pub(super) publishing: Publishing,
}

/// A button that opens the list; nothing is asked for before.
#[component]
pub(super) fn History(props: &HistoryProps) -> Html {
    let strings = use_strings();
    let open = use_state_eq(|| false);
    let onclick = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    html! {
        <section class="history">
            <h2>
                <button
                    type="button"
                    class="small"
                    data-testid="history"
                    aria-expanded={if *open { "true" } else { "false" }}
                    aria-controls="history-list"
                    {onclick}
                >
                    { strings.history }
                </button>
            </h2>
            <div id="history-list" hidden={!*open}>
                if *open {
                    <p class="hint">{ strings.history_hint }</p>
                    <Revisions ..props.clone_props() />
                }
            </div>
        </section>
    }
}

impl HistoryProps {
    fn clone_props(&self) -> Self {
        let Self { id, publication, publishing } = self;
        Self { id: id.clone(), publication: publication.clone(), publishing: publishing.clone() }
    }
}

/// Asked for anew when something was published.
#[component]
fn Revisions(props: &HistoryProps) -> Html {
    let strings = use_strings();
    let key = (props.id.clone(), props.publication.differs, props.publication.published());
    let (answer, again) = use_answer(key, revisions);
    let busy = props.publishing.pending.is_some();
    match answer {
        Answer::Asking => loading(strings),
        Answer::Failed(failure) => failure_notice(strings, &failure, &again),
        Answer::Here(revisions) if revisions.is_empty() => {
            html! { <p class="empty">{ strings.history_empty }</p> }
        }
        Answer::Here(revisions) => html! {
            <ul class="revisions">
                for revision in revisions.iter() {
                    { row(strings, revision, busy, &props.publishing.wish) }
                }
            </ul>
        },
    }
}

async fn revisions((id, ..): (cynic::Id, bool, bool)) -> Result<Vec<Revision>, Failure> {
    let by = PostBy::Id(id);
    let post = ask(PostHistory::build(PostVariables { by })).await?.post;
    Ok(post.and_then(|post| post.revisions).map(|page| page.nodes).unwrap_or_default())
}

fn row(strings: &Strings, revision: &Revision, busy: bool, wish: &Callback<Wish>) -> Html {
    let title = revision.title.as_deref().unwrap_or(strings.history_untitled).to_owned();
    let number = revision.revision;
    let onclick = wish.reform(move |_: MouseEvent| Wish::BringBack(number));
    html! {
        <li key={number} data-testid="revision">
            <p class="revision-title">{ &title }</p>
            <p class="meta">
                <span>{ strings.revision_of(number) }</span>
                if let Some(at) = &revision.published_at {
                    <time datetime={at.0.clone()}>{ strings.moment(&at.0) }</time>
                }
                if revision.latest {
                    <span>{ strings.history_latest }</span>
                }
            </p>
            <button
                type="button"
                class="small"
                data-testid="bring-revision-back"
                disabled={busy}
                aria-label={format!("{}: {} ({title})", strings.bring_revision_back, strings.revision_of(number))}
                {onclick}
            >
                { strings.bring_revision_back }
            </button>
        </li>
    }
}
