//! Why DynamoDB says that a condition failed: the write's own, or what its changes need.

use store::table::{FailedCondition, Item, TableError, Write, change, condition};

use crate::codec::{self, Map};
use crate::error::Fault;

/// What a caller is told about one write.
#[derive(Debug)]
pub enum Refusal {
    /// Its condition did not hold of the item as it is.
    Condition(Option<Item>),
    /// Its condition held, but the item cannot be changed so.
    Invalid(TableError),
}

impl Refusal {
    /// Looks again at the item that DynamoDB found: it tells the item, not which part of the condition failed.
    ///
    /// # Errors
    /// The item does not decode.
    pub fn of(write: &Write, found: Option<Map>) -> Result<Self, Fault> {
        let item = found.filter(|map| !map.is_empty()).map(codec::decode_item).transpose()?;
        let attributes = item.as_ref().map(|item| &item.attributes);
        if condition::holds(write.condition(), attributes)
            && let Write::Update(_, changes, _) = write
            && let Err(invalid) = change::apply(attributes.cloned(), changes)
        {
            return Ok(Refusal::Invalid(invalid));
        }
        Ok(Refusal::Condition(item))
    }

    /// The error of a write that stands alone.
    pub fn alone(self) -> TableError {
        match self {
            Refusal::Condition(item) => {
                TableError::ConditionFailed(vec![FailedCondition { write: 0, item }])
            }
            Refusal::Invalid(invalid) => invalid,
        }
    }
}
