//! Writing text, addresses and times into HTML, XML and JSON so that they stay what they are.

use domain::{Slug, Tag, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What stands as it is in a part of an address: the unreserved characters.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Text as HTML or XML, also within an attribute in double quotes. Characters that XML cannot hold
/// become the sign for what cannot be shown.
pub fn text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' | '\r' => safe.push(c),
            '\0'..='\u{1f}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            _ => safe.push(c),
        }
    }
    safe
}

/// The path of a post's page.
pub fn post_path(slug: &Slug) -> String {
    format!("/posts/{}", utf8_percent_encode(slug.as_str(), PART))
}

/// The path of a tag's page. One page for all ways to write it.
pub fn tag_path(tag: &Tag) -> String {
    format!("/tags/{}", utf8_percent_encode(&tag.key(), PART))
}

/// An address that may be a path on this server, made absolute.
pub fn absolute(base: &str, url: &str) -> String {
    match url.starts_with('/') && !url.starts_with("//") {
        true => format!("{base}{url}"),
        false => url.to_owned(),
    }
}

/// The addresses in an article, made absolute: a feed is read elsewhere. Text cannot be mistaken for
/// an attribute, since its quotes are escaped.
pub fn absolute_article(html: &str, base: &str, page: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("=\"") {
        let (before, after) = rest.split_at(at + 2);
        out.push_str(before);
        let Some(end) = after.find('"') else {
            rest = after;
            break;
        };
        let value = &after[..end];
        let name = before[..at].rsplit([' ', '<']).next().unwrap_or_default();
        match name {
            "href" if value.starts_with('#') => out.push_str(&format!("{page}{value}")),
            "href" | "src" => out.push_str(&absolute(base, value)),
            "srcset" => {
                let each = value.split(", ").map(|source| absolute(base, source));
                out.push_str(&each.collect::<Vec<_>>().join(", "));
            }
            _ => out.push_str(value),
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

/// JSON that can stand in a `script` element: no markup can begin or end in it.
pub fn json(value: &Value) -> String {
    let mut safe = String::new();
    for c in value.to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                safe.push_str(&format!("\\u{:04x}", c as u32));
            }
            _ => safe.push(c),
        }
    }
    safe
}

fn point(time: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(time.0).unwrap_or_default()
}

/// A time as RFC 3339 writes it, in UTC and whole seconds.
pub fn rfc_3339(time: Timestamp) -> String {
    point(time).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A time as RFC 2822 writes it.
pub fn rfc_2822(time: Timestamp) -> String {
    point(time).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// Year, month and day in UTC.
pub fn day(time: Timestamp) -> (i16, i8, i8) {
    let day = point(time).to_zoned(jiff::tz::TimeZone::UTC).date();
    (day.year(), day.month(), day.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text_in_elements_and_attributes() {
        assert_eq!(
            text("</title><script>\"'&\0\u{1b}한글"),
            "&lt;/title&gt;&lt;script&gt;&quot;&#39;&amp;\u{fffd}\u{fffd}한글"
        );
    }

    #[test]
    fn no_markup_begins_or_ends_in_json() {
        let value = serde_json::json!({ "title": "</script><!--\u{2028}&" });
        let written = json(&value);
        assert!(!written.contains(['<', '>', '&', '\u{2028}']), "{written}");
        assert_eq!(serde_json::from_str::<Value>(&written).ok(), Some(value));
    }

    #[test]
    fn hangul_and_what_means_something_are_encoded_in_addresses() {
        assert_eq!(post_path(&Slug::of_title("글 1")), "/posts/%EA%B8%80-1");
        let tag = |tag: &str| Tag::parse(tag).map(|tag| tag_path(&tag));
        assert_eq!(tag("C/C++?"), Ok("/tags/c%2Fc%2B%2B%3F".to_owned()));
        assert_eq!(tag("Node.js"), Ok("/tags/node.js".to_owned()));
    }

    #[test]
    fn the_addresses_of_an_article_become_absolute_and_its_text_stays() {
        let html = "<p title=\"/a\">=&quot;/x <a href=\"/posts/a\">b</a> <a href=\"#h\">#</a> \
                    <a href=\"https://e.org/\">c</a> <a href=\"//e.org\">d</a> \
                    <img src=\"/m/1\" srcset=\"/m/1 300w, /m/2 480w\"></p>";
        assert_eq!(
            absolute_article(html, "http://b", "http://b/posts/p"),
            "<p title=\"/a\">=&quot;/x <a href=\"http://b/posts/a\">b</a> \
             <a href=\"http://b/posts/p#h\">#</a> <a href=\"https://e.org/\">c</a> \
             <a href=\"//e.org\">d</a> \
             <img src=\"http://b/m/1\" srcset=\"http://b/m/1 300w, http://b/m/2 480w\"></p>"
        );
    }

    #[test]
    fn times_are_written_as_feeds_want_them() {
        let time = Timestamp(1_764_000_000_123);
        assert_eq!(rfc_3339(time), "2025-11-24T16:00:00Z");
        assert_eq!(rfc_2822(time), "Mon, 24 Nov 2025 16:00:00 +0000");
        assert_eq!(day(time), (2025, 11, 24));
    }
}
