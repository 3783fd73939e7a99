//! The function that Cognito asks whether somebody brought a password along.

use std::process::ExitCode;

use aws_home::function::{answer, start};
use aws_home::migration::Migration;

fn main() -> ExitCode {
    start("deepdive-migration", async |environment| {
        let migration = Migration::open(&environment)?;
        answer(async |event| migration.answer(event).await).await
    })
}
