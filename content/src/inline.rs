//! The inside of a paragraph: inline markup flattened to pieces over one text, so that sentences can
//! be found in the text and written into the markup.

use std::ops::Range;

use crate::escape::push_text;

/// A piece of a block's inside, in document order.
pub(crate) enum Piece {
    /// Visible text: a part of [`Inside::text`].
    Text(Range<usize>),
    /// Begins an element around the text of the range, which lasts until its [`Piece::Close`].
    Open { html: String, text: Range<usize> },
    /// Ends the element begun last.
    Close(&'static str),
    /// Markup without spoken text: an image, a line break, a mark of a footnote.
    Atom(String),
}

/// What a block contains.
#[derive(Default)]
pub(crate) struct Inside {
    /// What is both seen and spoken.
    pub(crate) text: String,
    /// Places in `text` where a line is broken on purpose.
    pub(crate) breaks: Vec<usize>,
    /// Its markup.
    pub(crate) pieces: Vec<Piece>,
    /// The text again, with what is seen but not spoken: alternative texts, raw tags.
    pub(crate) plain: String,
    open: Vec<usize>,
}

impl Inside {
    pub(crate) fn push_text(&mut self, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.plain.push_str(text);
        self.pieces.push(Piece::Text(start..self.text.len()));
    }

    pub(crate) fn push_atom(&mut self, html: String, plain: &str) {
        self.plain.push_str(plain);
        self.pieces.push(Piece::Atom(html));
    }

    /// Breaks the line; the break ends a sentence.
    pub(crate) fn push_break(&mut self) {
        self.push_atom("<br>".to_owned(), "");
        self.push_text("\n");
        self.breaks.push(self.text.len());
    }

    pub(crate) fn open(&mut self, html: String) {
        self.open.push(self.pieces.len());
        self.pieces.push(Piece::Open { html, text: self.text.len()..self.text.len() });
    }

    pub(crate) fn close(&mut self, html: &'static str) {
        let Some(at) = self.open.pop() else { return };
        if let Some(Piece::Open { text, .. }) = self.pieces.get_mut(at) {
            text.end = self.text.len();
        }
        self.pieces.push(Piece::Close(html));
    }
}

/// A sentence's place in [`Inside::text`], and its number in the post.
pub(crate) struct Numbered {
    pub(crate) text: Range<usize>,
    pub(crate) number: u32,
}

/// Writes a block's inside, each sentence in `<span data-s="N">`.
///
/// An element that lies within one sentence goes into the sentence's span; one that holds the end of a
/// sentence gets spans inside it, so that the elements always nest. A sentence may therefore consist of
/// several spans of the same number.
pub(crate) fn write(html: &mut String, inside: &Inside, sentences: &[Numbered]) {
    let mut writer = Writer { html, sentences, at: 0, span: None };
    let mut across = Vec::new();
    for piece in &inside.pieces {
        match piece {
            Piece::Text(range) => writer.text(&inside.text, range.clone()),
            Piece::Atom(atom) => writer.html.push_str(atom),
            Piece::Open { html: tag, text } => {
                let within = text.is_empty() || writer.enter_if_within(text);
                if !within {
                    writer.leave();
                }
                across.push(!within);
                writer.html.push_str(tag);
            }
            Piece::Close(tag) => {
                if across.pop().unwrap_or(false) {
                    writer.leave();
                }
                writer.html.push_str(tag);
            }
        }
    }
    writer.leave();
}

struct Writer<'a> {
    html: &'a mut String,
    sentences: &'a [Numbered],
    /// The first sentence that does not end before what was written.
    at: usize,
    span: Option<u32>,
}

impl Writer<'_> {
    fn enter(&mut self, number: u32) {
        if self.span != Some(number) {
            self.leave();
            self.html.push_str(&format!("<span data-s=\"{number}\">"));
            self.span = Some(number);
        }
    }

    fn leave(&mut self) {
        if self.span.take().is_some() {
            self.html.push_str("</span>");
        }
    }

    fn skip_to(&mut self, place: usize) {
        while self.sentences.get(self.at).is_some_and(|sentence| sentence.text.end <= place) {
            self.at += 1;
        }
    }

    /// Opens the span of the sentence that holds all of `text`, if there is one.
    fn enter_if_within(&mut self, text: &Range<usize>) -> bool {
        self.skip_to(text.start);
        let Some(sentence) = self.sentences.get(self.at) else { return true };
        if sentence.text.start >= text.end {
            return true; // between two sentences
        }
        let within = sentence.text.start <= text.start && text.end <= sentence.text.end;
        if within {
            let number = sentence.number;
            self.enter(number);
        }
        within
    }

    fn text(&mut self, text: &str, mut range: Range<usize>) {
        while !range.is_empty() {
            self.skip_to(range.start);
            let Some(sentence) = self.sentences.get(self.at) else {
                self.leave();
                push_text(self.html, &text[range]);
                return;
            };
            let (number, end) = if sentence.text.start <= range.start {
                (Some(sentence.number), sentence.text.end.min(range.end))
            } else {
                (None, sentence.text.start.min(range.end))
            };
            match number {
                Some(number) => self.enter(number),
                None => self.leave(),
            }
            push_text(self.html, &text[range.start..end]);
            range.start = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentence::sentences;

    #[track_caller]
    fn check(build: impl FnOnce(&mut Inside), expected: &str) {
        let mut inside = Inside::default();
        build(&mut inside);
        let numbered: Vec<Numbered> = sentences(&inside.text, &inside.breaks)
            .into_iter()
            .zip(0..)
            .map(|(text, number)| Numbered { text, number })
            .collect();
        let mut html = String::new();
        write(&mut html, &inside, &numbered);
        assert_eq!(html, expected);
    }

    #[test]
    fn an_element_within_a_sentence_lies_in_its_span() {
        check(
            |inside| {
                inside.push_text("A ");
                inside.open("<b>".into());
                inside.push_text("bold");
                inside.close("</b>");
                inside.push_text(" word. Next.");
            },
            "<span data-s=\"0\">A <b>bold</b> word.</span> <span data-s=\"1\">Next.</span>",
        );
    }

    #[test]
    fn an_element_across_sentences_gets_the_spans_inside() {
        check(
            |inside| {
                inside.push_text("So ");
                inside.open("<b>".into());
                inside.push_text("one. Two");
                inside.close("</b>");
                inside.push_text(" ends.");
            },
            "<span data-s=\"0\">So </span><b><span data-s=\"0\">one.</span> \
             <span data-s=\"1\">Two</span></b><span data-s=\"1\"> ends.</span>",
        );
    }

    #[test]
    fn an_element_that_begins_with_the_sentence_lies_in_its_span() {
        check(
            |inside| {
                inside.open("<b>".into());
                inside.push_text("One");
                inside.close("</b>");
                inside.push_text(" is. ");
                inside.open("<i>".into());
                inside.push_text("Two.");
                inside.close("</i>");
            },
            "<span data-s=\"0\"><b>One</b> is.</span> <span data-s=\"1\"><i>Two.</i></span>",
        );
    }
}
