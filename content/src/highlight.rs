//! Colours of code: classes for the style sheet `content/highlight.css`.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use crate::escape::push_text;

/// Code bytes of one post that are coloured; what comes after stays plain. Bounds by input, so that the
/// same post always looks the same.
const BYTES_PER_POST: usize = 64 * 1024;

/// A longer line is data, not code, and the grammars' regular expressions are slow on it.
const BYTES_PER_LINE: usize = 1_000;

/// The last resort against code written to make the grammars slow. Ordinary posts stay far below it
/// (about 10 ms in a release build), so that it does not make the output depend on the machine.
const TIME_PER_POST: Duration = Duration::from_secs(2);

/// What one post may still spend on colours.
pub(crate) struct Budget {
    bytes: usize,
    time: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: BYTES_PER_POST, time: TIME_PER_POST }
    }
}

/// Appends `code` with its words in `<span class="hl-...">`, or plain where the language is unknown or
/// the budget is spent. A line that does not fit ends the colours of its block, never the code.
pub(crate) fn push_code(html: &mut String, code: &str, language: &str, budget: &mut Budget) {
    let Some(syntax) = syntax(language) else { return push_text(html, code) };
    let mut state = ParseState::new(syntax);
    let mut scopes = ScopeStack::new();
    let mut rest = code;
    while !rest.is_empty() {
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let line = &rest[..end];
        if line.len() > BYTES_PER_LINE || line.len() > budget.bytes || budget.time.is_zero() {
            break;
        }
        budget.bytes -= line.len();
        let begun = Instant::now();
        let written = push_line(html, line, &mut state, &mut scopes);
        budget.time = budget.time.saturating_sub(begun.elapsed());
        if !written {
            break;
        }
        rest = &rest[end..];
    }
    push_text(html, rest);
}

/// Appends one line; writes nothing and returns `false` when the grammar fails.
fn push_line(
    html: &mut String,
    line: &str,
    state: &mut ParseState,
    scopes: &mut ScopeStack,
) -> bool {
    let Ok(changes) = state.parse_line(line, syntaxes()) else { return false };
    let mut coloured = Coloured { html: String::new(), class: None, blanks: "" };
    let mut at = 0;
    for (place, change) in changes {
        if place > at && line.is_char_boundary(place) {
            coloured.push(&line[at..place], class(scopes));
            at = place;
        }
        if scopes.apply(&change).is_err() {
            return false;
        }
    }
    coloured.push(&line[at..], class(scopes));
    html.push_str(&coloured.finish());
    true
}

struct Coloured<'a> {
    html: String,
    class: Option<&'static str>,
    /// Blanks not yet written: they have no colour, so they neither begin a span nor end one.
    blanks: &'a str,
}

impl<'a> Coloured<'a> {
    fn push(&mut self, text: &'a str, class: Option<&'static str>) {
        let words = text.trim_end();
        if words.is_empty() {
            self.html.push_str(std::mem::replace(&mut self.blanks, text));
            return;
        }
        if class != self.class {
            self.close();
        }
        self.html.push_str(std::mem::replace(&mut self.blanks, &text[words.len()..]));
        if self.class.is_none()
            && let Some(class) = class
        {
            let words_at = words.len() - words.trim_start().len();
            self.html.push_str(&words[..words_at]);
            self.html.push_str(&format!("<span class=\"hl-{class}\">"));
            self.class = Some(class);
            push_text(&mut self.html, &words[words_at..]);
        } else {
            push_text(&mut self.html, words);
        }
    }

    fn close(&mut self) {
        if self.class.take().is_some() {
            self.html.push_str("</span>");
        }
    }

    fn finish(mut self) -> String {
        self.close();
        self.html.push_str(self.blanks);
        self.html
    }
}

/// Scopes of the grammars and the class that each gets; the first that fits, from the innermost scope
/// outwards. `None` ends the search: code inside a string's interpolation is no string.
const CLASSES: [(&str, Option<&str>); 37] = [
    ("comment", Some("comment")),
    ("punctuation.definition.comment", Some("comment")),
    ("constant.character.escape", Some("escape")),
    ("constant.numeric", Some("number")),
    ("constant.language", Some("constant")),
    ("constant.other", Some("constant")),
    ("constant.character", Some("string")),
    ("support.constant", Some("constant")),
    ("variable.other.constant", Some("constant")),
    ("keyword.operator.word", Some("keyword")),
    ("keyword.operator.new", Some("keyword")),
    ("keyword.operator", Some("operator")),
    ("keyword", Some("keyword")),
    ("storage", Some("keyword")),
    ("variable.language", Some("keyword")),
    ("entity.name.function", Some("function")),
    ("support.function", Some("function")),
    ("support.macro", Some("function")),
    ("entity.name.macro", Some("function")),
    ("variable.function", Some("function")),
    ("entity.name.tag", Some("tag")),
    ("entity.other.attribute-name", Some("attribute")),
    ("variable.annotation", Some("attribute")),
    ("meta.annotation", Some("attribute")),
    ("entity.name", Some("type")),
    ("entity.other.inherited-class", Some("type")),
    ("support.type.property-name", Some("property")),
    ("support.type", Some("type")),
    ("support.class", Some("type")),
    ("meta.mapping.key", Some("property")),
    ("meta.interpolation", None),
    ("meta.template.expression", None),
    ("string", Some("string")),
    ("markup.inserted", Some("inserted")),
    ("markup.deleted", Some("deleted")),
    ("markup.heading", Some("keyword")),
    ("markup.raw", Some("string")),
];

fn class(scopes: &ScopeStack) -> Option<&'static str> {
    static TABLE: OnceLock<Vec<(Scope, Option<&'static str>)>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        CLASSES
            .iter()
            .filter_map(|(scope, class)| Scope::new(scope).ok().map(|scope| (scope, *class)))
            .collect()
    });
    scopes.as_slice().iter().rev().find_map(|scope| {
        table.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|(_, class)| *class)
    })?
}

fn syntaxes() -> &'static SyntaxSet {
    static SYNTAXES: OnceLock<SyntaxSet> = OnceLock::new();
    SYNTAXES.get_or_init(two_face::syntax::extra_newlines)
}

fn syntax(language: &str) -> Option<&'static SyntaxReference> {
    let name = match language.to_ascii_lowercase().as_str() {
        "" | "text" | "plain" | "plaintext" | "txt" | "none" => return None,
        "shell" | "console" | "terminal" | "zsh" => "bash".to_owned(),
        "jsonc" | "json5" | "jsonl" => "json".to_owned(),
        "jsx" | "mjs" | "cjs" | "node" => "js".to_owned(),
        "golang" => "go".to_owned(),
        "c#" => "cs".to_owned(),
        "docker" => "dockerfile".to_owned(),
        "proto" | "protobuf" => "proto".to_owned(),
        other => other.to_owned(),
    };
    syntaxes().find_syntax_by_token(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coloured(code: &str, language: &str) -> String {
        let mut html = String::new();
        push_code(&mut html, code, language, &mut Budget::default());
        html
    }

    #[test]
    fn rust_and_typescript_get_classes_and_keep_every_character() {
        let rust = coloured("fn main() { // 주석\n    let n = \"a<b\\n\"; 1\n}\n", "rust");
        assert!(rust.contains("<span class=\"hl-keyword\">fn"), "{rust}");
        assert!(rust.contains("<span class=\"hl-comment\">// 주석"), "{rust}");
        assert!(rust.contains("<span class=\"hl-number\">1</span>"), "{rust}");
        assert!(rust.contains("a&lt;b"), "{rust}");
        assert!(!rust.contains("style="), "{rust}");
        let typescript = coloured("const x: number = `a${y + 1}b`;", "ts");
        assert!(typescript.contains("hl-keyword"), "{typescript}");
        assert!(typescript.contains("hl-number"), "{typescript}");
    }

    #[test]
    fn the_languages_of_a_technical_blog_are_known() {
        for language in [
            "rust",
            "rs",
            "ts",
            "tsx",
            "typescript",
            "js",
            "jsx",
            "json",
            "toml",
            "yaml",
            "yml",
            "sh",
            "bash",
            "console",
            "python",
            "py",
            "go",
            "java",
            "kotlin",
            "c",
            "cpp",
            "sql",
            "html",
            "css",
            "dockerfile",
            "graphql",
            "diff",
            "swift",
            "hcl",
            "proto",
            "md",
            "makefile",
        ] {
            assert!(syntax(language).is_some(), "{language}");
        }
        assert!(syntax("no such language").is_none());
    }

    #[test]
    fn what_exceeds_the_budget_is_plain_and_complete() {
        let line = "let x = 1;\n";
        let code = line.repeat(BYTES_PER_POST / line.len() + 50);
        let mut budget = Budget::default();
        let mut html = String::new();
        push_code(&mut html, &code, "rust", &mut budget);
        assert!(html.starts_with("<span class=\"hl-keyword\">let"));
        assert!(html.ends_with(&line.repeat(50)));
        let endless = format!("let x = \"{}\";\n", "y".repeat(2_000));
        assert_eq!(coloured("fn f() {}\n", "nothing"), "fn f() {}\n");
        assert!(!coloured(&endless, "rust").contains("<span"));
    }
}
