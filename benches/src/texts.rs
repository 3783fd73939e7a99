//! What Korean text costs: morphemes, a summary.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, ensure};
use content::MarkdownRenderer;
use domain::ports::{ContentRenderer, Summarizer, SummaryInput};
use embedded_summary::ExtractiveSummarizer;
use korean::{Analyzer, Dictionary};
use tokio::runtime::Runtime;

use crate::micro::Micro;
use crate::table::{Row, Section};

/// Sentences as technical blogs have them; a post is made of them, each time with other numbers.
const SENTENCES: [&str; 12] = [
    "한국어 검색에는 형태소 분석기를 쓴다.",
    "조사를 떼어 내야 단어를 찾을 수 있기 때문에 색인할 때 어간을 남긴다.",
    "서버가 요청을 받으면 먼저 문서의 비용을 계산하고, 한도를 넘으면 실행하지 않고 거절한다.",
    "Rust의 소유권 규칙은 처음에는 낯설지만 동시성 버그를 컴파일할 때 막아 준다.",
    "트랜잭션 하나에 상태와 할 일과 이벤트를 함께 쓰므로 두 번째 쓰기가 필요하지 않다.",
    "지난주에 우리는 캐시를 없애고 응답 시간을 다시 측정했습니다.",
    "결과는 예상보다 좋았고, 메모리 사용량은 절반으로 줄어들었다.",
    "사용자가 문서를 검색하면 순위가 높은 결과부터 차례로 보여 준다.",
    "비동기 런타임에서는 오래 걸리는 계산을 별도의 스레드로 옮겨야 한다.",
    "그렇지 않으면 같은 스레드에서 기다리는 다른 작업들이 모두 늦어진다.",
    "테스트는 시간을 기다리지 않고 조건이 만족될 때까지만 기다리도록 작성한다.",
    "마지막으로 배포한 뒤에는 로그와 지표를 함께 살펴보는 것이 좋다.",
];

/// Markdown of at least so many bytes of UTF-8, in paragraphs.
pub fn korean_post(bytes: usize) -> String {
    let mut text = String::new();
    for n in 0.. {
        if text.len() >= bytes {
            break;
        }
        text += SENTENCES[n % SENTENCES.len()];
        text += &format!(" 이 실험은 {}번째로 되풀이했다. ", n + 1);
        if n % 4 == 3 {
            text += "\n\n";
        }
    }
    text
}

/// Analysis and summary; an empty section without the dictionary.
///
/// # Errors
/// The dictionary is damaged, or there is no summary.
pub fn run(micro: &mut Micro, runtime: &Runtime, dictionary: Option<&Path>) -> Result<Section> {
    let mut section = Section {
        title: "Korean text",
        how: "One thread; kilobytes are of UTF-8, in which a Korean letter has three bytes."
            .to_owned(),
        rows: Vec::new(),
    };
    let Some(dictionary) = dictionary.filter(|folder| folder.is_dir()) else {
        section.how = "Not measured: there is no dictionary.".to_owned();
        return Ok(section);
    };
    let opened = crate::cpu::spent();
    let dictionary = Arc::new(Dictionary::open(dictionary)?);
    let opening = crate::cpu::spent().saturating_sub(opened);
    section.rows.push(Row::millis("open the dictionary: CPU", opening, 1));

    let analyzer = Analyzer::new(dictionary.clone());
    let kilobyte = korean_post(1_000);
    let cpu = micro.measure("korean-analyze", || {
        std::hint::black_box(analyzer.analyze(std::hint::black_box(&kilobyte)));
    })?;
    section.rows.push(Row::micros(
        format!("analyse {} bytes: CPU", kilobyte.len()),
        cpu.cpu,
        cpu.samples,
    ));

    let rendered = MarkdownRenderer.render(&korean_post(20_000));
    let bytes = rendered.plain_text.len();
    let input = SummaryInput {
        title: "형태소 분석과 검색".to_owned(),
        sections: rendered.sections,
        language: rendered.language,
    };
    let summarizer = ExtractiveSummarizer::new(Some(dictionary));
    let made = runtime.block_on(summarizer.summarize(&input))?;
    ensure!(made.sentences.len() == 3, "a summary of {} sentences", made.sentences.len());
    let cpu = micro.measure("korean-summarize", || {
        let made = runtime.block_on(summarizer.summarize(&input));
        assert!(made.is_ok(), "no summary");
    })?;
    section.rows.push(Row::millis(format!("sum up {bytes} bytes: CPU"), cpu.cpu, cpu.samples));
    Ok(section)
}
