//! The table that is made is the one that the infrastructure has to make.

use std::sync::Arc;

use aws_connections::connections;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_dynamodb::types::{
    KeySchemaElement, KeyType, ProjectionType, StreamViewType, TableDescription, TimeToLiveStatus,
};
use aws_table::{DynamoTable, DynamoTableConfig, INDEXES};
use contract::TestClock;
use store::table::TableError;

use crate::servers::config;

/// A client that knows nothing of the adapter.
fn outside(config: &DynamoTableConfig) -> Client {
    let mut outside = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .http_client(connections(config.endpoint.as_deref()));
    outside.set_endpoint_url(config.endpoint.clone());
    Client::from_conf(outside.build())
}

fn keys(schema: &[KeySchemaElement]) -> Vec<(&str, KeyType)> {
    schema.iter().map(|key| (key.attribute_name(), key.key_type().clone())).collect()
}

fn kind_of<'a>(table: &'a TableDescription, name: &str) -> &'a str {
    let mut known = table.attribute_definitions().iter();
    known.find(|known| known.attribute_name() == name).unwrap().attribute_type().as_str()
}

#[tokio::test]
async fn the_table_has_its_keys_indexes_stream_and_expiry() {
    let config = config();
    DynamoTable::new(&config, Arc::new(TestClock::default())).create().await.unwrap();
    let client = outside(&config);
    let described = client.describe_table().table_name(&config.table).send().await.unwrap();
    let table = described.table().unwrap();

    assert_eq!(keys(table.key_schema()), [("pk", KeyType::Hash), ("sk", KeyType::Range)]);
    assert_eq!(
        table.billing_mode_summary().unwrap().billing_mode().unwrap().as_str(),
        "PAY_PER_REQUEST"
    );
    let stream = table.stream_specification().unwrap();
    assert_eq!(stream.stream_view_type(), Some(&StreamViewType::NewAndOldImages));

    assert_eq!(table.global_secondary_indexes().len(), INDEXES.len());
    for schema in INDEXES {
        let mut indexes = table.global_secondary_indexes().iter();
        let index = indexes.find(|index| index.index_name() == Some(schema.name)).unwrap();
        let (partition, sort) = schema.index.attributes();
        assert_eq!(keys(index.key_schema()), [(partition, KeyType::Hash), (sort, KeyType::Range)]);
        let projection = index.projection().unwrap().projection_type();
        assert_eq!(projection, Some(&ProjectionType::All), "{}", schema.name);
        let kinds = (kind_of(table, partition), kind_of(table, sort));
        assert_eq!(kinds, ("S", if schema.numeric { "N" } else { "S" }), "{}", schema.name);
    }

    let expiry = client.describe_time_to_live().table_name(&config.table).send().await.unwrap();
    let expiry = expiry.time_to_live_description().unwrap();
    assert_eq!(expiry.attribute_name(), Some("ttl"));
    assert_eq!(expiry.time_to_live_status(), Some(&TimeToLiveStatus::Enabled));
}

#[tokio::test]
async fn a_table_that_is_there_is_not_made_again() {
    let table = DynamoTable::new(&config(), Arc::new(TestClock::default()));
    table.create().await.unwrap();
    let again = table.create().await;
    assert!(matches!(again, Err(TableError::Backend { .. })), "{again:?}");
}
