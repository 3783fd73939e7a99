//! What a former version wrote.

use std::sync::Arc;

use contract::TestClock;
use domain::post::{Category, Post};
use embedded_table::{DataFolder, SqliteTable, SqliteTableConfig};
use store::table::{
    Attributes, Change, Condition, Consistency, Item, Key, Query, SortRange, Table, Value, Write,
};
use store::{Blog, Entity, EntityKey, PageRequest, SlugTarget};

use crate::rig::{Rig, written};

fn all() -> PageRequest {
    PageRequest { first: 50, after: None }
}

async fn rows(table: &dyn Table, partition: &str) -> Vec<Item> {
    let query = Query {
        index: None,
        partition: partition.to_owned(),
        range: SortRange::All,
        ascending: true,
        limit: 100,
        start: None,
        consistency: Consistency::Strong,
    };
    table.query(&query).await.unwrap().items
}

/// Takes from a row's entity what a former version did not write.
fn as_before(mut attributes: Attributes) -> Attributes {
    let Some(Value::S(json)) = attributes.get("doc") else { return attributes };
    let mut post: serde_json::Value = serde_json::from_str(json).unwrap();
    for part in ["draft", "published"] {
        post[part].as_object_mut().unwrap().remove("category").unwrap();
    }
    attributes.insert("doc".to_owned(), Value::S(post.to_string()));
    attributes
}

#[tokio::test]
async fn a_blog_from_before_categories_and_counted_tags_gets_both_when_it_is_opened() {
    let rig = Rig::kind().await;
    let table = rig.table.clone();
    let mut posts: Vec<Post> = vec![];
    for n in 0..3 {
        let post = rig.create(written(&format!("Post {n}"))).await;
        posts.push(rig.publish(&post).await.unwrap());
    }
    rig.unpublish(&posts[2]).await.unwrap();
    // Back to what the former version had.
    for item in rows(&*table, "F#all").await {
        let attributes = as_before(item.attributes.clone());
        let row = Item { key: item.key.clone(), attributes };
        table.write(Write::Put(row, Condition::Always)).await.unwrap();
    }
    for item in rows(&*table, "F#post").await {
        table.write(Write::Delete(item.key, Condition::Present)).await.unwrap();
    }
    for key in ["rust", "형태소"] {
        let key = store::keys::tag(key);
        table.write(Write::Delete(key, Condition::Present)).await.unwrap();
    }
    let marker = Key::new("SITE", "LISTS");
    table.write(Write::Delete(marker, Condition::Present)).await.unwrap();
    let slug = posts[0].published.as_ref().unwrap().slug.clone();
    let forget = vec![Change::Remove("hint")];
    let update = Write::Update(store::keys::slug(&slug), forget, Condition::Present);
    table.write(update).await.unwrap();
    assert!(rig.blog.popular_tags(10).await.unwrap().is_empty());

    let blog = Blog::open(table, rig.clock.clone(), "another").await.unwrap();
    let page = blog.posts_in(Category::Post, &all()).await.unwrap();
    assert_eq!(page.items.len(), 2);
    let tags = blog.popular_tags(10).await.unwrap();
    assert_eq!(tags.iter().map(|tag| tag.posts).collect::<Vec<_>>(), [2, 2]);
    let key = EntityKey::Slug(slug);
    let found = blog.entities(std::slice::from_ref(&key)).await.unwrap().remove(&key);
    let Some(Entity::SlugTarget(SlugTarget { post, hint: None })) = found else {
        panic!("{found:?}")
    };
    assert_eq!(post, posts[0].id);

    // From here on each is counted as it comes and goes.
    rig.unpublish(&posts[0]).await.unwrap();
    let tags = blog.popular_tags(10).await.unwrap();
    assert_eq!(tags.iter().map(|tag| tag.posts).collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test]
async fn a_blog_that_has_its_lists_is_not_walked_again() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(TestClock::default());
    let data = DataFolder::open(folder.path()).unwrap();
    let config = SqliteTableConfig { readers: 1, max_bytes: None };
    let table = SqliteTable::open(&data, &config, clock.clone()).unwrap();
    let table = Arc::new(contract::CountingTable::new(Arc::new(table)));
    Blog::open(table.clone(), clock.clone(), "epoch").await.unwrap();
    let before = table.counts();
    Blog::open(table.clone(), clock, "epoch").await.unwrap();
    assert_eq!((table.counts() - before).queries, 0);
}
