//! What a write requires and changes, as DynamoDB is told it.

use std::collections::HashMap;

use store::table::{Condition, Write};

use crate::codec::Map;
use crate::condition;
use crate::placeholders::Placeholders;
use crate::update;

/// The expressions of a write, and what their placeholders stand for.
#[derive(Debug)]
pub struct Expressions {
    /// What an update changes.
    pub update: Option<String>,
    /// What must hold: the write's condition and what its changes need.
    pub condition: Option<String>,
    /// Names of attributes.
    pub names: Option<HashMap<String, String>>,
    /// Values.
    pub values: Option<Map>,
}

impl Expressions {
    /// Those of a write. A check has a condition even where it asks for nothing: it consists of it.
    pub fn of(write: &Write) -> Self {
        let mut placeholders = Placeholders::default();
        let mut required = vec![];
        if matches!(write, Write::Check(..)) || *write.condition() != Condition::Always {
            required.push(condition::text(write.condition(), &mut placeholders));
        }
        let mut update = None;
        if let Write::Update(_, changes, _) = write {
            required.extend(update::needs(changes, &mut placeholders));
            update = Some(update::text(changes, &mut placeholders));
        }
        let condition = Some(required).filter(|required| !required.is_empty()).map(condition::all);
        let (names, values) = placeholders.into_maps();
        Self { update, condition, names, values }
    }
}
