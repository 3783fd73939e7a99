//! A post's text as the pipelines see it: rendered, split into sentences, ready to be spoken.

/// A language that the blog speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Language {
    /// Korean.
    Korean,
    /// English.
    English,
}

impl Language {
    /// Decides by script: Korean when at least an eighth of the letters is Hangul (technical Korean is
    /// full of Latin words), else English.
    pub fn of(text: &str) -> Self {
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let hangul = text
            .chars()
            .filter(|c| matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}'))
            .count();
        if hangul * 8 >= letters && hangul > 0 { Language::Korean } else { Language::English }
    }

    /// The BCP 47 code, `ko` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Language::Korean => "ko",
            Language::English => "en",
        }
    }
}

/// One sentence of a post, numbered as in the page (`data-s`).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sentence {
    /// Counts from 0 through the whole post; names the element in the rendered HTML.
    pub number: u32,
    /// What a person would read aloud: no markup, code blocks replaced by a word.
    pub text: String,
}

/// A run of sentences that is spoken at once: a heading, a paragraph, a list item.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Section {
    /// Headings are followed by a longer pause.
    pub heading: bool,
    /// Never empty; at most 1,500 characters together.
    pub sentences: Vec<Sentence>,
}

impl Section {
    /// How many characters are spoken.
    pub fn characters(&self) -> u64 {
        self.sentences.iter().map(|sentence| sentence.text.chars().count() as u64).sum()
    }
}

/// A heading of the article.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Without markup.
    pub text: String,
    /// The element's id in the page, unique in the article.
    pub anchor: String,
}

/// What Markdown becomes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rendered {
    /// Sanitised HTML. An uploaded image is an empty placeholder, `<img data-asset="ID" alt="...">`,
    /// filled by [`ContentRenderer::fill_images`](crate::ports::ContentRenderer::fill_images) when it
    /// is read.
    pub html: String,
    /// In document order.
    pub headings: Vec<Heading>,
    /// The spoken text, in document order; empty for a post without words.
    pub sections: Vec<Section>,
    /// The text alone, for the search index and the summary: code kept, markup gone.
    pub plain_text: String,
    /// The first words, at most 150 characters, cut at a word.
    pub excerpt: String,
    /// Assets that the Markdown shows, in order of first appearance, without doubles.
    pub assets: Vec<crate::AssetId>,
    /// The language of most of the text.
    pub language: Language,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn technical_korean_full_of_latin_words_is_korean() {
        assert_eq!(Language::of("Rust의 async runtime은 tokio를 쓴다"), Language::Korean);
        assert_eq!(Language::of("The word 한국어 means Korean language"), Language::English);
        assert_eq!(Language::of("123"), Language::English);
    }
}
