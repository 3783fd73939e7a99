//! What is linked into each function. They are programs of one package, so that cargo knows them to need the same; the
//! linker keeps of it what a function calls, and that is what its symbols tell.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::output;

const DYNAMODB: &str = "aws_sdk_dynamodb";
const S3: &str = "aws_sdk_s3";
const POLLY: &str = "aws_sdk_polly";
const BEDROCK: &str = "aws_sdk_bedrockruntime";
const LAMBDA: &str = "aws_sdk_lambda";
const COGNITO: &str = "aws_sdk_cognitoidentityprovider";
const SOCKETS: &str = "aws_sdk_apigatewaymanagement";
/// OpenSearch has no SDK of Amazon's.
const OPENSEARCH: &str = "aws_search";
const HTTP: &str = "lambda_http";
const GRAPHQL: &str = "async_graphql";
/// Of passwords that were brought from another home.
const HASHES: &str = "argon2";
const MAIL: &str = "lettre";
const MARKDOWN: &str = "comrak";
/// With the codecs, which are C and Rust.
const IMAGES: [&str; 4] = ["imaging", "image", "moxcms", "zune_jpeg"];

/// The SDKs, and the crates of those that are heavy, which each function may contain: it contains all of them.
const CONTENTS: [(&str, &[&str]); 15] = [
    ("http", &[HTTP, DYNAMODB, S3, OPENSEARCH, GRAPHQL, COGNITO, MARKDOWN]),
    ("image", &[DYNAMODB, S3, IMAGES[0], IMAGES[1], IMAGES[2], IMAGES[3]]),
    ("mail", &[DYNAMODB, MAIL]),
    ("migration", &[DYNAMODB, HASHES]),
    // What it tells is rendered by the schema, which is one.
    ("notifier", &[DYNAMODB, S3, SOCKETS, OPENSEARCH, GRAPHQL, COGNITO, MARKDOWN]),
    ("operator", &[DYNAMODB, COGNITO]),
    ("purge", &[DYNAMODB, S3, OPENSEARCH]),
    ("router", &[LAMBDA]),
    ("search", &[DYNAMODB, OPENSEARCH, MARKDOWN]),
    ("socket", &[DYNAMODB, S3, SOCKETS, OPENSEARCH, GRAPHQL, COGNITO, MARKDOWN]),
    ("speech", &[DYNAMODB, S3, POLLY, MARKDOWN]),
    ("speech-completed", &[DYNAMODB, S3, POLLY, MARKDOWN]),
    ("summary", &[DYNAMODB, BEDROCK, MARKDOWN]),
    ("sweeper", &[DYNAMODB, LAMBDA]),
    ("web", &[S3]),
];

/// Looks into the program of a function, which has its symbols still.
///
/// # Errors
/// It contains other crates than its line in [`CONTENTS`] says.
pub fn check(name: &str, program: &Path) -> Result<()> {
    let (_, expected) = CONTENTS
        .iter()
        .find(|(function, _)| *function == name)
        .with_context(|| format!("no line in {} says what `{name}` may contain", file!()))?;
    let symbols = output(Command::new("nm").args(["--defined-only", "--no-sort"]).arg(program))?;
    let found = watched(&symbols);
    let expected: BTreeSet<&str> = expected.iter().copied().collect();
    let list = |crates: &BTreeSet<&str>| crates.iter().copied().collect::<Vec<_>>().join(", ");
    ensure!(
        found == expected,
        "the function `{name}` contains {}; in {} it is to contain {}",
        list(&found),
        file!(),
        list(&expected),
    );
    Ok(())
}

/// The crates that are in any line of the table, all SDKs, and what no function may contain, of those that symbols,
/// as `nm` prints them, are of.
fn watched(symbols: &str) -> BTreeSet<&str> {
    let listed = |name: &str| CONTENTS.iter().any(|(_, crates)| crates.contains(&name));
    let crates = symbols.lines().filter_map(|line| {
        let symbol = line.split_whitespace().last()?;
        if symbol.starts_with("sqlite3_") { Some("sqlite3") } else { crate_of(symbol) }
    });
    let never = ["sqlite3", "rusqlite", "tantivy"];
    crates
        .filter(|name| name.starts_with("aws_sdk_") || listed(name) || never.contains(name))
        .collect()
}

/// The crate of a function of Rust: `_ZN`, and its length and name. Implementations of traits begin with a type in
/// its place; whoever contains some of a crate's contains functions, too.
fn crate_of(symbol: &str) -> Option<&str> {
    let path = symbol.strip_prefix("_ZN")?;
    let digits = path.find(|c: char| !c.is_ascii_digit())?;
    path[digits..].get(..path[..digits].parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::NAMES;

    #[test]
    fn every_function_has_a_line_and_every_line_a_function() {
        let lines: Vec<&str> = CONTENTS.iter().map(|(name, _)| *name).collect();
        assert_eq!(lines, NAMES);
    }

    #[test]
    fn only_one_function_contains_codecs() {
        let with: Vec<&str> = CONTENTS
            .iter()
            .filter(|(_, crates)| IMAGES.iter().any(|name| crates.contains(name)))
            .map(|(name, _)| *name)
            .collect();
        assert_eq!(with, ["image"]);
    }

    #[test]
    fn symbols_tell_of_listed_crates_of_any_sdk_and_of_what_may_be_nowhere() {
        let symbols = "\
0000000000123456 T _ZN13aws_sdk_polly6client6Client3new17h0123456789abcdefE
0000000000123456 t _ZN10aws_sdk_s36client6Client3new17h0123456789abcdefE
0000000000123456 t _ZN11aws_sdk_new6client6Client3new17h0123456789abcdefE
0000000000123456 t _ZN4core3ptr49drop_in_place$LT$aws_sdk_lambda..client..Client$GT$17h0123456789abcdefE
0000000000123456 t _ZN80_$LT$aws_sdk_lambda..config..Config$u20$as$u20$core..clone..Clone$GT$5clone17h0E
0000000000123456 T sqlite3_open_v2
0000000000123456 T main
                 w _ITM_deregisterTMCloneTable";
        let expected = ["aws_sdk_new", "aws_sdk_polly", "aws_sdk_s3", "sqlite3"];
        assert_eq!(watched(symbols), BTreeSet::from(expected));
    }
}
