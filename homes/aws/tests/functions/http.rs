//! The function that answers HTTP.

use std::collections::HashMap;
use std::sync::Arc;

use aws_table::DynamoTable;
use embedded_system::SystemClock;
use serde_json::{Value, json};
use store::keys;
use store::table::{Attributes, Condition, Item, Table, Value as Stored, Write};

use crate::home::{SET_UP, blog, environment, make_bucket, name, pool, put_file, table_at};
use crate::runtime::{Function, event};

const PROGRAM: &str = env!("CARGO_BIN_EXE_deepdive-http");

/// Somebody with a browser, at the function's door.
pub struct Visitor {
    function: Function,
    cookies: Vec<String>,
}

impl Visitor {
    /// Starts the function for them, with a user pool.
    pub async fn of(environment: &HashMap<&'static str, String>) -> Visitor {
        let mut environment = environment.clone();
        let [pool, client] = pool().await.clone();
        environment.extend([("DEEPDIVE_USER_POOL", pool), ("DEEPDIVE_USER_POOL_CLIENT", client)]);
        Visitor { function: Function::start(PROGRAM, &environment).await, cookies: Vec::new() }
    }

    async fn get(&mut self, path: &str) -> Value {
        let headers = json!({ "host": "blog.example", "accept": "text/html" });
        self.function.invoke(event("GET", path, headers, &self.cookies, "")).await
    }

    /// The answer to an operation: status, headers and body.
    async fn post(&mut self, query: &str, variables: Value) -> Value {
        let headers = json!({
            "host": "blog.example",
            "accept": "application/json",
            "content-type": "application/json",
            "origin": "https://blog.example",
            "sec-fetch-site": "same-origin",
        });
        let body = json!({ "query": query, "variables": variables }).to_string();
        self.function.invoke(event("POST", "/graphql", headers, &self.cookies, &body)).await
    }

    /// What an operation answers.
    pub async fn ask(&mut self, query: &str, variables: Value) -> Value {
        let answer = self.post(query, variables).await;
        assert_eq!(answer["statusCode"], 200, "{answer:#}");
        for cookie in answer["cookies"].as_array().into_iter().flatten() {
            let pair = cookie.as_str().unwrap().split(';').next().unwrap();
            self.cookies = vec![pair.to_owned()];
        }
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
        assert!(body["errors"].is_null(), "{body:#}");
        body["data"].clone()
    }

    /// Becomes the owner, and publishes a post; its slug.
    pub async fn publishes(&mut self, title: &str, markdown: &str) -> String {
        let made = self
            .ask(
                "mutation ($input: CreateOwnerInput!) { createOwner(input: $input) { __typename \
                 ... on UserError { message } } }",
                json!({ "input": {
                    "setupToken": SET_UP, "email": "kim@example.com", "nickname": "Kim",
                    "password": "correct horse battery",
                } }),
            )
            .await;
        assert_eq!(made["createOwner"]["__typename"], "CreateOwnerSuccess", "{made:#}");
        let created = self
            .ask(
                "mutation ($input: CreatePostInput!) { createPost(input: $input) { __typename \
                 ... on CreatePostSuccess { post { id workingCopy { revision } } } \
                 ... on UserError { message } } }",
                json!({ "input": { "title": title, "markdown": markdown } }),
            )
            .await;
        let post = &created["createPost"]["post"];
        let published = self
            .ask(
                "mutation ($input: PublishPostInput!) { publishPost(input: $input) { __typename \
                 ... on PublishPostSuccess { post { slug } } ... on UserError { message } } }",
                json!({ "input": {
                    "id": post["id"], "expectedRevision": post["workingCopy"]["revision"],
                } }),
            )
            .await;
        published["publishPost"]["post"]["slug"].as_str().expect("it is published").to_owned()
    }
}

#[tokio::test]
async fn an_owner_publishes_and_everybody_reads_it() {
    let environment = environment(&blog().await.1);
    let mut owner = Visitor::of(&environment).await;
    let slug = owner.publishes("람다에서 쓰는 글", "한 테이블에 **모두** 있다.").await;

    // Another process, as Lambda may start one at any time, and nobody in particular.
    let mut guest = Visitor::of(&environment).await;
    let feed =
        guest.ask("{ posts(first: 5) { nodes { title author { nickname } } } }", json!({})).await;
    let expected = json!([{ "title": "람다에서 쓰는 글", "author": { "nickname": "Kim" } }]);
    assert_eq!(feed["posts"]["nodes"], expected);
    let found =
        guest.ask("{ search(query: \"테이블\") { nodes { post { title } } } }", json!({})).await;
    assert_eq!(found["search"]["nodes"], json!([]), "no worker has put it into the index");
    let page = guest.get(&format!("/posts/{slug}")).await;
    assert_eq!(
        page["statusCode"], 503,
        "no client is deployed in which the article could stand: {page:#}"
    );
    let feed = guest.get("/atom.xml").await;
    assert_eq!(feed["statusCode"], 200, "{feed:#}");
    assert!(feed["body"].as_str().unwrap().contains("람다에서 쓰는 글"), "{feed:#}");
}

#[tokio::test]
async fn a_subscription_is_told_where_the_sockets_are() {
    let mut guest = Visitor::of(&environment(&blog().await.1)).await;
    let answer = guest.post("subscription { myPipelines { __typename } }", json!({})).await;
    assert_eq!(answer["statusCode"], 406, "{answer:#}");
    assert!(answer["body"].as_str().unwrap().contains("wss://sockets.blog.example"), "{answer:#}");
}

#[tokio::test]
async fn a_blog_without_search_says_so_and_answers_all_else() {
    let mut environment = environment(&blog().await.1);
    environment.insert("DEEPDIVE_SEARCH_URL", String::new());
    let mut guest = Visitor::of(&environment).await;
    let feed = guest.ask("{ posts(first: 5) { nodes { title } } }", json!({})).await;
    assert_eq!(feed["posts"]["nodes"], json!([]));
    let answer =
        guest.post("{ search(query: \"table\") { nodes { post { title } } } }", json!({})).await;
    assert!(answer["body"].as_str().unwrap().contains("NOT_SET_UP"), "{answer:#}");
    let site = guest.ask("{ site { searchAvailable } }", json!({})).await;
    assert_eq!(site["site"]["searchAvailable"], false);
}

#[tokio::test]
async fn a_function_that_was_not_told_its_table_says_so_and_ends() {
    let mut environment = environment("none");
    environment.remove("DEEPDIVE_TABLE");
    let (well, said) = Function::start(PROGRAM, &environment).await.end().await;
    assert!(!well && said.contains("DEEPDIVE_TABLE"), "{said}");
    assert!(!said.contains("the-secret"));
}

#[tokio::test]
async fn a_function_of_an_older_release_than_its_table_says_so_and_ends() {
    let (_, table) = blog().await;
    let attributes = Attributes::from([("form".to_owned(), Stored::N(99))]);
    let form = Item { key: keys::site("FORM"), attributes };
    let rows = DynamoTable::new(&table_at(&table), Arc::new(SystemClock));
    rows.write(Write::Put(form, Condition::Always)).await.unwrap();
    let (well, said) = Function::start(PROGRAM, &environment(&table)).await.end().await;
    assert!(!well && said.contains("run the newer release again"), "{said}");
}

#[tokio::test]
async fn a_page_is_that_of_the_client_which_is_deployed() {
    let mut environment = environment(&blog().await.1);
    let bucket = name();
    environment.insert("DEEPDIVE_WEB_BUCKET", bucket.clone());
    make_bucket(&bucket).await;
    let mut guest = Visitor::of(&environment).await;
    assert_eq!(guest.get("/").await["statusCode"], 503, "no client is there yet");

    let shell = "<html lang=\"ko\"><head><!--deepdive:head--><script src=\"/a.js\"></script></head>\
                 <!--deepdive:body--></html>";
    put_file(&bucket, "index.html", shell).await;
    // Another process, which has read none yet.
    let mut guest = Visitor::of(&environment).await;
    let page = guest.get("/").await;
    assert_eq!(page["statusCode"], 200, "{page:#}");
    let body = page["body"].as_str().unwrap();
    assert!(body.contains("/a.js") && body.contains("<title>"), "{body}");
    assert!(body.contains("content=\"wss://sockets.blog.example\""), "{body}");
    let policy = page["headers"]["content-security-policy"].as_str().unwrap();
    let bucket = environment["AWS_ENDPOINT_URL_S3"].as_str();
    assert!(policy.contains(&format!("connect-src 'self' ws: wss: {bucket};")), "{policy}");
}

#[tokio::test]
async fn without_its_pages_a_blog_still_answers_programs() {
    let mut environment = environment(&blog().await.1);
    environment.insert("DEEPDIVE_WEB_BUCKET", "no-such-bucket-of-the-tests".to_owned());
    let mut guest = Visitor::of(&environment).await;
    let feed = guest.ask("{ posts(first: 5) { nodes { title } } }", json!({})).await;
    assert_eq!(feed["posts"]["nodes"], json!([]));
    assert_eq!(guest.get("/").await["statusCode"], 503);
    assert!(guest.function.has_said("the web client cannot be read").await);
}
