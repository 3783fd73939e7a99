//! What Cognito asks when somebody signs in whom its pool does not know: whether they brought a password along.
//!
//! A blog that moved here has its passwords as hashes in the table, as the embedded home kept them. Who signs in
//! with theirs is taken over into the pool with it, and this function is not asked for them again.

use std::sync::Arc;

use aws_table::DynamoTable;
use domain::UserId;
use domain::ports::{Clock, IdSource, Passwords};
use embedded_passwords::Argon2Passwords;
use embedded_system::{SystemClock, SystemIds};
use lambda_runtime::Error;
use serde_json::{Value, json};

use crate::config::Environment;
use crate::records::OpenError;

/// The one occasion for which a password comes along.
const SIGN_IN: &str = "UserMigration_Authentication";

/// Answers the pool.
pub struct Migration {
    brought: Box<dyn Passwords>,
}

impl Migration {
    /// Connects when it is first asked.
    ///
    /// # Errors
    /// [`OpenError`]
    pub fn open(environment: &Environment) -> Result<Self, OpenError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ids: Arc<dyn IdSource> = Arc::new(SystemIds::new(clock.clone())?);
        let table = Arc::new(DynamoTable::new(&environment.table()?, clock));
        Ok(Migration { brought: Box::new(Argon2Passwords::new(table, ids)) })
    }

    /// The event again, with what the pool shall know of the user: only when the password is the one that they
    /// brought. Otherwise it is as it came, and the pool says of the sign-in what it says of every wrong one.
    ///
    /// # Errors
    /// The table failed.
    pub async fn answer(&self, mut event: Value) -> Result<Value, Error> {
        let Some((user, password)) = asked(&event) else { return Ok(event) };
        if self.brought.check(Some(&user), &password).await? {
            tracing::info!(user.id = %user, "a password that was brought along is the pool's now");
            let response = &mut event["response"];
            // The pool wants to be told something, and knows no more than the id of anybody.
            response["userAttributes"] = json!({ "preferred_username": user });
            response["finalUserStatus"] = json!("CONFIRMED");
            response["messageAction"] = json!("SUPPRESS");
        }
        Ok(event)
    }
}

/// Who signs in, with which password. Whoever is nobody of ours, or forgot their password, brought none.
fn asked(event: &Value) -> Option<(UserId, String)> {
    if event["triggerSource"] != SIGN_IN {
        return None;
    }
    let user = UserId::parse(event["userName"].as_str()?).ok()?;
    let password = aws_passwords::told(event["request"]["password"].as_str()?)?;
    Some((user, password))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use async_trait::async_trait;
    use domain::ports::PortError;

    use super::*;

    const ID: &str = "01m8kkzmb7qs74erh8gb1qjsys";
    /// `correct horse` as the adapter sends it.
    const SENT: &str = "base64:Y29ycmVjdCBob3JzZQ";

    /// One person brought a password.
    struct Brought;

    #[async_trait]
    impl Passwords for Brought {
        async fn set(&self, _: &UserId, _: &str) -> Result<(), PortError> {
            panic!("nobody sets one here")
        }

        async fn check(&self, user: Option<&UserId>, password: &str) -> Result<bool, PortError> {
            Ok(user.unwrap().as_str() == ID && password == "correct horse")
        }
    }

    /// As Cognito's guide shows it.
    fn event(source: &str, user: &str, password: &str) -> Value {
        json!({
            "version": "1",
            "triggerSource": source,
            "region": "ap-northeast-2",
            "userPoolId": "ap-northeast-2_a1b2c3d4e",
            "userName": user,
            "callerContext": { "awsSdkVersion": "aws-sdk-rust/1.3", "clientId": "1example23456789" },
            "request": { "password": password, "validationData": null, "clientMetadata": null },
            "response": {
                "userAttributes": null,
                "forceAliasCreation": null,
                "enableSMSMFA": null,
                "finalUserStatus": null,
                "messageAction": null,
                "desiredDeliveryMediums": null,
            },
        })
    }

    async fn answer(event: &Value) -> Value {
        Migration { brought: Box::new(Brought) }.answer(event.clone()).await.unwrap()
    }

    #[tokio::test]
    async fn who_signs_in_with_the_password_that_they_brought_is_taken_over_without_a_word() {
        let event = event(SIGN_IN, ID, SENT);
        let answer = answer(&event).await;
        let response = &answer["response"];
        assert_eq!(response["userAttributes"], json!({ "preferred_username": ID }));
        assert_eq!(response["finalUserStatus"], "CONFIRMED");
        assert_eq!(response["messageAction"], "SUPPRESS");
        assert_eq!(answer["request"], event["request"]);
    }

    #[tokio::test]
    async fn nobody_else_is() {
        for event in [
            event(SIGN_IN, ID, "base64:d3Jvbmc"),
            // Sent as it is, which nobody of ours does.
            event(SIGN_IN, ID, "correct horse"),
            event(SIGN_IN, "01m8kkzmb7qs74erh8gb1qjsyt", SENT),
            event(SIGN_IN, "nobody", SENT),
            event("UserMigration_ForgotPassword", ID, SENT),
            json!({ "triggerSource": SIGN_IN, "userName": ID }),
            json!({}),
        ] {
            assert_eq!(answer(&event).await, event);
        }
    }
}
