//! From the table's stream to whoever should look.
//!
//! The stream tells what was written. A row that became due is a bell for the function that does it; Lambda
//! keeps the bell, so that nothing here waits for the work. What is lost all the same, the sweeper finds.

use std::collections::HashMap;
use std::time::Duration;

use aws_functions::{Functions, NotInvoked};
use domain::ports::Clock;
use domain::stage::{StageId, StageKind};
use domain::time::Timestamp;
use embedded_system::SystemClock;
use serde_json::{Value, json};
use store::keys;
use store::table::{Index, Key};

use crate::bell::Bell;
use crate::config::{Environment, SettingsError};

/// Clocks of functions differ: what becomes due so soon is as good as due.
const SOON: Duration = Duration::from_secs(1);

/// Rings for stages.
pub struct Ringer {
    functions: Functions,
    names: HashMap<StageKind, String>,
}

impl Ringer {
    /// Knows the functions of all kinds that somebody does.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn new(environment: &Environment) -> Result<Self, SettingsError> {
        let functions = Functions::new(&environment.functions()?);
        let named = |kind| environment.function(kind).map(|name| (kind, name));
        Ok(Ringer { functions, names: StageKind::ALL.into_iter().filter_map(named).collect() })
    }

    /// Has the stage's function look at it. Where nobody does such stages, it stays due.
    ///
    /// # Errors
    /// Lambda did not take it.
    pub async fn ring(&self, stage: &StageId) -> Result<(), NotInvoked> {
        match self.names.get(&stage.kind) {
            Some(function) => self.functions.invoke(function, Bell::event(stage)).await,
            None => {
                tracing::warn!(stage = %stage, "this blog was deployed without a function for it");
                Ok(())
            }
        }
    }

    /// Rings for what a batch of the stream made due, once for each stage. The answer names the first record
    /// whose stage could not be rung for: the stream begins there the next time.
    pub async fn route(&self, batch: &Value) -> Value {
        let now = SystemClock.now();
        let mut rung: Vec<StageId> = vec![];
        for record in batch["Records"].as_array().into_iter().flatten() {
            let Some(stage) = made_due(record, now) else { continue };
            if rung.contains(&stage) {
                continue;
            }
            if let Err(error) = self.ring(&stage).await {
                tracing::warn!(stage = %stage, error = %error, "nobody was told; the stream tries again");
                let failed = &record["dynamodb"]["SequenceNumber"];
                return json!({ "batchItemFailures": [{ "itemIdentifier": failed }] });
            }
            rung.push(stage);
        }
        json!({ "batchItemFailures": [] })
    }
}

/// The stage that a record of the stream made due, if it did. A claim or a report of progress writes the
/// same row, due when its lease ends: nobody need look then.
fn made_due(record: &Value, now: Timestamp) -> Option<StageId> {
    let (partition, sort) = Index::Gsi1.attributes();
    let change = &record["dynamodb"];
    let text = |value: &Value| value["S"].as_str().map(str::to_owned);
    let key = Key::new(text(&change["Keys"]["pk"])?, text(&change["Keys"]["sk"])?);
    let stage = keys::parse_stage(&key)?;
    let due = text(&change["NewImage"][sort])?;
    (text(&change["NewImage"][partition])? == keys::due_partition(stage.kind)
        && due <= keys::due_until(now.plus(SOON)))
    .then_some(stage)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use domain::PostId;
    use domain::stage::Subject;

    use super::*;

    const ID: &str = "01m8kkzmb7qs74erh8gb1qjsys";
    const NOW: Timestamp = Timestamp(1_795_929_383_220);

    fn stage() -> StageId {
        StageId { subject: Subject::Post(PostId::parse(ID).unwrap()), kind: StageKind::Summary }
    }

    fn record(due: Option<Timestamp>) -> Value {
        let key = keys::stage(&stage());
        let keys_of = json!({ "pk": { "S": key.pk }, "sk": { "S": key.sk } });
        let mut image = keys_of.clone();
        if let Some(due) = due {
            let (partition, sort) = keys::due(&stage(), due);
            image["gsi1pk"] = json!({ "S": partition });
            image["gsi1sk"] = json!({ "S": sort });
        }
        json!({
            "eventName": "MODIFY",
            "dynamodb": { "Keys": keys_of, "NewImage": image, "SequenceNumber": "1" },
        })
    }

    #[test]
    fn a_row_that_is_due_rings() {
        for due in [NOW, NOW.minus(Duration::from_secs(60)), NOW.plus(Duration::from_millis(300))] {
            assert_eq!(made_due(&record(Some(due)), NOW), Some(stage()), "{due:?}");
        }
    }

    #[test]
    fn a_lease_that_was_renewed_and_a_stage_that_is_done_ring_for_nobody() {
        assert_eq!(made_due(&record(Some(NOW.plus(Duration::from_secs(60)))), NOW), None);
        assert_eq!(made_due(&record(None), NOW), None);
    }

    #[test]
    fn a_row_that_was_removed_and_what_is_no_stage_ring_for_nobody() {
        let mut removed = record(Some(NOW));
        removed["dynamodb"].as_object_mut().unwrap().remove("NewImage");
        let mut other = record(Some(NOW));
        other["dynamodb"]["Keys"]["sk"]["S"] = json!("META");
        for record in [removed, other, json!({}), json!(null), json!({ "dynamodb": "?" })] {
            assert_eq!(made_due(&record, NOW), None, "{record}");
        }
    }
}
