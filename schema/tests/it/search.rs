//! Search: the index proposes, the table decides.

use serde_json::json;

use crate::world::{World, post_id};

const SEARCH: &str =
    "query($q: String!, $n: Int, $a: String) { search(query: $q, first: $n, after: $a) {
    totalCount edges { cursor node { score title { text matched } post { title } } }
    nodes { post { title } } pageInfo { hasNextPage hasPreviousPage endCursor }
} }";

#[tokio::test]
async fn a_hit_that_was_hidden_since_it_was_indexed_is_dropped() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let mut private = world.post(&kim, "Private").await;
    let mut unlisted = world.post(&kim, "Unlisted").await;
    let draft = world.draft(&kim, "Draft", "x").await;
    let public = world.post(&kim, "Public").await;
    world.index.0.lock().extend([&private, &unlisted, &draft, &public].map(|p| post_id(&p.id)));
    world.hide(&kim, &mut private, "PRIVATE").await;
    world.hide(&kim, &mut unlisted, "UNLISTED").await;
    for who in [None, Some(&kim)] {
        let found = world.get(who, SEARCH, json!({"q": "x"})).await;
        assert_eq!(found["search"]["nodes"], json!([{"post": {"title": "Public"}}]));
    }
}

#[tokio::test]
async fn pages_of_hits_go_on_where_the_last_ended_also_past_dropped_ones() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let draft = world.draft(&kim, "Draft", "x").await;
    for title in ["One", "Two", "Three"] {
        let post = world.post(&kim, title).await;
        world.index.0.lock().push(post_id(&post.id));
    }
    world.index.0.lock().insert(1, post_id(&draft.id));
    let first = world.get(None, SEARCH, json!({"q": "x", "n": 2})).await["search"].clone();
    assert_eq!(first["nodes"], json!([{"post": {"title": "One"}}]));
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let after = first["pageInfo"]["endCursor"].clone();
    let next = json!({"q": "x", "n": 2, "a": after});
    let second = world.get(None, SEARCH, next.clone()).await["search"].clone();
    assert_eq!(second["nodes"], json!([{"post": {"title": "Two"}}, {"post": {"title": "Three"}}]));
    assert_eq!(second["pageInfo"]["hasNextPage"], false);
    assert_eq!(second["edges"][1]["cursor"], second["pageInfo"]["endCursor"]);

    let other = json!({"q": "y", "a": after});
    assert_eq!(world.ask(None, SEARCH, other).await.codes(), ["BAD_CURSOR"]);
}

#[tokio::test]
async fn an_index_that_is_not_set_up_says_so_without_detail() {
    let world = World::new().await;
    let answered = world.ask(None, SEARCH, json!({"q": "unset"})).await;
    assert_eq!(answered.codes(), ["NOT_SET_UP"]);
    assert!(!answered.json.to_string().contains("secret"));
    let long = "가".repeat(201);
    assert_eq!(world.ask(None, SEARCH, json!({ "q": long })).await.codes(), ["BAD_USER_INPUT"]);
}

#[tokio::test]
async fn a_blog_without_search_says_so_before_and_after_it_is_asked() {
    let available = "{ site { searchAvailable } }";
    let world = World::new().await;
    assert_eq!(world.get(None, available, json!({})).await["site"]["searchAvailable"], true);
    let world = world.unsearched();
    assert_eq!(world.get(None, available, json!({})).await["site"]["searchAvailable"], false);
    let answered = world.ask(None, SEARCH, json!({"q": "x"})).await;
    assert_eq!(answered.codes(), ["NOT_SET_UP"]);
    let message = answered.json["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("searchAvailable"), "{message}");
}

#[tokio::test]
async fn a_search_while_typing_says_when_its_hits_are_only_similar() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    for title in ["One", "Two"] {
        let post = world.post(&kim, title).await;
        world.index.0.lock().push(post_id(&post.id));
    }
    let typing = "query($q: String!, $t: Boolean!, $a: String) {
        search(query: $q, asYouType: $t, after: $a, first: 1) {
            similar pageInfo { endCursor } nodes { post { title } }
        }
    }";
    let ask = async |text: &str, as_you_type: bool| {
        world.get(None, typing, json!({"q": text, "t": as_you_type})).await["search"].clone()
    };
    assert_eq!(ask("mistyped", true).await["similar"], true);
    assert_eq!(ask("mistyped", false).await["similar"], false);
    let first = ask("typed", true).await;
    assert_eq!(first["similar"], false);
    // The lists of the two ways differ, and so do their cursors.
    let after = first["pageInfo"]["endCursor"].clone();
    let next = world.get(None, typing, json!({"q": "typed", "t": true, "a": after.clone()})).await;
    assert_eq!(next["search"]["nodes"], json!([{"post": {"title": "Two"}}]));
    let other = json!({"q": "typed", "t": false, "a": after});
    assert_eq!(world.ask(None, typing, other).await.codes(), ["BAD_CURSOR"]);
}
