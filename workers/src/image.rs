//! Image: turns an upload into responsive WebP variants.

use std::sync::Arc;

use domain::asset::{Asset, Variant, WIDTHS};
use domain::ports::{
    DecodedImage, EncodedImage, ImageCodec, ImageError, Objects, PortError, Posts, Wanted,
};
use domain::post::{ContentHash, hex};
use domain::stage::{Made, Stage, StageResult, Subject};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use crate::job::{AssetChange, JobError, Reporter, Worked, Worker};

/// The ports that images need.
pub struct Image {
    /// Where assets are kept.
    pub posts: Arc<dyn Posts>,
    /// Where the bytes are.
    pub objects: Arc<dyn Objects>,
    /// Decodes and encodes.
    pub codec: Arc<dyn ImageCodec>,
}

/// What the coding thread says.
enum Step {
    Decoded { width: u32, height: u32, total: u32 },
    Encoded(EncodedImage),
}

#[async_trait::async_trait]
impl Worker for Image {
    /// Makes the widths of [`WIDTHS`] that are narrower than the image, and its own (at most the
    /// widest of them): never an enlarged one. Each is stored and shown as it is made.
    async fn run(&self, stage: &Stage, reporter: &Reporter) -> Result<Worked, JobError> {
        let Subject::Asset(id) = &stage.id.subject else {
            return Err(JobError::fail("FAILED", "this stage is not about an image"));
        };
        let wanted = Wanted { assets: vec![id.clone()], ..Wanted::default() };
        let Some(asset) = self.posts.load(&wanted).await?.assets.into_iter().next() else {
            return Err(JobError::fail("GONE", "the image is gone"));
        };
        let key = asset.original().map_err(|error| PortError::backend("image", error))?;
        let Some(original) = self.objects.get(&key).await? else {
            return Err(JobError::fail("GONE", "the uploaded file is gone; upload it again"));
        };
        let content = ContentHash(asset.sha256.clone());

        let (sender, mut steps) = mpsc::channel(1);
        reporter.used((original.bytes.len() as u64).div_ceil(1_000));
        let codec = self.codec.clone();
        let coding = tokio::task::spawn_blocking(move || code(&*codec, &original.bytes, &sender));
        let (mut size, mut made, mut total) = ((0, 0), Vec::<Variant>::new(), 0);
        while let Some(step) = steps.recv().await {
            match step {
                Step::Decoded { width, height, total: n } => {
                    (size, total) = ((width, height), n);
                    reporter.report_each(0, total, Some(change(size, vec![]))).await?;
                }
                Step::Encoded(image) => {
                    made.push(self.store(&asset, &image).await?);
                    let done = made.len() as u32;
                    reporter.report_each(done, total, Some(change(size, made.clone()))).await?;
                }
            }
        }
        match coding.await {
            Ok(Ok(())) => {}
            Ok(Err(error @ ImageError::Encoding(_))) => {
                return Err(JobError::retry("ENCODING", error.to_string()));
            }
            Ok(Err(error)) => return Err(JobError::fail("BAD_IMAGE", error.to_string())),
            Err(error) => {
                tracing::error!(error = %error, "an image codec panicked");
                return Err(JobError::fail("BAD_IMAGE", "the image could not be decoded"));
            }
        }
        let input = format!("{}:{WIDTHS:?}", content.0);
        let result = Made { content, input, result: StageResult::Image };
        Ok(Worked::MadeAsset(result, change(size, made)))
    }
}

impl Image {
    async fn store(&self, asset: &Asset, image: &EncodedImage) -> Result<Variant, JobError> {
        let hash = hex(&Sha256::digest(&image.webp));
        let key = asset
            .variant_key(image.width, &hash[..16])
            .map_err(|error| PortError::backend("image", error))?;
        self.objects.put(&key, &image.webp, "image/webp").await?;
        Ok(Variant { width: image.width, height: image.height, key })
    }
}

/// What the variants so far make of the asset's row.
fn change((width, height): (u32, u32), made: Vec<Variant>) -> AssetChange {
    Arc::new(move |asset: &Asset| {
        let mut next = made.iter().cloned().fold(asset.clone(), |next, v| next.with_variant(v));
        next.version = asset.version + 1;
        (next.width, next.height) = (Some(width), Some(height));
        next
    })
}

fn code(
    codec: &dyn ImageCodec,
    bytes: &[u8],
    steps: &mpsc::Sender<Step>,
) -> Result<(), ImageError> {
    let mut image: Box<dyn DecodedImage> = codec.decode(bytes)?;
    let widths = widths(image.width());
    let (width, height, total) = (image.width(), image.height(), widths.len() as u32);
    let _ = steps.blocking_send(Step::Decoded { width, height, total });
    for width in widths {
        let variant = image.variant(width)?;
        // Nobody listens any more: the claim was lost.
        if steps.blocking_send(Step::Encoded(variant)).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Widest first, since a narrower one may be made from a wider one.
fn widths(original: u32) -> Vec<u32> {
    let widest = WIDTHS.iter().copied().max().unwrap_or(original);
    let mut widths: Vec<u32> = WIDTHS.into_iter().filter(|width| *width < original).collect();
    if original <= widest {
        widths.push(original);
    }
    widths.sort_unstable_by(|a, b| b.cmp(a));
    widths
}

#[cfg(test)]
mod tests {
    use super::widths;

    #[test]
    fn no_variant_is_wider_than_the_image() {
        assert_eq!(widths(4000), [2000, 1200, 768, 480, 300]);
        assert_eq!(widths(1200), [1200, 768, 480, 300]);
        assert_eq!(widths(640), [640, 480, 300]);
        assert_eq!(widths(40), [40]);
    }
}
