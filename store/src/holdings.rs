//! Which objects the rows of a blog account for.

use std::collections::{BTreeMap, HashMap};

use domain::asset::{Asset, AssetStatus};
use domain::media::ObjectKey;
use domain::ports::PortError;
use domain::post::Post;
use domain::stage::{Stage, StageId, StageKind, StageResult, Subject};
use domain::{AssetId, PostId};

use crate::keys;
use crate::rows;
use crate::table::Item;
use crate::walk::{Walk, partitions};

/// What rows say of objects.
#[derive(Debug, Default)]
pub struct Holdings {
    /// The secret in the addresses of each post's and image's objects.
    secrets: HashMap<String, String>,
    /// Objects that a row names, and the stage that makes each; an original is made by nobody.
    named: BTreeMap<ObjectKey, Option<StageId>>,
}

impl Holdings {
    /// Reads all rows.
    ///
    /// # Errors
    /// A failure of the table. A damaged row is passed over: it names nothing.
    pub async fn of(walk: &dyn Walk) -> Result<Self, PortError> {
        let mut holdings = Holdings::default();
        partitions(walk, async |_, rows| {
            holdings.add(&rows);
            Ok::<(), PortError>(())
        })
        .await?;
        Ok(holdings)
    }

    /// Whether an object belongs to a post or image that is there: it is named, or may still be of
    /// use, as a spoken section is.
    pub fn owns(&self, key: &ObjectKey) -> bool {
        let mut parts = key.as_str().split('/');
        let (owner, secret) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        self.secrets.get(owner).is_some_and(|own| own == secret)
    }

    /// The objects that rows name, each with the stage that makes it, if one does.
    pub fn named(&self) -> impl Iterator<Item = (&ObjectKey, Option<&StageId>)> {
        self.named.iter().map(|(key, stage)| (key, stage.as_ref()))
    }

    /// Posts and images to which objects may belong, by the first part of their objects' keys.
    pub fn owners(&self) -> impl Iterator<Item = &str> {
        self.secrets.keys().map(String::as_str)
    }

    /// Takes in rows, in any order.
    pub fn add(&mut self, rows: &[Item]) {
        for row in rows {
            if let Some(id) = row.key.pk.strip_prefix("P#") {
                if PostId::parse(id).is_ok_and(|id| row.key == keys::post(&id)) {
                    if let Ok(post) = rows::entity::<Post>(row) {
                        self.secrets.insert(id.to_owned(), post.secret.reveal().to_owned());
                    }
                } else if keys::parse_stage(&row.key).is_some()
                    && let Ok(stage) = rows::entity::<Stage>(row)
                {
                    self.speech(&stage);
                }
            } else if let Some(id) = row.key.pk.strip_prefix("M#")
                && AssetId::parse(id).is_ok_and(|id| row.key == keys::asset(&id))
                && let Ok(asset) = rows::entity::<Asset>(row)
            {
                self.image(&asset);
            }
        }
    }

    fn speech(&mut self, stage: &Stage) {
        if let Some(made) = &stage.made
            && let StageResult::Speech { audio, marks, .. } = &made.result
        {
            for key in [audio, marks] {
                self.named.insert(key.clone(), Some(stage.id.clone()));
            }
        }
    }

    fn image(&mut self, asset: &Asset) {
        self.secrets.insert(asset.id.to_string(), asset.secret.reveal().to_owned());
        if asset.leaving {
            return;
        }
        if matches!(asset.status, AssetStatus::Processing | AssetStatus::Ready)
            && let Ok(original) = asset.original()
        {
            self.named.insert(original, None);
        }
        let subject = Subject::Asset(asset.id.clone());
        let stage = StageId { subject, kind: StageKind::Image };
        for variant in &asset.variants {
            self.named.insert(variant.key.clone(), Some(stage.clone()));
        }
    }
}
