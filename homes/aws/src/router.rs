//! From the table's stream to whoever should look.
//!
//! The stream tells what was written. A row that became due is a bell for the function that does it, an event
//! that was appended to a log one for the function that tells those who follow; Lambda keeps the bell, so that
//! nothing here waits for the work. What is lost all the same, the sweeper finds.

use std::collections::HashMap;
use std::time::Duration;

use aws_functions::{Functions, NotInvoked};
use domain::mail::MailRequest;
use domain::ports::Clock;
use domain::stage::{Stage, StageId, StageKind, StageStatus};
use domain::time::Timestamp;
use embedded_system::SystemClock;
use serde_json::{Value, json};
use store::keys;
use store::table::{Index, Key};

use crate::bell::Bell;
use crate::config::{Environment, SettingsError};
use crate::mail;
use crate::notifier::Notice;

/// Clocks of functions differ: what becomes due so soon is as good as due.
const SOON: Duration = Duration::from_secs(1);

/// What shall be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Call {
    /// A stage, by the function that does it.
    Stage(StageId),
    /// Something of those who follow, by the function that tells them.
    Notice(Notice),
    /// The mails that were asked for, by the function that sends them.
    Mails,
}

/// Rings for stages, for those who follow something, and for mails.
pub struct Ringer {
    functions: Functions,
    names: HashMap<StageKind, String>,
    notifier: Option<String>,
    post_office: Option<String>,
}

impl Ringer {
    /// Knows the functions of all kinds that somebody does.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn new(environment: &Environment) -> Result<Self, SettingsError> {
        let functions = Functions::new(&environment.functions()?);
        let named = |kind| environment.function(kind).map(|name| (kind, name));
        let names = StageKind::ALL.into_iter().filter_map(named).collect();
        let (notifier, post_office) = (environment.notifier(), environment.post_office());
        Ok(Ringer { functions, names, notifier, post_office })
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

    /// Has those told who follow something, if anybody tells them.
    ///
    /// # Errors
    /// Lambda did not take it.
    pub async fn notify(&self, notice: &Notice) -> Result<(), NotInvoked> {
        match &self.notifier {
            Some(function) => self.functions.invoke(function, json!(notice).to_string()).await,
            None => Ok(()),
        }
    }

    /// Has the mails looked at that were asked for, if anybody sends them.
    ///
    /// # Errors
    /// Lambda did not take it.
    pub async fn mails(&self) -> Result<(), NotInvoked> {
        match &self.post_office {
            Some(function) => self.functions.invoke(function, mail::bell().to_string()).await,
            None => Ok(()),
        }
    }

    /// Rings for what a batch of the stream tells, once for each thing. The answer names the first record
    /// that could not be rung for: the stream begins there the next time.
    pub async fn route(&self, batch: &Value) -> Value {
        let now = SystemClock.now();
        let mut rung: Vec<Call> = vec![];
        for record in batch["Records"].as_array().into_iter().flatten() {
            let Some(call) = told(record, now) else { continue };
            if rung.contains(&call) {
                continue;
            }
            let taken = match &call {
                Call::Stage(stage) => self.ring(stage).await,
                Call::Notice(notice) => self.notify(notice).await,
                Call::Mails => self.mails().await,
            };
            if let Err(error) = taken {
                tracing::warn!(?call, error = %error, "nobody was told; the stream tries again");
                let failed = &record["dynamodb"]["SequenceNumber"];
                return json!({ "batchItemFailures": [{ "itemIdentifier": failed }] });
            }
            rung.push(call);
        }
        json!({ "batchItemFailures": [] })
    }
}

/// What a record of the stream calls for, if for anything.
fn told(record: &Value, now: Timestamp) -> Option<Call> {
    let change = &record["dynamodb"];
    let key = Key::new(text(&change["Keys"]["pk"])?, text(&change["Keys"]["sk"])?);
    if let Some(stage) = keys::parse_stage(&key) {
        if made_due(&stage, &change["NewImage"], now) {
            return Some(Call::Stage(stage));
        }
        let progressed = Notice::Progressed { pk: key.pk, sk: key.sk };
        return further(change).then_some(Call::Notice(progressed));
    }
    if key.pk == keys::MAILS {
        return mail_due(&change["NewImage"], now).then_some(Call::Mails);
    }
    if let Some(topic) = keys::parse_topic(&key).filter(|topic| key == keys::head(topic)) {
        return Some(Call::Notice(Notice::Appended { topic: topic.to_owned() }));
    }
    let session = keys::parse_key(&key).filter(|_| record["eventName"] == "REMOVE")?;
    Some(Call::Notice(Notice::Revoked { session: session.to_owned() }))
}

/// Whether a stage's row says that it is due. A claim or a report of progress writes the same row, due when
/// its lease ends: nobody need look then.
fn made_due(stage: &StageId, image: &Value, now: Timestamp) -> bool {
    let (partition, sort) = Index::Gsi1.attributes();
    text(&image[partition]).is_some_and(|place| place == keys::due_partition(stage.kind))
        && text(&image[sort]).is_some_and(|due| due <= keys::due_until(now.plus(SOON)))
}

/// Whether a request for a mail says that it is due. One that was taken by who sends it is due when that time is over.
fn mail_due(image: &Value, now: Timestamp) -> bool {
    let request = text(&image["doc"]).and_then(|doc| serde_json::from_str(&doc).ok());
    let due = request.and_then(|request: MailRequest| request.due_at());
    due.is_some_and(|at| at <= now.plus(SOON))
}

/// Whether a stage's row says that it runs, here or outside, and is further than it was.
fn further(change: &Value) -> bool {
    let stage =
        |image: &Value| -> Option<Stage> { serde_json::from_str(&text(&image["doc"])?).ok() };
    let (Some(before), Some(after)) = (stage(&change["OldImage"]), stage(&change["NewImage"]))
    else {
        return false;
    };
    let runs = matches!(after.status, StageStatus::Running | StageStatus::Waiting);
    runs && before.status == after.status && before.progress != after.progress
}

fn text(value: &Value) -> Option<String> {
    value["S"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use domain::mail::{MailPurpose, MailState};
    use domain::post::Revision;
    use domain::stage::{Done, Subject};
    use domain::text::Language;
    use domain::{MailId, PostId, UserId};

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
            assert_eq!(told(&record(Some(due)), NOW), Some(Call::Stage(stage())), "{due:?}");
        }
    }

    #[test]
    fn a_lease_that_was_renewed_and_a_stage_that_is_done_ring_for_nobody() {
        assert_eq!(told(&record(Some(NOW.plus(Duration::from_secs(60)))), NOW), None);
        assert_eq!(told(&record(None), NOW), None);
    }

    #[test]
    fn a_row_that_was_removed_and_what_is_no_stage_ring_for_nobody() {
        let mut removed = record(Some(NOW));
        removed["dynamodb"].as_object_mut().unwrap().remove("NewImage");
        let mut other = record(Some(NOW));
        other["dynamodb"]["Keys"]["sk"]["S"] = json!("META");
        for record in [removed, other, json!({}), json!(null), json!({ "dynamodb": "?" })] {
            assert_eq!(told(&record, NOW), None, "{record}");
        }
    }

    #[test]
    fn what_was_appended_to_a_log_is_told_to_those_who_follow_it() {
        let mut record = record(None);
        let topic = format!("author:{ID}");
        for (key, call) in [
            (keys::head(&topic), Some(Call::Notice(Notice::Appended { topic: topic.clone() }))),
            // The event was written with the head: one bell is enough.
            (keys::event(&topic, 7), None),
            (keys::watch(&topic), None),
        ] {
            record["dynamodb"]["Keys"] = json!({ "pk": { "S": key.pk }, "sk": { "S": key.sk } });
            assert_eq!(told(&record, NOW), call);
        }
    }

    #[test]
    fn a_mail_rings_when_it_is_due_and_not_while_somebody_sends_it_or_when_it_is_sent() {
        let ring = |state: MailState| {
            let request = MailRequest {
                id: MailId::from_bits(1),
                purpose: MailPurpose::SignUp,
                email: "lee@example.org".to_owned(),
                language: Language::Korean,
                asked_at: NOW,
                expires_at: NOW.plus(Duration::from_secs(3600)),
                state,
            };
            let key = keys::mail(request.purpose, &request.email);
            let mut record = record(None);
            record["dynamodb"]["Keys"] = json!({ "pk": { "S": key.pk }, "sk": { "S": key.sk } });
            let doc = serde_json::to_string(&request).unwrap();
            record["dynamodb"]["NewImage"] = json!({ "doc": { "S": doc } });
            told(&record, NOW)
        };
        assert_eq!(ring(MailState::Due { at: NOW, attempts: 0 }), Some(Call::Mails));
        let later = NOW.plus(Duration::from_secs(60));
        for state in
            [MailState::Due { at: later, attempts: 0 }, MailState::Sent, MailState::WithOperator]
        {
            assert_eq!(ring(state.clone()), None, "{state:?}");
        }
        let mut removed = record(None);
        removed["dynamodb"]["Keys"] =
            json!({ "pk": { "S": keys::MAILS }, "sk": { "S": "RESET#a" } });
        removed["dynamodb"].as_object_mut().unwrap().remove("NewImage");
        assert_eq!(told(&removed, NOW), None);
    }

    #[test]
    fn a_key_that_is_gone_is_told_and_one_that_was_used_is_not() {
        let mut record = record(None);
        let key = keys::key("the-hash");
        record["dynamodb"]["Keys"] = json!({ "pk": { "S": key.pk }, "sk": { "S": key.sk } });
        assert_eq!(told(&record, NOW), None);
        record["eventName"] = json!("REMOVE");
        let revoked = Notice::Revoked { session: "the-hash".to_owned() };
        assert_eq!(told(&record, NOW), Some(Call::Notice(revoked)));
    }

    #[test]
    fn progress_is_told_and_a_lease_that_was_renewed_is_not() {
        let (id, author) = (stage(), UserId::from_bits(1));
        let Subject::Post(post) = &id.subject else { panic!() };
        let new = Stage::new(id.clone(), author, post.clone(), NOW);
        let claimed = new.due(Revision(1), NOW).claim("t".to_owned(), NOW).unwrap();
        let further = claimed.progressed(Done { done: 1, total: 2 }, NOW);
        let row = |stage: &Stage| json!({ "doc": { "S": serde_json::to_string(stage).unwrap() } });
        let mut record = record(Some(NOW.plus(Duration::from_secs(60))));
        let mut told_of = |before: &Stage, after: &Stage| {
            let (partition, sort) = keys::due(&id, NOW.plus(Duration::from_secs(60)));
            let mut image = row(after);
            image["gsi1pk"] = json!({ "S": partition });
            image["gsi1sk"] = json!({ "S": sort });
            record["dynamodb"]["OldImage"] = row(before);
            record["dynamodb"]["NewImage"] = image;
            told(&record, NOW)
        };
        let key = keys::stage(&id);
        let progressed = Notice::Progressed { pk: key.pk, sk: key.sk };
        assert_eq!(told_of(&claimed, &further), Some(Call::Notice(progressed)));
        assert_eq!(told_of(&further, &further), None);
        assert_eq!(told_of(&new, &claimed), None, "the log tells of that");
    }
}
