//! Values, keys and items as DynamoDB holds them, and back.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use store::table::{Item, Key, Value};

use crate::error::Fault;
use crate::schema::{PARTITION_KEY, SORT_KEY};

/// An item or a key, as DynamoDB gives and takes it.
pub type Map = HashMap<String, AttributeValue>;

/// A value, told to DynamoDB.
pub fn encode(value: &Value) -> AttributeValue {
    match value {
        Value::S(text) => AttributeValue::S(text.clone()),
        Value::N(number) => AttributeValue::N(number.to_string()),
        Value::Bool(yes) => AttributeValue::Bool(*yes),
        Value::B(bytes) => AttributeValue::B(Blob::new(bytes.clone())),
        Value::L(values) => AttributeValue::L(values.iter().map(encode).collect()),
        Value::M(map) => AttributeValue::M(
            map.iter().map(|(name, value)| (name.clone(), encode(value))).collect(),
        ),
    }
}

/// A key, told to DynamoDB.
pub fn encode_key(key: &Key) -> Map {
    Map::from([
        (PARTITION_KEY.to_owned(), AttributeValue::S(key.pk.clone())),
        (SORT_KEY.to_owned(), AttributeValue::S(key.sk.clone())),
    ])
}

/// An item with its key, told to DynamoDB.
pub fn encode_item(item: &Item) -> Map {
    let mut map = encode_key(&item.key);
    map.extend(item.attributes.iter().map(|(name, value)| (name.clone(), encode(value))));
    map
}

/// A value that DynamoDB holds; none of a kind that this project does not write: a set, null, a number that
/// is not whole or leaves 64 bits.
pub fn decode(value: AttributeValue) -> Option<Value> {
    Some(match value {
        AttributeValue::S(text) => Value::S(text),
        AttributeValue::N(number) => Value::N(number.parse().ok()?),
        AttributeValue::Bool(yes) => Value::Bool(yes),
        AttributeValue::B(bytes) => Value::B(bytes.into_inner()),
        AttributeValue::L(values) => {
            Value::L(values.into_iter().map(decode).collect::<Option<_>>()?)
        }
        AttributeValue::M(map) => Value::M(
            map.into_iter()
                .map(|(name, value)| Some((name, decode(value)?)))
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}

/// Takes the key out of what DynamoDB holds.
///
/// # Errors
/// `NoKey`.
pub fn take_key(map: &mut Map) -> Result<Key, Fault> {
    let mut text = |name: &'static str| match map.remove(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(Fault::NoKey(name)),
    };
    Ok(Key { pk: text(PARTITION_KEY)?, sk: text(SORT_KEY)? })
}

/// An item that DynamoDB holds.
///
/// # Errors
/// `NoKey`, `Damaged`.
pub fn decode_item(mut map: Map) -> Result<Item, Fault> {
    let key = take_key(&mut map)?;
    let attributes = map
        .into_iter()
        .map(|(name, value)| match decode(value) {
            Some(value) => Ok((name, value)),
            None => Err(Fault::Damaged { key: key.clone(), attribute: name }),
        })
        .collect::<Result<_, Fault>>()?;
    Ok(Item { key, attributes })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeMap;

    use super::*;

    fn held(value: AttributeValue) -> Map {
        let mut map = encode_key(&Key::new("P#1", "META"));
        map.insert("a".to_owned(), value);
        map
    }

    #[test]
    fn an_item_comes_back_as_it_was_told() {
        let nested = BTreeMap::from([("".into(), Value::L(vec![Value::Bool(true), Value::N(-1)]))]);
        let attributes = BTreeMap::from([
            ("title".to_owned(), Value::S("형태소 \0".into())),
            ("low".to_owned(), Value::N(i64::MIN)),
            ("high".to_owned(), Value::N(i64::MAX)),
            ("bytes".to_owned(), Value::B((0..=255).collect())),
            ("parts".to_owned(), Value::M(nested)),
        ]);
        let item = Item { key: Key::new("P#1", "META"), attributes };
        assert_eq!(decode_item(encode_item(&item)).unwrap(), item);
    }

    #[test]
    fn what_this_project_does_not_write_is_damage_that_names_its_place() {
        let number = |text: &str| AttributeValue::N(text.to_owned());
        for value in [
            AttributeValue::Null(true),
            AttributeValue::Ss(vec!["a".to_owned()]),
            number("1.5"),
            number("9223372036854775808"),
            AttributeValue::L(vec![number("1e3")]),
        ] {
            let fault = decode_item(held(value.clone())).unwrap_err();
            let expected =
                "the attribute a of the item P#1 META is of no kind that is written here";
            assert_eq!(fault.to_string(), expected, "{value:?}");
        }
    }

    #[test]
    fn an_item_without_its_key_is_no_item() {
        let fault = decode_item(Map::new()).unwrap_err();
        assert_eq!(fault.to_string(), "an item has no text pk");
    }
}
