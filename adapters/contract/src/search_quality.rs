//! How well an index finds what is meant: posts, questions, and which posts a person would expect.
//!
//! The texts are data: `search_quality/posts.txt` and `queries.txt`. Whoever finds a question that is
//! answered badly adds it there.

use std::collections::BTreeMap;
use std::fmt;

use domain::ports::{PortError, SearchDocument, SearchIndex, SearchQuery};
use domain::text::Language;
use domain::{PostId, Timestamp};

const POSTS: &str = include_str!("search_quality/posts.txt");
const QUERIES: &str = include_str!("search_quality/queries.txt");

/// What the index finds, class by class.
#[derive(Debug)]
pub struct Quality {
    /// By class of question, in the order of the file; `all` comes last.
    pub classes: Vec<Class>,
    /// Questions that were not answered perfectly: what was found and what was expected.
    pub misses: Vec<String>,
}

/// Means over the questions of one class.
#[derive(Debug, Default)]
pub struct Class {
    /// What these questions have in common.
    pub name: String,
    /// How many questions.
    pub n_queries: usize,
    /// Of the posts that are expected, the share that is found.
    pub recall: f64,
    /// Of the posts that are found, the share that is expected.
    pub precision: f64,
    /// Mean reciprocal rank: one over the place of the first post that is expected.
    pub rank: f64,
}

impl Quality {
    /// Fails when a class is worse than its floors: name, recall, precision, rank.
    ///
    /// # Panics
    /// Then.
    #[track_caller]
    pub fn check(&self, floors: &[(&str, f64, f64, f64)]) {
        for (name, recall, precision, rank) in floors {
            let class = self.classes.iter().find(|class| class.name == *name).expect("no class");
            let kept =
                class.recall >= *recall && class.precision >= *precision && class.rank >= *rank;
            assert!(kept, "{name} is worse than {recall}, {precision}, {rank}:\n{self}");
        }
    }
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<24} {:>7} {:>7} {:>9} {:>6}", "", "queries", "recall", "precision", "MRR")?;
        for Class { name, n_queries, recall, precision, rank } in &self.classes {
            writeln!(f, "{name:<24} {n_queries:>7} {recall:>7.3} {precision:>9.3} {rank:>6.3}")?;
        }
        self.misses.iter().try_for_each(|miss| writeln!(f, "{miss}"))
    }
}

/// Puts the posts into an empty index and asks it everything.
///
/// # Errors
/// The index fails.
pub async fn measure(index: &dyn SearchIndex) -> Result<Quality, PortError> {
    let posts = posts();
    for (_, post) in &posts {
        index.put(post).await?;
    }
    let mut classes: Vec<Class> = Vec::new();
    let mut all = Class { name: "all".to_owned(), ..Class::default() };
    let mut misses = Vec::new();
    let names: BTreeMap<&PostId, &str> =
        posts.iter().map(|(name, post)| (&post.post, *name)).collect();
    for (class, text, expected) in queries() {
        let as_you_type = class.ends_with("(typing)");
        let query = SearchQuery { text: text.to_owned(), offset: 0, limit: 20, as_you_type };
        let hits = index.search(&query).await?.hits;
        let found: Vec<&str> =
            hits.iter().filter_map(|hit| names.get(&hit.post).copied()).collect();
        let (recall, precision, rank) = figures(&found, &expected);
        if recall < 1.0 || precision < 1.0 {
            misses.push(format!("{class}: {text:?} finds {found:?}, expected {expected:?}"));
        }
        if classes.last().is_none_or(|last| last.name != class) {
            classes.push(Class { name: class.to_owned(), ..Class::default() });
        }
        for sums in classes.last_mut().into_iter().chain([&mut all]) {
            sums.n_queries += 1;
            sums.recall += recall;
            sums.precision += precision;
            sums.rank += rank;
        }
    }
    classes.push(all);
    for class in &mut classes {
        let n = class.n_queries as f64;
        class.recall /= n;
        class.precision /= n;
        class.rank /= n;
    }
    Ok(Quality { classes, misses })
}

/// Recall, precision, reciprocal rank. Where nothing is to be found, all of them say whether nothing was.
fn figures(found: &[&str], expected: &[&str]) -> (f64, f64, f64) {
    if expected.is_empty() {
        let right = f64::from(u8::from(found.is_empty()));
        return (right, right, right);
    }
    let right = found.iter().filter(|post| expected.contains(post)).count() as f64;
    let precision = if found.is_empty() { 0.0 } else { right / found.len() as f64 };
    let first = found.iter().position(|post| expected.contains(post));
    (right / expected.len() as f64, precision, first.map_or(0.0, |at| 1.0 / (at + 1) as f64))
}

/// The posts, by name.
pub fn posts() -> Vec<(&'static str, SearchDocument)> {
    let mut posts: Vec<(&str, SearchDocument)> = Vec::new();
    for line in lines(POSTS) {
        if let Some((name, title)) = line.strip_prefix("= ").and_then(|head| head.split_once(" | "))
        {
            let document = SearchDocument {
                post: PostId::from_bits(posts.len() as u128 + 1),
                version: 1,
                title: title.to_owned(),
                body: String::new(),
                tags: Vec::new(),
                author: "Jiwon".to_owned(),
                language: Language::of(title),
                published_at: Timestamp(1_795_435_200_000),
            };
            posts.push((name, document));
        } else if let Some((_, post)) = posts.last_mut() {
            match line.strip_prefix("tags: ") {
                Some(tags) => post.tags = tags.split(", ").map(str::to_owned).collect(),
                None => post.body += line,
            }
        }
    }
    posts
}

/// Class, question, names of the posts that are expected.
pub fn queries() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    lines(QUERIES)
        .filter_map(|line| {
            let mut columns = line.split(" |");
            let (class, query) = (columns.next()?, columns.next()?);
            Some((class, query.trim(), columns.next()?.split_whitespace().collect()))
        })
        .collect()
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_expects_posts_that_there_are() {
        let posts = posts();
        assert!(posts.len() >= 40, "{} posts", posts.len());
        let queries = queries();
        assert!(queries.len() >= 120, "{} questions", queries.len());
        for (class, query, expected) in queries {
            assert!(!query.is_empty(), "{class}");
            for name in expected {
                assert!(posts.iter().any(|(there, _)| *there == name), "{query}: {name}");
            }
        }
    }

    #[test]
    fn figures_are_those_of_the_textbook() {
        assert_eq!(figures(&["a", "b", "c", "d"], &["b", "x"]), (0.5, 0.25, 0.5));
        assert_eq!(figures(&[], &["a"]), (0.0, 0.0, 0.0));
        assert_eq!((figures(&[], &[]), figures(&["a"], &[])), ((1.0, 1.0, 1.0), (0.0, 0.0, 0.0)));
    }
}
