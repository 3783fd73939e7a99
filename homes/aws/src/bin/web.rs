//! The function that brings the web client, which came with it, to where it is served from.

use std::process::ExitCode;

use aws_home::carrier::Carrier;
use aws_home::function::{answer, start};

fn main() -> ExitCode {
    start("deepdive-web", async |environment| {
        let carrier = Carrier::new(&environment)?;
        answer(async |event| carrier.answer(event).await).await
    })
}
