//! Pages with their content: head and body of the shell, filled for one address.

use std::fmt::Write as _;

use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use domain::post::Category;
use domain::text::Language;
use domain::{Slug, Tag};
use percent_encoding::percent_decode_str;
use serde_json::json;

use super::markup::{absolute, json as safe_json, post_path, rfc_3339, tag_path, text};
use super::words::Words;
use super::{Article, Card, Cover, Listed, Titled, base, fresh, unavailable};
use crate::http::Doors;

/// Posts of a list, as many as the client's first page has.
const POSTS: u32 = 12;
/// Fewer headings need no table of contents, as in the client.
const HEADINGS_WORTH_A_TABLE: usize = 2;
/// Headings below it are in no table.
const DEEPEST_LISTED: u8 = 3;
/// Width of the picture that link previews show.
const PREVIEW_WIDTH: u32 = 1_200;

/// The client's sign for searching, which stands for the word on a phone.
const SEARCH_SIGN: &str = "<svg class=\"sign\" viewBox=\"0 0 24 24\" width=\"20\" height=\"20\" \
    fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" stroke-linecap=\"round\" \
    stroke-linejoin=\"round\" aria-hidden=\"true\">\
    <path d=\"M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M15.5 15.5 21 21\"></path></svg>";

/// An address whose content is in its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// The first page, perhaps of one category.
    Home(Option<Category>),
    /// A post. `None` for what is no slug: nothing is there.
    Post(Option<Slug>),
    /// A tag. `None` for what is no tag.
    Tag(Option<Tag>),
}

impl Address {
    /// Reads the path and the query of a request; `None` for pages whose content comes by the client.
    pub fn of(path: &str, query: Option<&str>) -> Option<Self> {
        if path == "/" {
            let wish =
                |category: &Category| query == Some(&*format!("category={}", category.name()));
            return Some(Address::Home(Category::ALL.into_iter().find(wish)));
        }
        let (kind, part) = path.strip_prefix('/')?.split_once('/')?;
        let part = part.strip_suffix('/').unwrap_or(part);
        let whole = !part.is_empty() && !part.contains('/');
        let decoded = || percent_decode_str(part).decode_utf8().ok();
        match kind {
            "posts" if whole => Some(Address::Post(decoded().and_then(|s| Slug::parse(&s).ok()))),
            "tags" if whole => Some(Address::Tag(decoded().and_then(|t| Tag::parse(&t).ok()))),
            _ => None,
        }
    }
}

/// What is filled into the shell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filling {
    /// The language of the page.
    pub language: &'static str,
    /// Elements of the head.
    pub head: String,
    /// What the client takes over from.
    pub body: String,
}

/// Answers an address with its content.
pub async fn page(doors: &Doors, address: Address, uri: &Uri, headers: &HeaderMap) -> Response {
    if !doors.pages.bundled() {
        return doors.pages.not_bundled();
    }
    let writer = Writer {
        site: doors.reading.site_title(),
        base: base(doors, headers),
        words: Words::of(headers),
        searched: doors.pages.searched(),
    };
    let filling = match address {
        Address::Home(category) => {
            let posts = doors.reading.newest(&Listed::Feed(category), POSTS).await;
            posts.map(|posts| Some(writer.home(category, &posts)))
        }
        Address::Post(None) | Address::Tag(None) => Ok(None),
        Address::Post(Some(slug)) => {
            let article = doors.reading.article(&slug).await;
            if let Ok(Some(article)) = &article
                && article.card.titled.slug != slug
            {
                return lead_on(&article.card.titled.slug, uri);
            }
            article.map(|article| article.map(|article| writer.article(&article)))
        }
        Address::Tag(Some(tag)) => tagged(doors, &writer, &tag).await,
    };
    match filling {
        Ok(Some(filling)) => filled(doors, StatusCode::OK, &filling, headers),
        Ok(None) => filled(doors, StatusCode::NOT_FOUND, &writer.nothing(), headers),
        Err(error) => unavailable(&error),
    }
}

/// Leads from a post's former address to its present one, for good. Browsers ask again each time: an
/// author may take the former slug back.
fn lead_on(present: &Slug, uri: &Uri) -> Response {
    let mut location = post_path(present);
    if let Some(query) = uri.query() {
        location = format!("{location}?{query}");
    }
    let headers = [(header::LOCATION, location), (header::CACHE_CONTROL, "no-cache".to_owned())];
    (StatusCode::PERMANENT_REDIRECT, headers).into_response()
}

async fn tagged(
    doors: &Doors,
    writer: &Writer<'_>,
    tag: &Tag,
) -> Result<Option<Filling>, domain::ports::PortError> {
    let Some(tag) = doors.reading.tag(tag).await? else { return Ok(None) };
    let posts = doors.reading.newest(&Listed::Tag(tag.clone()), POSTS).await?;
    Ok(Some(writer.tag(&tag, &posts)))
}

fn filled(doors: &Doors, status: StatusCode, filling: &Filling, headers: &HeaderMap) -> Response {
    let Some(page) = doors.pages.filled(filling) else { return doors.pages.not_bundled() };
    // The shell names the files of this build; after an update it must name the new ones.
    let mut response = fresh(status, "text/html; charset=utf-8", "no-cache", page, headers);
    let varies = axum::http::HeaderValue::from_static("accept-language");
    response.headers_mut().append(header::VARY, varies);
    response
}

/// Writes pages of one blog for one reader.
struct Writer<'a> {
    site: &'a str,
    /// What absolute addresses begin with.
    base: String,
    words: &'static Words,
    /// Whether posts can be searched.
    searched: bool,
}

/// What a page says of itself.
struct About<'a> {
    title: &'a str,
    description: &'a str,
    path: String,
    language: &'static str,
    /// `article` or `website`.
    kind: &'a str,
    indexed: bool,
    picture: Option<&'a Cover>,
}

impl Writer<'_> {
    fn home(&self, category: Option<Category>, posts: &[Card]) -> Filling {
        let path = category.map_or("/".to_owned(), |category| home_path(Some(category)));
        let about = About {
            title: self.site,
            description: self.words.footer,
            path,
            language: self.words.tag,
            kind: "website",
            indexed: true,
            picture: None,
        };
        let mut head = self.head(&about);
        let site = json!({
            "@context": "https://schema.org",
            "@type": "Blog",
            "name": self.site,
            "url": format!("{}/", self.base),
        });
        linked_data(&mut head, &site);
        let mut main = String::from("<div class=\"column wide\">");
        let _ = write!(main, "<h1 class=\"masthead\">{}</h1>", text(self.site));
        self.tabs(&mut main, category);
        self.cards(&mut main, posts);
        main.push_str("</div>");
        Filling { language: self.words.tag, head, body: self.frame(&main) }
    }

    fn tag(&self, tag: &Tag, posts: &[Card]) -> Filling {
        let about = About {
            title: &format!("#{} · {}", tag.display(), self.site),
            description: &format!("{}: {}", self.words.tags, tag.display()),
            path: tag_path(tag),
            language: self.words.tag,
            kind: "website",
            indexed: true,
            picture: None,
        };
        let head = self.head(&about);
        let mut main = String::from("<div class=\"column wide\">");
        let _ = write!(main, "<h1 class=\"masthead\">#{}</h1>", text(tag.display()));
        self.cards(&mut main, posts);
        main.push_str("</div>");
        Filling { language: self.words.tag, head, body: self.frame(&main) }
    }

    fn nothing(&self) -> Filling {
        let head = format!(
            "<title>{}</title><meta name=\"robots\" content=\"noindex\" data-served>",
            text(self.site)
        );
        Filling { language: self.words.tag, head, body: String::new() }
    }

    fn article(&self, article: &Article) -> Filling {
        let Card { titled, excerpt, tags, author, published_at, updated_at, cover, .. } =
            &article.card;
        let fits = cover.iter().rev().find(|cover| cover.width <= PREVIEW_WIDTH);
        let about = About {
            title: &format!("{} · {}", titled.title, self.site),
            description: excerpt,
            path: post_path(&titled.slug),
            language: titled.language.code(),
            kind: "article",
            indexed: article.listed,
            picture: fits.or(cover.first()),
        };
        let mut head = self.head_of(&about, &titled.title);
        property(&mut head, "article:published_time", &rfc_3339(*published_at));
        property(&mut head, "article:modified_time", &rfc_3339(*updated_at));
        property(&mut head, "article:author", author);
        for tag in tags {
            property(&mut head, "article:tag", tag.display());
        }
        for (relation, beside) in [("prev", &article.previous), ("next", &article.next)] {
            if let Some(beside) = beside {
                link(&mut head, relation, &format!("{}{}", self.base, post_path(&beside.slug)));
            }
        }
        let url = format!("{}{}", self.base, about.path);
        let mut data = json!({
            "@context": "https://schema.org",
            "@type": "BlogPosting",
            "headline": titled.title,
            "description": excerpt,
            "inLanguage": titled.language.code(),
            "url": url,
            "mainEntityOfPage": url,
            "datePublished": rfc_3339(*published_at),
            "dateModified": rfc_3339(*updated_at),
            "author": { "@type": "Person", "name": author },
            "publisher": { "@type": "Organization", "name": self.site },
            "keywords": tags.iter().map(Tag::display).collect::<Vec<_>>(),
        });
        if let Some(picture) = about.picture {
            data["image"] = json!(absolute(&self.base, &picture.url));
        }
        linked_data(&mut head, &data);
        Filling {
            language: titled.language.code(),
            head,
            body: self.frame(&self.article_body(article)),
        }
    }

    fn article_body(&self, article: &Article) -> String {
        let Card { titled, tags, author, published_at, .. } = &article.card;
        let mut out = String::with_capacity(article.html.len() + 2_048);
        let language = titled.language.code();
        let _ = write!(out, "<article class=\"post\" lang=\"{language}\">");
        out.push_str("<header class=\"column post-head\">");
        self.tags(&mut out, tags);
        let _ = write!(out, "<h1>{}</h1>", text(&titled.title));
        out.push_str("<div class=\"post-line\">");
        self.meta(&mut out, author, *published_at);
        out.push_str("</div></header><div class=\"column\">");
        if !article.summary.is_empty() {
            let _ = write!(
                out,
                "<section class=\"summary\" aria-labelledby=\"summary-heading\">\
                 <h2 id=\"summary-heading\">{}</h2><ol>",
                self.words.summary
            );
            for sentence in &article.summary {
                let _ = write!(out, "<li>{}</li>", text(sentence));
            }
            out.push_str("</ol></section>");
        }
        out.push_str("</div>");
        if let Some((url, _)) = &article.speech {
            let _ = write!(
                out,
                "<div class=\"column listen-place\"><section class=\"listen\" aria-label=\"{}\">\
                 <audio controls preload=\"none\" src=\"{}\"></audio></section></div>",
                self.words.listen,
                text(url)
            );
        }
        out.push_str("<div class=\"post-body\">");
        let listed = || article.headings.iter().filter(|heading| heading.level <= DEEPEST_LISTED);
        if listed().count() >= HEADINGS_WORTH_A_TABLE {
            // Folded on a phone, as in the client, which unfolds it; where no script runs it is open.
            let _ = write!(
                out,
                "<div class=\"column contents-place\"><nav class=\"contents\" aria-label=\"{0}\">\
                 <button type=\"button\" class=\"contents-toggle\">{0}</button><ul>",
                self.words.contents
            );
            for heading in listed() {
                let _ = write!(
                    out,
                    "<li class=\"level-{}\"><a href=\"#{}\">{}</a></li>",
                    heading.level,
                    text(&heading.anchor),
                    text(&heading.text)
                );
            }
            out.push_str("</ul></nav></div>");
        }
        out.push_str("<div class=\"column article served\">");
        // Sanitised when it was rendered.
        out.push_str(&article.html);
        out.push_str("</div></div>");
        self.neighbours(&mut out, article);
        out.push_str("</article>");
        out
    }

    fn neighbours(&self, out: &mut String, article: &Article) {
        if article.previous.is_none() && article.next.is_none() {
            return;
        }
        let _ = write!(
            out,
            "<nav class=\"column neighbours\" aria-label=\"{}\">",
            self.words.neighbours
        );
        let both = [
            ("previous", self.words.previous, &article.previous),
            ("next", self.words.next, &article.next),
        ];
        for (class, word, beside) in both {
            if let Some(Titled { slug, title, language }) = beside {
                let _ = write!(
                    out,
                    "<a class=\"neighbour {class}\" href=\"{}\"><span>{word}</span>\
                     <strong lang=\"{}\">{}</strong></a>",
                    post_path(slug),
                    language.code(),
                    text(title)
                );
            }
        }
        out.push_str("</nav>");
    }

    fn tabs(&self, out: &mut String, chosen: Option<Category>) {
        let _ = write!(out, "<nav class=\"tabs\" aria-label=\"{}\">", self.words.category);
        let tabs = [None, Some(Category::Post), Some(Category::Learning)];
        for (category, word) in tabs.into_iter().zip(self.words.categories) {
            let here = if category == chosen { " aria-current=\"page\"" } else { "" };
            let _ = write!(out, "<a href=\"{}\"{here}>{word}</a>", home_path(category));
        }
        out.push_str("</nav>");
    }

    fn cards(&self, out: &mut String, posts: &[Card]) {
        if posts.is_empty() {
            let _ = write!(out, "<p class=\"empty\">{}</p>", self.words.no_posts);
        }
        out.push_str("<div class=\"cards\">");
        for (n, card) in posts.iter().enumerate() {
            self.card(out, card, n == 0);
        }
        out.push_str("</div>");
    }

    fn card(&self, out: &mut String, card: &Card, lead: bool) {
        let Card { titled, excerpt, tags, author, published_at, cover, .. } = card;
        let _ = write!(out, "<article class=\"card{}\">", if lead { " card-lead" } else { "" });
        self.cover(out, cover, lead);
        let _ = write!(
            out,
            "<div class=\"card-text\" lang=\"{}\"><h2><a href=\"{}\">{}</a></h2>\
             <p class=\"excerpt\">{}</p>",
            titled.language.code(),
            post_path(&titled.slug),
            text(&titled.title),
            text(excerpt)
        );
        self.meta(out, author, *published_at);
        self.tags(out, tags);
        out.push_str("</div></article>");
    }

    fn cover(&self, out: &mut String, cover: &[Cover], lead: bool) {
        let Some(widest) = cover.last() else { return };
        let sizes =
            if lead { "(min-width: 60rem) 56rem, 92vw" } else { "(min-width: 40rem) 14rem, 92vw" };
        let sources = cover.iter().map(|cover| format!("{} {}w", text(&cover.url), cover.width));
        let _ = write!(
            out,
            "<div class=\"card-cover\"><img src=\"{}\" srcset=\"{}\" sizes=\"{sizes}\" \
             width=\"{}\" height=\"{}\" alt=\"\" loading=\"{}\" decoding=\"async\"></div>",
            text(&widest.url),
            sources.collect::<Vec<_>>().join(", "),
            widest.width,
            widest.height,
            if lead { "eager" } else { "lazy" },
        );
    }

    fn meta(&self, out: &mut String, author: &str, published_at: domain::Timestamp) {
        let _ = write!(
            out,
            "<p class=\"meta\"><span>{}</span><time datetime=\"{}\">{}</time></p>",
            text(author),
            rfc_3339(published_at),
            self.words.day(published_at)
        );
    }

    fn tags(&self, out: &mut String, tags: &[Tag]) {
        if tags.is_empty() {
            return;
        }
        let _ = write!(out, "<ul class=\"tags\" aria-label=\"{}\">", self.words.tags);
        for tag in tags {
            let _ = write!(
                out,
                "<li><a href=\"{}\">{}</a></li>",
                text(&tag_path(tag)),
                text(tag.display())
            );
        }
        out.push_str("</ul>");
    }

    /// Head and foot around a page, as the client has them.
    fn frame(&self, main: &str) -> String {
        let Words { skip, site, home, search, sign_in, footer, tag, .. } = self.words;
        let name = text(self.site);
        let search = match self.searched {
            true => {
                format!("<a href=\"/search\"><span class=\"word\">{search}</span>{SEARCH_SIGN}</a>")
            }
            false => String::new(),
        };
        format!(
            "<a class=\"skip-link\" href=\"#main\">{skip}</a>\
             <header class=\"site-header\" lang=\"{tag}\"><div class=\"site-header-inner\">\
             <a class=\"site-name\" href=\"/\">{name}</a><nav aria-label=\"{site}\">\
             <a class=\"nav-home\" href=\"/\">{home}</a>\
             {search}<a href=\"/sign-in\">{sign_in}</a></nav></div></header>\
             <main id=\"main\" tabindex=\"-1\">{main}</main>\
             <footer class=\"site-footer\" lang=\"{tag}\"><p>{footer}</p></footer>"
        )
    }

    fn head(&self, about: &About<'_>) -> String {
        self.head_of(about, about.title)
    }

    /// `name` is what the page is called elsewhere, without the blog's name.
    fn head_of(&self, about: &About<'_>, name: &str) -> String {
        let url = format!("{}{}", self.base, about.path);
        let mut head = format!("<title>{}</title>", text(about.title));
        meta(&mut head, "description", about.description);
        if !about.indexed {
            meta(&mut head, "robots", "noindex");
        }
        link(&mut head, "canonical", &url);
        property(&mut head, "og:type", about.kind);
        property(&mut head, "og:site_name", self.site);
        property(&mut head, "og:title", name);
        property(&mut head, "og:description", about.description);
        property(&mut head, "og:url", &url);
        let locale = if about.language == Language::Korean.code() { "ko_KR" } else { "en_US" };
        property(&mut head, "og:locale", locale);
        let card = if about.picture.is_some() { "summary_large_image" } else { "summary" };
        meta(&mut head, "twitter:card", card);
        meta(&mut head, "twitter:title", name);
        meta(&mut head, "twitter:description", about.description);
        if let Some(picture) = about.picture {
            let image = absolute(&self.base, &picture.url);
            property(&mut head, "og:image", &image);
            property(&mut head, "og:image:width", &picture.width.to_string());
            property(&mut head, "og:image:height", &picture.height.to_string());
            meta(&mut head, "twitter:image", &image);
        }
        for (media, path) in
            [("application/atom+xml", "/atom.xml"), ("application/rss+xml", "/feed.xml")]
        {
            let _ = write!(
                head,
                "<link rel=\"alternate\" type=\"{media}\" title=\"{}\" href=\"{}{path}\">",
                text(self.site),
                text(&self.base)
            );
        }
        head
    }
}

/// The first page, perhaps of one category.
fn home_path(category: Option<Category>) -> String {
    category.map_or("/".to_owned(), |category| format!("/?category={}", category.name()))
}

// What is only about this page is marked: the client takes it away when it goes to another one.

fn meta(head: &mut String, name: &str, content: &str) {
    let _ = write!(head, "<meta name=\"{name}\" content=\"{}\" data-served>", text(content));
}

fn property(head: &mut String, name: &str, content: &str) {
    let _ = write!(head, "<meta property=\"{name}\" content=\"{}\" data-served>", text(content));
}

fn link(head: &mut String, relation: &str, url: &str) {
    let _ = write!(head, "<link rel=\"{relation}\" href=\"{}\" data-served>", text(url));
}

/// Facts for machines. No script: browsers do not execute a block of this type, so the content policy
/// has nothing to say of it.
fn linked_data(head: &mut String, data: &serde_json::Value) {
    let _ = write!(
        head,
        "<script type=\"application/ld+json\" data-served>{}</script>",
        safe_json(data)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_with_its_hangul_and_its_signs() {
        let tag = |text: &str| Some(Address::Tag(Tag::parse(text).ok()));
        assert_eq!(
            Address::of("/posts/%EA%B8%80", None),
            Some(Address::Post(Slug::parse("글").ok()))
        );
        assert_eq!(Address::of("/tags/c%2Fc%2B%2B/", None), tag("c/c++"));
        assert_eq!(Address::of("/tags/node.js", None), tag("node.js"));
        assert_eq!(Address::of("/", None), Some(Address::Home(None)));
        let learning = Some(Address::Home(Some(Category::Learning)));
        assert_eq!(Address::of("/", Some("category=learning")), learning);
        assert_eq!(Address::of("/", Some("category=x")), Some(Address::Home(None)));
    }

    #[test]
    fn what_cannot_be_a_name_is_nothing_and_other_pages_are_the_clients() {
        assert_eq!(Address::of("/posts/%FF", None), Some(Address::Post(None)));
        assert_eq!(Address::of("/posts/..%2Fx", None), Some(Address::Post(None)));
        for path in ["/search", "/posts", "/posts/", "/posts/a/b", "/studio/posts/x", "//"] {
            assert_eq!(Address::of(path, None), None, "{path}");
        }
    }
}
