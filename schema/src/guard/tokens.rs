//! The lexical look at a document: counts tokens and nesting without building anything.
//!
//! The parser recurses with the brackets of the document, so their nesting is bounded here, where a
//! loop and a counter suffice.

use async_graphql_parser::Pos;

use super::limits::Limits;
use super::refusal::{Refusal, RefusalCode};

/// Counts tokens and open brackets of a document.
///
/// # Errors
/// Refused with the code of the limit that is passed, or as [`RefusalCode::Syntax`] for a string
/// that does not end and for a bracket that closes nothing.
pub(super) fn check(document: &str, limits: &Limits) -> Result<(), Refusal> {
    let bytes = document.as_bytes();
    let (mut at, mut tokens, mut open) = (0, 0, 0usize);
    while let Some(&byte) = bytes.get(at) {
        let length = match byte {
            b' ' | b',' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'#' => {
                at += bytes[at..].iter().take_while(|b| !matches!(b, b'\n' | b'\r')).count();
                continue;
            }
            // The byte order mark is white space anywhere.
            0xef if bytes[at..].starts_with(b"\xef\xbb\xbf") => {
                at += 3;
                continue;
            }
            b'"' => string(&bytes[at..]).ok_or_else(|| unended(document, at))?,
            b'.' if bytes[at..].starts_with(b"...") => 3,
            b'{' | b'[' | b'(' => {
                open += 1;
                if open > limits.nesting {
                    return Err(Refusal {
                        code: RefusalCode::TooDeep,
                        message: format!(
                            "brackets are nested deeper than {} levels",
                            limits.nesting
                        ),
                        position: Some(position(document, at)),
                    });
                }
                1
            }
            b'}' | b']' | b')' => {
                open = open.checked_sub(1).ok_or_else(|| Refusal {
                    code: RefusalCode::Syntax,
                    message: format!("`{}` closes nothing", byte as char),
                    position: Some(position(document, at)),
                })?;
                1
            }
            byte if is_word(byte) => bytes[at..].iter().take_while(|b| is_word(**b)).count(),
            // Punctuators; and what no document may contain, for the parser to say so.
            _ => 1,
        };
        at += length;
        tokens += 1;
        if tokens > limits.tokens {
            return Err(Refusal::new(
                RefusalCode::TooManyTokens,
                format!("the document has more than {} tokens", limits.tokens),
            ));
        }
    }
    Ok(())
}

/// Names and numbers; a sign, a point and an exponent only ever make the count higher.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Length of the string literal that `bytes` begin with; `None` when it does not end.
fn string(bytes: &[u8]) -> Option<usize> {
    if let Some(content) = bytes.strip_prefix(b"\"\"\"") {
        let mut at = 0;
        loop {
            let rest = content.get(at..).filter(|rest| !rest.is_empty())?;
            if rest.starts_with(b"\\\"\"\"") {
                at += 4;
            } else if rest.starts_with(b"\"\"\"") {
                return Some(3 + at + 3);
            } else {
                at += 1;
            }
        }
    }
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\n' | b'\r' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn unended(document: &str, at: usize) -> Refusal {
    Refusal {
        code: RefusalCode::Syntax,
        message: "a string does not end".to_owned(),
        position: Some(position(document, at)),
    }
}

fn position(document: &str, at: usize) -> Pos {
    let before = document.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    Pos { line: 1 + before.matches('\n').count(), column: 1 + line.chars().count() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_tokens(document: &str, tokens: usize) {
        let exactly = Limits { tokens, ..Limits::default() };
        assert_eq!(check(document, &exactly), Ok(()), "{document}");
        if tokens > 0 {
            let one_less = Limits { tokens: tokens - 1, ..Limits::default() };
            let refusal = check(document, &one_less).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::TooManyTokens, "{document}");
        }
    }

    #[test]
    fn counts_what_the_grammar_calls_tokens() {
        check_tokens("", 0);
        check_tokens(" ,\t\r\n\u{feff}# { a comment \" [", 0);
        check_tokens("{ a }", 3);
        check_tokens("query Q($n: Int = 3) { a: b(x: $n) @skip(if: true) ...F }", 30);
        check_tokens(r#"{ a(x: "br{ackets \" [", y: """ "" \""" { """) }"#, 11);
        check_tokens("# one\r{ a }", 3);
    }

    #[test]
    fn brackets_in_strings_and_comments_do_not_nest() {
        let limits = Limits { nesting: 2, ..Limits::default() };
        assert_eq!(check("{ a(x: \"((((\") # ((((\n }", &limits), Ok(()));
        let refusal = check("{ a(x: [1]) }", &limits).unwrap_err();
        assert_eq!(
            (refusal.code, refusal.position),
            (RefusalCode::TooDeep, Some(Pos { line: 1, column: 8 }))
        );
    }

    #[test]
    fn a_string_that_does_not_end_hides_nothing_behind_it() {
        for document in ["{ a(x: \"\"\"abc\"]) [[[", "{ a(x: \"abc\n\") }", "{ a(x: \"abc\\", "\""]
        {
            let refusal = check(document, &Limits::default()).unwrap_err();
            assert_eq!(refusal.code, RefusalCode::Syntax, "{document}");
        }
    }
}
