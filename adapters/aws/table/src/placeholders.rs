//! Names and values of an expression. They never stand in its text, so no name is a reserved word and no
//! value is ever read as one.

use std::collections::HashMap;

use store::table::Value;

use crate::codec::{self, Map};

/// What the placeholders of a call's expressions stand for.
#[derive(Debug, Default)]
pub struct Placeholders {
    names: Vec<String>,
    values: Map,
}

impl Placeholders {
    /// The placeholder of a name, the same each time.
    pub fn name(&mut self, name: &str) -> String {
        let known = self.names.iter().position(|known| known == name);
        let number = known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        format!("#{number}")
    }

    /// A placeholder of a value.
    pub fn value(&mut self, value: &Value) -> String {
        let placeholder = format!(":{}", self.values.len());
        self.values.insert(placeholder.clone(), codec::encode(value));
        placeholder
    }

    /// Names and values as DynamoDB takes them: it refuses empty ones.
    pub fn into_maps(self) -> (Option<HashMap<String, String>>, Option<Map>) {
        let names = self.names.into_iter().enumerate();
        let names: HashMap<_, _> =
            names.map(|(number, name)| (format!("#{number}"), name)).collect();
        (
            Some(names).filter(|names| !names.is_empty()),
            Some(self.values).filter(|values| !values.is_empty()),
        )
    }
}
