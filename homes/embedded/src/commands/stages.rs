//! `deepdive stages`.

use std::io::Write;
use std::time::Duration;

use domain::Timestamp;
use domain::actions::ActionError;
use domain::stage::{Stage, StageStatus};
use domain::usage::{Hold, Unit};
use store::Survey;

use crate::cli::{ConfirmStagesFlags, ListStagesFlags, RetryStagesFlags, StatusName};
use crate::commands::CommandError;
use crate::compose::{Look, Upkeep, look};

/// A stage is overdue when nobody looked at it for so long after it was due.
const OVERDUE: Duration = Duration::from_secs(60);

/// Prints stages of all posts, those that changed last first, whether a server has the blog or not.
///
/// # Errors
/// [`CommandError`].
pub async fn list_stages(flags: ListStagesFlags, out: &mut impl Write) -> Result<(), CommandError> {
    let Look { survey, at: now, .. } = look(&flags.data.decide()?).await?;
    for stage in &survey.stages {
        let listed = match flags.status.as_slice() {
            [] => !matches!(stage.status, StageStatus::Ready | StageStatus::Skipped),
            names => names.iter().any(|name| has(stage, *name, now)),
        };
        if listed {
            writeln!(out, "{}", line(stage, &survey, now))?;
        }
    }
    if survey.damaged > 0 {
        writeln!(out, "{} rows cannot be read: see deepdive check", survey.damaged)?;
    }
    Ok(())
}

/// Sets failed stages due again, while no server has the blog; its next start works on them.
///
/// # Errors
/// [`CommandError`] - also when a named stage is not there, or neither failed nor waits.
pub async fn retry_stages(
    flags: RetryStagesFlags,
    out: &mut impl Write,
) -> Result<(), CommandError> {
    let upkeep = Upkeep::open(&flags.data.decide()?).await?;
    let survey = upkeep.survey().await?;
    for name in &flags.stages {
        let stage = upkeep.retry(named(&survey, name)?).await?;
        writeln!(out, "{} is due", stage.id)?;
    }
    if flags.failed {
        for stage in survey.stages.iter().filter(|stage| stage.status == StageStatus::Failed) {
            match upkeep.retry(stage).await {
                Ok(stage) => writeln!(out, "{} is due", stage.id)?,
                // Such as an upload that never came: one of many is no reason to stop.
                Err(ActionError::Refused(refusal)) => writeln!(out, "{}: {refusal}", stage.id)?,
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

/// Lets held stages go on, once and whatever the month has left, while no server has the blog; its next
/// start works on them.
///
/// # Errors
/// [`CommandError`] - also when a named stage is not there, or not held.
pub async fn confirm_stages(
    flags: ConfirmStagesFlags,
    out: &mut impl Write,
) -> Result<(), CommandError> {
    let upkeep = Upkeep::open(&flags.data.decide()?).await?;
    let survey = upkeep.survey().await?;
    let mut confirmed = vec![];
    for name in &flags.stages {
        confirmed.push(named(&survey, name)?);
    }
    if flags.held {
        confirmed.extend(survey.stages.iter().filter(|stage| stage.held));
    }
    for stage in confirmed {
        for stage in upkeep.confirm(stage).await? {
            writeln!(out, "{} is due", stage.id)?;
        }
    }
    Ok(())
}

fn overdue(stage: &Stage, now: Timestamp) -> bool {
    !stage.held && stage.due_at.is_some_and(|due| due.plus(OVERDUE) < now)
}

fn has(stage: &Stage, name: StatusName, now: Timestamp) -> bool {
    match name {
        StatusName::All => true,
        StatusName::Pending => stage.status == StageStatus::Pending,
        StatusName::Held => stage.held,
        StatusName::Running => stage.status == StageStatus::Running,
        StatusName::Waiting => stage.status == StageStatus::Waiting,
        StatusName::Ready => stage.status == StageStatus::Ready,
        StatusName::Skipped => stage.status == StageStatus::Skipped,
        StatusName::Failed => stage.status == StageStatus::Failed,
        StatusName::Overdue => overdue(stage, now),
    }
}

/// The stage that an operator means.
fn named<'a>(survey: &'a Survey, name: &str) -> Result<&'a Stage, CommandError> {
    let found = survey.stages.iter().find(|stage| stage.id.to_string() == name);
    found.ok_or_else(|| CommandError::NoStage(name.to_owned()))
}

/// `SPEECH:id  FAILED  attempts 5  CODE: message  "title"`.
fn line(stage: &Stage, survey: &Survey, now: Timestamp) -> String {
    let mut parts = vec![stage.id.to_string(), format!("{:?}", stage.status).to_uppercase()];
    if stage.held {
        parts.push("HELD".to_owned());
    }
    if let Some(Hold { units, used, limit }) = stage.hold {
        let unit = match stage.id.kind.unit() {
            Some(Unit::Characters) => "characters",
            Some(Unit::Tokens) => "tokens",
            Some(Unit::Kilobytes) => "kilobytes",
            None => "units",
        };
        parts.push(match limit {
            Some(limit) => {
                format!("would use {units} {unit}; {used} of {limit} of the month are used")
            }
            None => format!("would use {units} {unit}; stopped when the blog moved here"),
        });
    }
    if overdue(stage, now) {
        let late = stage.due_at.map_or(0, |due| now.since(due).as_secs());
        parts.push(format!("overdue by {late} s"));
    }
    if stage.attempts > 1 {
        parts.push(format!("{} attempts", stage.attempts));
    }
    if let Some(failure) = &stage.failure {
        parts.push(format!("{}: {}", failure.code, failure.message));
    }
    if let Some(title) = survey.titles.get(&stage.post) {
        parts.push(format!("\"{title}\""));
    }
    // A message or a title is an author's text: it must not take the line's form.
    parts.join("\t").replace(['\n', '\r'], " ")
}
