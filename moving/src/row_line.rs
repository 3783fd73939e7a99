//! A row as a line of JSON: `{"pk":"P#1","sk":"META","attributes":{"v":{"N":1},"doc":{"S":"..."}}}`.
//!
//! Values are spelled as DynamoDB spells them, but for numbers, which are JSON's own, and lists and maps,
//! which hold values alone. Attributes are in the order of their names, so equal rows are equal lines.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use store::table::{Item, Key, Value};

#[derive(serde::Serialize, serde::Deserialize)]
struct Line {
    pk: String,
    sk: String,
    attributes: BTreeMap<String, Spelled>,
}

#[derive(serde::Serialize, serde::Deserialize)]
enum Spelled {
    /// Text.
    S(String),
    /// A whole number.
    N(i64),
    /// True or false.
    #[serde(rename = "BOOL")]
    Bool(bool),
    /// Bytes, in base64.
    B(String),
    /// A list.
    L(Vec<Spelled>),
    /// A map.
    M(BTreeMap<String, Spelled>),
}

/// Writes a row, without a line break.
///
/// # Errors
/// Never in practice: a row has only what JSON can hold.
pub fn write(row: &Item) -> Result<Vec<u8>, serde_json::Error> {
    let attributes = row.attributes.iter().map(|(name, value)| (name.clone(), spell(value)));
    let (pk, sk) = (row.key.pk.clone(), row.key.sk.clone());
    serde_json::to_vec(&Line { pk, sk, attributes: attributes.collect() })
}

/// Reads what [`write`] wrote; none of anything else.
pub fn read(line: &[u8]) -> Option<Item> {
    let Line { pk, sk, attributes } = serde_json::from_slice(line).ok()?;
    let attributes = attributes.into_iter().map(|(name, value)| Some((name, meant(value)?)));
    Some(Item { key: Key { pk, sk }, attributes: attributes.collect::<Option<_>>()? })
}

fn spell(value: &Value) -> Spelled {
    match value {
        Value::S(text) => Spelled::S(text.clone()),
        Value::N(number) => Spelled::N(*number),
        Value::Bool(yes) => Spelled::Bool(*yes),
        Value::B(bytes) => Spelled::B(STANDARD.encode(bytes)),
        Value::L(values) => Spelled::L(values.iter().map(spell).collect()),
        Value::M(map) => {
            Spelled::M(map.iter().map(|(name, value)| (name.clone(), spell(value))).collect())
        }
    }
}

fn meant(value: Spelled) -> Option<Value> {
    Some(match value {
        Spelled::S(text) => Value::S(text),
        Spelled::N(number) => Value::N(number),
        Spelled::Bool(yes) => Value::Bool(yes),
        Spelled::B(text) => Value::B(STANDARD.decode(text).ok()?),
        Spelled::L(values) => Value::L(values.into_iter().map(meant).collect::<Option<_>>()?),
        Spelled::M(map) => {
            let entries = map.into_iter().map(|(name, value)| Some((name, meant(value)?)));
            Value::M(entries.collect::<Option<_>>()?)
        }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back_as_it_was_written() {
        let nested = BTreeMap::from([("".into(), Value::L(vec![Value::Bool(true), Value::N(-1)]))]);
        let attributes = BTreeMap::from([
            ("title".to_owned(), Value::S("형태소 \0\n".into())),
            ("low".to_owned(), Value::N(i64::MIN)),
            ("high".to_owned(), Value::N(i64::MAX)),
            ("bytes".to_owned(), Value::B((0..=255).collect())),
            ("parts".to_owned(), Value::M(nested)),
        ]);
        let row = Item { key: Key::new("P#1", "META"), attributes };
        let line = write(&row).unwrap();
        assert!(!line.contains(&b'\n'));
        assert_eq!(read(&line).unwrap(), row);
    }

    #[test]
    fn the_form_is_the_one_that_is_documented() {
        let attributes = [("n".to_owned(), Value::N(7)), ("b".to_owned(), Value::B(vec![1, 2]))];
        let row = Item { key: Key::new("P#1", "META"), attributes: attributes.into() };
        let line = String::from_utf8(write(&row).unwrap()).unwrap();
        let documented = r#"{"pk":"P#1","sk":"META","attributes":{"b":{"B":"AQI="},"n":{"N":7}}}"#;
        assert_eq!(line, documented);
    }

    #[test]
    fn what_is_no_row_is_none() {
        for line in [
            &b""[..],
            b"{}",
            br#"{"pk":"a","sk":"b"}"#,
            br#"{"pk":"a","sk":"b","attributes":{"n":{"N":1.5}}}"#,
            br#"{"pk":"a","sk":"b","attributes":{"b":{"B":"?"}}}"#,
            br#"{"pk":"a","sk":"b","attributes":{"n":{"SS":["a"]}}}"#,
        ] {
            assert_eq!(read(line), None, "{}", String::from_utf8_lossy(line));
        }
    }
}
