//! Posts written to be slow or huge.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::page::{render, tags};

/// As long as a post may be.
const LENGTH: usize = 200 * 1024;

/// Far more than any of these needs, even unoptimised on a busy machine; quadratic time needs more.
const DEADLINE: Duration = Duration::from_secs(300);

#[track_caller]
fn check(name: &str, markdown: String) {
    let markdown = markdown.chars().take(LENGTH).collect::<String>();
    let (done, wait) = mpsc::channel();
    let length = markdown.len();
    thread::spawn(move || {
        // A small stack: depth in the text must not become depth of calls.
        let small = thread::Builder::new().stack_size(512 * 1024);
        let rendered = small.spawn(move || render(&markdown)).unwrap().join().unwrap();
        done.send(rendered).unwrap();
    });
    let rendered = wait.recv_timeout(DEADLINE).unwrap_or_else(|_| panic!("{name} takes too long"));
    tags(&rendered.html);
    assert!(rendered.html.len() <= length * 25 + 200_000, "{name}: {} bytes", rendered.html.len());
    assert!(rendered.plain_text.len() <= length * 4, "{name}: {}", rendered.plain_text.len());
}

#[test]
fn repeated_marks_cost_no_more_than_their_length() {
    for mark in [
        "[",
        "]",
        "![",
        "*",
        "_",
        "**a",
        "*a_ ",
        "`",
        "``a` ",
        "~",
        "<",
        "<!--",
        "<a ",
        "\\",
        "&",
        "|",
        "#",
        "(",
        "[](",
        "[a](<b",
        "[^1]",
        "a.",
        "a. ",
        ". ",
        "\"",
        "<b>",
        "http://a.",
        "www.a@",
        "- ",
        "\t",
        "\0",
        "[a]: b\n",
        "* a\n",
        "1. ",
        "> a\n",
        "| a ",
        "\n```\n",
        "e.g. ",
        "가",
        "다.",
        "![a](asset:x) ",
        "[x][x] ",
        "- [ ] a\n",
        "# a\n",
        "***a** b* ",
        "a**b",
        "[a](b) ",
        "`a. b` ",
        "!",
        "…",
    ] {
        check(mark, mark.repeat(LENGTH / mark.len() + 1));
    }
}

#[test]
fn nested_containers_cost_no_more_than_their_length() {
    check(">", ">".repeat(LENGTH));
    check("> >", format!("{}\n{}", "> ".repeat(LENGTH / 4), "> ".repeat(LENGTH / 4)));
    let stairs: String = (0..600).map(|n| format!("{}- a\n", "  ".repeat(n % 150))).collect();
    check("stairs", stairs.repeat(3));
    check("quoted lines", format!("{} a\n", ">".repeat(100)).repeat(LENGTH / 103));
}

#[test]
fn a_wide_table_of_short_rows_is_not_multiplied() {
    let head = "|a".repeat(400);
    let rule = "|-".repeat(400);
    check("table", format!("{head}|\n{rule}|\n{}", "|b|\n".repeat(40_000)));
}

#[test]
fn one_reference_used_often_is_not_multiplied() {
    check("reference", format!("[a]: /{}\n\n{}", "x".repeat(50_000), "[a] ".repeat(30_000)));
    check("footnote", format!("{}\n\n[^a]: {}", "[^a] ".repeat(30_000), "x".repeat(10_000)));
}

#[test]
fn slow_code_ends_up_plain() {
    for language in ["rust", "ts", "md", "html", "css", "sql", "bash", "python", "latex", "php"] {
        let line = format!("{}\n", "({[\"'<a \\".repeat(50));
        let code = line.repeat(LENGTH / line.len());
        check(language, format!("```{language}\n{code}\n```"));
    }
}

#[test]
fn one_endless_line_is_an_article() {
    check("line", "낱말과 words, ".repeat(LENGTH / 18));
    check("letters", "x".repeat(LENGTH));
}
