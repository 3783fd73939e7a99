//! What the table has to be on AWS. The infrastructure that makes it there says the same; here it is made
//! for tests and emulators.
//!
//! Billed by request, so that an idle blog costs nothing. Its stream tells each change with the item before
//! and after it, which wakes what works after the answer.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType,
    TimeToLiveSpecification,
};
use store::table::{Index, TTL, TableError};

use crate::error::{failed, unmade};

/// The partition key, a text.
pub const PARTITION_KEY: &str = "pk";
/// The sort key, a text.
pub const SORT_KEY: &str = "sk";

/// A table that is not ready after so long is not going to be.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// A global secondary index. It holds whole items (projection ALL); its partition key is a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexSchema {
    /// Which of the port's.
    pub index: Index,
    /// Its name on AWS.
    pub name: &'static str,
    /// Whether its sort key is a number, else a text.
    pub numeric: bool,
}

/// All indexes; their key attributes are [`Index::attributes`].
pub const INDEXES: [IndexSchema; 3] = [
    IndexSchema { index: Index::Gsi1, name: "gsi1", numeric: false },
    IndexSchema { index: Index::Gsi2, name: "gsi2", numeric: false },
    IndexSchema { index: Index::Gsi3, name: "gsi3", numeric: true },
];

/// An index of the port, on AWS.
pub fn index(index: Index) -> IndexSchema {
    match index {
        Index::Gsi1 => INDEXES[0],
        Index::Gsi2 => INDEXES[1],
        Index::Gsi3 => INDEXES[2],
    }
}

/// Makes the table and waits until it is ready.
///
/// # Errors
/// `Backend` - there is one of this name, or it may not be made; `Unavailable`.
pub async fn create(client: &Client, table: &str) -> Result<(), TableError> {
    let mut call = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(keys(PARTITION_KEY, SORT_KEY).map_err(unmade)?))
        .attribute_definitions(attribute(PARTITION_KEY, false).map_err(unmade)?)
        .attribute_definitions(attribute(SORT_KEY, false).map_err(unmade)?)
        .stream_specification(
            StreamSpecification::builder()
                .stream_enabled(true)
                .stream_view_type(StreamViewType::NewAndOldImages)
                .build()
                .map_err(unmade)?,
        );
    for schema in INDEXES {
        let (partition, sort) = schema.index.attributes();
        call = call
            .attribute_definitions(attribute(partition, false).map_err(unmade)?)
            .attribute_definitions(attribute(sort, schema.numeric).map_err(unmade)?)
            .global_secondary_indexes(global_index(schema).map_err(unmade)?);
    }
    call.send().await.map_err(|error| failed(table, error))?;
    let ready = client.wait_until_table_exists().table_name(table).wait(READY_WITHIN).await;
    ready.map_err(|_| TableError::Unavailable)?;

    let expiry = TimeToLiveSpecification::builder().attribute_name(TTL).enabled(true).build();
    let call = client.update_time_to_live().table_name(table);
    let call = call.time_to_live_specification(expiry.map_err(unmade)?);
    call.send().await.map_err(|error| failed(table, error))?;
    Ok(())
}

fn global_index(schema: IndexSchema) -> Result<GlobalSecondaryIndex, BuildError> {
    let (partition, sort) = schema.index.attributes();
    GlobalSecondaryIndex::builder()
        .index_name(schema.name)
        .set_key_schema(Some(keys(partition, sort)?))
        .projection(Projection::builder().projection_type(ProjectionType::All).build())
        .build()
}

fn keys(partition: &str, sort: &str) -> Result<Vec<KeySchemaElement>, BuildError> {
    let key = |name, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    Ok(vec![key(partition, KeyType::Hash)?, key(sort, KeyType::Range)?])
}

fn attribute(name: &str, numeric: bool) -> Result<AttributeDefinition, BuildError> {
    let kind = if numeric { ScalarAttributeType::N } else { ScalarAttributeType::S };
    AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build()
}
