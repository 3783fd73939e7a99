//! The author's deleted posts: how long each is still there, and its way back.

use cynic::{MutationBuilder, QueryBuilder};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::browser;
use crate::components::notice::list_end;
use crate::components::page::{use_paged, use_title};
use crate::components::to::To;
use crate::graphql::client::{Failure, ask};
use crate::graphql::mutations::{Changed, RestorePost, RestorePostInput, RestorePostVariables};
use crate::graphql::queries::{Deleted, DeletedPost, Page};
use crate::pages::studio::ForAuthors;
use crate::route::Route;
use crate::state::paged::Chunk;
use crate::strings::{Strings, use_strings};

const PAGE: i32 = 20;

#[component]
pub(crate) fn DeletedPage() -> Html {
    let strings = use_strings();
    use_title(Some(strings.deleted_posts.into()));
    html! {
        <ForAuthors next={Route::Deleted}>
            <DeletedPosts />
        </ForAuthors>
    }
}

async fn page(_: u32, after: Option<String>) -> Result<Chunk<DeletedPost>, Failure> {
    let viewer = ask(Deleted::build(Page { first: PAGE, after })).await?.viewer;
    let posts = viewer.ok_or(Failure::SignedOut)?.deleted_posts;
    Ok(Chunk { items: posts.nodes, page_info: posts.page_info, total: None })
}

#[component]
fn DeletedPosts() -> Html {
    let strings = use_strings();
    let restored = use_state_eq(|| 0u32);
    let (posts, more) = use_paged(*restored, page);
    let on_restored = {
        let restored = restored.clone();
        Callback::from(move |()| restored.set(*restored + 1))
    };
    html! {
        <div class="column wide">
            <div class="studio-head">
                <h1>{ strings.deleted_posts }</h1>
                <To route={Route::Studio}>{ strings.back_to_posts }</To>
            </div>
            <p class="hint">{ strings.deleted_explained }</p>
            if *restored > 0 {
                <p role="status" class="outcome" data-testid="restored">{ strings.restored_now }</p>
            }
            if posts.empty() {
                <p class="empty">{ strings.no_deleted_posts }</p>
            }
            <ul class="studio-posts">
                for post in &posts.items {
                    <Row key={post.id.inner().to_owned()} post={post.clone()} on_restored={on_restored.clone()} />
                }
            </ul>
            { list_end(strings, posts.loading, posts.failure.as_ref(), posts.next().is_some(), &more) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct RowProps {
    pub(crate) post: DeletedPost,
    pub(crate) on_restored: Callback<()>,
}

/// One deleted post.
#[component]
pub(crate) fn Row(props: &RowProps) -> Html {
    let strings = use_strings();
    let busy = use_state_eq(|| false);
    let problem = use_state_eq(|| None::<String>);
    let post = &props.post;
    let copy = post.working_copy.as_ref();
    let title = copy.map_or(&post.title, |copy| &copy.title);
    let title = if title.is_empty() { strings.untitled } else { title }.to_owned();
    let onclick = {
        let (busy, problem) = (busy.clone(), problem.setter());
        let (id, done) = (post.id.clone(), props.on_restored.clone());
        let expected_revision = copy.map_or(0, |copy| copy.revision);
        Callback::from(move |_: MouseEvent| {
            if *busy {
                return;
            }
            busy.set(true);
            problem.set(None);
            let (busy, problem) = (busy.clone(), problem.clone());
            let (id, done) = (id.clone(), done.clone());
            spawn_local(async move {
                match restore(strings, id, expected_revision).await {
                    Ok(()) => done.emit(()),
                    Err(reason) => problem.set(Some(reason)),
                }
                busy.set(false);
            });
        })
    };
    html! {
        <li class="studio-post" data-testid="deleted-post">
            <h2>{ &title }</h2>
            <p class="meta">
                if let Some(at) = &post.deleted_at {
                    <time datetime={at.0.clone()}>{ strings.deleted_on(&at.0) }</time>
                }
                if let Some(days) = post.restorable_until.as_ref().and_then(|at| browser::days_until(&at.0)) {
                    <span data-testid="days-left">{ strings.days_left(days) }</span>
                }
            </p>
            <p class="actions">
                <button
                    type="button"
                    class="small"
                    data-testid="restore"
                    disabled={*busy}
                    aria-label={format!("{}: {title}", strings.restore)}
                    {onclick}
                >
                    { if *busy { strings.working } else { strings.restore } }
                </button>
            </p>
            if let Some(problem) = &*problem {
                <p class="problem" role="alert">{ problem }</p>
            }
        </li>
    }
}

async fn restore(strings: &Strings, id: cynic::Id, expected_revision: i32) -> Result<(), String> {
    let input = RestorePostInput { id, expected_revision, idempotency_key: browser::random_key() };
    let asked = ask(RestorePost::build(RestorePostVariables { input }));
    match asked.await.map(|answer| Changed::from(answer.restore_post)) {
        Ok(Changed::Done(_)) => Ok(()),
        Ok(Changed::Stale(_)) => Err(strings.conflict.to_owned()),
        Ok(Changed::Refused(refusal)) => Err(strings.refusal(&refusal)),
        Err(failure) => Err(strings.failure(&failure)),
    }
}
