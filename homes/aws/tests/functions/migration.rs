//! The function that Cognito asks about passwords that were brought along.

use std::sync::Arc;

use aws_table::DynamoTable;
use domain::UserId;
use domain::ports::Passwords;
use embedded_passwords::Argon2Passwords;
use embedded_system::{SystemClock, SystemIds};
use serde_json::{Value, json};

use crate::home::{blog, environment, table_at};
use crate::runtime::Function;

const PROGRAM: &str = env!("CARGO_BIN_EXE_deepdive-migration");
/// `correct horse battery`, as the doors send it to the pool.
const SENT: &str = "base64:Y29ycmVjdCBob3JzZSBiYXR0ZXJ5";

fn event(user: &UserId, password: &str) -> Value {
    json!({
        "version": "1",
        "triggerSource": "UserMigration_Authentication",
        "region": "us-east-1",
        "userPoolId": "us-east-1_a1b2c3d4e",
        "userName": user.as_str(),
        "callerContext": { "awsSdkVersion": "aws-sdk-rust/1.3", "clientId": "1example23456789" },
        "request": { "password": password, "validationData": null, "clientMetadata": null },
        "response": { "userAttributes": null, "finalUserStatus": null, "messageAction": null },
    })
}

#[tokio::test]
async fn who_brought_a_password_is_taken_over_with_it_and_nobody_else_is() {
    let (_, table) = blog().await;
    let clock = Arc::new(SystemClock);
    let ids = Arc::new(SystemIds::new(clock.clone()).unwrap());
    let there = Arc::new(DynamoTable::new(&table_at(&table), clock));
    let [kim, lee] = [1, 2].map(UserId::from_bits);
    // As an import leaves it: the row that the embedded home wrote.
    let brought = Argon2Passwords::new(there, ids);
    brought.set(&kim, "correct horse battery").await.unwrap();

    let mut migration = Function::start(PROGRAM, &environment(&table)).await;
    let taken = migration.invoke(event(&kim, SENT)).await;
    assert_eq!(taken["response"]["finalUserStatus"], "CONFIRMED", "{taken:#}");
    assert_eq!(taken["response"]["messageAction"], "SUPPRESS");
    for other in [event(&kim, "base64:d3Jvbmc"), event(&lee, SENT)] {
        assert_eq!(migration.invoke(other.clone()).await, other);
    }
}
