//! What the contract does not ask, and DynamoDB could answer differently.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_table::DynamoTable;
use contract::TestClock;
use store::table::{Change, Condition, Consistency, Item, Key, Table, TableError, Value, Write};

use crate::servers::config;

async fn fresh() -> DynamoTable {
    let table = DynamoTable::new(&config(), Arc::new(TestClock::default()));
    table.create().await.unwrap();
    table
}

fn key() -> Key {
    Key::new("P#1", "META")
}

fn update(changes: Vec<Change>, condition: Condition) -> Write {
    Write::Update(key(), changes, condition)
}

async fn stored(table: &DynamoTable) -> Option<BTreeMap<String, Value>> {
    table.get(&key(), Consistency::Strong).await.unwrap().map(|item| item.attributes)
}

#[tokio::test]
async fn an_update_without_changes_makes_the_item_and_changes_none() {
    let table = fresh().await;
    let made = table.write(update(vec![], Condition::Always)).await.unwrap();
    assert_eq!(made, Some(Item { key: key(), attributes: BTreeMap::new() }));
    assert_eq!(stored(&table).await, Some(BTreeMap::new()));

    table.write(update(vec![Change::Set("a", Value::N(1))], Condition::Always)).await.unwrap();
    let kept = Some(BTreeMap::from([("a".to_owned(), Value::N(1))]));
    table.transact(vec![update(vec![], Condition::Present)]).await.unwrap();
    assert_eq!(stored(&table).await, kept);
    let same = table.write(update(vec![], Condition::Present)).await.unwrap();
    assert_eq!(same.map(|item| item.attributes), kept);
}

#[tokio::test]
async fn an_update_that_only_removes_makes_the_item_that_is_not_there() {
    let table = fresh().await;
    table.transact(vec![update(vec![Change::Remove("a")], Condition::Always)]).await.unwrap();
    assert_eq!(stored(&table).await, Some(BTreeMap::new()));
}

#[tokio::test]
async fn conditions_that_ask_for_nothing_or_everything_are_taken() {
    let table = fresh().await;
    let check = |condition| vec![Write::Check(key(), condition)];
    let holds = [
        Condition::Always,
        Condition::All(vec![]),
        Condition::All(vec![Condition::Always]),
        Condition::Any(vec![Condition::Absent, Condition::Any(vec![])]),
        Condition::All(vec![Condition::All(vec![Condition::All(vec![Condition::Absent])])]),
    ];
    for condition in holds {
        let checked = table.transact(check(condition.clone())).await;
        assert!(checked.is_ok(), "{condition:?}: {checked:?}");
    }
    for condition in [Condition::Any(vec![]), Condition::All(vec![Condition::Any(vec![])])] {
        let refused = table.transact(check(condition.clone())).await;
        assert!(
            matches!(refused, Err(TableError::ConditionFailed(_))),
            "{condition:?}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn of_a_failed_condition_and_a_change_that_cannot_be_made_the_condition_is_told() {
    let table = fresh().await;
    let full =
        Item { key: key(), attributes: BTreeMap::from([("n".to_owned(), Value::N(i64::MAX))]) };
    table.write(Write::Put(full.clone(), Condition::Always)).await.unwrap();
    let beyond = |condition| update(vec![Change::Add("n", 1)], condition);

    let stale = table.write(beyond(Condition::Equals("n", Value::N(0)))).await;
    let Err(TableError::ConditionFailed(failed)) = stale else { panic!("{stale:?}") };
    assert_eq!(failed[0].item.as_ref(), Some(&full));
    let told = table.write(beyond(Condition::Present)).await;
    assert!(
        matches!(&told, Err(TableError::Invalid(why)) if why.contains("n would leave 64 bits"))
    );

    let other = Write::Check(Key::new("P#2", "META"), Condition::Present);
    let both = table.transact(vec![beyond(Condition::Always), other]).await;
    let Err(TableError::ConditionFailed(failed)) = both else { panic!("{both:?}") };
    assert_eq!((failed.len(), failed[0].write), (1, 1));
    assert_eq!(stored(&table).await, Some(full.attributes));
}

#[tokio::test]
async fn names_that_dynamodb_reserves_are_names_as_any_other() {
    let table = fresh().await;
    let changes = vec![
        Change::Set("name", Value::S("a".into())),
        Change::Set("status", Value::N(1)),
        Change::Add("size", 2),
        Change::Set("a.b", Value::Bool(true)),
    ];
    let made = table.write(update(changes, Condition::Lacks("values"))).await.unwrap().unwrap();
    assert_eq!(made.attributes.len(), 4);
    assert_eq!(stored(&table).await, Some(made.attributes));
}

#[tokio::test]
async fn a_table_that_is_not_there_is_named() {
    let config = config();
    let table = DynamoTable::new(&config, Arc::new(TestClock::default()));
    let missing = table.get(&key(), Consistency::Strong).await.unwrap_err();
    let TableError::Backend { source, .. } = missing else { panic!("{missing:?}") };
    assert!(source.to_string().contains(&config.table), "{source}");
}
