//! What is read aloud, and where it stands in the page.

use std::collections::BTreeSet;

use crate::page::{render, tags, text};

fn spoken(markdown: &str) -> Vec<Vec<String>> {
    let sections = render(markdown).sections;
    sections.into_iter().map(|s| s.sentences.into_iter().map(|s| s.text).collect()).collect()
}

#[test]
fn headings_paragraphs_and_items_are_sections() {
    let markdown = "# 제목\n\n첫째다. `둘째`다.\n\n- 하나\n- 둘\n\n> 인용.\n";
    assert_eq!(
        spoken(markdown),
        [vec!["제목"], vec!["첫째다.", "둘째다."], vec!["하나"], vec!["둘"], vec!["인용."]]
    );
    let sections = render(markdown).sections;
    assert!(sections[0].heading);
    assert!(!sections[1].heading);
}

#[test]
fn code_and_tables_are_named_not_read() {
    assert_eq!(
        spoken("글이다.\n\n```\nx\n```\n\n| a |\n|---|\n| b |\n"),
        [["글이다."], ["코드 예제."], ["표."]]
    );
    assert_eq!(spoken("Text.\n\n    x\n"), [["Text."], ["Code example."]]);
}

#[test]
fn links_are_read_by_their_text_and_addresses_by_their_host() {
    assert_eq!(
        spoken("[여기](https://a.example)를 보라. https://docs.rs/tokio/1.0 참고."),
        [["여기를 보라.", "docs.rs 참고."]]
    );
}

#[test]
fn every_spoken_sentence_is_in_the_page_and_says_the_same() {
    let markdown = "# 제목 **굵게**\n\nA *b. C* d. [E. F](x) g!\n\n```\ncode\n```\n\n- [x] 했다.  \n  둘째 \
                    줄\n\n글[^1]이다.\n\n[^1]: 각주. 둘.\n\n| t |\n|---|\n";
    let rendered = render(markdown);
    let in_page: BTreeSet<u32> = tags(&rendered.html)
        .iter()
        .filter_map(|tag| tag.attributes.get("data-s")?.parse().ok())
        .collect();
    let sentences: Vec<_> = rendered.sections.iter().flat_map(|s| &s.sentences).collect();
    assert_eq!(
        in_page.into_iter().collect::<Vec<_>>(),
        (0..sentences.len() as u32).collect::<Vec<_>>()
    );
    for sentence in sentences {
        let marked: String = rendered
            .html
            .split(&format!("<span data-s=\"{}\">", sentence.number))
            .skip(1)
            // A span holds inline elements but no other span here, so the first end is its own.
            .map(|rest| text(rest.split("</span>").next().unwrap()))
            .collect();
        if marked.is_empty() {
            assert!(
                ["코드 예제.", "표.", "Code example.", "Table."].contains(&sentence.text.as_str())
            );
        } else {
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let marked = words(&marked.replace("1이다", "이다"));
            assert_eq!(marked, sentence.text);
        }
    }
}

#[test]
fn sections_are_never_empty_and_never_too_long() {
    let markdown = format!("{}\n\n{}", "긴 문장이다. ".repeat(1_000), "가나다 ".repeat(2_000));
    let sections = render(&markdown).sections;
    for section in &sections {
        assert!(!section.sentences.is_empty());
        let n_chars: usize = section.sentences.iter().map(|s| s.text.chars().count() + 1).sum();
        assert!(n_chars <= 1_501, "{n_chars}");
    }
    let n_sentences: usize = sections.iter().map(|section| section.sentences.len()).sum();
    assert!(n_sentences > 1_000);
}
