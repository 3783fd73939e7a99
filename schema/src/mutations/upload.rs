//! Mutations of uploads.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::actions::{RequestUpload, UploadInput};
use domain::ports;

use crate::mutations::idempotency::idempotency_key;
use crate::mutations::outcome::{Failure, acted, answer, outcome};
use crate::mutations::post::post_id;
use crate::parts::Parts;
use crate::refusals::Refused;
use crate::scalars::DateTime;
use crate::types::asset::Asset;
use crate::viewer::Viewer;

outcome! {
    /// What comes of `requestUpload`.
    RequestUploadResult = RequestUploadSuccess
        | InvalidInput(InvalidInputError)
        | NotFound(NotFoundError)
        | PostDeleted(PostDeletedError)
        | NotAllowed(NotAllowedError)
        | IdempotencyKeyReused(IdempotencyKeyReusedError)
}

/// The image may be uploaded.
#[derive(SimpleObject)]
pub struct RequestUploadSuccess {
    /// The image to be.
    asset: Asset,
    /// How to upload it, once.
    ticket: UploadTicket,
}

/// A request to be sent as it is, once, with the file's bytes as its body.
#[derive(SimpleObject)]
pub struct UploadTicket {
    /// `PUT`.
    method: String,
    /// Absolute, or a path on this server. Whoever holds it may upload; keep it to yourself.
    url: String,
    /// To be sent with it.
    headers: Vec<UploadHeader>,
    /// No upload may begin after this.
    expires_at: DateTime,
}

/// A header of an upload.
#[derive(SimpleObject)]
pub struct UploadHeader {
    /// In lower case.
    name: String,
    /// To be sent as it is.
    value: String,
}

impl From<ports::UploadTicket> for UploadTicket {
    fn from(ticket: ports::UploadTicket) -> Self {
        let header = |(name, value)| UploadHeader { name, value };
        UploadTicket {
            method: ticket.method.to_owned(),
            url: ticket.url,
            headers: ticket.headers.into_iter().map(header).collect(),
            expires_at: ticket.expires_at.into(),
        }
    }
}

/// What is to be uploaded.
#[derive(InputObject)]
pub struct RequestUploadInput {
    /// The post that it is for; its board shows the upload. At most 50 for one post.
    post_id: ID,
    /// As the file is named; at most 200 characters.
    filename: String,
    /// `image/jpeg`, `image/png`, `image/webp` or `image/gif`.
    content_type: String,
    /// Bytes, at most 20 MB.
    length: i32,
    /// 64 hexadecimal digits.
    sha256: String,
    /// A name for this request, 1 to 100 characters: for 24 hours, sending it again under the same
    /// name changes nothing more; the ticket is made anew, for the same image.
    idempotency_key: Option<String>,
}

/// Mutations of uploads.
#[derive(Default)]
pub struct UploadMutations;

#[Object]
impl UploadMutations {
    /// Asks for a place to upload an image to: a ticket for exactly these bytes, good for 15 minutes.
    async fn request_upload(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The file, and the post that it is for.")] input: RequestUploadInput,
    ) -> Result<RequestUploadResult> {
        answer(context, request(context, input).await)
    }
}

async fn request(
    context: &Context<'_>,
    input: RequestUploadInput,
) -> Result<RequestUploadResult, Failure> {
    let author = &Viewer::of(context)?.writer()?.user;
    let parts = Parts::of(context);
    let key = idempotency_key("requestUpload", &input, input.idempotency_key.as_ref())?;
    let action = RequestUpload {
        posts: &parts.blog,
        objects: &*parts.objects,
        clock: &*parts.clock,
        ids: &*parts.ids,
    };
    let input = UploadInput {
        post: post_id(&input.post_id)?,
        filename: input.filename,
        content_type: input.content_type,
        // Less than nothing is refused as nothing is.
        length: u64::try_from(input.length).unwrap_or(0),
        sha256: input.sha256,
    };
    let (asset, ticket) = acted(context, action.run(author, input, key).await).await?;
    let asset = Asset::seen(asset, Some(author)).ok_or_else(Refused::not_found)?;
    let ticket = ticket.into();
    Ok(RequestUploadResult::Done(RequestUploadSuccess { asset, ticket }))
}
