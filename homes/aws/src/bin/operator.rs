//! The function that answers the blog's operator.

use std::process::ExitCode;

use aws_home::function::{answer, start};
use aws_home::operator::Operator;

fn main() -> ExitCode {
    start("deepdive-operator", async |environment| {
        let operator = Operator::open(&environment).await?;
        answer(async |event| operator.answer(event).await).await
    })
}
