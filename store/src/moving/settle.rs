//! How a blog arrives.

use domain::event::Head;
use domain::ports::{ApplyError, Change, PortError, Step};
use domain::stage::Stage;

use crate::blog::Blog;
use crate::keys;
use crate::rows::{self, DOC};
use crate::table::{Item, Key};

use super::import::own;

/// A row that has come from another home.
#[derive(Clone, Debug, PartialEq)]
pub enum Arriving {
    /// It is written so.
    Row(Item),
    /// A stage: all rows are there before the first one is written, since it may be due.
    Stage(Box<Stage>),
    /// It follows from a stage, and is written with that.
    Follows,
}

/// Tells how a row that left another home is written here.
///
/// # Errors
/// `Corrupt` when it does not parse.
pub fn arriving(mut row: Item, epoch: &str) -> Result<Arriving, PortError> {
    if keys::parse_stage(&row.key).is_some() {
        return Ok(Arriving::Stage(Box::new(rows::entity(&row)?)));
    }
    if follows(&row.key) {
        return Ok(Arriving::Follows);
    }
    if keys::parse_topic(&row.key).is_some() {
        let head: Head = rows::entity(&row)?;
        let head = Head { epoch: epoch.to_owned(), ..head };
        row.attributes.insert(DOC.to_owned(), rows::doc(&head)?);
    }
    Ok(Arriving::Row(row))
}

/// What is compared of a row that arrived with what is in the table: all of it but what follows from
/// stages, nothing of what is the table's own.
pub fn compared(mut row: Item) -> Option<Item> {
    if own(&row) || keys::parse_stage(&row.key).is_some() || follows(&row.key) {
        return None;
    }
    if keys::own_list(&row.key) {
        row.attributes.remove("stages");
    }
    Some(row)
}

/// An unfinished image's row in its author's list.
fn follows(key: &Key) -> bool {
    keys::own_list(key) && key.sk.starts_with("Z#")
}

/// How often stages are written anew when somebody was at the same rows.
const TRIES: usize = 50;

impl Blog {
    /// Writes stages that have arrived, at most 40, with what follows from them, in one transaction; those
    /// that are there already stay as they are. Gives how many were written. There is no event: every log has
    /// a new epoch, and whoever comes back to one gets a snapshot.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn settle(&self, stages: &[Stage]) -> Result<usize, PortError> {
        let keys: Vec<Key> = stages.iter().map(|stage| keys::stage(&stage.id)).collect();
        for _ in 0..TRIES {
            let there = self.rows(&keys).await?;
            let is_there = |key: &Key| there.iter().any(|row| row.key == *key);
            let fresh = stages.iter().zip(&keys).filter(|(_, key)| !is_there(key));
            let fresh: Vec<_> =
                fresh.map(|(stage, _)| Step { before: None, after: stage.clone() }).collect();
            let n_fresh = fresh.len();
            if n_fresh == 0 {
                return Ok(0);
            }
            match self.apply_change(Change { stages: fresh, ..Change::default() }).await {
                Ok(()) => return Ok(n_fresh),
                Err(ApplyError::Changed | ApplyError::SlugTaken(_)) => {}
                Err(ApplyError::Port(error)) => return Err(error),
            }
        }
        Err(PortError::Conflict)
    }
}
