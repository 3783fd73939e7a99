//! The newest posts for feed readers: Atom 1.0 and RSS 2.0, with the whole articles.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::{Tag, Timestamp};

use super::markup::{absolute_article, post_path, rfc_2822, rfc_3339, text};
use super::{Article, Card, MINUTES, base, fresh, unavailable};
use crate::http::Doors;

/// Posts in a feed.
const POSTS: u32 = 20;
/// Bytes of articles in a feed; older posts beyond are there with their first words only.
const BYTES: usize = 2 * 1024 * 1024;

/// Answers `/atom.xml`.
pub async fn atom(State(doors): State<Arc<Doors>>, headers: HeaderMap) -> Response {
    answer(&doors, &headers, "application/atom+xml; charset=utf-8", write_atom).await
}

/// Answers `/feed.xml`.
pub async fn rss(State(doors): State<Arc<Doors>>, headers: HeaderMap) -> Response {
    answer(&doors, &headers, "application/rss+xml; charset=utf-8", write_rss).await
}

async fn answer(
    doors: &Doors,
    headers: &HeaderMap,
    content_type: &'static str,
    write: fn(&Channel<'_>, &[Entry]) -> String,
) -> Response {
    let articles = match doors.reading.newest_articles(POSTS).await {
        Ok(articles) => articles,
        Err(error) => return unavailable(&error),
    };
    let base = base(doors, headers);
    let entries = entries(articles, &base);
    let channel = Channel { title: doors.reading.site_title(), base };
    fresh(StatusCode::OK, content_type, MINUTES, write(&channel, &entries), headers)
}

struct Channel<'a> {
    title: &'a str,
    base: String,
}

struct Entry {
    card: Card,
    url: String,
    /// With absolute addresses; none beyond [`BYTES`].
    html: Option<String>,
}

fn entries(articles: Vec<Article>, base: &str) -> Vec<Entry> {
    let mut left = BYTES;
    let entry = |article: Article| {
        let url = format!("{base}{}", post_path(&article.card.titled.slug));
        let html = absolute_article(&article.html, base, &url);
        let html = left.checked_sub(html.len()).map(|rest| {
            left = rest;
            html
        });
        Entry { card: article.card, url, html }
    };
    articles.into_iter().map(entry).collect()
}

impl Entry {
    /// The same for the post's whole life, wherever the blog is and whatever the slug becomes.
    fn id(&self) -> String {
        format!("urn:deepdive:post:{}", self.card.id)
    }

    fn updated_at(&self) -> Timestamp {
        self.card.updated_at
    }
}

fn write_atom(channel: &Channel<'_>, entries: &[Entry]) -> String {
    let (title, base) = (text(channel.title), text(&channel.base));
    let updated = entries.iter().map(Entry::updated_at).max().unwrap_or_default();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\">\n\
         <id>{base}/</id>\n<title>{title}</title>\n<updated>{}</updated>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{base}/atom.xml\"/>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{base}/\"/>\n\
         <generator>Deepdive</generator>\n",
        rfc_3339(updated)
    );
    for entry in entries {
        let Card { titled, excerpt, tags, author, published_at, updated_at, .. } = &entry.card;
        let language = titled.language.code();
        let _ = write!(
            out,
            "<entry xml:lang=\"{language}\">\n<id>{}</id>\n<title>{}</title>\n\
             <link rel=\"alternate\" type=\"text/html\" href=\"{}\"/>\n\
             <published>{}</published>\n<updated>{}</updated>\n\
             <author><name>{}</name></author>\n",
            text(&entry.id()),
            text(&titled.title),
            text(&entry.url),
            rfc_3339(*published_at),
            rfc_3339(*updated_at),
            text(author)
        );
        for tag in tags {
            let _ = writeln!(
                out,
                "<category term=\"{}\" label=\"{}\"/>",
                text(&tag.key()),
                text(tag.display())
            );
        }
        let _ = writeln!(out, "<summary>{}</summary>", text(excerpt));
        if let Some(html) = &entry.html {
            let _ = writeln!(out, "<content type=\"html\">{}</content>", text(html));
        }
        out.push_str("</entry>\n");
    }
    out.push_str("</feed>\n");
    out
}

fn write_rss(channel: &Channel<'_>, entries: &[Entry]) -> String {
    let (title, base) = (text(channel.title), text(&channel.base));
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel>\n\
         <title>{title}</title>\n<link>{base}/</link>\n<description>{title}</description>\n\
         <atom:link rel=\"self\" type=\"application/rss+xml\" href=\"{base}/feed.xml\"/>\n\
         <generator>Deepdive</generator>\n"
    );
    if let Some(updated) = entries.iter().map(Entry::updated_at).max() {
        let _ = writeln!(out, "<lastBuildDate>{}</lastBuildDate>", rfc_2822(updated));
    }
    for entry in entries {
        let Card { titled, excerpt, tags, author, published_at, .. } = &entry.card;
        let _ = write!(
            out,
            "<item>\n<title>{}</title>\n<link>{}</link>\n\
             <guid isPermaLink=\"false\">{}</guid>\n<pubDate>{}</pubDate>\n\
             <dc:creator>{}</dc:creator>\n",
            text(&titled.title),
            text(&entry.url),
            text(&entry.id()),
            rfc_2822(*published_at),
            text(author)
        );
        for tag in tags.iter().map(Tag::display) {
            let _ = writeln!(out, "<category>{}</category>", text(tag));
        }
        let _ = writeln!(out, "<description>{}</description>", text(excerpt));
        if let Some(html) = &entry.html {
            let _ = writeln!(out, "<content:encoded>{}</content:encoded>", text(html));
        }
        out.push_str("</item>\n");
    }
    out.push_str("</channel>\n</rss>\n");
    out
}
