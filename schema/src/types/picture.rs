//! The GraphQL types `Picture` and `PictureVariant`, and the addresses of media.

use std::collections::HashMap;
use std::time::Duration;

use async_graphql::{Context, Result, SimpleObject};
use domain::asset::Asset;
use domain::ports;
use domain::{AssetId, UserId};
use futures_util::future::try_join_all;

use crate::loaders::Loaders;
use crate::parts::Parts;
use crate::request::or_fault;

/// How long an address of media that not everybody may see is good for.
pub(crate) const SIGNED_FOR: Duration = Duration::from_secs(600);

/// A picture, in the sizes that are made of it.
#[derive(SimpleObject)]
pub struct Picture {
    /// Pixels of the upright original.
    width: i32,
    /// Pixels of the upright original.
    height: i32,
    /// What to say to whom cannot see it; empty when it only decorates, as covers do.
    alt: String,
    /// Narrowest first; never empty.
    variants: Vec<PictureVariant>,
}

/// One size of a picture, WebP.
#[derive(SimpleObject)]
pub struct PictureVariant {
    /// Pixels.
    width: i32,
    /// Pixels.
    height: i32,
    /// Where it is served. Of a post that not everybody may see, it is good for 10 minutes.
    url: String,
}

impl From<ports::PictureVariant> for PictureVariant {
    fn from(variant: ports::PictureVariant) -> Self {
        PictureVariant { width: int(variant.width), height: int(variant.height), url: variant.url }
    }
}

impl Picture {
    /// A picture that only decorates; none before a variant of it is made.
    pub(crate) fn decoration(picture: ports::Picture) -> Option<Self> {
        if picture.variants.is_empty() {
            return None;
        }
        Some(Picture {
            width: int(picture.width),
            height: int(picture.height),
            alt: String::new(),
            variants: picture.variants.into_iter().map(PictureVariant::from).collect(),
        })
    }
}

/// The pictures of an author's assets, as a page shows them. One batch for all of them. Those that are
/// not (yet) decoded, and those of somebody else, are left out.
pub(crate) async fn pictures(
    context: &Context<'_>,
    author: &UserId,
    assets: &[AssetId],
    valid_for: Option<Duration>,
) -> Result<HashMap<AssetId, ports::Picture>> {
    let loaders = Loaders::of(context);
    let assets = try_join_all(assets.iter().map(|id| loaders.asset(id.clone()))).await?;
    let mut pictures = HashMap::new();
    for asset in assets.into_iter().flatten().filter(|asset| asset.author == *author) {
        if let Some(picture) = picture(context, &asset, valid_for).await? {
            pictures.insert(asset.id, picture);
        }
    }
    Ok(pictures)
}

async fn picture(
    context: &Context<'_>,
    asset: &Asset,
    valid_for: Option<Duration>,
) -> Result<Option<ports::Picture>> {
    let (Some(width), Some(height)) = (asset.width, asset.height) else { return Ok(None) };
    let variants = variants(context, asset, valid_for).await?;
    Ok(Some(ports::Picture { width, height, variants }))
}

/// The sizes that are made of an asset, with their addresses.
pub(crate) async fn variants(
    context: &Context<'_>,
    asset: &Asset,
    valid_for: Option<Duration>,
) -> Result<Vec<ports::PictureVariant>> {
    let objects = &Parts::of(context).objects;
    let mut variants = Vec::with_capacity(asset.variants.len());
    for variant in &asset.variants {
        let url = or_fault(context, objects.url(&variant.key, valid_for).await)?;
        let (width, height) = (variant.width, variant.height);
        variants.push(ports::PictureVariant { width, height, url });
    }
    Ok(variants)
}

/// A count as GraphQL's `Int` can say it.
pub(crate) fn int(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
