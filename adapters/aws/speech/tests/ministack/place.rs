//! A bucket and a topic of a test's own, and a user who may do what they need.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_speech::{Config, ENGLISH_VOICE, FOLDER, KOREAN_VOICE, PollySynthesizer};
use contract::synthesizer::TestSynthesizer;
use domain::PostId;
use domain::ports::{Heard, OutsideId, PortError, SectionName, Speaking, Synthesizer, Voice};
use domain::text::{Language, Section, Sentence};
use serde_json::{Value, json};

use crate::account::{ask, bucket, name, server, user};

pub struct Place {
    pub config: Config,
}

/// What the crate says that it needs, and no more.
pub fn needed(bucket: &str, topic: &str) -> Vec<Value> {
    let tasks = ["polly:StartSpeechSynthesisTask", "polly:GetSpeechSynthesisTask"];
    let folder = format!("arn:aws:s3:::{bucket}/{FOLDER}*");
    let allowed = |action: Value, resource: String| json!({"Effect": "Allow", "Action": action, "Resource": resource});
    vec![
        allowed(json!(tasks), "*".to_owned()),
        allowed(json!("s3:PutObject"), folder.clone()),
        allowed(json!(["s3:GetObject", "s3:DeleteObject"]), folder),
        allowed(json!("s3:ListBucket"), format!("arn:aws:s3:::{bucket}")),
        allowed(json!("sns:Publish"), topic.to_owned()),
    ]
}

impl Place {
    /// Where the user may do all that is needed, but for the action.
    pub async fn without(action: &str) -> Self {
        let name = name("speech");
        bucket(&name).await;
        let made = ask("sns", "2010-03-31", &[("Action", "CreateTopic"), ("Name", &name)]).await;
        let (_, topic) = made.split_once("<TopicArn>").unwrap();
        let topic = topic.split_once('<').unwrap().0.to_owned();
        let mut statements = needed(&name, &topic);
        statements.retain(|statement| !statement["Action"].to_string().contains(action));
        let config = Config {
            korean: KOREAN_VOICE.into(),
            english: ENGLISH_VOICE.into(),
            credentials: user(&name, &json!(statements)).await,
            bucket: name,
            topic,
            region: "us-east-1".into(),
            endpoint: Some(server()),
            bucket_endpoint: Some(server()),
        };
        Place { config }
    }

    pub fn polly(&self) -> PollySynthesizer {
        PollySynthesizer::new(self.config.clone())
    }

    /// Has a text of one sentence spoken.
    pub async fn begin(&self, text: &str) -> Result<OutsideId, PortError> {
        let sentences = vec![Sentence { number: 0, text: text.to_owned() }];
        let section = Section { heading: false, sentences };
        let name = SectionName { post: PostId::from_bits(5), name: "section-1".to_owned() };
        let voice = Voice { language: Language::English };
        match self.polly().speak(&section, &voice, &name).await? {
            Speaking::Started(outside) => Ok(outside),
            Speaking::Done(..) => panic!("Polly goes on by itself"),
        }
    }

    /// What is heard when both tasks have ended.
    pub async fn heard(&self, outside: &OutsideId) -> Heard {
        let ended = async {
            loop {
                match self.polly().hear(outside).await.unwrap() {
                    Heard::Going => tokio::time::sleep(Duration::from_millis(50)).await,
                    ended => break ended,
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), ended).await.unwrap()
    }
}

#[async_trait]
impl TestSynthesizer for Place {
    async fn fresh() -> Option<Self> {
        Some(Place::without("nothing").await)
    }

    fn synthesizer(&self) -> Arc<dyn Synthesizer> {
        Arc::new(self.polly())
    }

    async fn end(&self, outside: &OutsideId) {
        self.heard(outside).await;
    }
}
