//! Summaries by a model that stands in MiniStack, which looks at the user's permissions as AWS does: the contract, and
//! what is said where one is missing. `cargo xtask test --aws` starts it.
#![allow(clippy::unwrap_used)]

#[path = "../../../objects/tests/account/mod.rs"]
#[allow(dead_code, reason = "some of it is for what has buckets and topics")]
mod account;

use std::sync::Arc;

use account::{name, server, user};
use async_trait::async_trait;
use aws_summary::{BedrockSummarizer, Config, DEFAULT_MODEL};
use contract::summarizer::TestSummarizer;
use domain::ports::{PortError, Summarizer, Summary, SummaryInput};
use domain::text::{Language, Section, Sentence};
use serde_json::json;

const MODEL: &str = "anthropic.claude-haiku-4-5-20251001-v1:0";

struct Place {
    config: Config,
}

impl Place {
    /// Where the user may invoke these resources, and ask for this model.
    async fn of(resources: &[String], model: &str) -> Self {
        let action = "bedrock:InvokeModel";
        let statement = json!({"Effect": "Allow", "Action": action, "Resource": resources});
        let config = Config {
            model: model.to_owned(),
            region: "us-east-1".into(),
            credentials: user(&name("summary"), &json!([statement])).await,
            endpoint: Some(server()),
        };
        Place { config }
    }

    async fn sums_up(&self, title: &str) -> Result<Summary, PortError> {
        let sentences = ["It was slow.", "We measured it.", "It is fast."].iter().zip(0..);
        let sentences =
            sentences.map(|(text, number)| Sentence { number, text: (*text).to_owned() }).collect();
        let sections = vec![Section { heading: false, sentences }];
        let input = SummaryInput { title: title.into(), sections, language: Language::English };
        self.summarizer().summarize(&input).await
    }
}

/// What the crate says that it needs, and no more: as the stack allows it.
fn needed() -> [String; 2] {
    [
        format!("arn:aws:bedrock:*::foundation-model/{MODEL}"),
        format!("arn:aws:bedrock:us-east-1:000000000000:inference-profile/{DEFAULT_MODEL}"),
    ]
}

#[async_trait]
impl TestSummarizer for Place {
    async fn fresh() -> Option<Self> {
        Some(Place::of(&needed(), DEFAULT_MODEL).await)
    }

    fn summarizer(&self) -> Arc<dyn Summarizer> {
        Arc::new(BedrockSummarizer::new(self.config.clone()))
    }
}

contract::summarizer_contract!(Place);

#[tokio::test]
async fn a_model_that_is_not_allowed_by_profile_and_by_itself_is_named() {
    let [model, profile] = needed();
    let here = format!("arn:aws:bedrock:us-east-1::foundation-model/{MODEL}");
    for resources in [vec![model], vec![profile.clone()], vec![profile, here]] {
        let error =
            Place::of(&resources, DEFAULT_MODEL).await.sums_up("Forbidden").await.unwrap_err();
        assert!(matches!(&error, PortError::Denied(_)), "{resources:?}: {error:?}");
        assert!(error.to_string().contains("bedrock:InvokeModel"), "{error}");
        assert!(error.to_string().contains(DEFAULT_MODEL), "{error}");
    }
}

#[tokio::test]
async fn another_model_than_the_stack_allows_is_named() {
    for model in ["anthropic.claude-opus-4-1-20250805-v1:0", "us.amazon.nova-lite-v1:0"] {
        let error = Place::of(&needed(), model).await.sums_up("Another").await.unwrap_err();
        assert!(matches!(&error, PortError::Denied(what) if what.contains(model)), "{error:?}");
    }
}

#[tokio::test]
async fn a_model_that_does_not_exist_is_named() {
    let model = "no-such-model";
    let place = Place::of(&["*".to_owned()], model).await;
    let error = place.sums_up("Nobody").await.unwrap_err();
    assert!(matches!(&error, PortError::Denied(what) if what.contains(model)), "{error:?}");
}

#[tokio::test]
async fn what_goes_wrong_is_told_apart() {
    let place = Place::of(&needed(), DEFAULT_MODEL).await;
    for wish in ["garbage", "cut"] {
        let error = place.sums_up(&format!("[[bedrock:{wish}]]")).await.unwrap_err();
        assert!(matches!(&error, PortError::Unusable { adapter: "Bedrock", .. }), "{error:?}");
    }
    let error = place.sums_up("[[bedrock:refuse]]").await.unwrap_err();
    assert!(matches!(&error, PortError::Rejected(_)), "{error:?}");
    for wish in ["throttle", "unavailable"] {
        let error = place.sums_up(&format!("[[bedrock:{wish}]]")).await.unwrap_err();
        assert!(matches!(&error, PortError::Unavailable("Bedrock")), "{error:?}");
        let made = place.sums_up(&format!("[[bedrock:{wish} 2]]")).await.unwrap();
        assert_eq!(made.sentences.len(), 3, "tried again, it answers");
    }
}
