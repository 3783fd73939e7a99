//! What is read without the client.

use api::http::reading::{Article, Card, Cover, Listed, Place, Reading, Titled};
use async_trait::async_trait;
use domain::ports::PortError;
use domain::text::{Heading, Language};
use domain::{PostId, Slug, Tag, Timestamp};
use html5gum::{Token, Tokenizer};
use roxmltree::Document;
use serde_json::Value;

use crate::app::{App, Got, Settings, app, app_with};

/// A title that would be markup, an attribute, a gap of the shell and the end of a script.
pub const HOSTILE: &str =
    "</title></script><script>alert(1)</script> \"'><!--deepdive:body--> & \u{1}글";

/// Posts named by their slugs: `글`, which was `옛-글` before, and `unlisted`; months of posts when there are many.
#[derive(Clone, Default)]
pub struct Shelf {
    pub many: bool,
    pub broken: bool,
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn tag(text: &str) -> Tag {
    Tag::parse(text).unwrap()
}

fn card(name: &str) -> Card {
    let url = |width: u32| format!("/media/a/b/w{width}-0.webp");
    let cover = [300, 1200, 2000].map(|width| Cover { width, height: width / 2, url: url(width) });
    Card {
        id: PostId::from_bits(1),
        titled: Titled { slug: slug(name), title: HOSTILE.to_owned(), language: Language::English },
        excerpt: format!("First words. {HOSTILE}"),
        tags: vec![tag("C/C++ & <b>"), tag("한국어")],
        author: HOSTILE.to_owned(),
        published_at: Timestamp(1_764_000_000_000),
        updated_at: Timestamp(1_764_000_060_000),
        cover: cover.into(),
    }
}

fn article(name: &str) -> Article {
    let heading =
        |n: usize| Heading { level: 2, text: HOSTILE.to_owned(), anchor: format!("h{n}") };
    let beside =
        Titled { slug: slug("이전"), title: HOSTILE.to_owned(), language: Language::Korean };
    Article {
        card: card(name),
        listed: name != "unlisted",
        html: "<h2 id=\"h0\">One</h2><p data-s=\"0\">The whole <a href=\"/posts/b\">body</a> & \
               <a href=\"#h0\">up</a>.</p><img src=\"/media/x.webp\" alt=\"]]&gt;\">"
            .to_owned(),
        headings: (0..3).map(heading).collect(),
        summary: vec![HOSTILE.to_owned()],
        speech: Some(("/media/a/b/speech.mp3".to_owned(), 1_000)),
        previous: Some(beside),
        next: None,
    }
}

#[async_trait]
impl Reading for Shelf {
    fn site_title(&self) -> &str {
        "Deepdive & <b>"
    }

    async fn article(&self, slug: &Slug) -> Result<Option<Article>, PortError> {
        if self.broken {
            return Err(PortError::Unavailable("table"));
        }
        Ok(match slug.as_str() {
            "옛-글" => Some(article("글")),
            known @ ("글" | "unlisted") => Some(article(known)),
            _ => None,
        })
    }

    async fn newest(&self, list: &Listed, _: u32) -> Result<Vec<Card>, PortError> {
        Ok(match list {
            Listed::Feed(Some(_)) => vec![],
            _ => vec![card("글")],
        })
    }

    async fn newest_articles(&self, _: u32) -> Result<Vec<Article>, PortError> {
        Ok(vec![article("글")])
    }

    async fn tag(&self, asked: &Tag) -> Result<Option<Tag>, PortError> {
        Ok(Some(tag("C/C++")).filter(|known| known.key() == asked.key()))
    }

    async fn tags(&self, _: u32) -> Result<Vec<Tag>, PortError> {
        Ok(vec![tag("C/C++ & <b>")])
    }

    async fn places(
        &self,
        from: Timestamp,
        until: Timestamp,
        posts: u32,
    ) -> Result<Vec<Place>, PortError> {
        let all = if self.many { 2_500 } else { 1 };
        // Two an hour: more than a month of them.
        let place = |n: i64| Place {
            slug: slug(&format!("글-{n}")),
            published_at: Timestamp(1_764_000_000_000 + n * 1_800_000),
            updated_at: Timestamp(1_764_000_000_000 + n * 1_800_000),
        };
        let between = |place: &Place| from <= place.published_at && place.published_at < until;
        Ok((0..all).map(place).filter(between).take(posts as usize).collect())
    }
}

/// What a browser makes of a page: the text of its title, elements with their attributes, scripts.
#[derive(Default)]
struct Page {
    title: String,
    elements: Vec<(String, Vec<(String, String)>)>,
    linked_data: Vec<Value>,
}

impl Page {
    fn read(got: &Got) -> Page {
        let (mut page, mut within) = (Page::default(), String::new());
        let mut data = String::new();
        for token in Tokenizer::new(std::str::from_utf8(&got.body).unwrap()) {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag) => {
                    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                    let attributes = tag.attributes.iter();
                    let attributes =
                        attributes.map(|(name, value)| (text(name), text(value))).collect();
                    within = text(&tag.name);
                    page.elements.push((within.clone(), attributes));
                    data.clear();
                }
                Token::String(text) => {
                    let text = String::from_utf8_lossy(&text);
                    match within.as_str() {
                        "title" => page.title.push_str(&text),
                        "script" => data.push_str(&text),
                        _ => {}
                    }
                }
                Token::EndTag(tag) => {
                    if tag.name.as_slice() == b"script" && !data.is_empty() {
                        page.linked_data.push(serde_json::from_str(&data).unwrap());
                    }
                    within.clear();
                }
                _ => {}
            }
        }
        page
    }

    /// The first element with an attribute of this value: another attribute of it.
    fn of(&self, name: &str, value: &str, wanted: &str) -> Option<&str> {
        let (_, attributes) = self
            .elements
            .iter()
            .find(|(_, attributes)| attributes.iter().any(|(n, v)| n == name && v == value))?;
        attributes.iter().find(|(n, _)| n == wanted).map(|(_, value)| value.as_str())
    }

    fn scripts(&self) -> Vec<&[(String, String)]> {
        let scripts = self.elements.iter().filter(|(name, _)| name == "script");
        scripts.map(|(_, attributes)| attributes.as_slice()).collect()
    }
}

const HOST: (&str, &str) = ("host", "127.0.0.1:4000");
const GUL: &str = "GET /posts/%EA%B8%80";

async fn get(app: &App, line: &str) -> Got {
    app.request(line, &[HOST], "").await
}

#[tokio::test]
async fn the_page_of_a_post_has_the_article_and_says_what_it_is() {
    let got = get(&app(), GUL).await;
    let page = Page::read(&got);
    let html = String::from_utf8_lossy(&got.body);
    assert_eq!((got.status, got.header("content-type")), (200, Some("text/html; charset=utf-8")));
    assert!(html.contains("<html lang=\"en\">"), "{html}");
    assert!(html.contains("<p data-s=\"0\">The whole <a href=\"/posts/b\">body</a>"), "{html}");
    let url = "http://127.0.0.1:4000/posts/%EA%B8%80";
    assert_eq!(page.of("rel", "canonical", "href"), Some(url));
    assert_eq!(page.of("property", "og:url", "content"), Some(url));
    assert_eq!(page.of("property", "og:type", "content"), Some("article"));
    assert_eq!(page.of("property", "og:locale", "content"), Some("en_US"));
    let image = Some("http://127.0.0.1:4000/media/a/b/w1200-0.webp");
    assert_eq!(page.of("property", "og:image", "content"), image);
    assert_eq!(page.of("name", "twitter:card", "content"), Some("summary_large_image"));
    assert_eq!(page.of("name", "robots", "content"), None);
    assert_eq!(page.of("class", "neighbour previous", "href"), Some("/posts/%EC%9D%B4%EC%A0%84"));
    for (media, path) in
        [("application/atom+xml", "/atom.xml"), ("application/rss+xml", "/feed.xml")]
    {
        let href = format!("http://127.0.0.1:4000{path}");
        assert_eq!(page.of("type", media, "href"), Some(&*href));
    }
    let [data] = &page.linked_data[..] else { panic!("one block of linked data") };
    assert_eq!((&data["@type"], &data["url"]), (&Value::from("BlogPosting"), &Value::from(url)));
    assert_eq!(data["datePublished"], "2025-11-24T16:00:00Z");
    assert_eq!(data["inLanguage"], "en");
}

#[tokio::test]
async fn a_blog_without_search_offers_none_on_any_page() {
    let unsearched = app_with(Settings { searched: false, ..Settings::default() });
    for (app, offered, told) in [(app(), Some("/search"), None), (unsearched, None, Some("off"))] {
        for line in [GUL, "GET /"] {
            let page = Page::read(&get(&app, line).await);
            assert_eq!(page.of("href", "/search", "href"), offered, "{line}");
            assert_eq!(page.of("name", "deepdive:search", "content"), told, "{line}");
        }
        // The client's own pages are told, too.
        let page = Page::read(&get(&app, "GET /search").await);
        assert_eq!(page.of("name", "deepdive:search", "content"), told);
    }
}

#[tokio::test]
async fn a_hostile_title_stays_text_wherever_it_stands() {
    let app = app();
    for line in [GUL, "GET /", "GET /tags/c%2Fc%2B%2B"] {
        let got = get(&app, line).await;
        let page = Page::read(&got);
        // The one of the shell, and data that no browser executes.
        for script in page.scripts() {
            let harmless = ["/app-0123456789.js", "application/ld+json"];
            assert!(script.iter().any(|(_, value)| harmless.contains(&&**value)), "{script:?}");
        }
        let html = String::from_utf8_lossy(&got.body);
        assert!(!html.contains("<script>") && !html.contains('\u{1}'), "{line}: {html}");
        assert!(!html.contains("<!--deepdive:"), "{line}: {html}");
    }
    let got = get(&app, GUL).await;
    let page = Page::read(&got);
    let shown = HOSTILE.replace('\u{1}', "\u{fffd}");
    assert_eq!(page.title, format!("{shown} · Deepdive & <b>"));
    assert_eq!(page.of("property", "og:title", "content"), Some(&*shown));
    assert_eq!(page.linked_data[0]["headline"], HOSTILE);
}

#[tokio::test]
async fn an_unlisted_post_is_read_and_not_indexed() {
    let got = get(&app(), "GET /posts/unlisted").await;
    let page = Page::read(&got);
    assert_eq!((got.status, page.of("name", "robots", "content")), (200, Some("noindex")));
}

#[tokio::test]
async fn what_is_not_there_is_the_empty_page_with_404() {
    let app = app();
    for path in ["/posts/nothing", "/posts/%FF", "/posts/A", "/tags/nothing", "/tags/%23"] {
        let got = get(&app, &format!("GET {path}")).await;
        let html = String::from_utf8_lossy(&got.body);
        assert_eq!(
            (got.status, got.header("content-type")),
            (404, Some("text/html; charset=utf-8"))
        );
        assert!(html.contains("<div id=\"app\"></div>"), "{path}: {html}");
        assert_eq!(Page::read(&got).of("name", "robots", "content"), Some("noindex"));
    }
}

#[tokio::test]
async fn lists_are_links_in_the_page_and_a_tag_with_a_point_is_no_file() {
    let app = app();
    let got = get(&app, "GET /").await;
    let page = Page::read(&got);
    assert_eq!(page.title, "Deepdive & <b>");
    assert_eq!(page.of("href", "/posts/%EA%B8%80", "href"), Some("/posts/%EA%B8%80"));
    assert!(page.of("href", "/tags/c%2Fc%2B%2B%20%26%20%3Cb%3E", "href").is_some());
    assert_eq!(page.of("href", "/?category=learning", "aria-current"), None);
    let got = get(&app, "GET /?category=learning").await;
    let page = Page::read(&got);
    assert_eq!(page.of("href", "/?category=learning", "aria-current"), Some("page"));
    let canonical = page.of("rel", "canonical", "href");
    assert_eq!(canonical, Some("http://127.0.0.1:4000/?category=learning"));
    let got = get(&app, "GET /tags/node.js").await;
    assert_eq!((got.status, got.header("content-type")), (404, Some("text/html; charset=utf-8")));
    let got = get(&app, "GET /tags/C%2FC%2B%2B").await;
    let canonical = Page::read(&got).of("rel", "canonical", "href").map(str::to_owned);
    assert_eq!(canonical.as_deref(), Some("http://127.0.0.1:4000/tags/c%2Fc%2B%2B"));
}

#[tokio::test]
async fn the_words_around_are_in_the_language_of_the_reader() {
    let app = app();
    for (wished, word, other) in
        [("ko-KR,en;q=0.8", "로그인", "Sign in"), ("en", "Sign in", "로그인")]
    {
        let got = app.request("GET /", &[HOST, ("accept-language", wished)], "").await;
        let html = String::from_utf8_lossy(&got.body);
        assert!(html.contains(word) && !html.contains(other), "{wished}: {html}");
        assert!(got.header("vary").unwrap().contains("accept-language"));
    }
}

#[tokio::test]
async fn a_page_that_did_not_change_is_not_sent_again() {
    let app = app();
    for line in
        [GUL, "GET /", "GET /atom.xml", "GET /feed.xml", "GET /sitemap.xml", "GET /robots.txt"]
    {
        let etag = get(&app, line).await.header("etag").unwrap().to_owned();
        let got = app.request(line, &[HOST, ("if-none-match", &etag)], "").await;
        assert_eq!((got.status, got.body.len()), (304, 0), "{line}");
    }
    let got = get(&app, "GET /posts/nothing").await;
    let etag = got.header("etag").unwrap().to_owned();
    let got = app.request("GET /posts/nothing", &[HOST, ("if-none-match", &etag)], "").await;
    assert_eq!(got.status, 404);
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_told() {
    let shelf = Shelf { broken: true, ..Shelf::default() };
    let got = get(&app_with(Settings { shelf, ..Settings::default() }), GUL).await;
    assert_eq!((got.status, got.code().as_str()), (503, "UNAVAILABLE"));
}

fn child<'a>(node: roxmltree::Node<'a, 'a>, name: &str) -> &'a str {
    let found = node.children().find(|child| child.tag_name().name() == name);
    found.and_then(|child| child.text()).unwrap_or_else(|| panic!("no {name}"))
}

#[tokio::test]
async fn the_atom_feed_is_valid_and_whole() {
    let settings = Settings { public: Some("https://blog.example"), ..Settings::default() };
    let got = get(&app_with(settings), "GET /atom.xml").await;
    assert_eq!(got.header("content-type"), Some("application/atom+xml; charset=utf-8"));
    assert_eq!(got.header("cache-control"), Some("public, max-age=300"));
    let text = String::from_utf8_lossy(&got.body);
    let feed = Document::parse(&text).unwrap();
    let root = feed.root_element();
    assert_eq!(root.tag_name().namespace(), Some("http://www.w3.org/2005/Atom"));
    assert_eq!(child(root, "id"), "https://blog.example/");
    assert_eq!(child(root, "title"), "Deepdive & <b>");
    assert_eq!(child(root, "updated"), "2025-11-24T16:01:00Z");
    let entry = root.children().find(|node| node.has_tag_name("entry")).unwrap();
    assert_eq!(child(entry, "id"), format!("urn:deepdive:post:{}", PostId::from_bits(1)));
    assert_eq!(child(entry, "title"), HOSTILE.replace('\u{1}', "\u{fffd}"));
    let link = entry.children().find(|node| node.has_tag_name("link")).unwrap();
    assert_eq!(link.attribute("href"), Some("https://blog.example/posts/%EA%B8%80"));
    let content = child(entry, "content");
    assert!(content.contains("<a href=\"https://blog.example/posts/b\">body</a>"), "{content}");
    assert!(content.contains("href=\"https://blog.example/posts/%EA%B8%80#h0\""), "{content}");
    assert!(content.contains("src=\"https://blog.example/media/x.webp\""), "{content}");
    let categories = entry.children().filter(|node| node.has_tag_name("category"));
    let labels: Vec<_> = categories.filter_map(|node| node.attribute("label")).collect();
    assert_eq!(labels, ["C/C++ & <b>", "한국어"]);
}

#[tokio::test]
async fn the_rss_feed_is_valid_and_whole() {
    let got = get(&app(), "GET /feed.xml").await;
    assert_eq!(got.header("content-type"), Some("application/rss+xml; charset=utf-8"));
    let text = String::from_utf8_lossy(&got.body);
    let feed = Document::parse(&text).unwrap();
    let root = feed.root_element();
    assert_eq!((root.tag_name().name(), root.attribute("version")), ("rss", Some("2.0")));
    let channel = root.first_element_child().unwrap();
    assert_eq!(child(channel, "link"), "http://127.0.0.1:4000/");
    let item = channel.children().find(|node| node.has_tag_name("item")).unwrap();
    assert_eq!(child(item, "link"), "http://127.0.0.1:4000/posts/%EA%B8%80");
    assert_eq!(child(item, "pubDate"), "Mon, 24 Nov 2025 16:00:00 +0000");
    assert_eq!(child(item, "guid"), format!("urn:deepdive:post:{}", PostId::from_bits(1)));
    assert!(child(item, "encoded").contains("src=\"http://127.0.0.1:4000/media/x.webp\""));
}

#[tokio::test]
async fn the_map_of_a_small_blog_is_one_file() {
    let got = get(&app(), "GET /sitemap.xml").await;
    assert_eq!(got.header("content-type"), Some("application/xml; charset=utf-8"));
    let text = String::from_utf8_lossy(&got.body);
    let map = Document::parse(&text).unwrap();
    let places = map.descendants().filter(|node| node.tag_name().name() == "loc");
    let places: Vec<_> = places.filter_map(|node| node.text()).collect();
    let base = "http://127.0.0.1:4000";
    assert_eq!(
        places,
        [
            format!("{base}/"),
            format!("{base}/tags/c%2Fc%2B%2B%20%26%20%3Cb%3E"),
            format!("{base}/posts/%EA%B8%80-0"),
        ]
    );
}

#[tokio::test]
async fn the_map_of_a_large_blog_is_an_index_of_months_that_hold_each_post_once() {
    let shelf = Shelf { many: true, ..Shelf::default() };
    let app = app_with(Settings { shelf, ..Settings::default() });
    let index = get(&app, "GET /sitemap.xml").await;
    let text = String::from_utf8_lossy(&index.body);
    let index = Document::parse(&text).unwrap();
    assert_eq!(index.root_element().tag_name().name(), "sitemapindex");
    let mut n_posts = 0;
    for file in index.descendants().filter(|node| node.tag_name().name() == "loc") {
        let path = file.text().unwrap().strip_prefix("http://127.0.0.1:4000").unwrap();
        let got = get(&app, &format!("GET {path}")).await;
        assert_eq!(got.status, 200, "{path}");
        n_posts += String::from_utf8_lossy(&got.body).matches("/posts/").count();
    }
    assert_eq!(n_posts, 2_500);
    for path in ["/sitemap/2020-01.xml", "/sitemap/2026-13.xml", "/sitemap/x"] {
        assert_eq!(get(&app, &format!("GET {path}")).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn robots_are_told_where_the_map_is() {
    let got = get(&app(), "GET /robots.txt").await;
    assert_eq!(got.header("content-type"), Some("text/plain; charset=utf-8"));
    let text = String::from_utf8_lossy(&got.body);
    assert!(text.contains("\nSitemap: http://127.0.0.1:4000/sitemap.xml\n"), "{text}");
    assert!(text.contains("Disallow: /studio\n") && !text.contains("Disallow: /\n"), "{text}");
}
