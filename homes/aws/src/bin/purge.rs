//! The function that removes what was deleted, and images that nobody needs.

use std::process::ExitCode;

use aws_home::crew::Crew;
use aws_home::function::{answer, start};

fn main() -> ExitCode {
    start("deepdive-purge", async |environment| {
        let crew = Crew::purge(&environment).await?;
        answer(async |event| crew.answer(event).await).await
    })
}
