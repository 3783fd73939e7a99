//! Rows: entities as items and back. Every row has `v`, the version of its form; readers upgrade older
//! ones and ignore fields that they do not know.

use std::collections::BTreeMap;

use domain::ports::PortError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::table::{Attributes, Item, Key, Value};

/// The form that is written now.
pub const VERSION: i64 = 1;
/// The attribute that holds the entity, as JSON.
pub const DOC: &str = "doc";
/// The attribute that conditions compare.
pub const REVISION: &str = "n";
/// The attribute that holds a body, compressed with zstd.
pub const BODY: &str = "body";

/// An entity as JSON.
///
/// # Errors
/// Never in practice: entities have only serialisable fields.
pub fn doc<T: Serialize>(entity: &T) -> Result<Value, PortError> {
    serde_json::to_string(entity).map(Value::S).map_err(|error| PortError::backend("rows", error))
}

/// An item that holds an entity.
///
/// # Errors
/// As [`doc`].
pub fn item<T: Serialize>(key: Key, entity: &T) -> Result<Item, PortError> {
    let attributes =
        Attributes::from([("v".to_owned(), Value::N(VERSION)), (DOC.to_owned(), doc(entity)?)]);
    Ok(Item { key, attributes })
}

/// Adds an attribute.
#[must_use]
pub fn with(mut item: Item, name: &str, value: Value) -> Item {
    item.attributes.insert(name.to_owned(), value);
    item
}

/// Checks that this release can read a row.
///
/// # Errors
/// `Corrupt` when it is of a newer form.
pub fn check_form(item: &Item) -> Result<(), PortError> {
    match item.attributes.get("v") {
        Some(Value::N(version)) if *version <= VERSION => Ok(()),
        _ => Err(corrupt(&item.key, "v")),
    }
}

/// Reads the entity of an item.
///
/// # Errors
/// `Corrupt` when it is of a newer form, or does not parse.
pub fn entity<T: DeserializeOwned>(item: &Item) -> Result<T, PortError> {
    check_form(item)?;
    let Some(Value::S(json)) = item.attributes.get(DOC) else {
        return Err(corrupt(&item.key, DOC));
    };
    serde_json::from_str(json).map_err(|_| corrupt(&item.key, DOC))
}

/// Reads the JSON values of a map attribute; empty when it is not there.
///
/// # Errors
/// `Corrupt` when one does not parse.
pub fn map<T: DeserializeOwned>(item: &Item, name: &'static str) -> Result<Vec<T>, PortError> {
    let empty = BTreeMap::new();
    let entries = match item.attributes.get(name) {
        None => &empty,
        Some(Value::M(entries)) => entries,
        Some(_) => return Err(corrupt(&item.key, name)),
    };
    entries
        .values()
        .map(|value| match value {
            Value::S(json) => serde_json::from_str(json).map_err(|_| corrupt(&item.key, name)),
            _ => Err(corrupt(&item.key, name)),
        })
        .collect()
}

/// An item that holds a text, compressed.
///
/// # Errors
/// If the compressor fails.
pub fn text(key: Key, text: &str) -> Result<Item, PortError> {
    let packed = zstd::encode_all(text.as_bytes(), 3).map_err(|e| PortError::backend("zstd", e))?;
    let attributes = Attributes::from([
        ("v".to_owned(), Value::N(VERSION)),
        (BODY.to_owned(), Value::B(packed)),
    ]);
    Ok(Item { key, attributes })
}

/// Reads the text of an item.
///
/// # Errors
/// `Corrupt` when it does not unpack to UTF-8, or to more than 8 MB.
pub fn read_text(item: &Item) -> Result<String, PortError> {
    use std::io::Read;
    const UNPACKED_BYTES: u64 = 8 * 1024 * 1024;

    let Some(Value::B(packed)) = item.attributes.get(BODY) else {
        return Err(corrupt(&item.key, BODY));
    };
    let mut text = String::new();
    let decoder = zstd::Decoder::new(packed.as_slice()).map_err(|_| corrupt(&item.key, BODY))?;
    decoder.take(UNPACKED_BYTES).read_to_string(&mut text).map_err(|_| corrupt(&item.key, BODY))?;
    Ok(text)
}

/// A text attribute.
pub fn string<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    match item.attributes.get(name) {
        Some(Value::S(text)) => Some(text),
        _ => None,
    }
}

/// A damaged row.
pub fn corrupt(key: &Key, field: &'static str) -> PortError {
    PortError::Corrupt { table: "single table", field, id: format!("{} {}", key.pk, key.sk) }
}
