//! Argon2 over the embedded table keeps the contract of its port.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use contract::passwords::TestPasswords;
use contract::{TestClock, TestIds};
use domain::UserId;
use domain::ports::{Passwords, PortError};
use embedded_passwords::Argon2Passwords;
use embedded_table::{DataFolder, SqliteTable, SqliteTableConfig};
use store::table::{Condition, Consistency, Item, Table, Value, Write};
use tempfile::TempDir;

struct Argon2 {
    _place: TempDir,
    table: Arc<SqliteTable>,
    passwords: Arc<Argon2Passwords>,
}

#[async_trait]
impl TestPasswords for Argon2 {
    async fn fresh() -> Self {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(place.path()).unwrap();
        let config = SqliteTableConfig { readers: 1, max_bytes: None };
        let clock = Arc::new(TestClock::default());
        let table = Arc::new(SqliteTable::open(&folder, &config, clock).unwrap());
        let ids = Arc::new(TestIds::seeded(1));
        let passwords = Arc::new(Argon2Passwords::new(table.clone(), ids));
        Self { _place: place, table, passwords }
    }

    fn passwords(&self) -> Arc<dyn Passwords> {
        self.passwords.clone()
    }
}

contract::passwords_contract!(Argon2);

async fn stored(argon2: &Argon2, user: &UserId) -> String {
    let item =
        argon2.table.get(&store::keys::password(user), Consistency::Strong).await.unwrap().unwrap();
    let Value::S(hash) = &item.attributes["phc"] else { panic!("{item:?}") };
    hash.clone()
}

async fn store(argon2: &Argon2, user: &UserId, hash: &str) {
    let attributes = BTreeMap::from([("phc".to_owned(), Value::S(hash.to_owned()))]);
    let item = Item { key: store::keys::password(user), attributes };
    argon2.table.write(Write::Put(item, Condition::Always)).await.unwrap();
}

#[tokio::test]
async fn equal_passwords_are_stored_differently_and_never_as_they_are() {
    let argon2 = Argon2::fresh().await;
    let users = [UserId::from_bits(1), UserId::from_bits(2)];
    for user in &users {
        argon2.passwords.set(user, "correct horse").await.unwrap();
    }
    let [first, second] = [stored(&argon2, &users[0]).await, stored(&argon2, &users[1]).await];
    assert_ne!(first, second);
    assert!(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{first}");
    assert!(!first.contains("correct horse"));
}

#[tokio::test]
async fn a_hash_of_older_parameters_is_replaced_once_its_password_is_right() {
    let argon2 = Argon2::fresh().await;
    let user = UserId::from_bits(1);
    let old =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    store(&argon2, &user, old).await;

    assert!(!argon2.passwords.check(Some(&user), "wrong").await.unwrap());
    assert_eq!(stored(&argon2, &user).await, old);
    assert!(argon2.passwords.check(Some(&user), "password").await.unwrap());
    let renewed = stored(&argon2, &user).await;
    assert!(renewed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
    assert!(argon2.passwords.check(Some(&user), "password").await.unwrap());
    assert_eq!(stored(&argon2, &user).await, renewed);
}

#[tokio::test]
async fn a_password_beyond_its_length_is_refused_and_never_right() {
    let argon2 = Argon2::fresh().await;
    let user = UserId::from_bits(1);
    let refused = argon2.passwords.set(&user, &"a".repeat(1025)).await;
    assert!(matches!(refused, Err(PortError::Rejected(_))), "{refused:?}");
    argon2.passwords.set(&user, "").await.unwrap();
    assert!(!argon2.passwords.check(Some(&user), &"a".repeat(1025)).await.unwrap());
}

#[tokio::test]
async fn a_damaged_hash_is_an_error_and_not_a_wrong_password() {
    let argon2 = Argon2::fresh().await;
    let user = UserId::from_bits(1);
    store(&argon2, &user, "not a hash").await;
    assert!(argon2.passwords.check(Some(&user), "not a hash").await.is_err());
}
