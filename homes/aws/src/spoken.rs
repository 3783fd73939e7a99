//! What hears that Polly has spoken a section, by messages of a topic.
//!
//! A message only says where to look, and is believed nothing else. One that is of nothing that was asked for is
//! told, and done with: trying it again would not help.

use domain::ports::SectionName;
use lambda_runtime::Error;
use serde_json::Value;
use workers::{Jobs, Speech};

use crate::config::Environment;
use crate::crew;
use crate::records::{OpenError, Records};

/// Looks after sections that were spoken.
pub struct Listener {
    jobs: Jobs,
    speech: Speech,
    topic: String,
}

impl Listener {
    /// Opens the table.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn open(environment: &Environment) -> Result<Self, OpenError> {
        let records = Records::open(environment).await?;
        let speech = crew::speech(environment, &records)?;
        let topic = environment.speech()?.topic;
        Ok(Listener { jobs: records.jobs(), speech, topic })
    }

    /// Looks after all sections that an event tells of.
    ///
    /// # Errors
    /// A port failed, for one of them at least: the event should come again. If it does not, the sweeper finds
    /// the stage when it has waited for too long.
    pub async fn answer(&self, event: Value) -> Result<Value, Error> {
        let mut failed = None;
        let messages = messages(&event, &self.topic);
        if messages.is_empty() {
            tracing::warn!("an event of nothing that Polly was asked for");
        }
        for section in messages {
            if let Err(error) = self.speech.told(&self.jobs, &section).await {
                tracing::warn!(post.id = %section.post, error = %error, "a section was not looked after");
                failed = Some(error);
            }
        }
        failed.map_or(Ok(Value::Null), |error| Err(error.into()))
    }
}

/// The sections of which messages of our topic tell.
fn messages(event: &Value, topic: &str) -> Vec<SectionName> {
    let records = event["Records"].as_array().into_iter().flatten();
    let ours = records.map(|record| &record["Sns"]).filter(|sns| sns["TopicArn"] == topic);
    ours.filter_map(|sns| aws_speech::told(sns["Message"].as_str()?)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use domain::PostId;
    use serde_json::json;

    use super::*;

    const TOPIC: &str = "arn:aws:sns:ap-northeast-2:123456789012:blog-spoken";
    const ID: &str = "01m8kkzmb7qs74erh8gb1qjsys";

    /// As SNS sends it to a function.
    fn event(topic: &str, message: &str) -> Value {
        json!({ "Records": [{
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": format!("{topic}:2bcfbf39-05c3-41de-beaa-fcfcc21c8f55"),
            "Sns": {
                "Type": "Notification",
                "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
                "TopicArn": topic,
                "Subject": null,
                "Message": message,
                "Timestamp": "2026-11-29T18:25:26.000Z",
                "SignatureVersion": "1",
                "MessageAttributes": {},
            },
        }] })
    }

    fn spoken(address: &str) -> String {
        json!({ "taskId": "ab-12", "taskStatus": "COMPLETED", "outputUri": address }).to_string()
    }

    #[test]
    fn a_message_names_its_section() {
        let address = format!("s3://blog-media/polly/{ID}/section-1.ab-12.mp3");
        let name = SectionName { post: PostId::parse(ID).unwrap(), name: "section-1".to_owned() };
        assert_eq!(messages(&event(TOPIC, &spoken(&address)), TOPIC), [name]);
    }

    #[test]
    fn what_is_forged_or_of_somebody_else_names_none() {
        let address = format!("s3://blog-media/polly/{ID}/section-1.ab-12.mp3");
        for event in [
            json!(null),
            json!({}),
            json!({ "Records": "?" }),
            json!({ "Records": [{ "Sns": { "TopicArn": TOPIC, "Message": 7 } }] }),
            event(TOPIC, "hello"),
            event(TOPIC, &spoken("s3://blog-media/01m8kkzmb7qs74erh8gb1qjsys/ab/cd.mp3")),
            event("arn:aws:sns:ap-northeast-2:999999999999:theirs", &spoken(&address)),
        ] {
            assert_eq!(messages(&event, TOPIC), [], "{event}");
        }
    }
}
