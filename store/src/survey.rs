//! What there is, in one walk.

use std::collections::{BTreeMap, HashMap};

use domain::PostId;
use domain::ports::PortError;
use domain::post::Post;
use domain::stage::Stage;

use crate::keys;
use crate::rows;
use crate::table::Value;
use crate::walk::{Walk, partitions};

/// Stages, titles and forms of rows.
#[derive(Debug, Default)]
pub struct Survey {
    /// All stages, those that changed last first.
    pub stages: Vec<Stage>,
    /// What posts are called: as published, else as begun.
    pub titles: HashMap<PostId, String>,
    /// How many rows are of each form.
    pub forms: BTreeMap<i64, usize>,
    /// Rows that cannot be read.
    pub damaged: usize,
}

impl Survey {
    /// Reads all rows.
    ///
    /// # Errors
    /// A failure of the table; damaged rows are counted.
    pub async fn of(walk: &dyn Walk) -> Result<Self, PortError> {
        let mut survey = Survey::default();
        partitions(walk, async |_, rows| {
            for row in &rows {
                if let Some(Value::N(form)) = row.attributes.get("v") {
                    *survey.forms.entry(*form).or_default() += 1;
                }
                if keys::parse_stage(&row.key).is_some() {
                    match rows::entity(row) {
                        Ok(stage) => survey.stages.push(stage),
                        Err(_) => survey.damaged += 1,
                    }
                } else if row.key.sk == "META" && row.key.pk.starts_with("P#") {
                    match rows::entity::<Post>(row) {
                        Ok(post) => {
                            let live = post.published.map(|live| live.title);
                            survey.titles.insert(post.id, live.unwrap_or(post.draft.title));
                        }
                        Err(_) => survey.damaged += 1,
                    }
                }
            }
            Ok::<(), PortError>(())
        })
        .await?;
        survey.stages.sort_by_key(|stage| std::cmp::Reverse(stage.updated_at));
        Ok(survey)
    }
}
