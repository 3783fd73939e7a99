//! The function that makes the variants of images.

use std::process::ExitCode;

use aws_home::crew::Crew;
use aws_home::function::{answer, start};

fn main() -> ExitCode {
    start("deepdive-image", async |environment| {
        let crew = Crew::image(&environment).await?;
        answer(async |event| crew.answer(event).await).await
    })
}
