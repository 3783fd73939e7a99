//! Changes as DynamoDB's text, and what they need of the item.

use store::table::{Change, Value};

use crate::condition::{any, compared, lacks};
use crate::placeholders::Placeholders;

/// An attribute that no item has. DynamoDB takes no update without a change; removing this is none.
const NOTHING: &str = "-";

/// The text of an update's changes.
pub fn text(changes: &[Change], placeholders: &mut Placeholders) -> String {
    let (mut set, mut added, mut removed) = (vec![], vec![], vec![]);
    for change in changes {
        match change {
            Change::Set(name, value) => set.push(compared(name, "=", value, placeholders)),
            Change::SetIn(name, entry, value) => {
                let map = placeholders.name(name);
                set.push(format!("{map}.{}", compared(entry, "=", value, placeholders)));
            }
            Change::Add(name, number) => {
                let number = placeholders.value(&Value::N(*number));
                added.push(format!("{} {number}", placeholders.name(name)));
            }
            Change::Remove(name) => removed.push(placeholders.name(name)),
        }
    }
    if changes.is_empty() {
        removed.push(placeholders.name(NOTHING));
    }
    let clauses = [("SET", set), ("REMOVE", removed), ("ADD", added)];
    let clauses = clauses.into_iter().filter(|(_, parts)| !parts.is_empty());
    let clauses: Vec<String> =
        clauses.map(|(clause, parts)| format!("{clause} {}", parts.join(", "))).collect();
    clauses.join(" ")
}

/// What changes need of the item beside the write's own condition, so that DynamoDB refuses what the port
/// does. Its numbers have 38 digits, ours 64 bits: a sum that leaves them is refused before it is made.
pub fn needs(changes: &[Change], placeholders: &mut Placeholders) -> Vec<String> {
    let needs = changes.iter().filter_map(|change| match change {
        Change::Add(name, number) => {
            let (operator, bound) =
                if *number < 0 { (">=", i64::MIN - number) } else { ("<=", i64::MAX - number) };
            // Also false of what is no number.
            let fits = compared(name, operator, &Value::N(bound), placeholders);
            Some(any(vec![lacks(name, placeholders), fits]))
        }
        Change::SetIn(name, ..) => {
            let name = placeholders.name(name);
            let map = placeholders.value(&Value::S("M".to_owned()));
            Some(format!("attribute_type({name}, {map})"))
        }
        Change::Set(..) | Change::Remove(_) => None,
    });
    needs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_gathered_by_kind() {
        let changes = [
            Change::Add("n", 1),
            Change::Set("a", Value::N(2)),
            Change::Remove("b"),
            Change::SetIn("parts", "c#1.2".to_owned(), Value::N(3)),
        ];
        let text = text(&changes, &mut Placeholders::default());
        assert_eq!(text, "SET #1 = :1, #3.#4 = :2 REMOVE #2 ADD #0 :0");
    }

    #[track_caller]
    fn check(number: i64, operator: &str, bound: i64) {
        let mut placeholders = Placeholders::default();
        let needs = needs(&[Change::Add("n", number)], &mut placeholders);
        assert_eq!(needs, [format!("(attribute_not_exists(#0) OR #0 {operator} :0)")]);
        let (_, values) = placeholders.into_maps();
        let bound = crate::codec::encode(&Value::N(bound));
        assert_eq!(values.and_then(|values| values.get(":0").cloned()), Some(bound), "{number}");
    }

    #[test]
    fn an_addition_needs_a_number_that_has_room_for_it() {
        check(1, "<=", i64::MAX - 1);
        check(-1, ">=", i64::MIN + 1);
        check(0, "<=", i64::MAX);
        check(i64::MAX, "<=", 0);
        check(i64::MIN, ">=", 0);
    }
}
