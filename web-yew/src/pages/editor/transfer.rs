//! One picture's way to the object store: hash, ticket, bytes.

use cynic::MutationBuilder;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ProgressEvent, XmlHttpRequest};

use crate::browser;
use crate::graphql::client::{Failure, ask};
use crate::graphql::mutations::{
    RequestUpload, RequestUploadInput, RequestUploadVariables, UploadTicket,
};
use crate::graphql::refusal::Refusal;

/// Why a picture did not arrive.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum TransferError {
    NotAPicture,
    /// The browser cannot read it, for example because it was deleted meanwhile.
    Unreadable,
    /// Hashing needs a secure page.
    Insecure,
    Refused(Refusal),
    Failed(Failure),
    /// The store did not take the bytes.
    NotStored,
}

/// Sends a file and answers the Markdown that shows it. `progress` hears percent of bytes sent.
pub(super) async fn transfer(
    post_id: cynic::Id,
    file: File,
    progress: impl Fn(u32) + 'static,
) -> Result<String, TransferError> {
    if !file.type_().starts_with("image/") {
        return Err(TransferError::NotAPicture);
    }
    let input = RequestUploadInput {
        post_id,
        filename: file.name(),
        content_type: file.type_(),
        // A file that does not fit the number is far beyond any limit; the server says so.
        length: file.size().min(f64::from(i32::MAX)) as i32,
        sha256: sha256(&file).await?,
        idempotency_key: browser::random_key(),
    };
    let answer = ask(RequestUpload::build(RequestUploadVariables { input })).await;
    let granted = answer
        .map_err(TransferError::Failed)?
        .request_upload
        .into_result()
        .map_err(TransferError::Refused)?;
    let status =
        put(&granted.ticket, &file, progress).await.map_err(|_| TransferError::NotStored)?;
    if !(200..300).contains(&status) {
        return Err(TransferError::NotStored);
    }
    Ok(granted.asset.markdown)
}

async fn sha256(file: &File) -> Result<String, TransferError> {
    let bytes = JsFuture::from(file.array_buffer()).await.map_err(|_| TransferError::Unreadable)?;
    let crypto = browser::window().and_then(|window| window.crypto().ok());
    let subtle = crypto.map(|crypto| crypto.subtle()).filter(|subtle| !subtle.is_undefined());
    let digest = subtle
        .ok_or(TransferError::Insecure)?
        .digest_with_str_and_buffer_source("SHA-256", bytes.unchecked_ref())
        .map_err(|_| TransferError::Insecure)?;
    let digest = JsFuture::from(digest).await.map_err(|_| TransferError::Insecure)?;
    Ok(browser::hex(&Uint8Array::new(&digest).to_vec()))
}

/// Sends the bytes exactly as the ticket says. `fetch` cannot tell how far an upload is, so this
/// is the older request.
async fn put(
    ticket: &UploadTicket,
    file: &File,
    progress: impl Fn(u32) + 'static,
) -> Result<u16, JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open_with_async(&ticket.method, &ticket.url, true)?;
    for header in ticket.headers.iter().filter(|header| may_be_set(&header.name)) {
        request.set_request_header(&header.name, &header.value)?;
    }
    let on_progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.total() > 0.0 {
            progress((event.loaded() / event.total() * 100.0) as u32);
        }
    });
    request.upload()?.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    let ended = Promise::new(&mut |resolve, reject| {
        request.set_onload(Some(&resolve));
        request.set_onerror(Some(&reject));
        request.set_onabort(Some(&reject));
        request.set_ontimeout(Some(&reject));
    });
    request.send_with_opt_blob(Some(file))?;
    JsFuture::from(ended).await?;
    request.status()
}

/// These the browser sets itself, and complains when a page does.
fn may_be_set(name: &str) -> bool {
    !["content-length", "host", "connection"].iter().any(|own| name.eq_ignore_ascii_case(own))
}
