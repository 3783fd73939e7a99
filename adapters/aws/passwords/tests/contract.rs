//! Passwords in a user pool keep the contract of their port, against MiniStack.
//!
//! It does here what Cognito documents, but for one thing: it takes passwords that Cognito's own model refuses. That
//! none such is sent is shown beside `sent`.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_passwords::{CognitoPasswords, Config, Credentials};
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::config::{BehaviorVersion, Region};
use aws_sdk_cognitoidentityprovider::types::{
    ExplicitAuthFlowsType, PasswordPolicyType, PreventUserExistenceErrorTypes, UserPoolPolicyType,
};
use contract::passwords::TestPasswords;
use domain::UserId;
use domain::ports::{Passwords, PortError};

struct Pool {
    config: Config,
    cognito: Client,
    passwords: CognitoPasswords,
}

fn server() -> String {
    std::env::var("DEEPDIVE_AWS_URL").unwrap_or_else(|_| {
        panic!("these tests need MiniStack: `cargo xtask test --aws` starts it and sets DEEPDIVE_AWS_URL")
    })
}

fn root() -> Credentials {
    Credentials::new("test", "test", None, None, "tests")
}

fn cognito(url: &str) -> Client {
    let settings = aws_sdk_cognitoidentityprovider::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(root())
        .http_client(aws_connections::connections(Some(url)))
        .endpoint_url(url);
    Client::from_conf(settings.build())
}

/// A pool as `infra` makes it, whose policy takes passwords of so many characters.
async fn pool(shortest: i32) -> Pool {
    let url = server();
    let cognito = cognito(&url);
    let policy = PasswordPolicyType::builder()
        .minimum_length(shortest)
        .require_lowercase(false)
        .require_uppercase(false)
        .require_numbers(false)
        .require_symbols(false);
    let policies = UserPoolPolicyType::builder().password_policy(policy.build()).build();
    let made = cognito.create_user_pool().pool_name("tests").policies(policies).send();
    let pool = made.await.unwrap().user_pool.unwrap().id.unwrap();
    let client = cognito
        .create_user_pool_client()
        .user_pool_id(&pool)
        .client_name("tests")
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowAdminUserPasswordAuth)
        .prevent_user_existence_errors(PreventUserExistenceErrorTypes::Enabled)
        .send();
    let client = client.await.unwrap().user_pool_client.unwrap().client_id.unwrap();
    let config = Config {
        pool,
        client,
        region: "us-east-1".to_owned(),
        credentials: root(),
        endpoint: Some(url),
        wrong_takes: Duration::from_millis(100),
    };
    Pool { passwords: CognitoPasswords::new(config.clone()), config, cognito }
}

#[async_trait]
impl TestPasswords for Pool {
    async fn fresh() -> Self {
        pool(6).await
    }

    fn passwords(&self) -> Arc<dyn Passwords> {
        Arc::new(self.passwords.clone())
    }
}

contract::passwords_contract!(Pool);

#[tokio::test]
async fn the_pool_knows_no_more_of_a_person_than_the_id() {
    let Pool { config, cognito, passwords } = pool(6).await;
    let user = UserId::from_bits(1);
    passwords.set(&user, "correct horse").await.unwrap();
    let kept = cognito.admin_get_user().user_pool_id(&config.pool).username(user.as_str()).send();
    let kept = kept.await.unwrap();
    assert_eq!(kept.username(), user.as_str());
    let attributes: Vec<&str> = kept.user_attributes().iter().map(|one| one.name()).collect();
    assert_eq!(attributes, ["sub"]);
}

#[tokio::test]
async fn a_user_whose_password_was_never_set_has_none_and_gets_one() {
    let Pool { config, cognito, passwords } = pool(6).await;
    let user = UserId::from_bits(1);
    let half = cognito.admin_create_user().user_pool_id(&config.pool).username(user.as_str());
    half.temporary_password("temporary").send().await.unwrap();
    assert!(!passwords.check(Some(&user), "temporary").await.unwrap());
    passwords.set(&user, "correct horse").await.unwrap();
    assert!(passwords.check(Some(&user), "correct horse").await.unwrap());
}

#[tokio::test]
async fn a_password_beyond_its_length_is_refused_and_never_right() {
    let Pool { passwords, .. } = pool(6).await;
    let user = UserId::from_bits(1);
    let refused = passwords.set(&user, &"a".repeat(1025)).await;
    assert!(matches!(refused, Err(PortError::Rejected(_))), "{refused:?}");
    assert!(!passwords.check(Some(&user), &"a".repeat(1025)).await.unwrap());
}

/// What an operator may have changed, or forgotten.
#[tokio::test]
async fn a_pool_that_is_not_as_the_stack_makes_it_is_told_as_that() {
    let strict = pool(99).await;
    let refused = strict.passwords.set(&UserId::from_bits(1), "correct horse").await.unwrap_err();
    assert!(matches!(&refused, PortError::Denied(told) if told.contains("policy")), "{refused:?}");

    let gone = Config { pool: "us-east-1_000000000".to_owned(), ..strict.config };
    let gone = CognitoPasswords::new(gone);
    for told in [
        gone.set(&UserId::from_bits(1), "correct horse").await.unwrap_err(),
        gone.check(Some(&UserId::from_bits(1)), "correct horse").await.unwrap_err(),
        gone.check(None, "correct horse").await.unwrap_err(),
    ] {
        assert!(matches!(&told, PortError::Denied(told) if told.contains("deploy")), "{told:?}");
        assert!(!format!("{told} {told:?}").contains("horse"));
    }
}

#[tokio::test]
async fn when_nobody_answers_a_later_try_may_succeed_for_known_and_unknown_alike() {
    let Pool { config, .. } = pool(6).await;
    let away = Config { endpoint: Some("http://127.0.0.1:9".to_owned()), ..config };
    let away = CognitoPasswords::new(away);
    for failed in [
        away.set(&UserId::from_bits(1), "correct horse").await.unwrap_err(),
        away.check(Some(&UserId::from_bits(1)), "correct horse").await.unwrap_err(),
        away.check(None, "correct horse").await.unwrap_err(),
    ] {
        assert!(matches!(failed, PortError::Unavailable(_)), "{failed:?}");
    }
}
