//! The blog at its edge: what comes from buckets, and what goes on to the API.

use deepdive_tests::{Api, eventually, photo};
use deepdive_tests_aws::{at_the_edge, edge, owner};
use serde_json::{Value, json};

/// A picture that everybody sees, in a post of the owner's; the address of one of its sizes.
async fn published_picture(owner: &Api) -> String {
    let post = owner.create("At the edge", "").await;
    let bytes = photo::jpeg(900, 600);
    let upload = owner.request_upload(&post, &bytes, "image/jpeg").await;
    let status = owner.send_ticket(&upload["ticket"], bytes).await.unwrap();
    assert!((200..300).contains(&status), "{status}");
    let post = eventually("its sizes are made", async || {
        let seen = owner.post(&post["id"]).await;
        (Api::status(&seen, "IMAGE") == "READY").then_some(seen)
    })
    .await;
    let input = json!({
        "id": post["id"], "expectedRevision": post["workingCopy"]["revision"],
        "title": "At the edge", "markdown": upload["asset"]["markdown"],
    });
    let post = owner.mutate("updatePost", input).await["post"].clone();
    let slug = owner.publish(&post).await["slug"].clone();
    let asked =
        "query($slug: String!) { post(by: { slug: $slug }) { cover { variants { url } } } }";
    let seen = owner.guest().data(asked, json!({ "slug": slug })).await;
    let url = seen["post"]["cover"]["variants"][0]["url"].as_str();
    url.unwrap_or_else(|| panic!("no picture: {seen:#}")).to_owned()
}

#[tokio::test]
async fn a_picture_that_everybody_sees_is_loaded_at_the_edge_and_its_original_is_not() {
    let owner = owner().await;
    let url = published_picture(&owner).await;
    let path = url.strip_prefix(&format!("https://{}", edge())).expect("an address of the edge");
    let loaded = at_the_edge(path, &[]).await;
    assert_eq!(loaded.status().as_u16(), 200);
    let said =
        |name: &str| loaded.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(said("content-type").as_deref(), Some("image/webp"));
    assert!(said("cache-control").unwrap().contains("immutable"));
    assert_eq!(said("content-security-policy").as_deref(), Some("default-src 'none'; sandbox"));
    assert_eq!(said("x-content-type-options").as_deref(), Some("nosniff"));
    let bytes = loaded.bytes().await.unwrap();
    assert!(bytes.starts_with(b"RIFF"), "{} bytes", bytes.len());

    let (folder, _) = path.rsplit_once('/').unwrap();
    let original = at_the_edge(&format!("{folder}/original.bin"), &[]).await;
    assert_eq!(original.status().as_u16(), 404);
    let unknown = at_the_edge(&format!("{folder}/w1-0000.webp"), &[]).await;
    assert!([403, 404].contains(&unknown.status().as_u16()), "{}", unknown.status());
    assert!(!unknown.headers().contains_key("cache-control"), "a refusal is not kept");
}

#[tokio::test]
async fn a_picture_that_only_its_author_sees_needs_a_signed_address() {
    let owner = owner().await;
    let post = owner.create("Not yet", "").await;
    let bytes = photo::jpeg(900, 600);
    let upload = owner.request_upload(&post, &bytes, "image/jpeg").await;
    owner.send_ticket(&upload["ticket"], bytes).await.unwrap();
    let asked = "query($id: ID!) { node(id: $id) { ... on Asset { variants { url } } } }";
    let url = eventually("its sizes are made", async || {
        let asset = owner.data(asked, json!({ "id": upload["asset"]["id"] })).await;
        asset["node"]["variants"][0]["url"].as_str().map(str::to_owned)
    })
    .await;
    assert_eq!(owner.guest().get(&url).await.0, 200);
    let (unsigned, _) = url.split_once('?').expect("a signature");
    assert_eq!(owner.guest().get(unsigned).await.0, 403);
}

#[tokio::test]
async fn a_page_names_files_of_the_web_client_that_the_edge_has() {
    let page = at_the_edge("/", &[("accept", "text/html")]).await;
    assert_eq!(page.status().as_u16(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let page = page.text().await.unwrap();
    let (_, script) = page.split_once("type=\"module\" src=\"").expect("a script in the page");
    let (script, _) = script.split_once('"').unwrap();

    let small = at_the_edge(script, &[("accept-encoding", "gzip, br")]).await;
    assert_eq!(small.status().as_u16(), 200, "{script}");
    assert_eq!(small.headers()["content-encoding"], "br");
    assert_eq!(small.headers()["content-type"], "text/javascript; charset=utf-8");
    assert!(small.headers()["cache-control"].to_str().unwrap().contains("immutable"));
    let small = small.bytes().await.unwrap();
    let whole = at_the_edge(script, &[]).await;
    assert!(!whole.headers().contains_key("content-encoding"));
    assert!(whole.bytes().await.unwrap().len() > small.len());
    assert_eq!(at_the_edge("/nothing-0123456789.js", &[]).await.status().as_u16(), 403);
}

#[tokio::test]
async fn what_is_asked_at_the_edge_is_answered_by_the_functions() {
    let feed = at_the_edge("/atom.xml", &[]).await;
    assert_eq!(feed.status().as_u16(), 200);
    assert!(feed.text().await.unwrap().contains(&format!("https://{}", edge())));
    let query =
        "/graphql?query=%7B%20posts(first%3A%201)%20%7B%20nodes%20%7B%20title%20%7D%20%7D%20%7D";
    let answer = at_the_edge(query, &[("accept", "application/json")]).await;
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let answer: Value = answer.json().await.unwrap();
    assert!(answer["data"]["posts"]["nodes"].is_array(), "{answer:#}");
}
