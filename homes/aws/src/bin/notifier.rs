//! The function that tells those who follow something what happened.

use std::process::ExitCode;

use aws_home::function::{answer, start};
use aws_home::notifier::Notifier;
use serde_json::Value;

fn main() -> ExitCode {
    start("deepdive-notifier", async |environment| {
        let notifier = Notifier::open(&environment).await?;
        answer(async |event| {
            notifier.answer(serde_json::from_value(event)?).await?;
            Ok(Value::Null)
        })
        .await
    })
}
