//! The function that hears that a section was spoken.

use std::process::ExitCode;

use aws_home::function::{answer, start};
use aws_home::spoken::Listener;

fn main() -> ExitCode {
    start("deepdive-speech-completed", async |environment| {
        let listener = Listener::open(&environment).await?;
        answer(async |event| listener.answer(event).await).await
    })
}
