//! The function that hears the table's stream, and wakes who should look.

use std::process::ExitCode;

use aws_home::function::{answer, start};
use aws_home::router::Ringer;

fn main() -> ExitCode {
    start("deepdive-router", async |environment| {
        let ringer = Ringer::new(&environment)?;
        answer(async |batch| Ok(ringer.route(&batch).await)).await
    })
}
