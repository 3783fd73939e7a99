//! The fields, the preview and the board of one post.

use std::rc::Rc;

use cynic::{MutationBuilder, SubscriptionBuilder};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{File, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::prelude::*;
use yew_router::prelude::*;

use crate::components::confirm::confirm;
use crate::components::field::typed;
use crate::components::status_board::StatusBoard;
use crate::components::to::{To, go};
use crate::graphql::client::ask;
use crate::graphql::fragments::{Category, EditedPost, StageKind, Visibility};
use crate::graphql::mutations::{RetryStage, RetryStageInput, RetryStageVariables};
use crate::graphql::subscriptions::{Pipeline, PipelineVariables};
use crate::pages::editor::conflict::conflict;
use crate::pages::editor::deletion::Deletion;
use crate::pages::editor::history::History;
use crate::pages::editor::preview::Preview;
use crate::pages::editor::publishing::{Outcome, Publishing, Wish, use_publishing};
use crate::pages::editor::saving::{kept, use_autosave, use_keeping};
use crate::pages::editor::uploads::{
    UploadAction, files_of, insert_at_cursor, upload_list, use_uploads,
};
use crate::route::{Route, SignInQuery};
use crate::socket::{LiveBoard, use_live_board};
use crate::state::board::Board;
use crate::state::draft::{Draft, DraftAction, Phase};
use crate::state::publication::Publication;
use crate::strings::{Strings, use_strings};

#[derive(Properties, PartialEq)]
pub(crate) struct WorkbenchProps {
    /// As it was when the editor opened.
    pub(crate) post: Rc<EditedPost>,
}

#[component]
pub(crate) fn Workbench(props: &WorkbenchProps) -> Html {
    let strings = use_strings();
    let id = &props.post.id;
    let draft = use_reducer_eq(|| opened(&props.post));
    let keeps = use_keeping(id, &draft);
    // What readers see, by the last word of the server; the text is never taken from it.
    let publication = use_reducer_eq(|| Publication::from(&*props.post));
    let changed = {
        let dispatcher = publication.dispatcher();
        Callback::from(move |now: EditedPost| dispatcher.dispatch(Publication::from(&now)))
    };
    let publishing = use_publishing(id, &draft, changed.clone());
    use_autosave(id, &draft, publishing.pending.is_some(), changed);
    let live = use_live_board(
        id.clone(),
        |id| Pipeline::build(PipelineVariables { post_id: id.clone(), after: None }),
        |answer: Pipeline| answer.pipeline,
    );
    {
        // Another window published it, or took it back: the board is told, so the bar is too.
        let dispatcher = publication.dispatcher();
        let told = live.board.post(id).map(Publication::from);
        use_effect_with(told, move |told| {
            if let Some(told) = told.clone() {
                dispatcher.dispatch(told);
            }
        });
    }

    let dispatch = {
        let dispatcher = draft.dispatcher();
        Callback::from(move |action| dispatcher.dispatch(action))
    };
    let variants = variants_made(&live.board);
    html! {
        <div class="workbench">
            <Bar
                draft={(*draft).clone()}
                publication={(*publication).clone()}
                publishing={publishing.clone()}
                {keeps}
                dispatch={&dispatch}
            />
            if let Phase::Conflict { theirs, .. } = &draft.phase {
                { conflict(strings, theirs, &dispatch) }
            }
            <div class="workbench-columns">
                { fields(strings, id, &draft, &dispatch) }
                <Preview markdown={draft.text.markdown.clone()} {variants} />
            </div>
            <Pipelines {live} />
            <History id={id.clone()} publication={(*publication).clone()} publishing={publishing.clone()} />
            <Deletion {publishing} />
        </div>
    }
}

fn opened(post: &EditedPost) -> Draft {
    match &post.working_copy {
        Some(copy) => Draft::open(copy, post.visibility, kept(&post.id)),
        None => Draft::default(),
    }
}

/// Variants of all pictures of the post.
fn variants_made(board: &Board) -> usize {
    board
        .of_kind(StageKind::Image)
        .filter_map(|stage| stage.asset.as_ref())
        .map(|asset| asset.variants.len())
        .sum()
}

#[derive(Properties, PartialEq)]
pub(super) struct BarProps {
    pub(super) draft: Draft,
    pub(super) publication: Publication,
    pub(super) publishing: Publishing,
    pub(super) keeps: bool,
    pub(super) dispatch: Callback<DraftAction>,
}

/// Whether it is saved, whether it is published, and the buttons.
#[component]
pub(super) fn Bar(props: &BarProps) -> Html {
    let strings = use_strings();
    let BarProps { draft, publication, publishing, .. } = props;
    let published = publication.published();
    let differs = draft.unsaved() || publication.differs;
    let busy = publishing.pending.is_some();
    let press = |wish: Wish| publishing.wish.reform(move |_: MouseEvent| wish);
    html! {
        <div class="workbench-bar">
            <h1 class="visually-hidden">{ strings.editor }</h1>
            <p class="meta">
                <span class="post-status" data-testid="post-status">{ strings.post_status(publication.status) }</span>
                if published && differs {
                    <span>{ strings.changes_not_published }</span>
                }
                if let Some(slug) = publication.address().cloned() {
                    <To route={Route::Post { slug }} testid="read-it">{ strings.read_it }</To>
                }
            </p>
            <SaveState draft={draft.clone()} keeps={props.keeps} dispatch={&props.dispatch} />
            <div class="actions">
                if published {
                    <button
                        type="button"
                        data-testid="unpublish"
                        disabled={busy}
                        onclick={press(Wish::Unpublish)}
                    >
                        { strings.unpublish }
                    </button>
                }
                <button
                    type="button"
                    class="primary"
                    data-testid="publish"
                    disabled={busy}
                    onclick={press(Wish::Publish)}
                >
                    {
                        match publishing.pending {
                            Some(Wish::Publish) => strings.publishing,
                            _ if published => strings.publish_again,
                            _ => strings.publish,
                        }
                    }
                </button>
            </div>
            {
                match &publishing.outcome {
                    None => html! {},
                    Some(Outcome::Done(wish)) => html! {
                        <p class="outcome" role="status" data-testid="publish-outcome">
                            { match wish {
                                Wish::Publish => strings.published_now,
                                Wish::Unpublish => strings.unpublished_now,
                                Wish::Delete => strings.deleted_now,
                                Wish::BringBack(_) => strings.brought_back_now,
                            } }
                        </p>
                    },
                    Some(Outcome::Problem(reason)) => html! {
                        <p class="problem" role="alert" data-testid="publish-problem">{ reason }</p>
                    },
                }
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct SaveStateProps {
    draft: Draft,
    keeps: bool,
    dispatch: Callback<DraftAction>,
}

/// Where the text is: here, on its way, or safe.
#[component]
fn SaveState(props: &SaveStateProps) -> Html {
    let strings = use_strings();
    let navigator = use_navigator();
    let here = use_location().map(|location| location.path().to_owned());
    let draft = &props.draft;
    let (code, text) = match &draft.phase {
        Phase::Calm if draft.unsaved() => ("unsaved", strings.unsaved.to_owned()),
        Phase::Calm => ("saved", strings.saved.to_owned()),
        Phase::Saving => ("saving", strings.saving.to_owned()),
        Phase::Retrying => ("retrying", strings.retrying.to_owned()),
        Phase::Conflict { .. } => ("conflict", strings.conflict.to_owned()),
        Phase::Refused(refusal) => {
            ("refused", format!("{}: {}", strings.save_refused, strings.refusal(refusal)))
        }
        Phase::SignedOut => ("signed-out", strings.save_signed_out.to_owned()),
    };
    let sign_in = Callback::from(move |_: MouseEvent| {
        if let (Some(navigator), Some(next)) = (&navigator, here.clone()) {
            go(navigator, &Route::SignIn, SignInQuery { next }, false);
        }
    });
    html! {
        <div class="save-state">
            <p role="status" data-testid="save-state" data-state={code} class={code}>{ text }</p>
            if draft.phase == Phase::SignedOut {
                <button type="button" class="small" onclick={sign_in}>{ strings.sign_in }</button>
                <button
                    type="button"
                    class="small"
                    onclick={props.dispatch.reform(|_| DraftAction::TryAgain)}
                >
                    { strings.try_again }
                </button>
            }
            if !props.keeps {
                <p class="problem" role="alert">{ strings.not_kept }</p>
            }
            if draft.set_aside.is_some() {
                <p class="hint">
                    { strings.aside }{ " " }
                    <button
                        type="button"
                        class="small"
                        data-testid="bring-back"
                        onclick={props.dispatch.reform(|_| DraftAction::BringBack)}
                    >
                        { strings.bring_back }
                    </button>
                    { " " }
                    <button
                        type="button"
                        class="small"
                        data-testid="forget-aside"
                        onclick={props.dispatch.reform(|_| DraftAction::ForgetAside)}
                    >
                        { strings.dismiss }
                    </button>
                </p>
            }
        </div>
    }
}

fn fields(
    strings: &Strings,
    id: &cynic::Id,
    draft: &Draft,
    dispatch: &Callback<DraftAction>,
) -> Html {
    let text = &draft.text;
    let problem_of = |field: &str| match &draft.phase {
        Phase::Refused(refusal) if refusal.field.as_deref() == Some(field) => Some("true"),
        _ => None,
    };
    html! {
        <div class="fields">
            <div class="field">
                <label for="editor-title">{ strings.title }</label>
                <input
                    id="editor-title"
                    class="title-input"
                    data-testid="editor-title"
                    value={text.title.clone()}
                    autocomplete="off"
                    aria-invalid={problem_of("title")}
                    oninput={dispatch.reform(|event| DraftAction::Title(typed(&event)))}
                />
            </div>
            <div class="field-row">
                <div class="field">
                    <label for="editor-tags">{ strings.tags }</label>
                    <input
                        id="editor-tags"
                        data-testid="editor-tags"
                        value={text.tags.clone()}
                        autocomplete="off"
                        aria-invalid={problem_of("tags")}
                        aria-describedby="editor-tags-about"
                        oninput={dispatch.reform(|event| DraftAction::Tags(typed(&event)))}
                    />
                    <p id="editor-tags-about" class="hint">{ strings.tags_hint }</p>
                </div>
                { category_field(strings, text.category, dispatch.clone()) }
                { visibility_field(strings, text.visibility, dispatch.clone()) }
            </div>
            <MarkdownField
                id={id.clone()}
                markdown={text.markdown.clone()}
                invalid={problem_of("markdown").is_some()}
                {dispatch}
            />
        </div>
    }
}

fn category_field(strings: &Strings, chosen: Category, dispatch: Callback<DraftAction>) -> Html {
    const NAMES: [(&str, Category); 2] =
        [("POST", Category::Post), ("LEARNING", Category::Learning)];
    let onchange = Callback::from(move |event: Event| {
        let select = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        let named = select.map(|select| select.value());
        if let Some((_, category)) = NAMES.iter().find(|(name, _)| named.as_deref() == Some(name)) {
            dispatch.emit(DraftAction::Category(*category));
        }
    });
    html! {
        <div class="field">
            <label for="editor-category">{ strings.category }</label>
            <select id="editor-category" data-testid="editor-category" {onchange}>
                for (name, category) in NAMES {
                    <option value={name} selected={category == chosen}>
                        { strings.category_of(category) }
                    </option>
                }
            </select>
        </div>
    }
}

fn visibility_field(
    strings: &Strings,
    chosen: Visibility,
    dispatch: Callback<DraftAction>,
) -> Html {
    const ALL: [(&str, Visibility); 3] = [
        ("PUBLIC", Visibility::Public),
        ("UNLISTED", Visibility::Unlisted),
        ("PRIVATE", Visibility::Private),
    ];
    let onchange = Callback::from(move |event: Event| {
        let select = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        let code_chosen = select.map(|select| select.value());
        if let Some((_, visibility)) =
            ALL.iter().find(|(code, _)| code_chosen.as_deref() == Some(code))
        {
            dispatch.emit(DraftAction::Visibility(*visibility));
        }
    });
    html! {
        <div class="field">
            <label for="editor-visibility">{ strings.visibility }</label>
            <select id="editor-visibility" data-testid="editor-visibility" {onchange}>
                for (code, visibility) in ALL {
                    <option value={code} selected={visibility == chosen}>
                        { strings.visibility_of(visibility) }
                    </option>
                }
            </select>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct MarkdownFieldProps {
    id: cynic::Id,
    markdown: String,
    invalid: bool,
    dispatch: Callback<DraftAction>,
}

/// The text, which takes pictures by drop, paste and button.
#[component]
fn MarkdownField(props: &MarkdownFieldProps) -> Html {
    let strings = use_strings();
    let area = use_node_ref();
    let on_markdown = {
        let (area, dispatch) = (area.clone(), props.dispatch.clone());
        Callback::from(move |markdown: String| {
            let area = area.cast::<HtmlTextAreaElement>();
            if let Some(text) = area.and_then(|area| insert_at_cursor(&area, &markdown)) {
                dispatch.emit(DraftAction::Markdown(text));
            }
        })
    };
    let (uploads, start) = use_uploads(&props.id, on_markdown);
    let on_dismiss = {
        let uploads = uploads.dispatcher();
        Callback::from(move |key| uploads.dispatch(UploadAction::Gone { key }))
    };
    let oninput = props.dispatch.reform(|event: InputEvent| {
        let area = event.target().and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok());
        DraftAction::Markdown(area.map(|area| area.value()).unwrap_or_default())
    });
    let ondrop = {
        let start = start.clone();
        Callback::from(move |event: DragEvent| {
            let files = files_of(event.data_transfer().and_then(|data| data.files()));
            // Dropped text goes the browser's way.
            take(files, &event, &start);
        })
    };
    let onpaste = {
        let start = start.clone();
        Callback::from(move |event: Event| {
            let pasted = event.dyn_ref::<web_sys::ClipboardEvent>();
            let data = pasted.and_then(|event| event.clipboard_data());
            take(files_of(data.and_then(|data| data.files())), &event, &start);
        })
    };
    let onchange = Callback::from(move |event: Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        if let Some(input) = input {
            start.emit(files_of(input.files()));
            // So that the same file can be chosen again.
            input.set_value("");
        }
    });
    html! {
        <div class="field field-markdown">
            <label for="editor-markdown">{ strings.markdown }</label>
            <textarea
                ref={area}
                id="editor-markdown"
                data-testid="editor-markdown"
                value={props.markdown.clone()}
                spellcheck="true"
                aria-invalid={props.invalid.then_some("true")}
                aria-describedby="editor-picture-about"
                {oninput}
                {ondrop}
                {onpaste}
                ondragover={Callback::from(|event: DragEvent| event.prevent_default())}
            />
            <div class="picture-row">
                <label class="file-button">
                    <span>{ strings.add_picture }</span>
                    <input
                        type="file"
                        class="visually-hidden"
                        accept="image/jpeg,image/png,image/gif,image/webp"
                        multiple=true
                        data-testid="editor-file"
                        {onchange}
                    />
                </label>
                <p id="editor-picture-about" class="hint">{ strings.drop_hint }</p>
            </div>
            { upload_list(strings, &uploads, &on_dismiss) }
        </div>
    }
}

/// Starts the uploads of an event that brought files, and keeps the browser from opening them.
fn take(files: Vec<File>, event: &Event, start: &Callback<Vec<File>>) {
    if !files.is_empty() {
        event.prevent_default();
        start.emit(files);
    }
}

#[derive(Properties, PartialEq)]
struct PipelinesProps {
    live: LiveBoard,
}

/// The board, with what a refused retry says.
#[component]
fn Pipelines(props: &PipelinesProps) -> Html {
    let strings = use_strings();
    let problem = use_state_eq(|| None::<String>);
    let on_retry = {
        let problem = problem.setter();
        Callback::from(move |stage_id: cynic::Id| {
            let problem = problem.clone();
            problem.set(None);
            spawn_local(async move {
                let input =
                    RetryStageInput { stage_id, idempotency_key: crate::browser::random_key() };
                // The line itself changes by the frame that the retry causes.
                match ask(RetryStage::build(RetryStageVariables { input })).await {
                    Ok(answer) => {
                        if let Err(refusal) = answer.retry_stage.into_result() {
                            problem.set(Some(strings.refusal(&refusal)));
                        }
                    }
                    Err(failure) => problem.set(Some(strings.failure(&failure))),
                }
            });
        })
    };
    let on_confirm = {
        let problem = problem.setter();
        Callback::from(move |stage_id: cynic::Id| {
            let problem = problem.clone();
            problem.set(None);
            spawn_local(async move {
                // As above.
                if let Err(told) = confirm(strings, vec![stage_id]).await {
                    problem.set(Some(told));
                }
            });
        })
    };
    html! {
        <>
            <StatusBoard live={props.live.clone()} {on_retry} {on_confirm} />
            if let Some(problem) = &*problem {
                <p class="problem" role="alert" data-testid="retry-problem">{ problem }</p>
            }
        </>
    }
}
