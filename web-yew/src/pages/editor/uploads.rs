//! The pictures on their way, and where their Markdown goes.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::{File, FileList, HtmlTextAreaElement};
use yew::prelude::*;

use crate::pages::editor::transfer::{TransferError, transfer};
use crate::strings::Strings;

/// One picture on its way.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Upload {
    key: u32,
    name: String,
    state: UploadState,
}

#[derive(Clone, PartialEq, Debug)]
enum UploadState {
    Preparing,
    Sending { percent: u32 },
    Failed(TransferError),
}

/// Those that are on their way or failed; what has arrived is on the board.
#[derive(Clone, PartialEq, Default, Debug)]
pub(super) struct Uploads(Vec<Upload>);

pub(super) enum UploadAction {
    Started { key: u32, name: String },
    Progressed { key: u32, percent: u32 },
    Failed { key: u32, error: TransferError },
    Gone { key: u32 },
}

impl Reducible for Uploads {
    type Action = UploadAction;

    fn reduce(self: Rc<Self>, action: UploadAction) -> Rc<Self> {
        let mut uploads = Rc::unwrap_or_clone(self).0;
        let mut set = |key: u32, state: UploadState| {
            if let Some(upload) = uploads.iter_mut().find(|upload| upload.key == key) {
                upload.state = state;
            }
        };
        match action {
            UploadAction::Progressed { key, percent } => set(key, UploadState::Sending { percent }),
            UploadAction::Failed { key, error } => set(key, UploadState::Failed(error)),
            UploadAction::Started { key, name } => {
                uploads.push(Upload { key, name, state: UploadState::Preparing });
            }
            UploadAction::Gone { key } => uploads.retain(|upload| upload.key != key),
        }
        Rc::new(Self(uploads))
    }
}

/// Starts an upload for each file; `on_markdown` hears the reference of each that arrived.
#[hook]
pub(super) fn use_uploads(
    post_id: &cynic::Id,
    on_markdown: Callback<String>,
) -> (UseReducerHandle<Uploads>, Callback<Vec<File>>) {
    let uploads = use_reducer_eq(Uploads::default);
    let keys = use_memo((), |()| Cell::new(0u32));
    let start = {
        let (dispatcher, post_id) = (uploads.dispatcher(), post_id.clone());
        Callback::from(move |files: Vec<File>| {
            for file in files {
                let key = keys.replace(keys.get() + 1);
                dispatcher.dispatch(UploadAction::Started { key, name: file.name() });
                let (dispatcher, post_id) = (dispatcher.clone(), post_id.clone());
                let on_markdown = on_markdown.clone();
                spawn_local(async move {
                    let progress = {
                        let dispatcher = dispatcher.clone();
                        move |percent| {
                            dispatcher.dispatch(UploadAction::Progressed { key, percent })
                        }
                    };
                    match transfer(post_id, file, progress).await {
                        Ok(markdown) => {
                            on_markdown.emit(markdown);
                            dispatcher.dispatch(UploadAction::Gone { key });
                        }
                        Err(error) => dispatcher.dispatch(UploadAction::Failed { key, error }),
                    }
                });
            }
        })
    };
    (uploads, start)
}

/// Those that are on their way, and those that failed, until they are dismissed.
pub(super) fn upload_list(
    strings: &'static Strings,
    uploads: &Uploads,
    on_dismiss: &Callback<u32>,
) -> Html {
    if uploads.0.is_empty() {
        return html! {};
    }
    html! {
        <ul class="uploads" aria-label={strings.uploads} data-testid="uploads">
            for upload in &uploads.0 {
                <li key={upload.key}>
                    <span class="image-name">{ &upload.name }</span>
                    { state(strings, upload, on_dismiss) }
                </li>
            }
        </ul>
    }
}

fn state(strings: &'static Strings, upload: &Upload, on_dismiss: &Callback<u32>) -> Html {
    match &upload.state {
        UploadState::Preparing => html! { <span class="hint">{ strings.preparing }</span> },
        UploadState::Sending { percent } => html! {
            <progress max="100" value={percent.to_string()} aria-label={upload.name.clone()} />
        },
        UploadState::Failed(error) => {
            let key = upload.key;
            html! {
                <>
                    <span class="problem" role="alert">{ reason(strings, error) }</span>
                    <button type="button" class="small" onclick={on_dismiss.reform(move |_| key)}>
                        { strings.dismiss }
                    </button>
                </>
            }
        }
    }
}

fn reason(strings: &Strings, error: &TransferError) -> String {
    match error {
        TransferError::NotAPicture => strings.not_a_picture.to_owned(),
        TransferError::Unreadable => strings.unreadable_file.to_owned(),
        TransferError::Insecure => strings.insecure_page.to_owned(),
        TransferError::Refused(refusal) => strings.refusal(refusal),
        TransferError::Failed(failure) => strings.failure(failure),
        TransferError::NotStored => strings.upload_failed.to_owned(),
    }
}

/// The files of a drop, a paste or an input.
pub(super) fn files_of(list: Option<FileList>) -> Vec<File> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.get(index)).collect()
}

/// Writes a reference where the cursor is, as a paragraph of its own; answers the whole text.
pub(super) fn insert_at_cursor(area: &HtmlTextAreaElement, markdown: &str) -> Option<String> {
    let start = area.selection_start().ok()??;
    let end = area.selection_end().ok()??;
    let text = as_paragraph(&area.value(), start, end, markdown);
    area.set_range_text_with_start_and_end_and_mode(&text, start, end, "end").ok()?;
    Some(area.value())
}

/// The reference with the blank lines that it needs. Positions count UTF-16 units, as browsers do.
fn as_paragraph(value: &str, start: u32, end: u32, markdown: &str) -> String {
    let units: Vec<u16> = value.encode_utf16().collect();
    let line_feed = u16::from(b'\n');
    let start = (start as usize).min(units.len());
    let end = (end as usize).clamp(start, units.len());
    let before = units[..start].iter().rev().take(2).take_while(|unit| **unit == line_feed).count();
    let after = units[end..].iter().take(2).take_while(|unit| **unit == line_feed).count();
    let before = if start == 0 { 0 } else { 2 - before };
    format!("{}{markdown}{}", "\n".repeat(before), "\n".repeat(2 - after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, at: u32, expected: &str) {
        assert_eq!(as_paragraph(value, at, at, "![x](asset:1)"), expected);
    }

    #[test]
    fn a_picture_becomes_a_paragraph_of_its_own() {
        check("", 0, "![x](asset:1)\n\n");
        check("글", 1, "\n\n![x](asset:1)\n\n");
        check("글\n", 2, "\n![x](asset:1)\n\n");
        check("글\n\n다음", 3, "![x](asset:1)\n\n");
        check("글\n\n", 1, "\n\n![x](asset:1)");
    }

    #[test]
    fn a_position_after_an_emoji_counts_as_the_browser_counts() {
        check("🦀\n\n끝", 4, "![x](asset:1)\n\n");
    }

    #[test]
    fn a_failed_upload_stays_until_it_is_dismissed_and_an_arrived_one_goes() {
        let started = |key| UploadAction::Started { key, name: format!("{key}.jpg") };
        let failed = UploadAction::Failed { key: 1, error: TransferError::NotStored };

        let uploads = [started(0), started(1), failed, UploadAction::Gone { key: 0 }]
            .into_iter()
            .fold(Rc::new(Uploads::default()), |uploads, action| uploads.reduce(action));

        assert_eq!(uploads.0.len(), 1);
        assert_eq!(uploads.0[0].state, UploadState::Failed(TransferError::NotStored));
    }
}
