//! The pages that people read first say what is true.

use super::{no_offences, text, workspace};
use crate::COMMANDS;

const PAGES: [&str; 3] = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];

/// What stands between backticks in the running text of a page, code blocks left out.
fn quoted(page: &str) -> Vec<String> {
    let prose = page.split("```").step_by(2);
    prose
        .flat_map(|text| {
            text.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).map(str::to_owned)
        })
        .collect()
}

/// Reads as a path of this repository: relative, with a folder or a known ending, and no sign that no
/// file of ours has in its name.
fn is_path(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    let ending = [".md", ".rs", ".toml", ".graphql", ".json", ".sh", ".mjs"]
        .iter()
        .any(|ending| text.ends_with(ending));
    text.chars().all(plain)
        && !text.starts_with('/')
        && !text.starts_with('.')
        && (text.contains('/') || ending)
        || text.starts_with(".ci/")
}

#[test]
fn paths_that_the_pages_name_exist() {
    // Made by a build, so a fresh clone has no such thing.
    const MADE: [&str; 2] = ["target/release/deepdive", "web-yew/dist"];
    let root = workspace().root;
    let mut offences = Vec::new();
    for page in PAGES {
        for path in quoted(&text(page.as_ref()).unwrap()) {
            if is_path(&path) && !MADE.contains(&path.as_str()) && !root.join(&path).exists() {
                offences.push(format!("{page}: {path}"));
            }
        }
    }
    no_offences("paths that are not there", offences);
}

#[test]
fn commands_that_the_pages_name_exist() {
    let known = |command: &str| {
        COMMANDS.lines().any(|line| line.trim_start().starts_with(&format!("{command} ")))
    };
    let mut offences = Vec::new();
    for page in PAGES {
        let text = text(page.as_ref()).unwrap();
        for command in text.split("cargo xtask ").skip(1) {
            let command: String = command.chars().take_while(char::is_ascii_alphanumeric).collect();
            if !known(&command) {
                offences.push(format!("{page}: cargo xtask {command}"));
            }
        }
    }
    no_offences("commands that are not there", offences);
}

#[test]
fn the_map_is_short_enough_to_be_read() {
    let lines = text("ARCHITECTURE.md".as_ref()).unwrap().lines().count();
    assert!(lines <= 150, "ARCHITECTURE.md has {lines} lines, more than 150");
}

#[test]
fn a_path_is_told_from_other_code() {
    for path in ["domain/src/post.rs", "schema.graphql", "adapters/embedded", ".ci/run"] {
        assert!(is_path(path), "{path}");
    }
    for other in
        ["/healthz", "Table", "post.publish", "after", "cargo xtask ci", "{id}/{hash}", ".br"]
    {
        assert!(!is_path(other), "{other}");
    }
    assert_eq!(quoted("a `b/c` d\n```\n`not/this`\n```\n`e`"), ["b/c", "e"]);
}
