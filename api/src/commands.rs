//! What the program does, one file for each command.

pub mod backup;
pub mod change_user;
pub mod check;
pub mod create_user;
pub mod demo;
pub mod migrate;
pub mod reindex;
pub mod serve;
pub mod stages;

use std::error::Error;
use std::fmt::Write;

use domain::actions::ActionError;
use domain::ports::PortError;

use crate::compose::{BackupError, OpenHomeError, UpkeepError};
use crate::config::SettingsError;

/// Why a command of the operator did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The data folder, also when the server runs.
    #[error(transparent)]
    Open(#[from] OpenHomeError),
    /// Backup or restore.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// Upkeep.
    #[error(transparent)]
    Upkeep(#[from] UpkeepError),
    /// Something is wrong with the data.
    #[error("{0} things are wrong; --repair mends what can be mended")]
    Findings(usize),
    /// No such stage.
    #[error("there is no stage {0}: deepdive stages list --status all prints their names")]
    NoStage(String),
    /// An action.
    #[error("nothing was changed")]
    Action(#[from] ActionError),
    /// A port.
    #[error("the data folder could not be read")]
    Port(#[from] PortError),
    /// Standard output.
    #[error("cannot print")]
    Print(#[from] std::io::Error),
}

/// Writes an error and what caused it in one line, for the operator.
pub fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // A transparent error repeats its source.
        if !text.ends_with(&cause_text) {
            // Writing to a string does not fail.
            let _ = write!(text, ": {cause_text}");
        }
        source = cause.source();
    }
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}
