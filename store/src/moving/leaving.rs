//! What leaves with a blog.

use domain::account::{KeyKind, KeyRecord};
use domain::event::Head;
use domain::part::Parts;
use domain::ports::PortError;
use domain::stage::{Stage, StageStatus};

use crate::keys;
use crate::rows::{self, DOC, REVISION};
use crate::table::{Item, Key};
use crate::usage::RESERVED;

/// A row as it goes to another home; none when it stays behind.
///
/// # Errors
/// `Corrupt` when it is of a newer form or does not parse; `Rejected` when nobody has decided whether rows of
/// its kind move.
pub fn leaving(mut row: Item) -> Result<Option<Item>, PortError> {
    match moves(&row.key)? {
        Moves::No => return Ok(None),
        Moves::Yes => {}
    }
    rows::check_form(&row)?;
    if keys::parse_stage(&row.key).is_some() {
        let stage: Stage = rows::entity(&row)?;
        // Nobody has a lease there, and what goes on outside is told here.
        if stage.status == StageStatus::Running || !stage.parts.is_empty() {
            let (parts, told) = (Parts::new(), false);
            let unleased = Stage { lease: None, reserved: None, parts, told, ..stage };
            row.attributes.insert(DOC.to_owned(), rows::doc(&unleased)?);
        }
    } else if row.key.pk.starts_with("K#") || row.key.pk.starts_with("U#") && is_key(&row.key) {
        let key: KeyRecord = rows::entity(&row)?;
        if key.kind == KeyKind::Ticket {
            return Ok(None);
        }
    } else if row.key.pk == keys::USAGE {
        row.attributes.remove(RESERVED);
    } else if keys::parse_topic(&row.key).is_some() {
        // What tells who has been told so far is the place's own.
        row.attributes.retain(|name, _| matches!(name.as_str(), "v" | DOC | REVISION));
        let head: Head = rows::entity(&row)?;
        let head = Head { epoch: String::new(), ..head };
        row.attributes.insert(DOC.to_owned(), rows::doc(&head)?);
    }
    Ok(Some(row))
}

enum Moves {
    Yes,
    No,
}

fn is_key(key: &Key) -> bool {
    key.sk.starts_with("SESS#") || key.sk.starts_with("PAT#")
}

/// Whether rows of a kind move. A kind that is not named here stops an export: better than a blog that has
/// lost something without a word.
fn moves(key: &Key) -> Result<Moves, PortError> {
    let kind = key.pk.split_once('#').map_or(key.pk.as_str(), |(kind, _)| kind);
    Ok(match kind {
        // Posts and images with all that is beside them; lists, tags, addresses; people and their keys;
        // what months used.
        "P" | "M" | "F" | "AP" | "A" | "T" | "SLUG" | "U" | "E" | "K" | keys::USAGE => Moves::Yes,
        // A log's end moves, what was in it does not.
        "L" if key.sk == "HEAD" => Moves::Yes,
        "L" => Moves::No,
        "SITE" => match key.sk.as_str() {
            "OWNER" | "DEMO" | "BUDGETS" | "LISTS" | "FORM" => Moves::Yes,
            // By these, cursors that people hold are known: the other epoch makes a snapshot of them, and
            // no error.
            secret if secret.starts_with("SECRET#") => Moves::Yes,
            "EPOCH" | "SETUP" | "SEARCH" | "IMPORT" => Moves::No,
            _ => return Err(undecided(key)),
        },
        // What was done and tried today, mails and links on their way, sockets.
        "I" | "R" | "V" | keys::MAILS | "W" | "S" | "X" | "D" => Moves::No,
        _ => return Err(undecided(key)),
    })
}

fn undecided(key: &Key) -> PortError {
    PortError::Rejected(format!(
        "this release does not know whether the row {} {} moves to another home: export with the release \
         that wrote it",
        key.pk, key.sk
    ))
}

/// Whether a row is none of those that move, in whatever form.
pub(super) fn stays(key: &Key) -> bool {
    !matches!(moves(key), Ok(Moves::Yes))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_nobody_has_thought_of_stops_an_export() {
        let row = rows::item(Key::new("Q#1", "-"), &1).unwrap();
        let error = leaving(row).unwrap_err().to_string();
        assert!(error.contains("Q#1"), "{error}");
    }

    #[test]
    fn what_ends_by_itself_and_what_is_the_places_own_stays_behind() {
        for key in [
            keys::site("EPOCH"),
            keys::site("SETUP"),
            keys::site("SEARCH"),
            keys::event("author:a", 7),
            keys::rate("sign-in", 7),
            keys::link("hash"),
        ] {
            let row = rows::item(key, &1).unwrap();
            assert_eq!(leaving(row.clone()).unwrap(), None, "{row:?}");
        }
        for moves in ["OWNER", "SECRET#CURSORS"] {
            let row = rows::item(keys::site(moves), &1).unwrap();
            assert_eq!(leaving(row.clone()).unwrap(), Some(row));
        }
    }
}
