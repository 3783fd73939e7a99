//! The walk over all rows: a scan.
//!
//! DynamoDB keeps the items of a partition together, in the order of their sort keys, and partitions in the
//! order of their hashes. A scan of one segment meets them so.

use async_trait::async_trait;
use store::table::{Item, Key, TableError, limits};
use store::walk::Walk;

use crate::codec;
use crate::error::failed;
use crate::table::DynamoTable;

/// Strongly consistent: whoever walks compares with what was written just before.
#[async_trait]
impl Walk for DynamoTable {
    async fn rows_after(&self, after: Option<&Key>, limit: u32) -> Result<Vec<Item>, TableError> {
        after.map_or(Ok(()), limits::check_key)?;
        let mut start = after.map(codec::encode_key);
        loop {
            let call = self
                .client
                .scan()
                .table_name(&self.table)
                .set_exclusive_start_key(start)
                .limit(i32::try_from(limit).unwrap_or(i32::MAX))
                .consistent_read(true);
            let answer = call.send().await.map_err(|error| failed(&self.table, error))?;
            let rows = self.seen(answer.items.unwrap_or_default())?;
            start = answer.last_evaluated_key.filter(|key| !key.is_empty());
            // A page of which all is expired is not the end.
            if !rows.is_empty() || start.is_none() {
                return Ok(rows);
            }
        }
    }
}
