//! Tags, categories and neighbours.

use serde_json::json;

use crate::world::World;

const TAGS: &str = "{ tags(first: 8) { id name postCount } }";

async fn tagged(world: &World, who: &domain::account::Identity, title: &str, tags: &[&str]) {
    let input = json!({"title": title, "markdown": "body", "tags": tags, "category": "LEARNING"});
    let selection =
        "... on CreatePostSuccess { post { id category workingCopy { revision category } } }";
    let answer = world.mutate(Some(who), "createPost", selection, input).await;
    assert_eq!(answer["post"]["workingCopy"]["category"], "LEARNING", "{answer:#}");
    let id = answer["post"]["id"].as_str().unwrap().to_owned();
    world.publish(who, &crate::world::Draft { id, revision: 1 }).await;
}

#[tokio::test]
async fn popular_tags_are_one_call_and_each_leads_to_its_posts() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    world.post(&kim, "First").await;
    tagged(&world, &kim, "Second", &["rust", "웹 개발"]).await;
    let answered = world.ask(None, TAGS, json!({})).await;
    let tags = &answered.data()["tags"];
    assert_eq!(tags[0]["postCount"], 2);
    assert_eq!((&tags[0]["name"], &tags[1]["name"]), (&json!("rust"), &json!("웹 개발")));
    assert_eq!(answered.counts.calls(), 1, "{:?}", answered.counts);

    let page = "query($name: String!) { tag(name: $name) { name postCount posts(first: 1) {
        nodes { title author { nickname } } pageInfo { hasNextPage endCursor }
    } } }";
    let answered = world.ask(None, page, json!({"name": "RUST"})).await;
    let tag = &answered.data()["tag"];
    assert_eq!(tag["posts"]["nodes"][0]["title"], "Second");
    assert_eq!(tag["posts"]["pageInfo"]["hasNextPage"], true);
    assert_eq!((answered.counts.queries, answered.counts.calls()), (1, 3), "{:?}", answered.counts);

    let node = "query($id: ID!) { node(id: $id) { id ... on Tag { name } } }";
    let id = &tags[1]["id"];
    let found = world.get(None, node, json!({ "id": id })).await;
    assert_eq!(found["node"], json!({ "id": id, "name": "웹 개발" }));
    for name in ["nothing", "", "#"] {
        assert!(world.get(None, page, json!({ "name": name })).await["tag"].is_null(), "{name}");
    }
}

#[tokio::test]
async fn a_tag_of_hidden_posts_is_none_and_a_cursor_of_another_list_is_worth_nothing() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let mut post = world.post(&kim, "First").await;
    let page =
        "query($after: String) { tag(name: \"rust\") { posts(after: $after) { nodes { id } } } }";
    let feed = "{ posts { pageInfo { endCursor } } }";
    let cursor = world.get(None, feed, json!({})).await["posts"]["pageInfo"]["endCursor"].clone();
    let answered = world.ask(None, page, json!({ "after": cursor })).await;
    assert_eq!(answered.codes(), ["BAD_CURSOR"]);

    world.hide(&kim, &mut post, "PRIVATE").await;
    assert!(world.get(None, page, json!({})).await["tag"].is_null());
    assert_eq!(world.get(None, TAGS, json!({})).await["tags"], json!([]));
    let answered = world.ask(None, "{ tags(first: 51) { name } }", json!({})).await;
    assert_eq!(answered.codes(), ["BAD_USER_INPUT"]);
}

#[tokio::test]
async fn the_feed_of_a_category_is_one_query_and_one_batch() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    world.post(&kim, "First").await;
    tagged(&world, &kim, "Second", &[]).await;
    let feed =
        "query($c: Category) { posts(category: $c) { nodes { title category author { id } } } }";
    let titles = async |category: serde_json::Value| {
        let answered = world.ask(None, feed, json!({ "c": category })).await;
        assert_eq!((answered.counts.queries, answered.counts.calls()), (1, 2));
        let nodes = answered.data()["posts"]["nodes"].as_array().unwrap().clone();
        nodes.iter().map(|node| node["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles(json!(null)).await, ["Second", "First"]);
    assert_eq!(titles(json!("POST")).await, ["First"]);
    assert_eq!(titles(json!("LEARNING")).await, ["Second"]);
}

#[tokio::test]
async fn neighbours_are_listed_posts_only_and_the_page_with_them_is_four_calls() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    world.post(&kim, "First").await;
    let mut second = world.post(&kim, "Second").await;
    let mut third = world.post(&kim, "Third").await;
    world.hide(&kim, &mut third, "UNLISTED").await;
    world.post(&kim, "Fourth").await;
    let page = "query($slug: String!) { post(by: { slug: $slug }) {
        id title html headings { text } author { nickname } cover { variants { url } }
        summary { sentences } speech { url }
        previous { slug title } next { slug title }
    } viewer { email } }";
    for who in [None, Some(&kim)] {
        let answered = world.ask(who, page, json!({"slug": "second"})).await;
        let post = &answered.data()["post"];
        assert_eq!(post["previous"]["title"], "First");
        assert_eq!(post["next"]["title"], "Fourth", "an unlisted post is nobody's neighbour");
        assert!(answered.counts.calls() <= 4, "{:?}", answered.counts);
    }
    let unlisted = world.ask(None, page, json!({"slug": "third"})).await;
    let post = &unlisted.data()["post"];
    assert!(post["previous"].is_null() && post["next"].is_null(), "{post:#}");

    world.hide(&kim, &mut second, "PRIVATE").await;
    let fourth = world.get(None, page, json!({"slug": "fourth"})).await;
    assert_eq!(fourth["post"]["previous"]["title"], "First");
}
