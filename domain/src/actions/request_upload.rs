//! Asking for a place to upload an image to.

use std::time::Duration;

use crate::actions::refusal::{Attempt, deciding, replayed};
use crate::actions::set_due::{announce, head, stage_id, tidy_later};
use crate::actions::update_post::editable;
use crate::actions::{ActionError, IdempotencyKey, Refusal};
use crate::asset::{Asset, AssetStatus, UPLOAD_BYTES, UPLOAD_TYPES};
use crate::event::EventKind;
use crate::ports::{
    Change, Clock, IdSource, Objects, PortError, Posts, Step, UploadRequest, UploadTicket, Wanted,
};
use crate::post::{ASSETS, Post};
use crate::stage::{Stage, StageId, StageKind, Subject};
use crate::{AssetId, PostId, Secret, UserId};

/// How long an upload may begin after its ticket was given out.
pub const TICKET_LIFE: Duration = Duration::from_secs(15 * 60);
/// When after a ticket's end an image is given up that did not come. An upload that began in time may
/// take ten minutes, and is not cut off.
pub(super) const LATE_LOOK: Duration = Duration::from_secs(11 * 60);

/// What is to be uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadInput {
    /// For which post.
    pub post: PostId,
    /// As the file is named; at most 200 characters.
    pub filename: String,
    /// One of [`UPLOAD_TYPES`].
    pub content_type: String,
    /// Bytes, 1 to [`UPLOAD_BYTES`].
    pub length: u64,
    /// 64 hexadecimal digits.
    pub sha256: String,
}

/// What asking for an upload needs of the world.
pub struct RequestUpload<'a> {
    /// Where posts and assets are kept.
    pub posts: &'a dyn Posts,
    /// Where the bytes go.
    pub objects: &'a dyn Objects,
    /// When.
    pub clock: &'a dyn Clock,
    /// Ids and secrets.
    pub ids: &'a dyn IdSource,
}

impl RequestUpload<'_> {
    /// Makes an asset that waits for its bytes, and a ticket for exactly these bytes.
    ///
    /// Atomic; idempotent under a key (the ticket is made anew, for the same asset). One batch and one
    /// transaction.
    ///
    /// # Errors
    /// `Refused` with `NotFound` (also for a post of another author), `Deleted`,
    /// `Invalid` or `KeyReused`.
    #[tracing::instrument(name = "upload.request", skip_all, fields(post.id = %input.post))]
    pub async fn run(
        &self,
        author: &UserId,
        input: UploadInput,
        key: Option<IdempotencyKey>,
    ) -> Result<(Asset, UploadTicket), ActionError> {
        let sha256 = validate(&input)?;
        let asset = deciding!({
            let wanted = Wanted {
                post: Some(input.post.clone()),
                stages: vec![stage_id(&input.post, StageKind::Tidy)],
                head: Some(author.clone()),
                idempotency: key.as_ref().map(|key| (author.clone(), key.key.clone())),
                ..Wanted::default()
            };
            let loaded = self.posts.load(&wanted).await?;
            if let Some(id) = replayed(loaded.done.as_ref(), key.as_ref())? {
                return self.made_before(&id).await;
            }
            let before = editable(loaded.post.clone(), author)?;
            if before.uploads.len() >= ASSETS {
                let message = format!("at most {ASSETS} images may be uploaded for one post");
                return Err(Refusal::invalid("postId", message).into());
            }
            let now = self.clock.now();
            let asset = Asset {
                id: AssetId::from_bits(self.ids.fresh()),
                author: author.clone(),
                post: input.post.clone(),
                secret: Secret::from_bits(self.ids.secret()),
                version: 1,
                status: AssetStatus::AwaitingUpload,
                filename: input.filename.clone(),
                content_type: input.content_type.clone(),
                length: input.length,
                sha256: input.sha256.to_lowercase(),
                width: None,
                height: None,
                variants: vec![],
                created_at: now,
                expires_at: now.plus(TICKET_LIFE),
                leaving: false,
            };
            let id = StageId { subject: Subject::Asset(asset.id.clone()), kind: StageKind::Image };
            // An upload whose arrival was not heard is found then, and one that never came is given up.
            let look = asset.expires_at.plus(LATE_LOOK);
            let stage = Stage::new(id, author.clone(), input.post.clone(), now).waiting(look, now);
            let mut after = Post { version: before.version + 1, ..before.clone() };
            after.uploads.push(asset.id.clone());
            let mut change = Change {
                stages: vec![Step { before: None, after: stage }],
                assets: vec![Step { before: None, after: asset.clone() }],
                remember: key.as_ref().map(|key| (key.remember(author, asset.id.as_str()), now)),
                ..Change::default()
            };
            let kind = EventKind::UploadRequested;
            announce(&mut change, kind, author, &input.post, head(&loaded)?, now, self.ids);
            tidy_later(&mut change, &loaded, &after, &[], now);
            change.post = Some(Step { before: Some(before), after });
            self.posts.apply(change).await?;
            Ok(asset)
        })?;
        let key = asset.original().map_err(|error| PortError::backend("asset", error))?;
        let request = UploadRequest {
            key,
            length: asset.length,
            content_type: asset.content_type.clone(),
            sha256,
            expires_at: asset.expires_at,
        };
        let ticket = self.objects.upload_ticket(&request).await?;
        Ok((asset, ticket))
    }

    async fn made_before(&self, id: &str) -> Result<Asset, Attempt> {
        let id = AssetId::parse(id).map_err(|_| PortError::Corrupt {
            table: "idempotency",
            field: "id",
            id: id.to_owned(),
        })?;
        let loaded = self.posts.load(&Wanted { assets: vec![id], ..Wanted::default() }).await?;
        Ok(loaded.assets.into_iter().next().ok_or(Refusal::NotFound)?)
    }
}

fn validate(input: &UploadInput) -> Result<[u8; 32], Refusal> {
    if !UPLOAD_TYPES.contains(&input.content_type.as_str()) {
        let message = format!("an image is one of {}", UPLOAD_TYPES.join(", "));
        return Err(Refusal::invalid("contentType", message));
    }
    if !(1..=UPLOAD_BYTES).contains(&input.length) {
        let message = format!("an image has 1 to {UPLOAD_BYTES} bytes, this has {}", input.length);
        return Err(Refusal::invalid("length", message));
    }
    let chars = input.filename.chars().count();
    if !(1..=200).contains(&chars) || input.filename.chars().any(char::is_control) {
        return Err(Refusal::invalid(
            "filename",
            "a file name has 1 to 200 characters, none of control",
        ));
    }
    let not_a_hash = || Refusal::invalid("sha256", "a SHA-256 has 64 hexadecimal digits");
    let digits = input.sha256.as_bytes();
    if digits.len() != 64 {
        return Err(not_a_hash());
    }
    let mut sha256 = [0; 32];
    for (byte, pair) in sha256.iter_mut().zip(digits.chunks(2)) {
        let pair = std::str::from_utf8(pair).map_err(|_| not_a_hash())?;
        if !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(not_a_hash());
        }
        *byte = u8::from_str_radix(pair, 16).map_err(|_| not_a_hash())?;
    }
    Ok(sha256)
}
