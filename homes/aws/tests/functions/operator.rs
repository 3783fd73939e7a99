//! The function that answers the operator.

use serde_json::json;

use crate::home::{blog, environment};
use crate::http::Visitor;
use crate::runtime::Function;

const PROGRAM: &str = env!("CARGO_BIN_EXE_deepdive-operator");

#[tokio::test]
async fn an_owner_who_forgot_the_password_chooses_another_by_the_operators_link() {
    let environment = environment(&blog().await.1);
    let mut owner = Visitor::of(&environment).await;
    owner.publishes("Mine", "One sentence.").await;

    let mut operator = Function::start(PROGRAM, &environment).await;
    let drawn =
        operator.invoke(json!({ "command": "resetLink", "email": "Kim@Example.com" })).await;
    let link = drawn["resetLink"].as_str().unwrap();
    let token = link.strip_prefix("https://blog.example/reset?token=").unwrap();
    assert!(!operator.said().contains(token), "{}", operator.said());
    let nobody = json!({ "command": "resetLink", "email": "nobody@example.com" });
    let error = operator.fail(nobody).await;
    assert!(error.to_string().contains("no account has this address"), "{error}");

    let mut guest = Visitor::of(&environment).await;
    let reset =
        "mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { __typename } }";
    let new = "a password that is new";
    let input = json!({ "input": { "token": token, "password": new } });
    let done = guest.ask(reset, input).await;
    assert_eq!(done["resetPassword"]["__typename"], "ResetPasswordSuccess");
    let sign_in = "mutation ($input: SignInInput!) { signIn(input: $input) { __typename } }";
    let input = json!({ "input": { "email": "kim@example.com", "password": new } });
    let done = guest.ask(sign_in, input).await;
    assert_eq!(done["signIn"]["__typename"], "SignInSuccess");
}
