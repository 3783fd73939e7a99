//! The function that looks once a minute for what no bell told of.

use std::process::ExitCode;

use aws_home::function::{answer, start};
use aws_home::sweeper::Sweeper;
use serde_json::Value;

fn main() -> ExitCode {
    start("deepdive-sweeper", async |environment| {
        let sweeper = Sweeper::open(&environment).await?;
        answer(async |_| {
            sweeper.sweep().await;
            Ok(Value::Null)
        })
        .await
    })
}
