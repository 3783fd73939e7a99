//! What an update makes of an item.

use super::{Attributes, Change, TableError, Value};

/// Applies changes to the item as it was.
///
/// Every change sees the old item. No two of them concern the same attribute (`limits` refuses that),
/// and none reads another, so applying them one after the other is the same as all at once.
///
/// # Errors
/// `Invalid` - an entry of what is no map, a sum with what is no number or beyond 64 bits.
pub fn apply(old: Option<Attributes>, changes: &[Change]) -> Result<Attributes, TableError> {
    let mut attributes = old.unwrap_or_default();
    for change in changes {
        match change {
            Change::Set(name, value) => {
                attributes.insert((*name).to_owned(), value.clone());
            }
            Change::SetIn(name, entry, value) => match attributes.get_mut(*name) {
                Some(Value::M(map)) => {
                    map.insert(entry.clone(), value.clone());
                }
                _ => return Err(TableError::Invalid(format!("{name} is not a map"))),
            },
            Change::Add(name, number) => {
                let sum = match attributes.get(*name) {
                    None => *number,
                    Some(Value::N(old)) => old.checked_add(*number).ok_or_else(|| {
                        TableError::Invalid(format!("{name} would leave 64 bits"))
                    })?,
                    Some(_) => {
                        return Err(TableError::Invalid(format!("{name} is not a number")));
                    }
                };
                attributes.insert((*name).to_owned(), Value::N(sum));
            }
            Change::Remove(name) => {
                attributes.remove(*name);
            }
        }
    }
    Ok(attributes)
}
