//! Search in a blog of ten thousand posts: what it costs, how long it takes, and how well it finds.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};
use contract::search_quality;
use domain::ports::{SearchDocument, SearchIndex, SearchQuery};
use domain::text::Language;
use domain::{PostId, Timestamp};
use embedded_search::TantivyIndex;
use korean::Dictionary;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::cpu;
use crate::table::{Row, Section, percentile, sorted};
use crate::texts::korean_post;

const POSTS: u128 = 10_000;
/// Bytes of a post.
const LENGTH: usize = 2_000;
/// Posts that are handed over at once, as when an index is filled by several workers.
const AT_ONCE: u128 = 128;
/// How often each question is asked.
const ROUNDS: usize = 20;

/// Ways to ask, each with questions.
const QUESTIONS: [(&str, bool, &[&str]); 5] = [
    ("words", false, &["형태소 분석기", "트랜잭션 이벤트", "응답 시간", "소유권", "post 1234"]),
    ("words that most posts have", false, &["서버", "스레드 작업", "배포 로그"]),
    ("half typed", true, &["형탯", "트랜잭션 이벤", "소유", "메모리 사", "글 12"]),
    ("mistyped", false, &["형태소 뷴석기", "트렌젝션", "소유건 규칙", "스래드"]),
    ("nothing to find", false, &["김치찌개", "qwertyuiop", "부동산 시세"]),
];

/// Fills an index and asks it; an empty section without the dictionary.
///
/// # Errors
/// The index fails, or finds nothing where something is.
pub fn run(runtime: &Runtime, dictionary: Option<&Path>) -> Result<Section> {
    let mut section = Section {
        title: "Search",
        how: format!(
            "An index of its own with {POSTS} posts of some {LENGTH} bytes, each sentence with numbers of \
             its own; {AT_ONCE} are handed over at once. Questions are asked one after the other, ten hits \
             with excerpts each. Wall time."
        ),
        rows: Vec::new(),
    };
    let Some(dictionary) = dictionary.filter(|folder| folder.is_dir()) else {
        section.how = "Not measured: there is no dictionary.".to_owned();
        return Ok(section);
    };
    let dictionary = Arc::new(Dictionary::open(dictionary)?);
    quality(runtime, &dictionary)?;

    let folder = tempfile::tempdir()?;
    let index = Arc::new(TantivyIndex::open(folder.path(), Some(dictionary))?);
    let (began, spent) = (Instant::now(), cpu::spent());
    runtime.block_on(fill(&index))?;
    let each = |total: std::time::Duration| total / u32::try_from(POSTS).unwrap_or(1);
    let n = usize::try_from(POSTS)?;
    section.rows.push(Row::micros(
        "index a post: CPU",
        each(cpu::spent().saturating_sub(spent)),
        n,
    ));
    section.rows.push(Row::micros("index a post: time", each(began.elapsed()), n));
    for (name, as_you_type, texts) in QUESTIONS {
        let mut times = Vec::new();
        for text in texts.iter().cycle().take(texts.len() * ROUNDS) {
            let query = SearchQuery { text: (*text).to_owned(), offset: 0, limit: 10, as_you_type };
            let began = Instant::now();
            let hits = runtime.block_on(index.search(&query))?;
            times.push(began.elapsed().as_secs_f64() * 1e3);
            let nothing = name == "nothing to find";
            ensure!(hits.hits.is_empty() == nothing, "{} hits for {text:?}", hits.total);
            ensure!(hits.similar == (name == "mistyped"), "{text:?} was answered otherwise");
        }
        let times = sorted(times);
        for (share, label) in [(0.5, "p50"), (0.99, "p99")] {
            let row = format!("search, {name}: {label}");
            section.rows.push(Row::new(row, percentile(&times, share), "ms", times.len()));
        }
    }
    Ok(section)
}

/// Prints how well posts are found, on texts and questions that are not those of the figures.
fn quality(runtime: &Runtime, dictionary: &Arc<Dictionary>) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let index = TantivyIndex::open(folder.path(), Some(dictionary.clone()))?;
    let quality = runtime.block_on(search_quality::measure(&index))?;
    println!("{quality}");
    Ok(())
}

async fn fill(index: &Arc<TantivyIndex>) -> Result<()> {
    for first in (0..POSTS).step_by(AT_ONCE as usize) {
        let mut tasks = JoinSet::new();
        for number in first..POSTS.min(first + AT_ONCE) {
            let index = index.clone();
            tasks.spawn(async move { index.put(&post(number)).await });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
    }
    Ok(())
}

/// A post of the usual sentences, not the same ones in each, and with words of its own.
fn post(number: u128) -> SearchDocument {
    let text = korean_post(LENGTH);
    let sentences: Vec<&str> = text.split_inclusive(". ").collect();
    let own = |n: usize| (number as usize).wrapping_mul(31).wrapping_add(n * 7) % 10 < 7;
    let mut body: String =
        sentences.iter().enumerate().filter(|(n, _)| own(*n)).map(|(_, s)| *s).collect();
    body +=
        &format!(" post {number} module{number} 글{number}번 형태소 분석기 색인 {}", number % 97);
    SearchDocument {
        post: PostId::from_bits(number + 1),
        version: 1,
        title: format!("글 {number}: 검색과 트랜잭션 {}", number % 53),
        body,
        tags: vec![format!("tag{}", number % 211), "rust".to_owned()],
        author: "김지원".to_owned(),
        language: Language::Korean,
        published_at: Timestamp(1_795_435_200_000),
    }
}
