//! How a function starts, and how it is invoked.

use std::io::Write;
use std::process::ExitCode;

use api::told::told;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

use crate::config::Environment;
use crate::logs;

/// Starts logging, and runs a function until Lambda ends it. What keeps it from starting is told.
pub fn start(name: &str, serve: impl AsyncFnOnce(Environment) -> Result<(), Error>) -> ExitCode {
    let environment = Environment::of_this_process();
    let started = || -> Result<(), Error> {
        logs::start(&environment.log())?;
        // One event at a time is all that a function's process gets.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(serve(environment))
    };
    match started() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done when even standard error is closed.
            let _ = writeln!(std::io::stderr(), "{name}: {}", told(&*error));
            ExitCode::FAILURE
        }
    }
}

/// Answers each event with what `answer` makes of it. An error has Lambda try again, if it is one that
/// nobody waits for, and put it by when that did not help.
///
/// # Errors
/// Lambda's own service does not answer.
pub async fn answer(answer: impl AsyncFn(Value) -> Result<Value, Error>) -> Result<(), Error> {
    let answer = &answer;
    lambda_runtime::run(service_fn(async move |event: LambdaEvent<Value>| {
        answer(event.payload).await
    }))
    .await
}
