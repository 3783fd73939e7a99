//! The words around articles, as the client says them: in the reader's language.

use axum::http::{HeaderMap, header};
use domain::Timestamp;

use super::markup::day;

/// One language's words.
pub struct Words {
    /// The language, as in the attribute `lang`.
    pub tag: &'static str,
    /// Leads past the head of the page.
    pub skip: &'static str,
    /// Names the site's navigation.
    pub site: &'static str,
    /// Leads to the list of posts.
    pub home: &'static str,
    /// Leads to the search page.
    pub search: &'static str,
    /// Leads to the sign-in page.
    pub sign_in: &'static str,
    /// Stands at the foot.
    pub footer: &'static str,
    /// Nothing is published.
    pub no_posts: &'static str,
    /// Names the list of tags.
    pub tags: &'static str,
    /// Heads the summary.
    pub summary: &'static str,
    /// Names the audio.
    pub listen: &'static str,
    /// Heads the table of contents.
    pub contents: &'static str,
    /// Names the links to the neighbours.
    pub neighbours: &'static str,
    /// Leads to the older neighbour.
    pub previous: &'static str,
    /// Leads to the newer neighbour.
    pub next: &'static str,
    /// The tabs: all, posts, learning.
    pub categories: [&'static str; 3],
    /// Names the tabs.
    pub category: &'static str,
}

const KOREAN: Words = Words {
    tag: "ko",
    skip: "본문으로 건너뛰기",
    site: "사이트",
    home: "글",
    search: "검색",
    sign_in: "로그인",
    footer: "천천히 읽는 기술 글",
    no_posts: "아직 발행된 글이 없습니다.",
    tags: "태그",
    summary: "세 줄 요약",
    listen: "듣기",
    contents: "차례",
    neighbours: "이웃한 글",
    previous: "이전 글",
    next: "다음 글",
    categories: ["모두", "글", "배움"],
    category: "분류",
};

const ENGLISH: Words = Words {
    tag: "en",
    skip: "Skip to content",
    site: "Site",
    home: "Posts",
    search: "Search",
    sign_in: "Sign in",
    footer: "Technical writing, read slowly",
    no_posts: "Nothing has been published yet.",
    tags: "Tags",
    summary: "In three lines",
    listen: "Listen",
    contents: "Contents",
    neighbours: "Neighbouring posts",
    previous: "Previous post",
    next: "Next post",
    categories: ["All", "Articles", "Learning"],
    category: "Category",
};

impl Words {
    /// In the language that the browser wishes first, as the client decides it.
    pub fn of(headers: &HeaderMap) -> &'static Words {
        let wished = headers.get(header::ACCEPT_LANGUAGE).and_then(|wished| wished.to_str().ok());
        match wished.map(str::trim).filter(|wished| !wished.is_empty() && *wished != "*") {
            Some(wished) if !wished.starts_with("ko") => &ENGLISH,
            _ => &KOREAN,
        }
    }

    /// A day in UTC, such as `2026년 11월 23일`.
    pub fn day(&self, time: Timestamp) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let (year, month, day) = day(time);
        match self.tag {
            "ko" => format!("{year}년 {month}월 {day}일"),
            _ => {
                let name = usize::try_from(month - 1).ok().and_then(|n| MONTHS.get(n));
                format!("{day} {} {year}", name.unwrap_or(&""))
            }
        }
    }
}
