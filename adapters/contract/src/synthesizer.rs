//! What every `Synthesizer` promises.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use domain::PostId;
use domain::ports::{Audio, Heard, Mark, OutsideId, SectionName, Speaking, Synthesizer, Voice};
use domain::text::{Language, Section, Sentence};

/// How a clause gets at an adapter.
#[async_trait]
pub trait TestSynthesizer: Send + Sync + Sized {
    /// Makes one; none, with a word on standard error, where no voice is installed.
    async fn fresh() -> Option<Self>;

    /// The synthesizer.
    fn synthesizer(&self) -> Arc<dyn Synthesizer>;

    /// Has speech that goes on outside come to its end. An adapter that is always `Done` is never asked.
    async fn end(&self, outside: &OutsideId);
}

/// Makes one named test of each clause for an adapter, a type that implements
/// [`TestSynthesizer`](crate::synthesizer::TestSynthesizer).
#[macro_export]
macro_rules! synthesizer_contract {
    ($adapter:ty) => {
        $crate::synthesizer_contract!($adapter:
            a_section_becomes_sound_with_a_mark_for_each_sentence,
            korean_and_english_are_spoken,
            a_longer_text_is_spoken_longer,
            the_sound_is_whole_mp3_frames,
            any_text_is_spoken,
            sections_are_spoken_in_parallel,
            the_version_names_the_voice,
            speech_outside_is_heard_until_it_is_forgotten,
        );
    };
    ($adapter:ty: $($clause:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $clause() {
            let place = <$adapter as $crate::synthesizer::TestSynthesizer>::fresh().await;
            if let Some(place) = place {
                $crate::synthesizer::$clause(place).await;
            }
        })+
    };
}

fn section(from: u32, sentences: &[&str]) -> Section {
    let sentences = sentences
        .iter()
        .zip(from..)
        .map(|(text, number)| Sentence { number, text: (*text).to_owned() })
        .collect();
    Section { heading: false, sentences }
}

async fn speak<T: TestSynthesizer>(
    place: &T,
    section: &Section,
    language: Language,
) -> (Audio, Vec<Mark>) {
    match begin(place, section, language).await {
        Speaking::Done(audio, marks) => (audio, marks),
        Speaking::Started(outside) => {
            place.end(&outside).await;
            match place.synthesizer().hear(&outside).await.unwrap() {
                Heard::Spoken(audio, marks) => (audio, marks),
                other => panic!("it has come to its end: {other:?}"),
            }
        }
    }
}

/// Asks for a section, each time under another name.
async fn begin<T: TestSynthesizer>(place: &T, section: &Section, language: Language) -> Speaking {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = SectionName { post: PostId::from_bits(1), name: format!("section-{number}") };
    place.synthesizer().speak(section, &Voice { language }, &name).await.unwrap()
}

#[track_caller]
fn check(section: &Section, audio: &Audio, marks: &[Mark]) {
    let numbers: Vec<u32> = section.sentences.iter().map(|sentence| sentence.number).collect();
    let marked: Vec<u32> = marks.iter().map(|mark| mark.sentence).collect();
    assert_eq!(marked, numbers);
    assert!(marks.iter().all(|mark| mark.start_ms <= mark.end_ms), "{marks:?}");
    assert!(marks.windows(2).all(|pair| pair[0].end_ms <= pair[1].start_ms), "{marks:?}");
    let end = marks.last().map_or(0, |mark| mark.end_ms);
    assert!(end <= audio.duration_ms, "a mark at {end} of {} ms", audio.duration_ms);
}

/// Marks in order, inside the sound, by the numbers of the sentences.
pub async fn a_section_becomes_sound_with_a_mark_for_each_sentence(place: impl TestSynthesizer) {
    let section = section(7, &["This is the first sentence.", "And this is the second.", "Done."]);
    let (audio, marks) = speak(&place, &section, Language::English).await;
    check(&section, &audio, &marks);
    assert!(audio.duration_ms > 1000, "{} ms for three sentences", audio.duration_ms);
    assert!(marks.iter().all(|mark| mark.end_ms > mark.start_ms), "{marks:?}");
}

/// Words of the other language among them.
pub async fn korean_and_english_are_spoken(place: impl TestSynthesizer) {
    let korean = section(0, &["러스트로 GraphQL 서버를 만들었습니다.", "잘 됩니다."]);
    let (audio, marks) = speak(&place, &korean, Language::Korean).await;
    check(&korean, &audio, &marks);
    let english = section(0, &["We built a server in Rust.", "형태소 means morpheme."]);
    let (audio, marks) = speak(&place, &english, Language::English).await;
    check(&english, &audio, &marks);
}

/// Time goes with text.
pub async fn a_longer_text_is_spoken_longer(place: impl TestSynthesizer) {
    let short = section(0, &["A short one."]);
    let long = "This one is very much longer than the other one, and goes on for a while.";
    let (short, _) = speak(&place, &short, Language::English).await;
    let (long, _) = speak(&place, &section(0, &[long]), Language::English).await;
    assert!(long.duration_ms > 2 * short.duration_ms, "{} {}", long.duration_ms, short.duration_ms);
}

/// Frame after frame to the last byte, mono, of one sample rate, and the duration is theirs: so pieces
/// can be joined. No tags before or after.
pub async fn the_sound_is_whole_mp3_frames(place: impl TestSynthesizer) {
    let section = section(0, &["Frame after frame.", "To the end."]);
    let (audio, _) = speak(&place, &section, Language::English).await;
    let frames = frames(&audio.mp3);
    assert!(frames.iter().all(|frame| frame.mono && frame.rate == frames[0].rate));
    let samples: u64 = frames.iter().map(|frame| u64::from(frame.samples)).sum();
    let exact = samples * 1000 / u64::from(frames[0].rate);
    let duration = u64::from(audio.duration_ms);
    assert!(
        duration.abs_diff(exact) <= 1,
        "{duration} ms said, {exact} ms in {} frames",
        frames.len()
    );
}

struct Frame {
    rate: u32,
    samples: u32,
    mono: bool,
}

/// Reads the headers of layer III frames (ISO 11172-3, 13818-3); panics at anything else.
fn frames(mut mp3: &[u8]) -> Vec<Frame> {
    const V1: [u32; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const V2: [u32; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let mut frames = Vec::new();
    while !mp3.is_empty() {
        assert!(mp3.len() >= 4 && mp3[0] == 0xff && mp3[1] & 0xe6 == 0xe2, "no frame header");
        let (version, halved) = match (mp3[1] >> 3) & 3 {
            3 => (1, 1),
            2 => (2, 2),
            0 => (2, 4),
            other => panic!("version {other}"),
        };
        let bitrates = if version == 1 { V1 } else { V2 };
        let bitrate = bitrates[usize::from(mp3[2] >> 4) - 1] * 1000;
        let rate = [44_100, 48_000, 32_000][usize::from((mp3[2] >> 2) & 3)] / halved;
        let samples = if version == 1 { 1152 } else { 576 };
        let length = samples / 8 * bitrate / rate + u32::from((mp3[2] >> 1) & 1);
        frames.push(Frame { rate, samples, mono: mp3[3] >> 6 == 3 });
        let length = usize::try_from(length).expect("a frame fits in memory");
        assert!(mp3.len() >= length, "the last frame is cut off");
        mp3 = &mp3[length..];
    }
    assert!(!frames.is_empty(), "no sound");
    frames
}

/// However odd: a stage must not fail for a sentence.
pub async fn any_text_is_spoken(place: impl TestSynthesizer) {
    for text in [
        "-",
        "--help",
        "\u{1f511}\u{1f511}",
        "<speak>",
        "a & b < c",
        "ㅋㅋㅋ",
        "1,234.5%",
        "$(id) `ls` \"'\\",
        "日本語",
    ] {
        let odd = section(3, &[text, "And on."]);
        let (audio, marks) = speak(&place, &odd, Language::Korean).await;
        check(&odd, &audio, &marks);
    }
}

/// And each gets its own marks.
pub async fn sections_are_spoken_in_parallel(place: impl TestSynthesizer) {
    let first = section(0, &["The first section."]);
    let second = section(1, &["The second section has", "two sentences."]);
    let ((audio, marks), (other, others)) = tokio::join!(
        speak(&place, &first, Language::English),
        speak(&place, &second, Language::English),
    );
    check(&first, &audio, &marks);
    check(&second, &other, &others);
}

/// Nothing before its end, the same afterwards however often, and nothing when it was forgotten.
pub async fn speech_outside_is_heard_until_it_is_forgotten(place: impl TestSynthesizer) {
    let section = section(2, &["This goes on outside.", "And ends."]);
    let Speaking::Started(outside) = begin(&place, &section, Language::English).await else {
        return;
    };
    let synthesizer = place.synthesizer();
    let hear = async || synthesizer.hear(&outside).await.unwrap();
    assert!(matches!(hear().await, Heard::Going));
    place.end(&outside).await;
    let Heard::Spoken(audio, marks) = hear().await else { panic!("it has come to its end") };
    check(&section, &audio, &marks);
    let again = hear().await;
    assert!(matches!(again, Heard::Spoken(same, its) if same == audio && its == marks));
    for _ in 0..2 {
        synthesizer.forget(&outside).await.unwrap();
        assert!(matches!(hear().await, Heard::Failed(_)));
    }
}

/// It decides whether to run again.
pub async fn the_version_names_the_voice(place: impl TestSynthesizer) {
    let version = |language| place.synthesizer().version(&Voice { language });
    assert_eq!(version(Language::Korean), version(Language::Korean));
    assert_ne!(version(Language::Korean), version(Language::English));
}
