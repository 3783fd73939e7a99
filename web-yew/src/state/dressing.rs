//! The rendered article with the controls of this client: a button that copies for each code block, one
//! that enlarges for each picture, and a link that copies an address for each heading.
//!
//! The server's article has none of them, since they do nothing without the program. They are written
//! into its text before it becomes elements, and what they do is decided where a click arrives: no
//! element of the article has a listener of its own.

use crate::graphql::queries::Heading;
use crate::strings::Strings;

/// On the button of a code block.
pub(crate) const COPY_CODE: &str = "copy-code";
/// On the link of a heading.
pub(crate) const ANCHOR: &str = "anchor";
/// On the button around a picture.
pub(crate) const ZOOM: &str = "zoom";

/// As the server writes it behind each heading, up to the anchor.
const BARE_ANCHOR: &str = "<a class=\"anchor\" href=\"#";
const CODE_CLASS: &str = "<code class=\"language-";

/// Writes the controls into an article that the server rendered. In its HTML, `<` and `>` stand in tags
/// only: it escapes them everywhere else.
pub(crate) fn dressed(html: &str, headings: &[Heading], strings: &Strings) -> String {
    let mut writer = Writer {
        html: String::with_capacity(html.len() + html.len() / 4),
        headings,
        strings,
        anchor: None,
        within_link: false,
    };
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let Some(length) = rest[at..].find('>') else { break };
        writer.html.push_str(&rest[..at]);
        let (tag, behind) = rest[at..].split_at(length + 1);
        rest = writer.tag(tag, behind);
    }
    writer.html.push_str(rest);
    writer.html
}

struct Writer<'a> {
    html: String,
    headings: &'a [Heading],
    strings: &'a Strings,
    /// Of the heading that is being written.
    anchor: Option<&'a str>,
    within_link: bool,
}

impl<'a> Writer<'a> {
    /// Writes a tag; returns what is still to be written of what stands behind it.
    fn tag(&mut self, tag: &'a str, behind: &'a str) -> &'a str {
        if let Some(anchor) = tag.strip_prefix(BARE_ANCHOR) {
            self.anchor = anchor.split('"').next();
            return behind.strip_prefix("</a>").unwrap_or(behind);
        }
        match name(tag) {
            "pre" => {
                self.code_head(behind);
                self.html.push_str(tag);
            }
            "/pre" => self.html.push_str("</pre></div>"),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.html.push_str("<div class=\"heading\">");
                self.html.push_str(tag);
            }
            "/h1" | "/h2" | "/h3" | "/h4" | "/h5" | "/h6" => {
                self.html.push_str(tag);
                if let Some(anchor) = self.anchor.take() {
                    self.heading_link(anchor);
                }
                self.html.push_str("</div>");
            }
            "img" if !self.within_link => self.picture(tag),
            name => {
                self.within_link = match name {
                    "a" => true,
                    "/a" => false,
                    _ => self.within_link,
                };
                self.html.push_str(tag);
            }
        }
        behind
    }

    fn code_head(&mut self, behind: &str) {
        let Strings { copy, copy_code, language, .. } = self.strings;
        let code = behind.strip_prefix(CODE_CLASS).and_then(|class| class.split('"').next());
        self.html.push_str("<div class=\"code\"><div class=\"code-head\">");
        if let Some(code) = code {
            self.html.push_str(&format!("<span class=\"code-language\">{code}</span>"));
        }
        self.html.push_str(&format!(
            "<button type=\"button\" class=\"small {COPY_CODE}\" lang=\"{}\" \
             aria-label=\"{copy_code}\">{copy}</button></div>",
            language.tag()
        ));
    }

    fn heading_link(&mut self, anchor: &str) {
        let heading = self.headings.iter().find(|heading| heading.anchor == anchor);
        let text = heading.map_or("", |heading| heading.text.as_str());
        self.html.push_str(&format!(
            "<a class=\"{ANCHOR}\" href=\"#{anchor}\" lang=\"{}\" title=\"{}\" aria-label=\"{}\">#</a>",
            self.strings.language.tag(),
            self.strings.copy_section,
            escaped(&self.strings.section_link(text)),
        ));
    }

    fn picture(&mut self, tag: &str) {
        // Escaped already.
        let alt = tag.split_once(" alt=\"").and_then(|(_, alt)| alt.split('"').next());
        let alt = alt.filter(|alt| !alt.is_empty()).map(|alt| format!(": {alt}"));
        self.html.push_str(&format!(
            "<button type=\"button\" class=\"{ZOOM}\" lang=\"{}\" aria-label=\"{}{}\">{tag}</button>",
            self.strings.language.tag(),
            self.strings.enlarge,
            alt.unwrap_or_default(),
        ));
    }
}

/// The name of an element, with the stroke of its end.
fn name(tag: &str) -> &str {
    let name = tag.trim_start_matches('<');
    name.split([' ', '>']).next().unwrap_or(name)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strings::Language;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        let heading = |text: &str, anchor: &str| Heading {
            level: 2,
            text: text.to_owned(),
            anchor: anchor.to_owned(),
        };
        let headings = [heading("왜 <T>", "왜-t"), heading("끝", "끝")];
        assert_eq!(dressed(html, &headings, Language::English.strings()), expected);
    }

    #[test]
    fn a_code_block_gets_its_language_and_a_button_that_copies() {
        check(
            "<p>a</p><pre data-s=\"3\" tabindex=\"0\"><code class=\"language-c++\">x &lt; <span \
             class=\"hl-number\">1</span></code></pre>\n<p>b</p>",
            "<p>a</p><div class=\"code\"><div class=\"code-head\"><span \
             class=\"code-language\">c++</span><button type=\"button\" class=\"small copy-code\" \
             lang=\"en\" aria-label=\"Copy the code\">Copy</button></div><pre data-s=\"3\" \
             tabindex=\"0\"><code class=\"language-c++\">x &lt; <span \
             class=\"hl-number\">1</span></code></pre></div>\n<p>b</p>",
        );
    }

    #[test]
    fn a_code_block_without_a_language_names_none() {
        check(
            "<pre data-s=\"0\" tabindex=\"0\"><code>x</code></pre>",
            "<div class=\"code\"><div class=\"code-head\"><button type=\"button\" class=\"small \
             copy-code\" lang=\"en\" aria-label=\"Copy the code\">Copy</button></div><pre \
             data-s=\"0\" tabindex=\"0\"><code>x</code></pre></div>",
        );
    }

    #[test]
    fn the_link_of_a_heading_stands_beside_it_and_says_of_which() {
        check(
            "<h2 id=\"왜-t\"><span data-s=\"1\">왜 &lt;T&gt;</span><a class=\"anchor\" \
             href=\"#왜-t\" aria-hidden=\"true\" tabindex=\"-1\"></a></h2>\n",
            "<div class=\"heading\"><h2 id=\"왜-t\"><span data-s=\"1\">왜 &lt;T&gt;</span></h2><a \
             class=\"anchor\" href=\"#왜-t\" lang=\"en\" title=\"Copy the link\" aria-label=\"Copy \
             the link to ‘왜 &lt;T&gt;’\">#</a></div>\n",
        );
    }

    #[test]
    fn a_heading_beyond_those_with_links_stays_without_one() {
        check("<h3 id=\"x\">x</h3>", "<div class=\"heading\"><h3 id=\"x\">x</h3></div>");
    }

    #[test]
    fn a_picture_can_be_enlarged_unless_it_is_a_link() {
        check(
            "<p><img src=\"/a.webp\" alt=\"바다 &amp; 산\"> <a href=\"/x\"><img src=\"/b.webp\" \
             alt=\"\"></a><img src=\"/c.webp\" alt=\"\"></p>",
            "<p><button type=\"button\" class=\"zoom\" lang=\"en\" aria-label=\"Enlarge: 바다 &amp; \
             산\"><img src=\"/a.webp\" alt=\"바다 &amp; 산\"></button> <a href=\"/x\"><img \
             src=\"/b.webp\" alt=\"\"></a><button type=\"button\" class=\"zoom\" lang=\"en\" \
             aria-label=\"Enlarge\"><img src=\"/c.webp\" alt=\"\"></button></p>",
        );
    }

    #[test]
    fn everything_else_stays_as_it_was() {
        let html = "<blockquote>\n<p><span data-s=\"0\">a &lt;pre&gt; <code>&lt;img&gt;</code></span>\
                    </p></blockquote><hr>x<table";
        check(html, html);
    }
}
