//! The function that is called for each message of a socket.

use std::process::ExitCode;

use aws_home::function::{answer, start};
use aws_home::{exchange, gateway};

fn main() -> ExitCode {
    start("deepdive-socket", async |environment| {
        let (exchange, _) = exchange::open(&environment).await?;
        answer(async |event| gateway::answer(&exchange, event).await).await
    })
}
