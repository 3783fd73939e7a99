//! The objects of the embedded home, as the doors see them.

use async_trait::async_trait;
use axum::body::BodyDataStream;
use domain::AssetId;
use domain::media::ObjectKey;
use domain::ports::PortError;
use embedded_objects::{FolderObjects, UploadRefused};
use store::Blog;
use workers::Arrivals;

use api::http::media::{Content, Declared, Media, Opened, UploadError};

/// Folder and table: what is public is decided by the posts' rows, and an arrival starts its
/// image's stage.
pub struct HomeMedia {
    /// The bytes.
    pub objects: FolderObjects,
    /// Who may see them.
    pub blog: Blog,
    /// What notes an arrival.
    pub arrivals: Arrivals,
}

#[async_trait]
impl Media for HomeMedia {
    async fn open(
        &self,
        key: &ObjectKey,
        query: Option<&str>,
    ) -> Result<Option<Opened>, PortError> {
        let signed = query.is_some_and(|query| self.objects.admits(key, query));
        if !signed && !self.blog.media_is_public(key).await? {
            return Ok(None);
        }
        let opened = self.objects.open_object(key).await?;
        Ok(opened.map(|opened| Opened { info: opened.info, content: Content::File(opened.file) }))
    }

    async fn receive(
        &self,
        ticket: &str,
        declared: Declared,
        body: BodyDataStream,
    ) -> Result<(), UploadError> {
        let content_type = declared.content_type.as_deref();
        let accepted = self
            .objects
            .accept_upload(ticket, content_type, declared.length, body)
            .await
            .map_err(refused)?;
        // Whoever misses this finds the object when the asset's row falls due.
        let owner = accepted.key.as_str().split('/').next().unwrap_or_default();
        if let Ok(asset) = AssetId::parse(owner)
            && let Err(error) = self.arrivals.note(&asset).await
        {
            tracing::warn!(asset.id = %asset, error = %error, "an arrival was not noted; it is found later");
        }
        Ok(())
    }
}

fn refused(error: UploadRefused) -> UploadError {
    match error {
        UploadRefused::Altered | UploadRefused::Expired | UploadRefused::Used => {
            UploadError::Ticket
        }
        UploadRefused::WrongType { .. }
        | UploadRefused::WrongLength { .. }
        | UploadRefused::WrongChecksum => UploadError::Mismatch(error.to_string()),
        UploadRefused::BrokenOff(_) => UploadError::Interrupted,
        UploadRefused::Failed(error) => UploadError::Store(error),
    }
}
