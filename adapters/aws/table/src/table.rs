//! The port, as DynamoDB keeps it.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use domain::ports::Clock;
use store::table::{Batch, Consistency, Item, Key, Page, Query, Table, TableError, Write, limits};

use crate::client;
use crate::codec::{self, Map};
use crate::config::DynamoTableConfig;
use crate::error::{Fault, failed, unmade};
use crate::{query, schema, transaction, write};

/// The single table in DynamoDB.
///
/// An acknowledged write is in two availability zones at least. Reads that need not be strong may be a
/// moment late, and indexes always may.
///
/// Wrong calls are refused before DynamoDB is asked, by the rules of every home; what only the stored item
/// can tell (its size after an update, a sum beyond 64 bits), DynamoDB decides together with the write.
pub struct DynamoTable {
    pub(crate) client: Client,
    pub(crate) table: String,
    clock: Arc<dyn Clock>,
}

impl DynamoTable {
    /// A table that is there already. Calls nothing yet; `clock` decides what is expired.
    pub fn new(config: &DynamoTableConfig, clock: Arc<dyn Clock>) -> Self {
        Self { client: client::client(config), table: config.table.clone(), clock }
    }

    /// Makes the table and waits until it is ready, for tests and emulators: on AWS the infrastructure
    /// makes it.
    ///
    /// # Errors
    /// `Backend` - there is one of this name, or it may not be made; `Unavailable`.
    pub async fn create(&self) -> Result<(), TableError> {
        schema::create(&self.client, &self.table).await
    }

    fn now(&self) -> i64 {
        self.clock.now().seconds()
    }

    /// Decodes items and leaves out those that are expired.
    pub(crate) fn seen(&self, found: impl IntoIterator<Item = Map>) -> Result<Vec<Item>, Fault> {
        let now = self.now();
        let items = found.into_iter().map(codec::decode_item);
        items.filter(|item| !matches!(item, Ok(item) if item.expired(now))).collect()
    }
}

#[async_trait]
impl Table for DynamoTable {
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Item>, TableError> {
        limits::check_key(key)?;
        let call = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(codec::encode_key(key)))
            .consistent_read(consistency == Consistency::Strong);
        let answer = call.send().await.map_err(|error| failed(&self.table, error))?;
        Ok(self.seen(answer.item)?.pop())
    }

    /// One call. What DynamoDB leaves unprocessed, for its size or because it is throttled, is the caller's
    /// to ask for again.
    async fn batch_get(&self, keys: &[Key], consistency: Consistency) -> Result<Batch, TableError> {
        limits::check_batch(keys)?;
        if keys.is_empty() {
            return Ok(Batch { items: vec![], unprocessed: vec![] });
        }
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys.iter().map(codec::encode_key).collect()))
            .consistent_read(consistency == Consistency::Strong)
            .build()
            .map_err(unmade)?;
        let call = self.client.batch_get_item().request_items(&self.table, wanted);
        let answer = call.send().await.map_err(|error| failed(&self.table, error))?;

        let found = of_table(answer.responses, &self.table).unwrap_or_default();
        let left = of_table(answer.unprocessed_keys, &self.table);
        let mut left = left.map(|left| left.keys).unwrap_or_default();
        let unprocessed = left.iter_mut().map(codec::take_key).collect::<Result<_, Fault>>()?;
        Ok(Batch { items: self.seen(found)?, unprocessed })
    }

    async fn query(&self, query: &Query) -> Result<Page, TableError> {
        limits::check_query(query)?;
        query::page(&self.client, &self.table, query, self.now()).await
    }

    async fn write(&self, write: Write) -> Result<Option<Item>, TableError> {
        limits::check_single(&write)?;
        write::write(&self.client, &self.table, write).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TableError> {
        limits::check_transaction(&writes)?;
        if writes.is_empty() {
            return Ok(());
        }
        transaction::transact(&self.client, &self.table, &writes).await
    }
}

/// What an answer that is told by tables says of this one.
fn of_table<T>(by_table: Option<HashMap<String, T>>, table: &str) -> Option<T> {
    by_table?.remove(table)
}
