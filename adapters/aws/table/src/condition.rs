//! Conditions as DynamoDB's text.

use store::table::{Condition, TTL, Value};

use crate::placeholders::Placeholders;
use crate::schema::PARTITION_KEY;

/// The text of a condition. Whatever consists of several parts is in parentheses, and nothing else is:
/// DynamoDB refuses those that are not needed.
pub fn text(condition: &Condition, placeholders: &mut Placeholders) -> String {
    match condition {
        Condition::Always => either_way(" OR ", placeholders),
        Condition::Absent => lacks(PARTITION_KEY, placeholders),
        Condition::Present => present(placeholders),
        Condition::AbsentOrExpired(second) => {
            let absent = lacks(PARTITION_KEY, placeholders);
            let expired = compared(TTL, "<", &Value::N(*second), placeholders);
            any(vec![absent, expired])
        }
        Condition::Equals(name, value) => compared(name, "=", value, placeholders),
        Condition::Differs(name, value) => {
            let lacks = lacks(name, placeholders);
            let differs = compared(name, "<>", value, placeholders);
            any(vec![lacks, differs])
        }
        Condition::Lacks(name) => lacks(name, placeholders),
        // Of values of different kinds neither is true.
        Condition::Below(name, bound) => compared(name, "<", bound, placeholders),
        Condition::AtLeast(name, bound) => compared(name, ">=", bound, placeholders),
        Condition::All(parts) if parts.is_empty() => either_way(" OR ", placeholders),
        Condition::Any(parts) if parts.is_empty() => either_way(" AND ", placeholders),
        Condition::All(parts) => all(texts(parts, placeholders)),
        Condition::Any(parts) => any(texts(parts, placeholders)),
    }
}

/// True when all parts are, of which there is at least one.
pub fn all(parts: Vec<String>) -> String {
    joined(parts, " AND ")
}

/// True when one part is, of which there is at least one.
pub fn any(parts: Vec<String>) -> String {
    joined(parts, " OR ")
}

/// True of an item without the attribute.
pub fn lacks(name: &str, placeholders: &mut Placeholders) -> String {
    format!("attribute_not_exists({})", placeholders.name(name))
}

/// True of an item whose attribute compares so.
pub fn compared(
    name: &str,
    operator: &str,
    value: &Value,
    placeholders: &mut Placeholders,
) -> String {
    format!("{} {operator} {}", placeholders.name(name), placeholders.value(value))
}

/// An item that is there has its key.
fn present(placeholders: &mut Placeholders) -> String {
    format!("attribute_exists({})", placeholders.name(PARTITION_KEY))
}

/// Always true with OR, never with AND: DynamoDB has no word for either.
fn either_way(by: &str, placeholders: &mut Placeholders) -> String {
    joined(vec![lacks(PARTITION_KEY, placeholders), present(placeholders)], by)
}

fn texts(conditions: &[Condition], placeholders: &mut Placeholders) -> Vec<String> {
    conditions.iter().map(|condition| text(condition, placeholders)).collect()
}

fn joined(parts: Vec<String>, by: &str) -> String {
    let text = parts.join(by);
    if parts.len() > 1 { format!("({text})") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(condition: Condition, expected: &str) {
        assert_eq!(text(&condition, &mut Placeholders::default()), expected, "{condition:?}");
    }

    #[test]
    fn a_condition_is_a_text_of_placeholders() {
        check(Condition::Present, "attribute_exists(#0)");
        check(Condition::AbsentOrExpired(7), "(attribute_not_exists(#0) OR #1 < :0)");
        check(Condition::Equals("n", Value::N(1)), "#0 = :0");
        check(Condition::Differs("n", Value::N(1)), "(attribute_not_exists(#0) OR #0 <> :0)");
    }

    #[test]
    fn parentheses_stand_around_several_parts_only() {
        let (a, b) = (Condition::Lacks("a"), Condition::AtLeast("b", Value::N(1)));
        check(Condition::All(vec![a.clone()]), "attribute_not_exists(#0)");
        let any = Condition::Any(vec![a.clone(), b.clone()]);
        check(
            Condition::All(vec![Condition::All(vec![any]), a]),
            "((attribute_not_exists(#0) OR #1 >= :0) AND attribute_not_exists(#0))",
        );
    }

    #[test]
    fn nothing_to_require_is_always_true_and_nothing_to_choose_from_never() {
        let both = |by| format!("(attribute_not_exists(#0) {by} attribute_exists(#0))");
        check(Condition::Always, &both("OR"));
        check(Condition::All(vec![]), &both("OR"));
        check(Condition::Any(vec![]), &both("AND"));
    }
}
