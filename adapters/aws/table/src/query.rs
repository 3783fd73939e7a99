//! Pages of a partition.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use store::table::{Consistency, Index, Item, Page, Query, SortRange, Start, TableError, Value};

use crate::codec::{self, Map};
use crate::condition::compared;
use crate::error::{Fault, failed};
use crate::placeholders::Placeholders;
use crate::schema::{self, PARTITION_KEY, SORT_KEY};

/// Reads a page without what is expired at the second `now`. DynamoDB ends it at the query's limit or at
/// 1 MB, counted before those are left out, and tells where to go on even when nothing follows.
///
/// # Errors
/// As the port's `query`.
pub async fn page(
    client: &Client,
    table: &str,
    query: &Query,
    now: i64,
) -> Result<Page, TableError> {
    let mut placeholders = Placeholders::default();
    let condition = key_condition(query, &mut placeholders);
    let (names, values) = placeholders.into_maps();
    let call = client
        .query()
        .table_name(table)
        .set_index_name(query.index.map(|index| schema::index(index).name.to_owned()))
        .key_condition_expression(condition)
        .set_expression_attribute_names(names)
        .set_expression_attribute_values(values)
        .scan_index_forward(query.ascending)
        .limit(i32::try_from(query.limit).unwrap_or(i32::MAX))
        .set_exclusive_start_key(query.start.as_ref().map(|start| start_key(query, start)))
        .consistent_read(query.consistency == Consistency::Strong);
    let answer = call.send().await.map_err(|error| failed(table, error))?;

    let items = answer.items.unwrap_or_default().into_iter().map(codec::decode_item);
    let mut items = items.collect::<Result<Vec<Item>, Fault>>()?;
    items.retain(|item| !item.expired(now));
    let next = answer.last_evaluated_key.filter(|key| !key.is_empty());
    let next = next.map(|key| start(query.index, key)).transpose()?;
    Ok(Page { items, next })
}

fn key_names(index: Option<Index>) -> (&'static str, &'static str) {
    index.map_or((PARTITION_KEY, SORT_KEY), Index::attributes)
}

fn key_condition(query: &Query, placeholders: &mut Placeholders) -> String {
    let (partition, sort) = key_names(query.index);
    let within = compared(partition, "=", &Value::S(query.partition.clone()), placeholders);
    let text = |text: &String| Value::S(text.clone());
    let (from, to) = match &query.range {
        SortRange::All => return within,
        SortRange::Prefix(prefix) => {
            let sort = placeholders.name(sort);
            let prefix = placeholders.value(&text(prefix));
            return format!("{within} AND begins_with({sort}, {prefix})");
        }
        SortRange::Between(from, to) => (text(from), text(to)),
        SortRange::NumberBetween(from, to) => (Value::N(*from), Value::N(*to)),
    };
    let from = compared(sort, "BETWEEN", &from, placeholders);
    format!("{within} AND {from} AND {}", placeholders.value(&to))
}

/// A place in a query, told to DynamoDB: it wants the keys of the table and of the index.
fn start_key(query: &Query, start: &Start) -> Map {
    let mut key = codec::encode_key(&start.key);
    if let (Some(index), Some(sort)) = (query.index, &start.index_sort) {
        let (partition_name, sort_name) = index.attributes();
        key.insert(partition_name.to_owned(), AttributeValue::S(query.partition.clone()));
        key.insert(sort_name.to_owned(), codec::encode(sort));
    }
    key
}

fn start(index: Option<Index>, mut last: Map) -> Result<Start, Fault> {
    let key = codec::take_key(&mut last)?;
    let Some(index) = index else { return Ok(Start::at(key)) };
    let name = index.attributes().1;
    match last.remove(name).and_then(codec::decode) {
        Some(sort) => Ok(Start::at_index(key, sort)),
        None => Err(Fault::Damaged { key, attribute: name.to_owned() }),
    }
}
