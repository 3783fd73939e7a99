//! What happens to a post after it was published: its address, its end and its return.

use deepdive_tests::{Api, Server, eventually, is_deployed};
use serde_json::{Value, json};

fn seen(post: &Value) -> Value {
    json!({ "id": post["id"], "expectedRevision": post["workingCopy"]["revision"] })
}

#[tokio::test]
async fn a_deleted_post_is_found_by_nobody_and_comes_back_with_all_it_had() {
    let (server, api) = Server::with_author().await;
    let post = api.create("사라지는 글", "한 문장이다. 또 한 문장이다.").await;
    api.publish(&post).await;
    let post = api.settled(&post["id"]).await;
    let guest = api.guest();
    assert_eq!(guest.search("사라지는").await, ["사라지는 글"]);
    let speech = post["speech"]["url"].as_str().unwrap().to_owned();
    assert_eq!(guest.get(&speech).await.0, 200);

    let deleted = api.mutate("deletePost", seen(&post)).await;
    assert_eq!(deleted["__typename"], "DeletePostSuccess", "{deleted:#}");
    assert_eq!(guest.post(&post["id"]).await, Value::Null);
    // Where CloudFront serves what is heard, who kept its address has it until the post is purged (decision 0011).
    let kept = if is_deployed() { 200 } else { 404 };
    assert_eq!(guest.get(&speech).await.0, kept, "nor is it heard");
    let feed = guest.data("{ posts { nodes { id } } }", json!({})).await;
    assert_eq!(feed["posts"]["nodes"], json!([]));
    let own = "{ viewer { posts { nodes { id } } deletedPosts { nodes { id } } } }";
    let own_lists = api.data(own, json!({})).await["viewer"].clone();
    assert_eq!(own_lists["posts"]["nodes"], json!([]));
    assert_eq!(own_lists["deletedPosts"]["nodes"], json!([{ "id": post["id"] }]));
    let refused = api.mutate("publishPost", seen(&post)).await;
    assert_eq!(refused["code"], "POST_DELETED", "{refused:#}");

    // What is deleted stays so across a kill, and can be restored after it.
    let server = server.kill().await.start().await;
    let (api, guest) = (api.at(&server.url), guest.at(&server.url));
    eventually("its entry goes", async || guest.search("사라지는").await.is_empty().then_some(()))
        .await;
    let restored = api.mutate("restorePost", seen(&post)).await;
    assert_eq!(restored["__typename"], "RestorePostSuccess", "{restored:#}");
    let back = api.settled(&post["id"]).await;
    assert_eq!(back["speech"]["url"], post["speech"]["url"]);
    assert_eq!(guest.get(&speech).await.0, 200);
    assert_eq!(Api::status(&back, "SEARCH"), "READY");
    assert_eq!(guest.search("사라지는").await, ["사라지는 글"]);
}

#[tokio::test]
async fn the_page_of_a_changed_slug_leads_on_while_everybody_may_see_the_post() {
    let (server, api) = Server::with_author().await;
    let post = api.create("First", "A body.").await;
    let post = api.publish(&post).await;
    let mut input = seen(&post);
    input["slug"] = json!("다른-주소");
    let post = api.mutate("updatePost", input).await["post"].clone();
    let post = api.publish(&post).await;

    let redirects = reqwest::redirect::Policy::none();
    let http = reqwest::Client::builder().no_proxy().redirect(redirects).build().unwrap();
    let location = async || {
        let answer = http.get(format!("{}/posts/first", server.url)).send().await.unwrap();
        let location = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        (answer.status().as_u16() == 308, location)
    };
    let encoded = "/posts/%EB%8B%A4%EB%A5%B8-%EC%A3%BC%EC%86%8C";
    assert_eq!(location().await, (true, Some(encoded.to_owned())));
    api.mutate("unpublishPost", seen(&post)).await;
    assert_eq!(location().await, (false, None), "nothing is told of a hidden post");
}
