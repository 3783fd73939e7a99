//! How large an item is, by DynamoDB's published rule, so that what fits here fits there.

use super::{Attributes, Key, Value};

/// Bytes of an item, its keys and names included.
pub fn of_item(key: &Key, attributes: &Attributes) -> usize {
    let keys = "pk".len() + key.pk.len() + "sk".len() + key.sk.len();
    keys + attributes.iter().map(|(name, value)| name.len() + of_value(value)).sum::<usize>()
}

fn of_value(value: &Value) -> usize {
    match value {
        Value::S(text) => text.len(),
        // A byte for two digits, one for the number itself, one for a sign.
        Value::N(number) => {
            let digits = number.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1;
            digits.div_ceil(2) + 1 + usize::from(*number < 0)
        }
        Value::Bool(_) => 1,
        Value::B(bytes) => bytes.len(),
        Value::L(values) => 3 + values.iter().map(|value| 1 + of_value(value)).sum::<usize>(),
        Value::M(map) => {
            3 + map.iter().map(|(name, value)| 1 + name.len() + of_value(value)).sum::<usize>()
        }
    }
}
