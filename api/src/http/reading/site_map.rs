//! The site map: one file while the blog is small, else an index with a file for each month.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::ports::PortError;
use domain::{Month, Tag, Timestamp};

use super::markup::{post_path, rfc_3339, tag_path, text};
use super::{MINUTES, Place, base, fresh, unavailable};
use crate::http::Doors;
use crate::http::answer::Problem;

/// Posts of the one file; a blog with more has a file for each month.
const ONE_FILE: u32 = 2_000;
/// Posts of a month's file. The protocol allows 50,000; so many were never written in a month.
const OF_A_MONTH: u32 = 20_000;
/// Tags with a page in the map.
const TAGS: u32 = 100;
/// Months of an index: a hundred years.
const MONTHS: usize = 1_200;

const XML: &str = "application/xml; charset=utf-8";
const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// Answers `/sitemap.xml`.
pub async fn site_map(State(doors): State<Arc<Doors>>, headers: HeaderMap) -> Response {
    match write(&doors, &base(&doors, &headers)).await {
        Ok(text) => fresh(StatusCode::OK, XML, MINUTES, text, &headers),
        Err(error) => unavailable(&error),
    }
}

/// Answers `/sitemap/{month}`, such as `2026-11.xml`; `pages.xml` names what is no post.
pub async fn of_month(
    State(doors): State<Arc<Doors>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let base = base(&doors, &headers);
    let written = match name.as_str() {
        "pages.xml" => match doors.reading.tags(TAGS).await {
            Ok(tags) => Ok(Some(urls(&base, Some(&tags), &[]))),
            Err(error) => Err(error),
        },
        name => match month_of(name) {
            None => Ok(None),
            Some(month) => {
                let (from, until) = (month.begin(), month.next().begin());
                let places = doors.reading.places(from, until, OF_A_MONTH).await;
                places.map(|places| (!places.is_empty()).then(|| urls(&base, None, &places)))
            }
        },
    };
    match written {
        Ok(Some(text)) => fresh(StatusCode::OK, XML, MINUTES, text, &headers),
        Ok(None) => Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is nothing here")
            .into_response(),
        Err(error) => unavailable(&error),
    }
}

async fn write(doors: &Doors, base: &str) -> Result<String, PortError> {
    let ever = (Timestamp(0), Timestamp(9_999_999_999_999));
    let places = doors.reading.places(ever.0, ever.1, ONE_FILE + 1).await?;
    if places.len() <= ONE_FILE as usize {
        let tags = doors.reading.tags(TAGS).await?;
        return Ok(urls(base, Some(&tags), &places));
    }
    let base = text(base);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<sitemapindex xmlns=\"{NAMESPACE}\">\n\
         <sitemap><loc>{base}/sitemap/pages.xml</loc></sitemap>\n"
    );
    let mut from = ever.0;
    for _ in 0..MONTHS {
        let first = doors.reading.places(from, ever.1, 1).await?;
        let Some(month) = first.first().map(|place| Month::of(place.published_at)) else { break };
        let _ = writeln!(out, "<sitemap><loc>{base}/sitemap/{month}.xml</loc></sitemap>");
        from = month.next().begin();
    }
    out.push_str("</sitemapindex>\n");
    Ok(out)
}

/// Addresses of posts, and of the first page and the tags when these are given.
fn urls(base: &str, tags: Option<&[Tag]>, places: &[Place]) -> String {
    let mut out =
        format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"{NAMESPACE}\">\n");
    let base = text(base);
    if let Some(tags) = tags {
        let _ = writeln!(out, "<url><loc>{base}/</loc></url>");
        for tag in tags {
            let _ = writeln!(out, "<url><loc>{base}{}</loc></url>", text(&tag_path(tag)));
        }
    }
    for Place { slug, updated_at, .. } in places {
        let _ = writeln!(
            out,
            "<url><loc>{base}{}</loc><lastmod>{}</lastmod></url>",
            text(&post_path(slug)),
            rfc_3339(*updated_at)
        );
    }
    out.push_str("</urlset>\n");
    out
}

/// The month of a file's name, such as `2026-11.xml`.
fn month_of(name: &str) -> Option<Month> {
    let month = Month::parse(name.strip_suffix(".xml")?)?;
    (1970..=9000).contains(&month.year()).then_some(month)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_where_the_next_begins() {
        let december = Month::parse("2026-12").unwrap();
        assert_eq!(month_of("2026-12.xml"), Some(december));
        assert_eq!(december.begin(), Timestamp(1_796_083_200_000));
        assert_eq!(Month::of(Timestamp(december.next().begin().0 - 1)), december);
        for bad in ["2026-13.xml", "2026-1.xml", "26-01.xml", "2026-12", "+026-12.xml", "a"] {
            assert_eq!(month_of(bad), None, "{bad}");
        }
    }
}
