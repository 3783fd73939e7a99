//! Whether a condition holds.

use super::{Attributes, Condition, TTL, Value};

/// Whether a condition holds of the item as it is, expired or not.
pub fn holds(condition: &Condition, item: Option<&Attributes>) -> bool {
    let attribute = |name: &str| item.and_then(|attributes| attributes.get(name));
    match condition {
        Condition::Always => true,
        Condition::Absent => item.is_none(),
        Condition::AbsentOrExpired(second) => {
            item.is_none() || matches!(attribute(TTL), Some(Value::N(ttl)) if ttl < second)
        }
        Condition::Present => item.is_some(),
        Condition::Equals(name, value) => attribute(name) == Some(value),
        Condition::Differs(name, value) => attribute(name) != Some(value),
        Condition::Lacks(name) => attribute(name).is_none(),
        Condition::Below(name, bound) => match (attribute(name), bound) {
            (Some(Value::N(number)), Value::N(bound)) => number < bound,
            (Some(Value::S(text)), Value::S(bound)) => text < bound,
            _ => false,
        },
        Condition::AtLeast(name, bound) => match (attribute(name), bound) {
            (Some(Value::N(number)), Value::N(bound)) => number >= bound,
            (Some(Value::S(text)), Value::S(bound)) => text >= bound,
            _ => false,
        },
        Condition::All(conditions) => conditions.iter().all(|condition| holds(condition, item)),
        Condition::Any(conditions) => conditions.iter().any(|condition| holds(condition, item)),
    }
}
