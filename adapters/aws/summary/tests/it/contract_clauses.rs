//! The contract, with a stand-in that does as it is told and no more: how well a model sums up, no test here
//! can say.

use std::sync::Arc;

use async_trait::async_trait;
use contract::summarizer::TestSummarizer;
use domain::ports::Summarizer;
use serde_json::{Value, json};

use crate::stand_in::{Bedrock, Reply};

/// Answers with the first sentences of the post, as many as it was told.
fn obedient(request: &Value) -> Reply {
    let task = request["system"][0]["text"].as_str().unwrap();
    let wanted = task.split_once("with exactly ").unwrap().1.split_once(' ').unwrap().0;
    let post = request["messages"][0]["content"][0]["text"].as_str().unwrap();
    let text = post.split("\n\n").skip(1).filter(|line| !line.starts_with('#'));
    let mut sentences: Vec<String> = Vec::new();
    for sentence in text.flat_map(|line| line.split_inclusive(". ")).map(str::trim) {
        let short: String = sentence.chars().take(150).collect();
        if sentence.chars().any(char::is_alphanumeric) && !sentences.contains(&short) {
            sentences.push(short);
        }
    }
    sentences.truncate(wanted.parse().unwrap());
    Reply::said(&json!({"sentences": sentences, "keywords": ["table"]}).to_string(), "end_turn")
}

struct Place(Bedrock);

#[async_trait]
impl TestSummarizer for Place {
    async fn fresh() -> Option<Self> {
        Some(Self(Bedrock::with(obedient).await))
    }

    fn summarizer(&self) -> Arc<dyn Summarizer> {
        Arc::new(self.0.summarizer.clone())
    }
}

contract::summarizer_contract!(Place);
