//! How OpenSearch takes text apart, and what it holds of a post.

use std::sync::LazyLock;

use korean::user_words;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What nori leaves out: its own default, without prefixes and noun suffixes (비동기 is not 동기), but with
/// the copula, auxiliary verbs and bound nouns.
const STOP_TAGS: [&str; 22] = [
    "E", "IC", "J", "MAG", "MAJ", "MM", "NA", "NNB", "NNBC", "SC", "SE", "SF", "SP", "SSC", "SSO",
    "SY", "UNA", "VCP", "VSV", "VX", "XSA", "XSV",
];

/// Verbs that only carry a noun: else "검색을 하다" did not find "검색했습니다". And bound nouns that nori takes
/// for others.
const CARRYING: [&str; 7] = ["하", "되", "있", "것", "때", "법", "등"];

/// One form for the verbs whose ㄷ becomes ㄹ before a vowel: the dictionary gives now one, now the other.
const TWO_STEMS: [&str; 8] = [
    "듣 => 들",
    "깨닫 => 깨달",
    "걷 => 걸",
    "묻 => 물",
    "싣 => 실",
    "일컫 => 일컬",
    "긷 => 길",
    "붇 => 불",
];

/// How soon a change is seen. Measured: with OpenSearch's own second, a change that waits until it is seen
/// waits for 0.8 s; with this, for 0.16 s. A refresh without a change costs nothing.
const REFRESH: &str = "200ms";

/// Names the analysis: changes with every change of it, and of what is held of a post.
pub(crate) fn fingerprint() -> &'static str {
    static FINGERPRINT: LazyLock<String> = LazyLock::new(|| {
        let digest = Sha256::digest(json!([analysis(), mapping()]).to_string());
        digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    });
    &FINGERPRINT
}

/// What a new index is made of.
pub(crate) fn index() -> Value {
    let mut mappings = mapping();
    mappings["_meta"] = json!({ "analysis": fingerprint() });
    json!({
        "settings": {
            // A blog is small: one shard, and a copy of it where there is a second node.
            "number_of_shards": 1,
            "auto_expand_replicas": "0-1",
            "refresh_interval": REFRESH,
            "analysis": analysis(),
        },
        "mappings": mappings,
    })
}

fn analysis() -> Value {
    let words: Vec<String> =
        user_words().map(|(word, parts)| [vec![word], parts].concat().join(" ")).collect();
    let nori = |mode: &str| {
        json!({
            "type": "nori_tokenizer",
            "decompound_mode": mode,
            "discard_punctuation": true,
            "user_dictionary_rules": words,
        })
    };
    let morphemes = ["cjk_width", "tags", "nori_readingform", "lowercase", "carrying", "sane"];
    let chain = |more: &[&'static str]| [&morphemes, more].concat();
    json!({
        "char_filter": {
            // Languages whose names are signs.
            "signs": {
                "type": "mapping",
                "mappings": ["C++ => cplusplus", "c++ => cplusplus", "C# => csharp", "c# => csharp",
                    "F# => fsharp", "f# => fsharp"],
            },
            "possessive": { "type": "pattern_replace", "pattern": "['\u{2019}]s\\b", "replacement": "" },
            // `cat` finds `category` but not `locate`.
            "latin_begins": {
                "type": "pattern_replace",
                "pattern": "(?<![A-Za-z0-9])(?=[A-Za-z0-9])",
                "replacement": "^",
            },
            "letters_only": {
                "type": "pattern_replace", "pattern": "[^\\p{L}\\p{N}^]+", "replacement": "",
            },
        },
        "tokenizer": {
            "nori_parts": nori("discard"),
            "pairs": { "type": "ngram", "min_gram": 2, "max_gram": 2 },
        },
        "filter": {
            "tags": { "type": "nori_part_of_speech", "stoptags": STOP_TAGS },
            "carrying": { "type": "stop", "stopwords": CARRYING },
            "sane": { "type": "length", "max": 255 },
            "one_stem": { "type": "stemmer_override", "rules": TWO_STEMS },
            "english": { "type": "stemmer", "language": "porter2" },
            // A compound as a whole, whether or not it was written as one. Where something was left out
            // between two words, the filler keeps them from looking like one.
            "joined": {
                "type": "shingle", "min_shingle_size": 2, "max_shingle_size": 3,
                "token_separator": "", "filler_token": "____",
            },
        },
        "analyzer": {
            "text": {
                "char_filter": ["signs", "possessive"],
                "tokenizer": "nori_parts",
                // The word itself beside its stem: what is half typed may be longer than the stem.
                "filter": chain(&["keyword_repeat", "one_stem", "english", "remove_duplicates"]),
            },
            "asked": {
                "char_filter": ["signs", "possessive"],
                "tokenizer": "nori_parts",
                "filter": chain(&["one_stem", "english"]),
            },
            "words": {
                "char_filter": ["signs", "possessive"],
                "tokenizer": "nori_parts",
                "filter": chain(&["joined"]),
            },
            "pairs": {
                "char_filter": ["latin_begins", "letters_only"],
                "tokenizer": "pairs",
                "filter": ["cjk_width", "lowercase"],
            },
        },
    })
}

fn mapping() -> Value {
    let pairs = json!({ "type": "text", "analyzer": "pairs", "norms": false });
    let text = |more: Value| {
        let mut field = json!({
            "type": "text", "analyzer": "text", "search_analyzer": "asked", "copy_to": "words",
        });
        if let (Some(field), Value::Object(more)) = (field.as_object_mut(), more) {
            field.extend(more);
        }
        field
    };
    json!({
        // A program that knows more fields goes on writing to an index that was made before they were.
        "dynamic": false,
        "properties": {
            "post": { "type": "keyword" },
            "title": text(json!({ "fields": { "pairs": pairs } })),
            "tags": text(json!({ "fields": { "pairs": pairs } })),
            "author": text(json!({})),
            // Where words stand is kept, so that marks need no second analysis.
            "body": text(json!({ "index_options": "offsets", "fields": { "pairs": pairs } })),
            // Shows where an excerpt was cut.
            "beginning": { "type": "keyword", "index": false, "doc_values": false },
            "ending": { "type": "keyword", "index": false, "doc_values": false },
            // Every word as it is written, to be looked up by those that are nearly so.
            "words": {
                "type": "text", "analyzer": "words", "index_options": "docs", "norms": false,
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_written_into_the_index() {
        assert_eq!(index()["mappings"]["_meta"]["analysis"], fingerprint());
        assert_eq!(fingerprint().len(), 12);
    }

    #[test]
    fn technical_words_are_taught_with_their_parts() {
        let rules = &analysis()["tokenizer"]["nori_parts"]["user_dictionary_rules"];
        let rules: Vec<&str> =
            rules.as_array().unwrap().iter().map(|rule| rule.as_str().unwrap()).collect();
        assert!(rules.contains(&"웹어셈블리 웹 어셈블리") && rules.contains(&"형태소"));
    }
}
