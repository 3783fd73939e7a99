//! The images that a working copy names: they are kept while it may need them.

use std::collections::HashSet;

use crate::AssetId;
use crate::asset::Asset;
use crate::ports::Step;
use crate::post::{ASSETS, NEW_USES, Post};

/// What stands before an image's id in Markdown.
const SCHEME: &str = "asset:";

/// Ids that stand in a body as images do, each once, at most as many as a post may show. Where they
/// stand does not matter: an image too many is kept rather than one too few.
pub(super) fn named_images(markdown: &str) -> Vec<AssetId> {
    let mut seen = HashSet::new();
    every_named_image(markdown).filter(|id| seen.insert(id.clone())).take(ASSETS).collect()
}

/// Every id that stands in a body as an image's does, as often as it stands there: what must be kept.
pub fn every_named_image(markdown: &str) -> impl Iterator<Item = AssetId> {
    markdown.match_indices(SCHEME).filter_map(|(at, _)| {
        let from = at + SCHEME.len();
        AssetId::parse(markdown.get(from..from + 26)?).ok()
    })
}

/// Notes on the post that it uses the author's images of other posts, at most [`NEW_USES`] new ones.
///
/// Each image's row goes into the change: who at that moment decides that nobody needs it decides anew.
pub(super) fn take_up(post: &mut Post, images: Vec<Asset>) -> Vec<Step<Asset>> {
    let new = |image: &Asset| {
        image.author == post.author
            && !image.leaving
            && !post.uploads.contains(&image.id)
            && !post.uses.contains(&image.id)
    };
    let images: Vec<Asset> = images.into_iter().filter(new).take(NEW_USES).collect();
    post.uses.extend(images.iter().map(|image| image.id.clone()));
    images
        .into_iter()
        .map(|image| Step { after: image.with_status(image.status), before: Some(image) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_named_wherever_its_id_stands_and_once() {
        let (a, b) = (AssetId::from_bits(1), AssetId::from_bits(2));
        let body = format!("![x](asset:{a}) `asset:{b}` asset:short asset:{a} asset:가나다");
        assert_eq!(named_images(&body), [a, b]);
    }

    #[test]
    fn a_body_names_no_more_images_than_a_post_may_show() {
        let body: String = (0..200).map(|n| format!("asset:{} ", AssetId::from_bits(n))).collect();
        assert_eq!(named_images(&body).len(), ASSETS);
    }
}
