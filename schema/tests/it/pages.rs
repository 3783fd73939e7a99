//! Pages of lists, and their cursors.

use domain::account::Identity;
use serde_json::{Value, json};

use crate::world::World;

const FEED: &str = "query($n: Int, $a: String) { posts(first: $n, after: $a) {
    edges { cursor node { title } } nodes { title }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
} }";
const OWN: &str = "query($n: Int, $a: String) { viewer { posts(first: $n, after: $a) {
    nodes { title } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
} } }";

async fn walk(world: &World, who: Option<&Identity>, list: &str, size: u32) -> Vec<String> {
    let mut titles = vec![];
    let mut after = Value::Null;
    loop {
        let page = world.get(who, list, json!({"n": size, "a": after})).await;
        let page = page.get("posts").unwrap_or(&page["viewer"]["posts"]).clone();
        let info = &page["pageInfo"];
        assert_eq!(info["hasPreviousPage"], !titles.is_empty());
        let nodes = page["nodes"].as_array().unwrap();
        titles.extend(nodes.iter().map(|node| node["title"].as_str().unwrap().to_owned()));
        if info["hasNextPage"] == false {
            return titles;
        }
        assert_eq!(nodes.len(), size as usize, "a page before the last is full");
        after = info["endCursor"].clone();
    }
}

#[tokio::test]
async fn a_walk_meets_each_post_once_newest_first_whatever_the_page_size() {
    walks(&World::new().await).await;
}

#[tokio::test]
async fn a_walk_is_the_same_over_a_table_that_cuts_pages_and_batches() {
    for seed in 1..=4 {
        walks(&World::hostile(seed).await).await;
    }
}

async fn walks(world: &World) {
    let kim = world.author("kim").await;
    let mut expected = vec![];
    for n in 0..7 {
        world.post(&kim, &format!("Post {n}")).await;
        world.clock.advance(std::time::Duration::from_secs(1));
        expected.insert(0, format!("Post {n}"));
    }
    for size in [1, 2, 3, 7, 50] {
        assert_eq!(walk(world, None, FEED, size).await, expected, "feed by {size}");
        assert_eq!(walk(world, Some(&kim), OWN, size).await, expected, "own by {size}");
    }
    // Drafts stand in the author's own list only.
    world.draft(&kim, "Draft", "").await;
    assert_eq!(walk(world, None, FEED, 3).await, expected);
    expected.insert(0, "Draft".to_owned());
    assert_eq!(walk(world, Some(&kim), OWN, 3).await, expected);
}

#[tokio::test]
async fn edges_and_nodes_are_the_same_and_the_page_ends_at_its_last_edge() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    world.post(&kim, "One").await;
    world.post(&kim, "Two").await;
    let page = world.get(None, FEED, json!({})).await["posts"].clone();
    let edges = page["edges"].as_array().unwrap();
    let nodes: Vec<_> = edges.iter().map(|edge| edge["node"].clone()).collect();
    assert_eq!(json!(nodes), page["nodes"]);
    assert_eq!(page["pageInfo"]["startCursor"], edges[0]["cursor"]);
    assert_eq!(page["pageInfo"]["endCursor"], edges[1]["cursor"]);
}

#[tokio::test]
async fn a_forged_or_borrowed_cursor_is_refused() {
    let world = World::new().await;
    let (kim, lee) = (world.author("kim").await, world.author("lee").await);
    world.post(&kim, "One").await;
    world.post(&kim, "Two").await;
    let feed = world.get(None, FEED, json!({"n": 1})).await;
    let of_feed = feed["posts"]["pageInfo"]["endCursor"].clone();
    let own = world.get(Some(&kim), OWN, json!({"n": 1})).await;
    let of_kim = own["viewer"]["posts"]["pageInfo"]["endCursor"].clone();

    for (who, list, cursor) in [
        (None, FEED, json!("nonsense")),
        (None, FEED, json!("")),
        (None, FEED, of_kim.clone()),
        (Some(&kim), OWN, of_feed),
        (Some(&lee), OWN, of_kim),
    ] {
        let answered = world.ask(who, list, json!({"n": 1, "a": cursor})).await;
        assert_eq!(answered.codes(), ["BAD_CURSOR"], "{cursor}");
    }
}

#[tokio::test]
async fn a_page_has_one_to_fifty_rows() {
    let world = World::new().await;
    for bad in [0, -1, 51] {
        let answered = world.ask(None, FEED, json!({ "n": bad })).await;
        assert_eq!(answered.codes(), ["BAD_USER_INPUT"], "{bad}");
    }
    // Null means the default, as does nothing at all.
    assert_eq!(walk(&world, None, FEED, 50).await, Vec::<String>::new());
    world.get(None, FEED, json!({ "n": null })).await;
}
