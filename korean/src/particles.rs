//! What stands behind a noun: particles, and the endings of verbs that are made of one.

/// Longest first among those that end alike, so that a whole ending is taken off.
const ENDINGS: &[&str] = &[
    "했습니다",
    "합니다",
    "됩니다",
    "되었습니다",
    "됐습니다",
    "입니다",
    "하였다",
    "되었다",
    "하는",
    "하고",
    "하기",
    "하면",
    "하며",
    "해서",
    "했다",
    "한다",
    "하다",
    "하지",
    "하게",
    "하여",
    "되는",
    "되고",
    "되면",
    "된다",
    "됐다",
    "되다",
    "되지",
    "이다",
    "이라는",
    "이란",
    "이고",
    "이며",
    "인데",
    "에서는",
    "에서도",
    "에서의",
    "으로는",
    "으로도",
    "으로의",
    "로는",
    "로도",
    "로의",
    "에는",
    "에도",
    "에서",
    "에게",
    "에게서",
    "한테",
    "부터",
    "까지",
    "처럼",
    "보다",
    "마다",
    "조차",
    "이나",
    "이라도",
    "으로",
    "으로써",
    "로써",
    "로서",
    "에",
    "의",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "와",
    "과",
    "로",
    "도",
    "만",
    "나",
    "란",
    "들",
    "들이",
    "들은",
    "들을",
    "들의",
    "할",
    "한",
    "해",
    "된",
    "될",
    "인",
];

/// The word without each ending that it may have, the longest ending first; at least two syllables stay.
pub fn without_endings(word: &str) -> Vec<&str> {
    let mut stems: Vec<&str> = ENDINGS
        .iter()
        .filter_map(|ending| word.strip_suffix(ending))
        .filter(|stem| stem.chars().count() >= 2)
        .collect();
    stems.sort_unstable_by_key(|stem| stem.len());
    stems.dedup();
    stems
}

/// Whether this is an ending, or the beginning of one.
pub fn begins_ending(text: &str) -> bool {
    ENDINGS.iter().any(|ending| ending.starts_with(text))
}

/// Whether this is an ending.
pub fn ending(text: &str) -> bool {
    ENDINGS.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_each_ending_they_may_have() {
        assert_eq!(without_endings("분석기에서는"), ["분석기", "분석기에서"]);
        assert_eq!(without_endings("검섹했습니다"), ["검섹"]);
        assert!(without_endings("나는").is_empty(), "one syllable is no stem to guess by");
        assert!(ending("에서") && begins_ending("에") && !ending("서버"));
    }
}
