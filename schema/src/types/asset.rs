//! The GraphQL type `Asset`.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use domain::UserId;

use crate::global_id::GlobalId;
use crate::types::enums::AssetStatus;
use crate::types::picture::{PictureVariant, SIGNED_FOR, int, variants};

/// An uploaded image. Its author sees it; everybody else sees the posts that show it.
#[derive(Clone)]
pub struct Asset(Arc<domain::asset::Asset>);

impl Asset {
    /// The asset, if it is the viewer's.
    pub(crate) fn seen(asset: domain::asset::Asset, viewer: Option<&UserId>) -> Option<Self> {
        let seen = viewer == Some(&asset.author) && !asset.leaving;
        seen.then(|| Asset(Arc::new(asset)))
    }
}

/// An uploaded image. Its author sees it; everybody else sees the posts that show it.
#[Object]
impl Asset {
    /// For its whole life; works with `node(id:)`.
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Asset(self.0.id.clone()).into()
    }

    /// Where it is.
    async fn status(&self) -> AssetStatus {
        self.0.status.into()
    }

    /// As the author's file was named.
    async fn filename(&self) -> &str {
        &self.0.filename
    }

    /// The media type that was announced.
    async fn content_type(&self) -> &str {
        &self.0.content_type
    }

    /// Upright pixels; null until decoded.
    async fn width(&self) -> Option<i32> {
        self.0.width.map(int)
    }

    /// Upright pixels; null until decoded.
    async fn height(&self) -> Option<i32> {
        self.0.height.map(int)
    }

    /// Those that are made, narrowest first. Their addresses are good for 10 minutes.
    async fn variants(&self, context: &Context<'_>) -> Result<Vec<PictureVariant>> {
        let variants = variants(context, &self.0, Some(SIGNED_FOR)).await?;
        Ok(variants.into_iter().map(PictureVariant::from).collect())
    }

    /// The reference to write into a post: `![alt](asset:...)`, with the file's name as the words for
    /// whom cannot see it.
    async fn markdown(&self) -> String {
        format!("![{}](asset:{})", alt_of(&self.0.filename), self.0.id)
    }
}

/// A file's name without its extension and without what Markdown would read as markup.
fn alt_of(filename: &str) -> String {
    let stem = filename.rsplit_once('.').map_or(filename, |(stem, _)| stem);
    let plain = |c: char| if r"\[]!`*_<>&".contains(c) { ' ' } else { c };
    stem.chars().map(plain).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::alt_of;

    #[test]
    fn the_words_for_an_image_are_its_file_name_without_markup() {
        assert_eq!(alt_of("한강_야경.2026.jpg"), "한강 야경.2026");
        assert_eq!(alt_of("a](javascript:x).png"), "a (javascript:x)");
        assert_eq!(alt_of("IMG"), "IMG");
    }
}
