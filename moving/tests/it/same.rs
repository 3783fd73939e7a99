//! Whether two places hold the same blog.

use std::collections::BTreeMap;

use store::keys;
use store::table::{Item, Value};

/// Rows by key, without what is the place's own.
pub fn by_key(rows: Vec<Item>) -> BTreeMap<String, Item> {
    let own = |row: &Item| row.key == keys::site("EPOCH");
    let mut rows: Vec<Item> = rows.into_iter().filter(|row| !own(row)).collect();
    for row in rows.iter_mut().filter(|row| keys::parse_topic(&row.key).is_some()) {
        let Some(Value::S(json)) = row.attributes.get("doc") else { continue };
        // The epoch is another one in each place.
        let (before, rest) = json.split_once("\"epoch\":\"").unwrap();
        let (_, after) = rest.split_once('"').unwrap();
        let blank = format!("{before}\"epoch\":\"\"{after}");
        row.attributes.insert("doc".to_owned(), Value::S(blank));
    }
    rows.into_iter().map(|row| (format!("{} {}", row.key.pk, row.key.sk), row)).collect()
}

/// The same rows.
#[track_caller]
pub fn equal(left: &BTreeMap<String, Item>, right: &BTreeMap<String, Item>) {
    let names = |rows: &BTreeMap<String, Item>| rows.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(left), names(right));
    for (name, row) in left {
        assert_eq!(row, &right[name], "{name}");
    }
}
