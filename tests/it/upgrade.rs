//! Data of an older program: what was written then is there now.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use deepdive_tests::server::deepdive;
use deepdive_tests::{Api, Server, eventually};
use serde_json::{Value, json};

#[tokio::test]
async fn a_blog_of_the_first_part_goes_on_where_it_was() {
    let server = over_older_data().await;
    let kim = signed_in(&server).await;
    let data = kim
        .data(
            "{ viewer { posts(first: 10) { nodes { id title status visibility stages { kind status } \
             workingCopy { revision markdown } } } } posts { nodes { title excerpt tags } } }",
            json!({}),
        )
        .await;

    let own = data["viewer"]["posts"]["nodes"].as_array().unwrap();
    let told: Vec<_> =
        own.iter().map(|post| (text(&post["title"]), text(&post["status"]))).collect();
    assert_eq!(
        told,
        [
            ("초안", "DRAFT"),
            ("Taken back", "UNPUBLISHED"),
            ("One table is enough", "PUBLISHED"),
            ("형태소 분석기를 만들며 배운 것", "PUBLISHED"),
        ]
    );
    let listed = &data["posts"]["nodes"];
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed:#}");
    assert_eq!(listed[0]["tags"], json!(["한국어", "검색"]));

    let published = kim.post(&own[3]["id"]).await;
    assert!(text(&published["html"]).contains("srcset"), "{published:#}");
    let speech = text(&published["speech"]["url"]);
    assert_eq!(kim.guest().get(speech).await.0, 200, "what was spoken then is heard now");
    eventually("the search knows the older post", async || {
        (kim.guest().search("형태소").await.len() == 1).then_some(())
    })
    .await;
    assert_eq!(kim.guest().search("public once").await, [""; 0]);
}

#[tokio::test]
async fn an_older_post_is_edited_and_published_by_todays_program() {
    let server = over_older_data().await;
    let kim = signed_in(&server).await;
    let query = "{ viewer { posts(first: 10) { nodes { id title } } } }";
    let posts = kim.data(query, json!({})).await;
    let nodes = posts["viewer"]["posts"]["nodes"].as_array().unwrap();
    for title in ["초안", "Taken back", "형태소 분석기를 만들며 배운 것"] {
        let id = &nodes.iter().find(|post| post["title"] == title).unwrap()["id"];
        let post = kim.post(id).await;
        let input = json!({
            "id": id, "expectedRevision": post["workingCopy"]["revision"],
            "markdown": format!("{}\n\nA sentence about pelicans.", text(&post["workingCopy"]["markdown"])),
        });
        let saved = kim.mutate("updatePost", input).await["post"].clone();
        kim.publish(&saved).await;
        let settled = kim.settled(id).await;
        for kind in ["SPEECH", "SUMMARY", "SEARCH"] {
            assert_eq!(Api::status(&settled, kind), "READY", "{title}: {settled:#}");
        }
    }
    let mut found = kim.guest().search("pelicans").await;
    found.sort();
    assert_eq!(found, ["Taken back", "초안", "형태소 분석기를 만들며 배운 것"]);
}

/// Today's program over a copy of the older folder.
#[tokio::test]
async fn a_blog_of_the_first_part_has_nothing_to_repair_and_can_be_backed_up() {
    let (data, place) = (older_data(), tempfile::tempdir().unwrap());
    let nothing = (0, "nothing to repair\n".to_owned());
    assert_eq!(deepdive(&["check"], data.path()).await, nothing);
    let copy = place.path().to_str().unwrap();
    let (code, said) = deepdive(&["backup", "--to", copy], data.path()).await;
    assert_eq!(code, 0, "{said}");
    let restored = tempfile::tempdir().unwrap();
    let (code, said) = deepdive(&["restore", "--from", copy], restored.path()).await;
    assert_eq!(code, 0, "{said}");
    assert_eq!(deepdive(&["check"], restored.path()).await, nothing);
}

fn older_data() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    let older = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/data-of-part-1");
    copy(&older, data.path());
    data
}

async fn over_older_data() -> Server {
    Server::start_over(Arc::new(older_data())).await
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// The author of that time, with a new token: those that were printed then are not kept here.
async fn signed_in(server: &Server) -> Api {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let send = |query: &'static str, cookie: String| {
        let body = json!({ "query": query });
        http.post(format!("{}/graphql", server.url)).header("cookie", cookie).json(&body).send()
    };
    let sign_in = "mutation { signIn(input: { email: \"kim@example.com\", \
        password: \"correct horse battery\" }) { __typename } }";
    let answer = send(sign_in, String::new()).await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    let session = cookie.split(';').next().unwrap().to_owned();
    let token = "mutation { createAccessToken(input: { name: \"upgrade\", scopes: [READ, WRITE] }) \
        { ... on CreateAccessTokenSuccess { token } } }";
    let answer: Value = send(token, session).await.unwrap().json().await.unwrap();
    Api::new(&server.url, Some(text(&answer["data"]["createAccessToken"]["token"])))
}

#[track_caller]
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
