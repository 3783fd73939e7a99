//! What Polly is given to read: the sentences of a section, each between two marks, and a pause.

use std::fmt::Write;

use domain::text::Section;

/// After a paragraph.
const PARAGRAPH_PAUSE_MS: u32 = 600;
/// After a heading.
const HEADING_PAUSE_MS: u32 = 900;

/// A section as SSML. Polly has its own idea of where a sentence ends, so each of ours begins with a mark `bN`
/// and ends with a mark `eN`, by its number; marks are not heard.
pub(crate) fn ssml(section: &Section) -> String {
    let mut text = String::from("<speak>");
    for sentence in &section.sentences {
        let number = sentence.number;
        // Writing to a string never fails.
        let _ = write!(text, "<s><mark name=\"b{number}\"/>");
        sentence.text.chars().for_each(|c| escape(c, &mut text));
        let _ = write!(text, "<mark name=\"e{number}\"/></s>");
    }
    let pause = if section.heading { HEADING_PAUSE_MS } else { PARAGRAPH_PAUSE_MS };
    let _ = write!(text, "<break time=\"{pause}ms\"/></speak>");
    text
}

/// What XML cannot hold, nobody can hear.
fn escape(c: char, text: &mut String) {
    match c {
        '&' => text.push_str("&amp;"),
        '<' => text.push_str("&lt;"),
        '>' => text.push_str("&gt;"),
        '"' => text.push_str("&quot;"),
        '\'' => text.push_str("&apos;"),
        '\t' | '\n' | '\r' => text.push(' '),
        '\u{fffe}' | '\u{ffff}' => {}
        c if c.is_control() => {}
        c => text.push(c),
    }
}

#[cfg(test)]
mod tests {
    use domain::text::Sentence;

    use super::*;

    #[track_caller]
    fn check(heading: bool, sentences: &[(u32, &str)], expected: &str) {
        let sentence =
            |(number, text): &(u32, &str)| Sentence { number: *number, text: (*text).to_owned() };
        let section = Section { heading, sentences: sentences.iter().map(sentence).collect() };
        assert_eq!(ssml(&section), expected);
    }

    #[test]
    fn sentences_stand_between_marks_of_their_number() {
        check(
            false,
            &[(7, "하나."), (8, "Two.")],
            "<speak><s><mark name=\"b7\"/>하나.<mark name=\"e7\"/></s>\
             <s><mark name=\"b8\"/>Two.<mark name=\"e8\"/></s><break time=\"600ms\"/></speak>",
        );
    }

    #[test]
    fn a_heading_is_followed_by_a_longer_pause() {
        check(
            true,
            &[(0, "Why")],
            "<speak><s><mark name=\"b0\"/>Why<mark name=\"e0\"/></s><break time=\"900ms\"/></speak>",
        );
    }

    #[test]
    fn no_text_is_markup() {
        check(
            false,
            &[(0, "</speak> a & b \"c\" 'd'\u{0}\u{8}\u{ffff}\n<break time='9s'/>")],
            "<speak><s><mark name=\"b0\"/>&lt;/speak&gt; a &amp; b &quot;c&quot; &apos;d&apos; \
             &lt;break time=&apos;9s&apos;/&gt;<mark name=\"e0\"/></s>\
             <break time=\"600ms\"/></speak>",
        );
    }
}
