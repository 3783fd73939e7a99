//! A browser, as far as the server can tell.

use serde_json::{Value, json};

use crate::Api;

/// Keeps its session's cookie.
pub struct Browser {
    /// Where it goes; as a guest.
    pub api: Api,
    cookie: String,
}

impl Browser {
    /// Nobody in particular yet.
    pub fn new(api: &Api) -> Browser {
        Browser { api: api.guest(), cookie: String::new() }
    }

    /// Signs in.
    pub async fn signed_in(api: &Api, email: &str, password: &str) -> Option<Browser> {
        let mut browser = Browser::new(api);
        let query = "mutation($i: SignInInput!) { signIn(input: $i) { __typename } }";
        let input = json!({ "i": { "email": email, "password": password } });
        let answer = browser.ask(query, input).await;
        (answer["signIn"]["__typename"] == "SignInSuccess").then_some(browser)
    }

    /// What an operation answers.
    pub async fn ask(&mut self, query: &str, variables: Value) -> Value {
        let request = self
            .api
            .http()
            .post(format!("{}/graphql", self.api.url))
            .header("cookie", &self.cookie)
            .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0")
            .json(&json!({ "query": query, "variables": variables }));
        let answer = request.send().await.unwrap();
        if let Some(cookie) = answer.headers().get("set-cookie") {
            self.cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        }
        let mut answer: Value = answer.json().await.unwrap();
        assert!(answer["errors"].is_null(), "{answer:#}");
        answer["data"].take()
    }
}
