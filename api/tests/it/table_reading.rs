//! What guests read of the table, and what it costs.

use std::sync::Arc;

use api::http::reading::{Listed, Reading, TableReading};
use content::MarkdownRenderer;
use contract::{CountingTable, TestClock, TestIds};
use domain::account::{Role, User};
use domain::actions::{CreatePost, PostInput, PublishPost, UpdatePost};
use domain::ports::{Accounts, Clock};
use domain::post::{Category, Post, Visibility};
use domain::{Slug, Tag, Timestamp, UserId};
use embedded_objects::FolderObjects;
use embedded_table::{DataFolder, SqliteTable, SqliteTableConfig};
use store::Blog;
use tempfile::TempDir;

struct Home {
    blog: Blog,
    clock: Arc<TestClock>,
    ids: Arc<TestIds>,
    reading: TableReading,
    kim: UserId,
    _folder: TempDir,
}

impl Home {
    async fn new() -> Home {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::default());
        let ids = Arc::new(TestIds::seeded(7));
        let data = DataFolder::open(folder.path()).unwrap();
        let config = SqliteTableConfig { readers: 1, max_bytes: None };
        let table = SqliteTable::open(&data, &config, clock.clone()).unwrap();
        let table = Arc::new(CountingTable::new(Arc::new(table)));
        let blog = Blog::open(table, clock.clone(), "epoch").await.unwrap();
        let objects = data.folder("objects").unwrap();
        let objects = FolderObjects::open(&objects, clock.clone(), ids.clone()).unwrap();
        let kim = User {
            id: UserId::from_bits(1),
            email: "kim@example.org".to_owned(),
            nickname: "깊은바다".to_owned(),
            bio: String::new(),
            role: Role::Author,
            created_at: clock.now(),
        };
        blog.add(&kim, None).await.unwrap();
        let reading = TableReading {
            blog: blog.clone(),
            objects: Arc::new(objects),
            renderer: Arc::new(MarkdownRenderer),
            site_title: "Deepdive".to_owned(),
        };
        Home { blog, clock, ids, reading, kim: kim.id, _folder: folder }
    }

    async fn publish(&self, title: &str, category: Category) -> Post {
        let (posts, clock, ids) = (&self.blog, &*self.clock, &*self.ids);
        self.clock.advance(std::time::Duration::from_secs(60));
        let input = PostInput {
            title: Some(title.to_owned()),
            markdown: Some(format!("# {title}\n\nA body of {title}.")),
            tags: Some(vec!["Rust".to_owned()]),
            category: Some(category),
            ..PostInput::default()
        };
        let post = CreatePost { posts, clock, ids }.run(&self.kim, input, None).await.unwrap();
        let publish = PublishPost { posts, renderer: &MarkdownRenderer, clock, ids };
        publish.run(&self.kim, &post.id, post.draft.revision, None).await.unwrap()
    }

    async fn show(&self, post: &Post, visibility: Visibility) {
        let (posts, clock, ids) = (&self.blog, &*self.clock, &*self.ids);
        let input = PostInput { visibility: Some(visibility), ..PostInput::default() };
        let update = UpdatePost { posts, clock, ids };
        update.run(&self.kim, &post.id, post.draft.revision, input, None).await.unwrap();
    }

    async fn titles(&self, list: Listed) -> Vec<String> {
        let cards = self.reading.newest(&list, 12).await.unwrap();
        cards.into_iter().map(|card| card.titled.title).collect()
    }
}

fn slug(slug: &str) -> Slug {
    Slug::parse(slug).unwrap()
}

#[tokio::test]
async fn a_page_of_a_post_is_four_calls_and_knows_its_neighbours() {
    let home = Home::new().await;
    for title in ["하나", "둘", "셋"] {
        home.publish(title, Category::Post).await;
    }
    let slug = slug("둘");
    let read = CountingTable::counting(home.reading.article(&slug));
    let (article, counts) = read.await;
    let article = article.unwrap().unwrap();
    assert_eq!(article.card.author, "깊은바다");
    assert!(article.listed && article.html.contains("A body of 둘"), "{}", article.html);
    assert_eq!(article.previous.unwrap().title, "하나");
    assert_eq!(article.next.unwrap().title, "셋");
    assert_eq!((counts.batches, counts.queries, counts.calls()), (2, 2, 4), "{counts:?}");
}

#[tokio::test]
async fn lists_and_feeds_are_one_query_and_one_batch() {
    let home = Home::new().await;
    for n in 0..15 {
        home.publish(&format!("Post {n}"), Category::Post).await;
    }
    let list = Listed::Feed(None);
    let (cards, counts) = CountingTable::counting(home.reading.newest(&list, 12)).await;
    assert_eq!((cards.unwrap().len(), counts.queries, counts.calls()), (12, 1, 2), "{counts:?}");
    let (all, counts) = CountingTable::counting(home.reading.newest_articles(20)).await;
    assert_eq!((all.unwrap().len(), counts.queries, counts.calls()), (15, 1, 2), "{counts:?}");
}

#[tokio::test]
async fn a_guest_reads_what_is_public_or_unlisted_and_lists_hold_what_is_public() {
    let home = Home::new().await;
    let first = home.publish("First", Category::Post).await;
    home.publish("Second", Category::Learning).await;
    let rust = || Listed::Tag(Tag::parse("rust").unwrap());
    assert_eq!(home.titles(Listed::Feed(None)).await, ["Second", "First"]);
    assert_eq!(home.titles(Listed::Feed(Some(Category::Learning))).await, ["Second"]);
    assert_eq!(home.titles(rust()).await, ["Second", "First"]);

    home.show(&first, Visibility::Unlisted).await;
    let article = home.reading.article(&slug("first")).await.unwrap().unwrap();
    assert!(!article.listed && article.previous.is_none() && article.next.is_none());
    assert_eq!(home.titles(rust()).await, ["Second"]);
    let all = home.reading.places(Timestamp(0), Timestamp(i64::MAX), 10).await.unwrap();
    assert_eq!(all.into_iter().map(|p| p.slug).collect::<Vec<_>>(), [slug("second")]);

    let second = home.blog.feed(&store::PageRequest { first: 1, after: None }).await.unwrap();
    home.show(&second.items[0].1, Visibility::Private).await;
    assert!(home.reading.article(&slug("second")).await.unwrap().is_none());
    assert!(home.reading.article(&slug("nothing")).await.unwrap().is_none());
    assert_eq!(home.titles(Listed::Feed(None)).await, <[&str; 0]>::default());
    assert_eq!(home.reading.tag(&Tag::parse("Rust").unwrap()).await.unwrap(), None);
    assert_eq!(home.reading.newest_articles(20).await.unwrap(), []);
}

#[tokio::test]
async fn the_map_names_a_month_of_posts() {
    let home = Home::new().await;
    let first = home.publish("First", Category::Post).await.published_at.unwrap();
    let second = home.publish("Second", Category::Post).await.published_at.unwrap();
    let slugs = async |from, until| {
        let places = home.reading.places(from, until, 10).await.unwrap();
        places.into_iter().map(|place| place.slug).collect::<Vec<_>>()
    };
    assert_eq!(slugs(first, second).await, [slug("first")]);
    assert_eq!(slugs(second, Timestamp(second.0 + 1)).await, [slug("second")]);
}
