//! The function that makes summaries.

use std::process::ExitCode;

use aws_home::crew::Crew;
use aws_home::function::{answer, start};

fn main() -> ExitCode {
    start("deepdive-summary", async |environment| {
        let crew = Crew::summary(&environment).await?;
        answer(async |event| crew.answer(event).await).await
    })
}
