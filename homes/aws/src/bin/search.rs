//! The function that keeps the search index.

use std::process::ExitCode;

use aws_home::crew::Crew;
use aws_home::function::{answer, start};
use aws_home::reindex;

fn main() -> ExitCode {
    start("deepdive-search", async |environment| {
        let crew = Crew::search(&environment).await?;
        answer(async |event| match reindex::is_asked(&event) {
            true => reindex::run(&environment).await,
            false => crew.answer(event).await,
        })
        .await
    })
}
