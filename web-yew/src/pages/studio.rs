//! The author's posts, with what is being done for each right now.

use cynic::{MutationBuilder, QueryBuilder, SubscriptionBuilder};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;
use yew_router::prelude::*;

use crate::browser;
use crate::components::notice::{failure_notice, list_end, loading};
use crate::components::page::{use_paged, use_title};
use crate::components::status_board::{code_of, kinds, link_state, status_code};
use crate::components::to::{To, go};
use crate::graphql::client::{Failure, ask};
use crate::graphql::fragments::Visibility;
use crate::graphql::mutations::{CreatePost, CreatePostInput, CreatePostVariables};
use crate::graphql::queries::{Page, Studio, StudioPost};
use crate::graphql::subscriptions::{MyPipelines, MyPipelinesVariables};
use crate::route::{Route, SignInQuery};
use crate::socket::{Link, use_live_board};
use crate::state::board::{Board, ended, overall};
use crate::state::paged::Chunk;
use crate::state::publication::Publication;
use crate::state::session::{Session, use_visit};
use crate::strings::{Strings, use_strings};

const PAGE: i32 = 20;

#[component]
pub(crate) fn StudioPage() -> Html {
    let strings = use_strings();
    use_title(Some(strings.studio.into()));
    html! {
        <ForAuthors next={Route::Studio}>
            <MyPosts />
        </ForAuthors>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ForAuthorsProps {
    /// Where signing in leads.
    pub(crate) next: Route,
    pub(crate) children: Html,
}

/// Shows its children to authors; sends guests to sign in first.
#[component]
pub(crate) fn ForAuthors(props: &ForAuthorsProps) -> Html {
    let strings = use_strings();
    let visit = use_visit();
    let session = visit.session.clone();
    let navigator = use_navigator();
    let next = props.next.to_path();
    use_effect_with(session.clone(), move |session| {
        if let (Session::Guest, Some(navigator)) = (session, navigator) {
            go(&navigator, &Route::SignIn, SignInQuery { next }, true);
        }
    });
    let writes = session.writes();
    match session {
        Session::Asking | Session::Guest => {
            html! { <div class="column">{ loading(strings) }</div> }
        }
        Session::Unreachable => {
            let notice = failure_notice(strings, &Failure::Unreachable, &visit.ask_again);
            html! { <div class="column">{ notice }</div> }
        }
        Session::SignedIn(_) if writes => html! { { props.children.clone() } },
        Session::SignedIn(_) => {
            html! { <div class="column"><p class="notice">{ strings.for_authors }</p></div> }
        }
    }
}

async fn page((): (), after: Option<String>) -> Result<Chunk<StudioPost>, Failure> {
    let viewer = ask(Studio::build(Page { first: PAGE, after })).await?.viewer;
    let posts = viewer.ok_or(Failure::SignedOut)?.posts;
    Ok(Chunk { items: posts.nodes, page_info: posts.page_info, total: None })
}

#[component]
fn MyPosts() -> Html {
    let strings = use_strings();
    let link = use_context::<Link>().unwrap_or_default();
    let searched = use_visit().searched;
    let (posts, more) = use_paged((), page);
    let live = use_live_board(
        (),
        |()| MyPipelines::build(MyPipelinesVariables { after: None }),
        |answer: MyPipelines| answer.my_pipelines,
    );
    html! {
        <div class="column wide">
            <div class="studio-head">
                <h1>{ strings.my_posts }</h1>
                { link_state(strings, link) }
                <To route={Route::Pipelines} testid="to-pipelines">{ strings.pipelines }</To>
                <To route={Route::Deleted} testid="to-deleted">{ strings.deleted_posts }</To>
                <To route={Route::Account} class="button">{ strings.account }</To>
                <NewPost />
            </div>
            if posts.empty() {
                <p class="empty">{ strings.no_own_posts }</p>
            }
            <ul class="studio-posts">
                for post in &posts.items {
                    { row(strings, post, &live.board, searched) }
                }
            </ul>
            { list_end(strings, posts.loading, posts.failure.as_ref(), posts.next().is_some(), &more) }
        </div>
    }
}

#[component]
fn NewPost() -> Html {
    let strings = use_strings();
    let navigator = use_navigator();
    let busy = use_state_eq(|| false);
    let problem = use_state_eq(|| None::<String>);
    let onclick = {
        let (busy, problem) = (busy.clone(), problem.clone());
        Callback::from(move |_: MouseEvent| {
            if *busy {
                return;
            }
            busy.set(true);
            problem.set(None);
            let (busy, problem, navigator) = (busy.clone(), problem.clone(), navigator.clone());
            spawn_local(async move {
                let input = CreatePostInput { idempotency_key: browser::random_key() };
                let told = match ask(CreatePost::build(CreatePostVariables { input })).await {
                    Ok(answer) => answer
                        .create_post
                        .into_result()
                        .map_err(|refusal| strings.refusal(&refusal)),
                    Err(failure) => Err(strings.failure(&failure)),
                };
                busy.set(false);
                match (told, navigator) {
                    (Ok(success), Some(navigator)) => {
                        navigator.push(&Route::Editor { id: success.post.id.inner().to_owned() });
                    }
                    (Ok(_), None) => {}
                    (Err(reason), _) => problem.set(Some(reason)),
                }
            });
        })
    };
    html! {
        <>
            <button type="button" class="primary" data-testid="new-post" disabled={*busy} {onclick}>
                { if *busy { strings.working } else { strings.new_post } }
            </button>
            if let Some(problem) = &*problem {
                <p class="problem" role="alert">{ problem }</p>
            }
        </>
    }
}

/// One post of the author: what is being written, what is published, what is being done.
fn row(strings: &Strings, post: &StudioPost, board: &Board, searched: bool) -> Html {
    let copy = post.working_copy.as_ref();
    let title = copy.map_or(&post.title, |copy| &copy.title);
    let title = if title.is_empty() { strings.untitled } else { title };
    let changed = copy.map_or(&post.updated_at, |copy| &copy.saved_at);
    let mut publication = Publication::from(post);
    if let Some(told) = board.post(&post.id) {
        publication = publication.followed_by(Publication::from(told));
    }
    html! {
        <li key={post.id.inner().to_owned()} class="studio-post" data-testid="studio-post">
            <h2>
                <To route={Route::Editor { id: post.id.inner().to_owned() }}>{ title.to_owned() }</To>
            </h2>
            <p class="meta">
                <span class="post-status">{ strings.post_status(publication.status) }</span>
                if post.visibility != Visibility::Public {
                    <span>{ strings.visibility_of(post.visibility) }</span>
                }
                if publication.differs && publication.published() {
                    <span>{ strings.changes_not_published }</span>
                }
                <time datetime={changed.0.clone()}>{ strings.moment(&changed.0) }</time>
                if let Some(slug) = publication.address().cloned() {
                    <To route={Route::Post { slug }}>{ strings.read_it }</To>
                }
            </p>
            { chips(strings, post, board, searched) }
        </li>
    }
}

/// The pipelines in short, as the live board has them. It leaves out pictures that were done before
/// it began; those are as the list said.
fn chips(strings: &Strings, post: &StudioPost, board: &Board, searched: bool) -> Html {
    let listed = post.stages.as_deref().unwrap_or_default();
    let shown: Vec<_> = kinds(searched)
        .filter_map(|kind| {
            let live = || board.of_post(&post.id).filter(|stage| stage.kind == kind);
            let unheard = listed.iter().filter(|stage| {
                stage.kind == kind
                    && ended(stage.status)
                    && live().all(|known| known.id != stage.id)
            });
            let statuses = live().map(|stage| stage.status);
            let status = overall(statuses.chain(unheard.map(|stage| stage.status)))?;
            Some((kind, status, live().any(|stage| stage.held)))
        })
        .collect();
    if shown.is_empty() {
        return html! {};
    }
    html! {
        <ul class="stage-chips" aria-label={strings.board}>
            for (kind, status, held) in shown {
                <li
                    key={code_of(kind)}
                    class={classes!("stage-chip", status_code(status).to_lowercase())}
                    data-testid={format!("chip-{}", code_of(kind))}
                    data-status={status_code(status)}
                >
                    <span class="board-dot" aria-hidden="true"></span>
                    { strings.kind(kind) }{ " " }{ strings.stage_status(kind, status, held) }
                </li>
            }
        </ul>
    }
}
