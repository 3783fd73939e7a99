//! The walk over the blocks: the only place that writes block elements.

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{
    AlertType, ListType, Node, NodeCodeBlock, NodeList, NodeTaskItem, NodeValue, TableAlignment,
};

use crate::article::Article;
use crate::escape::{push_attribute, push_text};
use crate::flatten::{flatten, lone_image_title};
use crate::highlight;
use crate::spoken::words;

/// Containers may nest this deep in the page; deeper ones are left out, their content kept.
const DEEPEST: usize = 32;

/// Empty table cells of a post that are written; a short row of a wide table costs the reader nothing.
const MOST_EMPTY_CELLS: usize = 2_000;

/// Headings of a post that get a link to themselves; all get their id.
const MOST_HEADING_LINKS: usize = 300;

/// Links from a footnote back to the places that name it.
const MOST_BACK_LINKS: u32 = 20;

/// Writes all blocks of a document.
pub(crate) fn write(root: Node<'_>, article: &mut Article) {
    let mut walk = Walk {
        article,
        depth: 0,
        body: false,
        column: 0,
        n_empty_cells: 0,
        n_headings: 0,
        n_notes: 0,
    };
    for edge in root.traverse() {
        match edge {
            NodeEdge::Start(node) => walk.start(node),
            NodeEdge::End(node) => walk.end(node),
        }
    }
    if walk.n_notes > 0 {
        walk.push("</ol></section>\n");
    }
}

struct Walk<'a> {
    article: &'a mut Article,
    depth: usize,
    /// Whether a table's body has begun.
    body: bool,
    /// The next cell's place in its row.
    column: usize,
    n_empty_cells: usize,
    n_headings: usize,
    n_notes: u32,
}

impl Walk<'_> {
    fn push(&mut self, html: &str) {
        self.article.html.push_str(html);
    }

    /// Writes the tag of a container, unless it lies too deep.
    fn container(&mut self, tag: &str) {
        self.depth += 1;
        if self.depth <= DEEPEST {
            self.push(tag);
        }
    }

    fn end_container(&mut self, tag: &str) {
        if self.depth <= DEEPEST {
            self.push(tag);
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn start(&mut self, node: Node<'_>) {
        match &node.data().value {
            NodeValue::BlockQuote => self.container("<blockquote>\n"),
            NodeValue::Alert(alert) => {
                let (class, title) = self.alert(alert.alert_type);
                let mut tag =
                    format!("<div class=\"alert alert-{class}\"><p class=\"alert-title\">");
                push_text(&mut tag, alert.title.as_deref().unwrap_or(title));
                tag.push_str("</p>\n");
                self.container(&tag);
            }
            NodeValue::List(list) => {
                let tag = list_tag(list);
                self.container(&tag);
            }
            NodeValue::Item(_) => self.container("<li>"),
            NodeValue::TaskItem(task) => self.task(task),
            NodeValue::FootnoteDefinition(_) => self.note(),
            NodeValue::Paragraph => self.paragraph(node),
            NodeValue::Heading(heading) => self.heading(node, heading.level),
            NodeValue::CodeBlock(code) => self.code(code),
            NodeValue::HtmlBlock(raw) => self.raw(&raw.literal),
            NodeValue::ThematicBreak => self.push("<hr>\n"),
            NodeValue::Table(_) => {
                let number = self.article.script.push_word(words(self.article.language).table);
                self.push(&format!(
                    "<div class=\"table-scroll\" data-s=\"{number}\" tabindex=\"0\"><table>\n"
                ));
                self.body = false;
            }
            NodeValue::TableRow(header) => self.row(*header),
            NodeValue::TableCell => self.cell(node),
            // Inlines are written with their block.
            _ => {}
        }
    }

    fn end(&mut self, node: Node<'_>) {
        match &node.data().value {
            NodeValue::BlockQuote => self.end_container("</blockquote>\n"),
            NodeValue::Alert(_) => self.end_container("</div>\n"),
            NodeValue::List(list) => {
                self.end_container(if list.list_type == ListType::Ordered {
                    "</ol>\n"
                } else {
                    "</ul>\n"
                });
            }
            NodeValue::Item(_) | NodeValue::TaskItem(_) => self.end_container("</li>\n"),
            NodeValue::FootnoteDefinition(note) => self.end_note(note.total_references),
            NodeValue::TableRow(true) => self.push("</tr>\n</thead>\n"),
            NodeValue::TableRow(false) => self.push("</tr>\n"),
            NodeValue::Table(_) => {
                let body = if self.body { "</tbody>\n" } else { "" };
                self.push(&format!("{body}</table></div>\n"));
            }
            _ => {}
        }
    }

    fn paragraph(&mut self, node: Node<'_>) {
        if let Some(title) = lone_image_title(node) {
            let inside = flatten(node, self.article);
            self.push("<figure>");
            self.article.show(&inside);
            self.push("<figcaption>");
            push_text(&mut self.article.html, &title);
            self.push("</figcaption></figure>\n");
            self.article.push_plain(&title);
            return;
        }
        let inside = flatten(node, self.article);
        let tight = in_tight_list(node);
        self.push(if tight { "" } else { "<p>" });
        self.article.speak(&inside, false);
        self.push(if tight { "" } else { "</p>\n" });
    }

    fn heading(&mut self, node: Node<'_>, level: u8) {
        let inside = flatten(node, self.article);
        let anchor = self.article.push_heading(level, &inside.plain);
        // An anchor holds letters, digits and hyphens only.
        self.push(&format!("<h{level} id=\"{anchor}\">"));
        self.article.speak(&inside, true);
        self.n_headings += 1;
        if self.n_headings <= MOST_HEADING_LINKS {
            self.push(&format!(
                "<a class=\"anchor\" href=\"#{anchor}\" aria-hidden=\"true\" tabindex=\"-1\"></a>"
            ));
        }
        self.push(&format!("</h{level}>\n"));
    }

    fn code(&mut self, code: &NodeCodeBlock) {
        let language: String = code
            .info
            .split([' ', '\t', ',', '{'])
            .next()
            .unwrap_or_default()
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '-' | '_' | '.'))
            .take(30)
            .collect();
        let number = self.article.script.push_word(words(self.article.language).code);
        self.push(&format!("<pre data-s=\"{number}\" tabindex=\"0\"><code"));
        if !language.is_empty() {
            self.push(&format!(" class=\"language-{language}\""));
        }
        self.push(">");
        let Article { html, colours, .. } = &mut *self.article;
        highlight::push_code(html, &code.literal, &language, colours);
        self.push("</code></pre>\n");
        self.article.push_plain(&code.literal);
    }

    /// Shows the author's HTML as text; comments are not shown.
    fn raw(&mut self, literal: &str) {
        let literal = literal.trim();
        if literal.starts_with("<!--") && literal.ends_with("-->") {
            return;
        }
        self.push("<p class=\"raw\">");
        push_text(&mut self.article.html, literal);
        self.push("</p>\n");
        self.article.push_plain(literal);
    }

    fn task(&mut self, task: &NodeTaskItem) {
        let words = words(self.article.language);
        let (checked, label) =
            if task.symbol.is_some() { (" checked", words.done) } else { ("", words.open) };
        self.container(&format!(
            "<li class=\"task\"><input type=\"checkbox\" disabled aria-label=\"{label}\"{checked}> "
        ));
    }

    fn row(&mut self, header: bool) {
        self.column = 0;
        match (header, self.body) {
            (true, _) => self.push("<thead>\n<tr>"),
            (false, true) => self.push("<tr>"),
            (false, false) => {
                self.push("<tbody>\n<tr>");
                self.body = true;
            }
        }
    }

    fn cell(&mut self, node: Node<'_>) {
        let column = self.column;
        self.column += 1;
        if node.first_child().is_none() {
            self.n_empty_cells += 1;
            if self.n_empty_cells > MOST_EMPTY_CELLS {
                return;
            }
        }
        let (header, alignment) = place_in_table(node, column);
        let element = if header { "th" } else { "td" };
        let scope = if header { " scope=\"col\"" } else { "" };
        let class = match alignment {
            TableAlignment::None => "",
            TableAlignment::Left => " class=\"align-left\"",
            TableAlignment::Center => " class=\"align-center\"",
            TableAlignment::Right => " class=\"align-right\"",
        };
        let inside = flatten(node, self.article);
        self.push(&format!("<{element}{scope}{class}>"));
        self.article.show(&inside);
        self.push(&format!("</{element}>"));
    }

    fn note(&mut self) {
        if self.n_notes == 0 {
            let mut tag = String::from("<section class=\"footnotes\" aria-label=\"");
            push_attribute(&mut tag, words(self.article.language).footnotes);
            tag.push_str("\"><ol>\n");
            self.push(&tag);
        }
        self.n_notes += 1;
        let note = self.n_notes;
        self.push(&format!("<li id=\"fn:{note}\">"));
    }

    fn end_note(&mut self, total_references: u32) {
        let note = self.n_notes;
        let label = words(self.article.language).back;
        for time in 1..=total_references.min(MOST_BACK_LINKS) {
            self.push(&format!(
                "<a class=\"footnote-back\" href=\"#fnref:{note}:{time}\" \
                 aria-label=\"{label} {note}-{time}\">↩</a>"
            ));
        }
        self.push("</li>\n");
    }

    fn alert(&self, kind: AlertType) -> (&'static str, &'static str) {
        let [note, tip, important, warning, caution] = words(self.article.language).alerts;
        match kind {
            AlertType::Note => ("note", note),
            AlertType::Tip => ("tip", tip),
            AlertType::Important => ("important", important),
            AlertType::Warning => ("warning", warning),
            AlertType::Caution => ("caution", caution),
        }
    }
}

fn list_tag(list: &NodeList) -> String {
    match (list.list_type, list.start, list.is_task_list) {
        (ListType::Ordered, 1, _) => "<ol>\n".to_owned(),
        (ListType::Ordered, start, _) => format!("<ol start=\"{start}\">\n"),
        (_, _, true) => "<ul class=\"tasks\">\n".to_owned(),
        (_, _, false) => "<ul>\n".to_owned(),
    }
}

fn in_tight_list(paragraph: Node<'_>) -> bool {
    let Some(list) = paragraph.parent().and_then(|item| item.parent()) else { return false };
    matches!(&list.data().value, NodeValue::List(list) if list.tight)
}

/// Whether a cell heads its column, and how the column is aligned.
fn place_in_table(cell: Node<'_>, column: usize) -> (bool, TableAlignment) {
    let Some(row) = cell.parent() else { return (false, TableAlignment::None) };
    let header = matches!(row.data().value, NodeValue::TableRow(true));
    let alignment = match row.parent().map(|table| table.data()) {
        Some(data) => match &data.value {
            NodeValue::Table(table) => table.alignments.get(column).copied(),
            _ => None,
        },
        None => None,
    };
    (header, alignment.unwrap_or(TableAlignment::None))
}
