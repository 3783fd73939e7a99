//! The function that sends the mails that were asked for.

use std::process::ExitCode;

use aws_home::function::{answer, start};
use aws_home::mail;
use serde_json::Value;

fn main() -> ExitCode {
    start("deepdive-mail", async |environment| {
        let office = mail::open(&environment).await?;
        answer(async |_| {
            office.send_due().await?;
            Ok(Value::Null)
        })
        .await
    })
}
