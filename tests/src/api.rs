//! A third-party client of the GraphQL API.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::eventually;

/// Sends operations, with a token or as a guest.
#[derive(Clone)]
pub struct Api {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// The token that it carries.
    pub token: Option<String>,
    http: reqwest::Client,
}

const POST: &str = "id slug title html tags status visibility \
    workingCopy { revision title markdown tags differsFromPublished } \
    stages { id kind status attempts failure { code message } progress { done total } } \
    summary { sentences keywords } speech { url durationMs marks { sentence startMs endMs } }";

impl Api {
    /// A client of a server.
    pub fn new(url: &str, token: Option<&str>) -> Api {
        Api {
            url: url.to_owned(),
            token: token.map(str::to_owned),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// The same client as a guest.
    pub fn guest(&self) -> Api {
        Api { token: None, ..self.clone() }
    }

    /// The same client at another address.
    pub fn at(&self, url: &str) -> Api {
        Api { url: url.to_owned(), ..self.clone() }
    }

    /// The plain HTTP client.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Sends an operation; the whole response, or why there was none.
    pub async fn try_send(&self, query: &str, variables: Value) -> anyhow::Result<Value> {
        let mut request = self.http.post(format!("{}/graphql", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let body = json!({ "query": query, "variables": variables });
        Ok(request.json(&body).send().await?.json().await?)
    }

    /// Sends an operation; the whole response.
    pub async fn send(&self, query: &str, variables: Value) -> Value {
        self.try_send(query, variables).await.expect("an answer")
    }

    /// Sends an operation that must not have errors; its data.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let mut response = self.send(query, variables).await;
        assert!(response["errors"].is_null(), "{query}: {response:#}");
        response["data"].take()
    }

    /// A mutation of one input, by name; its result, whatever union member that is.
    pub async fn mutate(&self, name: &str, input: Value) -> Value {
        self.try_mutate(name, input).await.expect("an answer")
    }

    /// The same; fails when there was no answer.
    pub async fn try_mutate(&self, name: &str, input: Value) -> anyhow::Result<Value> {
        let (type_name, success) = match name {
            "createPost" | "updatePost" | "publishPost" | "unpublishPost" | "deletePost"
            | "restorePost" | "restoreRevision" => {
                (pascal(name), format!("... on {}Success {{ post {{ {POST} }} }}", pascal(name)))
            }
            "requestUpload" => (
                pascal(name),
                "... on RequestUploadSuccess { asset { id markdown status } \
                 ticket { method url headers { name value } expiresAt } }"
                    .to_owned(),
            ),
            "retryStage" => {
                (pascal(name), "... on RetryStageSuccess { stage { id kind status } }".to_owned())
            }
            "createAccessToken" => (
                pascal(name),
                "... on CreateAccessTokenSuccess { token name expiresAt }".to_owned(),
            ),
            "signIn" => (
                pascal(name),
                "... on SignInSuccess { viewer { email role user { id nickname } } }".to_owned(),
            ),
            "createOwner" => (
                pascal(name),
                "... on CreateOwnerSuccess { viewer { email role user { id nickname } } }"
                    .to_owned(),
            ),
            other => panic!("no such mutation here: {other}"),
        };
        let stale = match name {
            "updatePost" | "publishPost" | "unpublishPost" | "deletePost" | "restorePost"
            | "restoreRevision" => {
                format!("... on StaleRevisionError {{ post {{ {POST} }} }}")
            }
            _ => String::new(),
        };
        let query = format!(
            "mutation($input: {type_name}Input!) {{ {name}(input: $input) {{ __typename {success} \
             ... on UserError {{ code message path }} {stale} }} }}"
        );
        let response = self.try_send(&query, json!({ "input": input })).await?;
        anyhow::ensure!(response["errors"].is_null(), "{name}: {response:#}");
        Ok(response["data"][name].clone())
    }

    /// Begins a post; its node.
    pub async fn create(&self, title: &str, markdown: &str) -> Value {
        let input = json!({ "title": title, "markdown": markdown });
        let result = self.mutate("createPost", input).await;
        assert_eq!(result["__typename"], "CreatePostSuccess", "{result:#}");
        result["post"].clone()
    }

    /// Publishes a post as it was last seen; its node.
    pub async fn publish(&self, post: &Value) -> Value {
        let input =
            json!({ "id": post["id"], "expectedRevision": post["workingCopy"]["revision"] });
        let result = self.mutate("publishPost", input).await;
        assert_eq!(result["__typename"], "PublishPostSuccess", "{result:#}");
        result["post"].clone()
    }

    /// Reads a post as this client sees it; null when there is none for it.
    pub async fn post(&self, id: &Value) -> Value {
        let query = format!("query($id: ID!) {{ post(by: {{ id: $id }}) {{ {POST} }} }}");
        self.data(&query, json!({ "id": id })).await["post"].clone()
    }

    /// Waits until all of a post's own stages have ended, and reads it.
    pub async fn settled(&self, id: &Value) -> Value {
        eventually("every stage ends", async || {
            let post = self.post(id).await;
            let stages = post["stages"].as_array()?;
            let ended = |stage: &Value| {
                ["READY", "SKIPPED", "FAILED"]
                    .contains(&stage["status"].as_str().unwrap_or_default())
            };
            (stages.len() >= 3 && stages.iter().all(ended)).then_some(post)
        })
        .await
    }

    /// The status of a stage of a post's node.
    pub fn status<'a>(post: &'a Value, kind: &str) -> &'a str {
        let stages = post["stages"].as_array().expect("stages");
        let stage = stages.iter().find(|stage| stage["kind"] == kind);
        stage.and_then(|stage| stage["status"].as_str()).unwrap_or("ABSENT")
    }

    /// Titles that answer a search.
    pub async fn search(&self, words: &str) -> Vec<String> {
        let query = "query($q: String!) { search(query: $q) { nodes { post { title } } } }";
        let data = self.data(query, json!({ "q": words })).await;
        let nodes = data["search"]["nodes"].as_array().expect("nodes").clone();
        nodes.iter().map(|hit| hit["post"]["title"].as_str().unwrap().to_owned()).collect()
    }

    /// Asks for an upload of these bytes.
    pub async fn request_upload(&self, post: &Value, bytes: &[u8], content_type: &str) -> Value {
        let sha256: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        let input = json!({
            "postId": post["id"], "filename": "photo.jpg", "contentType": content_type,
            "length": bytes.len(), "sha256": sha256,
        });
        self.mutate("requestUpload", input).await
    }

    /// Sends a ticket's request as it is; the status.
    pub async fn send_ticket(&self, ticket: &Value, bytes: Vec<u8>) -> anyhow::Result<u16> {
        let url = ticket["url"].as_str().unwrap();
        let url = if url.starts_with('/') { format!("{}{url}", self.url) } else { url.to_owned() };
        let method = ticket["method"].as_str().unwrap().parse().unwrap();
        let mut request = self.http.request(method, url).body(bytes);
        for header in ticket["headers"].as_array().unwrap() {
            request =
                request.header(header["name"].as_str().unwrap(), header["value"].as_str().unwrap());
        }
        Ok(request.send().await?.status().as_u16())
    }

    /// The same, where it has to be taken. S3 says so by another status than one machine.
    pub async fn send_bytes(&self, ticket: &Value, bytes: Vec<u8>) {
        let status = self.send_ticket(ticket, bytes).await.unwrap();
        assert!((200..300).contains(&status), "{status}");
    }

    /// Gets an address of the server; status and bytes.
    pub async fn get(&self, path: &str) -> (u16, Vec<u8>) {
        let url =
            if path.starts_with('/') { format!("{}{path}", self.url) } else { path.to_owned() };
        let answer = self.http.get(url).send().await.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
    }
}

fn pascal(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}
