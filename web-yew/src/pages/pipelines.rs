//! What of all the author's pipelines needs a person, in one place, live; for the owner, what all of them
//! cost.

mod usage;

use std::rc::Rc;

use cynic::{MutationBuilder, QueryBuilder, SubscriptionBuilder};
use gloo_timers::callback::Interval;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::browser;
use crate::components::confirm::confirm;
use crate::components::notice::list_end;
use crate::components::page::{use_paged, use_title};
use crate::components::status_board::{code_of, link_state, status_code};
use crate::components::to::To;
use crate::graphql::client::{Failure, ask};
use crate::graphql::fragments::{Role, StageStatus};
use crate::graphql::mutations::{RetryStages, RetryStagesInput, RetryStagesVariables};
use crate::graphql::queries::{FailedStages, HeldStages, Page};
use crate::graphql::subscriptions::{MyPipelines, MyPipelinesVariables, Stage};
use crate::pages::studio::ForAuthors;
use crate::route::Route;
use crate::socket::{Link, use_live_board};
use crate::state::board::Board;
use crate::state::paged::Chunk;
use crate::state::session::use_visit;
use crate::state::troubles::{AT_ONCE, OVERDUE_AFTER_MS, Trouble, retryable, troubles};
use crate::strings::{Strings, use_strings};

const PAGE: i32 = 50;
/// How often it is looked whether something became overdue. Nobody is asked: what is due is known.
const LOOK_MS: u32 = 30_000;

#[component]
pub(crate) fn PipelinesPage() -> Html {
    let strings = use_strings();
    use_title(Some(strings.pipelines.into()));
    html! {
        <ForAuthors next={Route::Pipelines}>
            <Overview />
        </ForAuthors>
    }
}

async fn page((): (), after: Option<String>) -> Result<Chunk<Stage>, Failure> {
    let viewer = ask(FailedStages::build(Page { first: PAGE, after })).await?.viewer;
    let stages = viewer.ok_or(Failure::SignedOut)?.failed_stages;
    Ok(Chunk { items: stages.nodes, page_info: stages.page_info, total: None })
}

async fn held_page((): (), after: Option<String>) -> Result<Chunk<Stage>, Failure> {
    let viewer = ask(HeldStages::build(Page { first: PAGE, after })).await?.viewer;
    let stages = viewer.ok_or(Failure::SignedOut)?.held_stages;
    Ok(Chunk { items: stages.nodes, page_info: stages.page_info, total: None })
}

/// What a button asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Retry,
    Confirm,
}

#[component]
fn Overview() -> Html {
    let strings = use_strings();
    let link = use_context::<Link>().unwrap_or_default();
    let (listed, more) = use_paged((), page);
    let (held, more_held) = use_paged((), held_page);
    let owner = use_visit().session.viewer().is_some_and(|viewer| viewer.role == Role::Admin);
    let live = use_live_board(
        (),
        |()| MyPipelines::build(MyPipelinesVariables { after: None }),
        |answer: MyPipelines| answer.my_pipelines,
    );
    let late = use_state_eq(|| browser::ago(OVERDUE_AFTER_MS));
    {
        let late = late.setter();
        use_effect_with((), move |()| {
            let clock = Interval::new(LOOK_MS, move || late.set(browser::ago(OVERDUE_AFTER_MS)));
            move || drop(clock)
        });
    }
    let busy = use_state_eq(|| false);
    let told = use_state_eq(|| None::<Result<String, String>>);
    let press = {
        let (busy, told) = (busy.clone(), told.setter());
        Callback::from(move |(wish, ids): (Wish, Vec<cynic::Id>)| {
            if *busy || ids.is_empty() {
                return;
            }
            busy.set(true);
            told.set(None);
            let (busy, told) = (busy.clone(), told.clone());
            spawn_local(async move {
                told.set(Some(match wish {
                    Wish::Retry => try_again(strings, ids).await.map(|n| strings.tried_again(n)),
                    Wish::Confirm => confirm(strings, ids).await.map(|n| strings.confirmed(n)),
                }));
                busy.set(false);
            });
        })
    };
    let all: Vec<Stage> = listed.items.iter().chain(&held.items).cloned().collect();
    let found = troubles(&live.board, &all, &late);
    let asking = listed.loading || held.loading;
    let answered = live.board.known() && !(asking && all.is_empty());
    html! {
        <div class="column wide">
            <div class="studio-head">
                <h1>{ strings.pipelines }</h1>
                { link_state(strings, link) }
                { all_at_once(strings, &found, *busy, &press) }
            </div>
            if let Some(reason) = &live.refused {
                <p class="notice" role="alert">{ strings.board_refused }{ " " }{ reason }</p>
            }
            { counts(strings, &live.board, &found) }
            <p class="outcome" role="status" data-testid="retried">
                if let Some(Ok(said)) = &*told {
                    { said }
                }
            </p>
            if let Some(Err(problem)) = &*told {
                <p class="problem" role="alert">{ problem }</p>
            }
            if answered && found.is_empty() {
                <p class="empty" data-testid="no-troubles">{ strings.no_troubles }</p>
            }
            <ul class="studio-posts troubles">
                for (trouble, stage) in &found {
                    { row(strings, *trouble, stage, *busy, &press) }
                }
            </ul>
            { list_end(strings, listed.loading, listed.failure.as_ref(), listed.next().is_some(), &more) }
            if held.failure.is_some() || held.next().is_some() {
                { list_end(strings, held.loading, held.failure.as_ref(), held.next().is_some(), &more_held) }
            }
            if owner {
                <usage::UsageSection />
            }
        </div>
    }
}

/// Asks for as many at once as the server takes; how many are due again.
async fn try_again(strings: &'static Strings, ids: Vec<cynic::Id>) -> Result<usize, String> {
    let mut n_due = 0;
    for stage_ids in ids.chunks(AT_ONCE) {
        let stage_ids = stage_ids.to_vec();
        let input = RetryStagesInput { stage_ids, idempotency_key: browser::random_key() };
        let answer = ask(RetryStages::build(RetryStagesVariables { input })).await;
        let answer = answer.map_err(|failure| strings.failure(&failure))?;
        let retried = answer.retry_stages.into_result();
        let stages = retried.map_err(|refusal| strings.refusal(&refusal))?.stages;
        n_due += stages.iter().filter(|stage| stage.status != StageStatus::Failed).count();
    }
    Ok(n_due)
}

/// Buttons for all that have failed, and for all that are held, when there are several.
fn all_at_once(
    strings: &Strings,
    found: &[(Trouble, Stage)],
    busy: bool,
    press: &Callback<(Wish, Vec<cynic::Id>)>,
) -> Html {
    let button = |trouble, wish, id: &'static str, text: &dyn Fn(usize) -> String| {
        let ids: Rc<[_]> = found
            .iter()
            .filter(|(of, stage)| *of == trouble && (wish == Wish::Confirm || retryable(stage)))
            .map(|(_, stage)| stage.id.clone())
            .collect();
        if ids.len() < 2 {
            return html! {};
        }
        let text = text(ids.len());
        html! {
            <button
                type="button"
                class="primary"
                data-testid={id}
                disabled={busy}
                onclick={press.reform(move |_: MouseEvent| (wish, ids.to_vec()))}
            >
                { if busy { strings.working.to_owned() } else { text } }
            </button>
        }
    };
    html! {
        <>
            { button(Trouble::Failed, Wish::Retry, "retry-all", &|n| strings.retry_all(n)) }
            { button(Trouble::Held, Wish::Confirm, "confirm-all", &|n| strings.confirm_all(n)) }
        </>
    }
}

/// How much there is of each kind of state, in one line.
fn counts(strings: &Strings, board: &Board, found: &[(Trouble, Stage)]) -> Html {
    let n_found = |wanted| found.iter().filter(|(trouble, _)| *trouble == wanted).count();
    let n_in =
        |status| board.stages().filter(|stage| stage.status == status && !stage.held).count();
    let counted = [
        (strings.failed, n_found(Trouble::Failed), "failed"),
        (strings.held, n_found(Trouble::Held), "held"),
        (strings.overdue, n_found(Trouble::Overdue), "overdue"),
        (strings.running, n_in(StageStatus::Running), "running"),
        (strings.pending, n_in(StageStatus::Pending), "pending"),
    ];
    html! {
        <dl class="stage-counts">
            for (name, n, code) in counted {
                <div data-testid={format!("count-{code}")}>
                    <dt>{ name }</dt>
                    <dd>{ n }</dd>
                </div>
            }
        </dl>
    }
}

/// One pipeline in trouble: of which post, what is wrong and since when, and a button where trying again
/// helps.
pub(crate) fn row(
    strings: &Strings,
    trouble: Trouble,
    stage: &Stage,
    busy: bool,
    press: &Callback<(Wish, Vec<cynic::Id>)>,
) -> Html {
    let title = stage.post.as_ref().map_or("", |post| post.title.as_str());
    let title = if title.is_empty() { strings.untitled } else { title };
    let status = match trouble {
        Trouble::Failed => strings.failed,
        Trouble::Held => strings.held,
        Trouble::Overdue => strings.overdue,
    };
    let (wish, code, text) = match trouble {
        Trouble::Held => (Wish::Confirm, "confirm", strings.confirm_held),
        Trouble::Failed | Trouble::Overdue => (Wish::Retry, "retry", strings.retry),
    };
    let ids = vec![stage.id.clone()];
    html! {
        <li
            key={stage.id.inner().to_owned()}
            class={classes!("studio-post", "trouble", status_code(stage.status).to_lowercase())}
            data-testid={format!("trouble-{}", code_of(stage.kind))}
            data-status={status_code(stage.status)}
        >
            <span class="board-dot" aria-hidden="true"></span>
            <div class="trouble-text">
                <h2>
                    if let Some(post) = &stage.post {
                        <To route={Route::Editor { id: post.id.inner().to_owned() }}>
                            { title.to_owned() }
                        </To>
                    } else {
                        { title }
                    }
                </h2>
                <p class="meta">
                    <span class="post-status">{ strings.kind(stage.kind) }{ " " }{ status }</span>
                    if let Some(asset) = &stage.asset {
                        <span>{ &asset.filename }</span>
                    }
                    if stage.attempts > 0 {
                        <span>{ strings.attempts(stage.attempts) }</span>
                    }
                    <time datetime={stage.updated_at.0.clone()}>
                        { strings.moment(&stage.updated_at.0) }
                    </time>
                </p>
                <p class="board-reason">
                    if let Some(hold) = &stage.hold {
                        { strings.hold(stage.kind, hold) }
                    } else if let Some(failure) = &stage.failure {
                        { strings.stage_failure(stage.kind, failure) }
                    } else if trouble == Trouble::Overdue {
                        { strings.overdue_explained }
                    }
                </p>
            </div>
            if trouble == Trouble::Held || retryable(stage) {
                <button
                    type="button"
                    class="small"
                    data-testid={code}
                    disabled={busy}
                    aria-label={format!("{} {}: {}", title, strings.kind(stage.kind), text)}
                    onclick={press.reform(move |_: MouseEvent| (wish, ids.clone()))}
                >
                    { text }
                </button>
            }
        </li>
    }
}
