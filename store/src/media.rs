//! Who may fetch an object without a signed address.

use domain::asset::Asset;
use domain::media::ObjectKey;
use domain::ports::PortError;
use domain::post::Post;
use domain::{AssetId, PostId};

use crate::blog::Blog;
use crate::keys;
use crate::rows;
use crate::table::{Consistency, Query, SortRange};

impl Blog {
    /// Whether everybody may have an object: the speech of a post that guests may see, or a variant of
    /// an image that such a post shows. Never an original, which may hold what its photographer did
    /// not mean to publish.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn media_is_public(&self, key: &ObjectKey) -> Result<bool, PortError> {
        let mut parts = key.as_str().split('/');
        let (Some(owner), Some(secret), Some(file)) = (parts.next(), parts.next(), parts.next())
        else {
            return Ok(false);
        };
        if file.starts_with("original") {
            return Ok(false);
        }
        let Ok(post) = PostId::parse(owner) else { return Ok(false) };
        let rows = self.rows(&[keys::post(&post)]).await?;
        if let Some(row) = rows.first() {
            let post: Post = rows::entity(row)?;
            return Ok(post.secret.reveal() == secret && post.visible_to(None));
        }
        let Ok(asset) = AssetId::parse(owner) else { return Ok(false) };
        self.image_is_public(&asset, secret).await
    }

    async fn image_is_public(&self, id: &AssetId, secret: &str) -> Result<bool, PortError> {
        let query = Query {
            index: None,
            partition: keys::asset(id).pk,
            range: SortRange::All,
            ascending: true,
            limit: 100,
            start: None,
            consistency: Consistency::Strong,
        };
        let rows = self.page(&query).await?.items;
        let own = keys::asset(id);
        let Some(asset) = rows.iter().find(|row| row.key == own) else { return Ok(false) };
        let asset: Asset = rows::entity(asset)?;
        if asset.secret.reveal() != secret {
            return Ok(false);
        }
        let mut posts = vec![keys::post(&asset.post)];
        posts.extend(
            rows.iter().filter_map(|row| keys::parse_use(&row.key)).map(|p| keys::post(&p)),
        );
        for row in self.rows(&posts).await? {
            let post: Post = rows::entity(&row)?;
            let shows = post.live().is_some_and(|live| live.assets.contains(id));
            if shows && post.visible_to(None) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
