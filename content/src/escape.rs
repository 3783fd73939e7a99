//! Writing text into HTML so that it stays text.

/// Appends `text` as the content of an element.
pub(crate) fn push_text(html: &mut String, text: &str) {
    push(html, text, false);
}

/// Appends `text` as the value of an attribute in double quotes.
pub(crate) fn push_attribute(html: &mut String, text: &str) {
    push(html, text, true);
}

fn push(html: &mut String, text: &str, attribute: bool) {
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            // A line break inside an attribute is legal, and surprises whoever reads by lines.
            b'\n' if attribute => " ",
            // HTML allows no other control characters, not even by reference.
            0..=8 | 11..=12 | 14..=31 | 127 => "\u{fffd}",
            _ => continue,
        };
        html.push_str(&text[plain_from..at]);
        html.push_str(entity);
        plain_from = at + 1;
    }
    html.push_str(&text[plain_from..]);
}
