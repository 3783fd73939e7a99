//! Ordinary posts.

use std::collections::HashMap;

use content::MarkdownRenderer;
use domain::AssetId;
use domain::ports::{ContentRenderer, Picture, PictureVariant};
use domain::text::Language;

use crate::page::{render, tags, text};

#[track_caller]
fn check(markdown: &str, expected: &str) {
    let html = render(markdown).html;
    tags(&html);
    assert_eq!(html, expected);
}

#[test]
fn emphasis_beside_a_korean_particle_is_emphasis() {
    check(
        "**소유권(ownership)**은 ~~어렵다~~ 쉽다.",
        "<p><span data-s=\"0\"><strong>소유권(ownership)</strong>은 <del>어렵다</del> \
         쉽다.</span></p>\n",
    );
}

#[test]
fn links_that_leave_the_blog_are_marked() {
    check(
        "[안](/posts/a) [밖](https://example.com \"제목\")",
        "<p><span data-s=\"0\"><a href=\"/posts/a\">안</a> <a href=\"https://example.com\" \
         title=\"제목\" rel=\"nofollow noopener\">밖</a></span></p>\n",
    );
}

#[test]
fn headings_have_readable_unique_anchors() {
    let rendered = render("# 설치\n\n## `cargo` 설치\n\n## 설치");
    let anchors: Vec<(u8, &str, &str)> =
        rendered.headings.iter().map(|h| (h.level, h.text.as_str(), h.anchor.as_str())).collect();
    assert_eq!(
        anchors,
        [(1, "설치", "설치"), (2, "cargo 설치", "cargo-설치"), (2, "설치", "설치-1")]
    );
    let ids: Vec<String> = tags(&rendered.html)
        .into_iter()
        .filter_map(|mut tag| tag.attributes.remove("id"))
        .collect();
    assert_eq!(ids, ["설치", "cargo-설치", "설치-1"]);
}

#[test]
fn tables_tasks_and_footnotes_are_written() {
    let rendered = render(
        "| 왼쪽 | right |\n|:--|--:|\n| 하나 | `1` |\n\n- [x] 했다\n- [ ] 안 했다\n\n글[^1]이다.\n\n\
         [^1]: 각주 내용.\n",
    );
    let tags = tags(&rendered.html);
    let of = |name: &str| tags.iter().filter(|tag| tag.name == name).collect::<Vec<_>>();
    assert_eq!(of("th").len(), 2);
    assert_eq!(of("td")[1].attributes["class"], "align-right");
    assert_eq!(of("input").len(), 2);
    assert!(of("input")[0].attributes.contains_key("checked"));
    assert_eq!(of("input")[1].attributes["aria-label"], "미완료");
    let ids: Vec<&str> =
        tags.iter().filter_map(|tag| tag.attributes.get("id").map(String::as_str)).collect();
    assert_eq!(ids, ["fnref:1:1", "fn:1"]);
    for tag in of("a") {
        let target = tag.attributes["href"].trim_start_matches('#');
        assert!(ids.contains(&target), "{target}");
    }
}

#[test]
fn alerts_are_named_in_the_language_of_the_post() {
    let html = render("> [!WARNING]\n> 조심하세요.").html;
    assert!(html.contains("class=\"alert alert-warning\""), "{html}");
    assert!(text(&html).contains("경고"), "{html}");
}

#[test]
fn code_is_highlighted_by_classes() {
    let html = render("```rust\nfn main() {}\n```").html;
    tags(&html);
    assert!(
        html.contains("<code class=\"language-rust\"><span class=\"hl-keyword\">fn</span>"),
        "{html}"
    );
}

#[test]
fn every_class_of_highlighted_code_is_in_the_style_sheet() {
    let sheet = include_str!("../../highlight.css");
    let source = include_str!("../../src/highlight.rs");
    let classes = source.split("Some(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut n_classes = 0;
    for class in classes {
        assert!(sheet.contains(&format!(".hl-{class}")), "{class}");
        n_classes += 1;
    }
    assert!(n_classes > 20);
}

#[test]
fn uploaded_images_are_placeholders_until_they_are_filled() {
    let (one, two) = (AssetId::from_bits(1), AssetId::from_bits(2));
    let rendered = render(&format!(
        "글 ![사진](asset:{two}) 끝.\n\n![둘](asset:{one} \"설명\")\n\n![또](asset:{two})"
    ));
    assert_eq!(rendered.assets, [two.clone(), one.clone()]);
    assert!(rendered.html.contains(&format!("<img data-asset=\"{two}\" alt=\"사진\">")));
    assert!(rendered.html.contains("<figcaption>설명</figcaption></figure>"));

    let variant = PictureVariant { width: 300, height: 200, url: "/m/a.webp".into() };
    let ready = Picture { width: 900, height: 600, variants: vec![variant] };
    let made = Picture { width: 90, height: 60, variants: vec![] };
    let filled =
        MarkdownRenderer.fill_images(&rendered.html, &HashMap::from([(two, ready), (one, made)]));
    let tags = tags(&filled);
    assert_eq!(tags.iter().filter(|tag| tag.name == "img").count(), 2);
    let image = tags.iter().find(|tag| tag.name == "img").unwrap();
    assert_eq!(image.attributes["width"], "900");
    assert_eq!(image.attributes["loading"], "lazy");
    assert_eq!(tags.iter().filter(|tag| tag.name == "svg").count(), 1);
}

#[test]
fn only_fifty_images_are_shown() {
    let markdown: String =
        (0..60).map(|n| format!("![그림{n}](asset:{})\n\n", AssetId::from_bits(n))).collect();
    let rendered = render(&markdown);
    assert_eq!(tags(&rendered.html).iter().filter(|tag| tag.name == "img").count(), 50);
    assert_eq!(rendered.assets.len(), 50);
    assert!(text(&rendered.html).contains("그림59"));
}

#[test]
fn foreign_images_load_late_and_tell_nothing() {
    let html = render("![a](https://example.com/a.png) ![b](http://example.com/b.png)").html;
    let images: Vec<_> = tags(&html).into_iter().filter(|tag| tag.name == "img").collect();
    assert_eq!(images.len(), 1);
    assert_eq!(images[0].attributes["referrerpolicy"], "no-referrer");
    assert_eq!(images[0].attributes["loading"], "lazy");
}

#[test]
fn plain_text_keeps_code_and_the_excerpt_does_not() {
    let rendered = render("# 제목\n\n첫 **문단**이다.\n\n```rust\nlet x = 1;\n```\n\n둘째.");
    assert_eq!(rendered.plain_text, "제목\n첫 문단이다.\nlet x = 1;\n둘째.");
    assert_eq!(rendered.excerpt, "첫 문단이다. 둘째.");
    assert_eq!(rendered.language, Language::Korean);
}

#[test]
fn an_excerpt_begins_with_words_and_not_with_a_picture() {
    let rendered = render("![A diagram](https://example.com/a.png)\n\nThe first words.");
    assert_eq!(rendered.excerpt, "The first words.");
    assert_eq!(render("![A diagram](https://example.com/a.png)").excerpt, "A diagram");
}

#[test]
fn nothing_becomes_nothing() {
    for empty in ["", " \n\n ", "<!-- hidden -->"] {
        let rendered = render(empty);
        assert_eq!((rendered.html.as_str(), rendered.plain_text.as_str()), ("", ""), "{empty:?}");
        assert!(rendered.sections.is_empty());
    }
}

#[test]
fn equal_markdown_gives_equal_articles() {
    let markdown = "# A\n\ntext `code`\n\n```rust\nfn f() {}\n```\n\n[^1]\n\n[^1]: note";
    assert_eq!(render(markdown), render(markdown));
}
