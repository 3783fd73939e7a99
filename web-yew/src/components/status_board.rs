//! The live board: one line for each pipeline of a post, as the server last said.

use yew::prelude::*;

use crate::graphql::fragments::{StageKind, StageStatus};
use crate::graphql::subscriptions::{Stage, StageAsset};
use crate::socket::{Link, LiveBoard};
use crate::state::board::{Board, overall};
use crate::state::session::use_visit;
use crate::strings::{Strings, use_strings};

const KINDS: [StageKind; 4] =
    [StageKind::Speech, StageKind::Summary, StageKind::Search, StageKind::Image];

/// The pipelines in the order of the board. Where posts cannot be searched, there is nothing to tell of that.
pub(crate) fn kinds(searched: bool) -> impl Iterator<Item = StageKind> {
    KINDS.into_iter().filter(move |kind| searched || *kind != StageKind::Search)
}

#[derive(Properties, PartialEq)]
pub(crate) struct StatusBoardProps {
    pub(crate) live: LiveBoard,
    pub(crate) on_retry: Callback<cynic::Id>,
    pub(crate) on_confirm: Callback<cynic::Id>,
}

#[component]
pub(crate) fn StatusBoard(props: &StatusBoardProps) -> Html {
    let strings = use_strings();
    let link = use_context::<Link>().unwrap_or_default();
    let board = &props.live.board;
    let searched = use_visit().searched;
    html! {
        <section class="board" data-testid="board" aria-labelledby="board-heading">
            <div class="board-head">
                <h2 id="board-heading">{ strings.board }</h2>
                { link_state(strings, link) }
            </div>
            if let Some(reason) = &props.live.refused {
                <p class="notice" role="alert">{ strings.board_refused }{ " " }{ reason }</p>
            }
            if board.known() {
                <ul class="board-lines">
                    for kind in kinds(searched) {
                        { line(strings, kind, board, props) }
                    }
                </ul>
            } else {
                <p class="hint">{ strings.board_waiting }</p>
            }
            // Progress is shown but not spoken; a change of status is.
            <p class="visually-hidden" role="status" aria-live="polite">
                { spoken(strings, &props.live, searched) }
            </p>
        </section>
    }
}

/// One pipeline; pictures have a row each under their common line.
fn line(strings: &Strings, kind: StageKind, board: &Board, props: &StatusBoardProps) -> Html {
    let stages: Vec<_> = board.of_kind(kind).collect();
    let status = overall(stages.iter().map(|stage| stage.status));
    let code = status.map_or("NONE", status_code);
    let held = stages.iter().any(|stage| stage.held);
    let text = status.map_or(strings.none, |status| strings.stage_status(kind, status, held));
    html! {
        <li
            key={code_of(kind)}
            class={classes!("board-line", code.to_lowercase())}
            data-testid={format!("board-{}", code_of(kind))}
            data-status={code}
        >
            <span class="board-dot" aria-hidden="true"></span>
            <span class="board-name">{ strings.kind(kind) }</span>
            <span class="board-status">{ text }</span>
            if kind == StageKind::Image && !stages.is_empty() {
                <ul class="board-images">
                    for stage in stages {
                        <li key={stage.id.inner().to_owned()} data-status={status_code(stage.status)}>
                            { image(strings, stage) }
                            { detail(strings, stage, props) }
                        </li>
                    }
                </ul>
            } else {
                for stage in stages {
                    { detail(strings, stage, props) }
                }
            }
        </li>
    }
}

/// True progress while it runs, here or elsewhere; the reason and a button when it failed or is held.
fn detail(strings: &Strings, stage: &Stage, props: &StatusBoardProps) -> Html {
    let runs = matches!(stage.status, StageStatus::Running | StageStatus::Waiting);
    let progress = stage.progress.filter(|_| runs);
    let retry_at = stage.failure.as_ref().and_then(|failure| failure.retry_at.as_ref());
    html! {
        <>
            if let Some(progress) = progress {
                <span class="board-progress">
                    <progress
                        max={progress.total.max(1).to_string()}
                        value={progress.done.to_string()}
                        aria-label={strings.kind(stage.kind)}
                    />
                    <span class="board-count">{ format!("{}/{}", progress.done, progress.total) }</span>
                </span>
            }
            if let Some(failure) = &stage.failure {
                if stage.status != StageStatus::Ready {
                    <span class="board-reason">
                        { strings.stage_failure(stage.kind, failure) }
                        if let Some(retry_at) = retry_at {
                            { " · " }{ strings.try_again_at(&retry_at.0) }
                        }
                    </span>
                }
            }
            if let Some(hold) = &stage.hold {
                <span class="board-reason">{ strings.hold(stage.kind, hold) }</span>
                { button(strings, stage, "confirm", strings.confirm_held, &props.on_confirm) }
            }
            if stage.status == StageStatus::Failed {
                { button(strings, stage, "retry", strings.retry, &props.on_retry) }
            }
        </>
    }
}

/// Lets a stage go on.
fn button(
    strings: &Strings,
    stage: &Stage,
    code: &str,
    text: &'static str,
    press: &Callback<cynic::Id>,
) -> Html {
    let id = stage.id.clone();
    html! {
        <button
            type="button"
            class="small"
            data-testid={format!("{code}-{}", code_of(stage.kind))}
            aria-label={format!("{}: {text}", strings.kind(stage.kind))}
            onclick={press.reform(move |_: MouseEvent| id.clone())}
        >
            { text }
        </button>
    }
}

/// A picture's name, its status, and a chip for each variant that is made.
fn image(strings: &Strings, stage: &Stage) -> Html {
    let Some(StageAsset { filename, variants, .. }) = &stage.asset else {
        return html! {};
    };
    html! {
        <>
            <span class="image-name">{ filename }</span>
            <span class="board-status">
                { strings.stage_status(stage.kind, stage.status, stage.held) }
            </span>
            if !variants.is_empty() {
                <span class="chips" data-testid="variants">
                    for variant in variants {
                        <span key={variant.width} class="chip" data-testid="variant">
                            { format!("{} px", variant.width) }
                        </span>
                    }
                </span>
            }
        </>
    }
}

/// Whether what is shown is live.
pub(crate) fn link_state(strings: &Strings, link: Link) -> Html {
    let (code, text) = match link {
        Link::Idle | Link::Connecting => ("connecting", strings.link_connecting),
        Link::Live => ("live", strings.link_live),
        Link::Lost => ("lost", strings.link_lost),
        Link::SignedOut => ("signed-out", strings.link_signed_out),
    };
    html! {
        <span class={classes!("link-state", code)} data-testid="link-state" data-state={code}>
            { text }
        </span>
    }
}

fn spoken(strings: &Strings, live: &LiveBoard, searched: bool) -> String {
    let lines = kinds(searched).filter_map(|kind| {
        let status = overall(live.board.of_kind(kind).map(|stage| stage.status))?;
        let held = live.board.of_kind(kind).any(|stage| stage.held);
        Some(format!("{}: {}", strings.kind(kind), strings.stage_status(kind, status, held)))
    });
    lines.collect::<Vec<_>>().join(", ")
}

/// As the schema writes it.
pub(crate) fn code_of(kind: StageKind) -> &'static str {
    match kind {
        StageKind::Speech => "SPEECH",
        StageKind::Summary => "SUMMARY",
        StageKind::Search => "SEARCH",
        StageKind::Image => "IMAGE",
    }
}

/// As the schema writes it.
pub(crate) fn status_code(status: StageStatus) -> &'static str {
    match status {
        StageStatus::Pending => "PENDING",
        StageStatus::Running => "RUNNING",
        StageStatus::Waiting => "WAITING",
        StageStatus::Ready => "READY",
        StageStatus::Skipped => "SKIPPED",
        StageStatus::Failed => "FAILED",
    }
}
