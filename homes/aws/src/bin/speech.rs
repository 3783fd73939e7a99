//! The function that speaks posts.

use std::process::ExitCode;

use aws_home::crew::Crew;
use aws_home::function::{answer, start};

fn main() -> ExitCode {
    start("deepdive-speech", async |environment| {
        let crew = Crew::speech(&environment).await?;
        answer(async |event| crew.answer(event).await).await
    })
}
