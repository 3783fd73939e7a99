//! The real voice, where it is installed, and what happens where it is not.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod port;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use domain::PostId;
use domain::ports::{Audio, Mark, PortError, SectionName, Speaking, Synthesizer, Voice};
use domain::text::{Language, Section, Sentence};
use embedded_speech::{EspeakConfig, EspeakSynthesizer};

fn config() -> EspeakConfig {
    EspeakConfig {
        program: None,
        data: None,
        words_per_minute: 165,
        sentence_timeout: Duration::from_secs(60),
    }
}

fn section(heading: bool, sentences: &[&str]) -> Section {
    let sentences = sentences.iter().zip(10..);
    let sentences =
        sentences.map(|(text, number)| Sentence { number, text: (*text).to_owned() }).collect();
    Section { heading, sentences }
}

async fn speak(
    config: EspeakConfig,
    section: &Section,
    language: Language,
) -> Result<(Audio, Vec<Mark>), PortError> {
    let synthesizer = EspeakSynthesizer::new(config);
    let name = SectionName { post: PostId::from_bits(1), name: "section-1".to_owned() };
    match synthesizer.speak(section, &Voice { language }, &name).await? {
        Speaking::Done(audio, marks) => Ok((audio, marks)),
        Speaking::Started(_) => panic!("a local voice answers at once"),
    }
}

/// Whether this machine has the voice; says so when a test is left out for want of it.
fn voice_installed() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = std::env::split_paths(&path).any(|folder| folder.join("espeak-ng").is_file());
    if !installed {
        eprintln!("skipped: espeak-ng is not installed");
    }
    installed
}

fn decode(mp3: &[u8]) -> Vec<f32> {
    let mut decoder = nanomp3::Decoder::new();
    let mut pcm = [0.0_f32; nanomp3::MAX_SAMPLES_PER_FRAME];
    let mut decoded = Vec::new();
    let mut rest = mp3;
    while !rest.is_empty() {
        let (used, frame) = decoder.decode(rest, &mut pcm);
        if let Ok(frame) = frame {
            decoded.extend_from_slice(&pcm[..frame.samples_produced]);
        }
        if used == 0 {
            break;
        }
        rest = &rest[used..];
    }
    decoded
}

fn energy(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

/// The samples between two times.
fn part(decoded: &[f32], from_ms: u32, to_ms: u32) -> &[f32] {
    &decoded[from_ms as usize * 24..to_ms as usize * 24]
}

#[tokio::test]
async fn sentences_are_heard_where_their_marks_say_and_pauses_are_silent() {
    if !voice_installed() {
        return;
    }
    let text = section(
        false,
        &["소유권은 중요합니다.", "The borrow checker helps.", "값이 1.5배 늘었습니다."],
    );
    for language in [Language::Korean, Language::English] {
        let (audio, marks) = speak(config(), &text, language).await.unwrap();
        let decoded = decode(&audio.mp3);
        assert_eq!(decoded.len(), audio.duration_ms as usize * 24);
        assert_eq!(marks.iter().map(|mark| mark.sentence).collect::<Vec<_>>(), [10, 11, 12]);
        let mut silent_from = 0;
        for mark in &marks {
            let pause = part(&decoded, silent_from, mark.start_ms.saturating_sub(10));
            assert!(energy(pause) < 0.002, "{language:?} {mark:?}: {}", energy(pause));
            let speech = part(&decoded, mark.start_ms, mark.end_ms);
            assert!(speech.len() > 24 * 500, "{language:?} {mark:?}");
            assert!(energy(speech) > 0.02, "{language:?} {mark:?}: {}", energy(speech));
            silent_from = mark.end_ms + 60;
        }
        assert!(marks[2].end_ms < audio.duration_ms);
    }
}

#[tokio::test]
async fn headings_are_followed_by_a_longer_pause() {
    if !voice_installed() {
        return;
    }
    let rest = |(audio, marks): (Audio, Vec<Mark>)| audio.duration_ms - marks[0].end_ms;
    let heading = speak(config(), &section(true, &["제목"]), Language::Korean).await.unwrap();
    let paragraph = speak(config(), &section(false, &["제목"]), Language::Korean).await.unwrap();
    assert!(rest(heading) > rest(paragraph) + 200);
}

#[tokio::test]
async fn equal_text_gives_equal_sound() {
    if !voice_installed() {
        return;
    }
    let text = section(false, &["같은 글입니다."]);
    let first = speak(config(), &text, Language::Korean).await.unwrap();
    assert_eq!(first, speak(config(), &text, Language::Korean).await.unwrap());
}

#[tokio::test]
async fn any_text_is_spoken_or_passed_over() {
    if !voice_installed() {
        return;
    }
    let long = "낱말 ".repeat(300);
    for text in [
        "--help",
        "-w /tmp/x",
        "[[hello]]",
        "<speak>x</speak>",
        "…",
        "👍",
        "$(touch x); `y`",
        "\0",
        &long,
    ] {
        let (audio, marks) =
            speak(config(), &section(false, &[text]), Language::Korean).await.unwrap();
        assert_eq!(marks.len(), 1, "{text}");
        assert!(
            marks[0].start_ms < marks[0].end_ms && marks[0].end_ms <= audio.duration_ms,
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_missing_program_says_what_to_install() {
    let missing = EspeakConfig { program: Some(PathBuf::from("/nowhere/espeak-ng")), ..config() };
    let refused = speak(missing, &section(false, &["글"]), Language::Korean).await.unwrap_err();
    assert!(!refused.retryable());
    assert!(
        matches!(&refused, PortError::Denied(what) if what.contains("install espeak-ng")),
        "{refused}"
    );
}

/// A program in espeak's place that does what the script says.
///
/// Another process writes it: a file that this process has open for writing cannot be run as long as a
/// child of another test holds a copy of the handle.
fn stand_in(folder: &Path, script: &str) -> EspeakConfig {
    let program = folder.join("espeak-ng");
    let mut install = Command::new("install")
        .args(["-m", "755", "/dev/stdin"])
        .arg(&program)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    write!(install.stdin.take().unwrap(), "#!/bin/sh\n{script}\n").unwrap();
    assert!(install.wait().unwrap().success());
    EspeakConfig { program: Some(program), ..config() }
}

#[tokio::test]
async fn a_missing_voice_says_what_to_install() {
    let folder = tempfile::tempdir().unwrap();
    let script = "echo 'Error: The specified espeak-ng voice does not exist.' >&2; exit 1";
    let config = stand_in(folder.path(), script);
    let refused = speak(config, &section(false, &["글"]), Language::Korean).await.unwrap_err();
    assert!(matches!(&refused, PortError::Denied(what) if what.contains("`ko`")), "{refused}");
}

#[tokio::test]
async fn a_voice_that_fails_may_be_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    for script in ["exit 3", "echo no sound", "cat >/dev/null"] {
        let config = stand_in(folder.path(), script);
        let failed = speak(config, &section(false, &["글"]), Language::Korean).await.unwrap_err();
        assert!(failed.retryable(), "{script}: {failed:?}");
    }
}

#[tokio::test]
async fn a_voice_that_hangs_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let pid = folder.path().join("pid");
    let script = format!("echo $$ > {}; exec sleep 600", pid.display());
    let config = EspeakConfig {
        sentence_timeout: Duration::from_secs(2),
        ..stand_in(folder.path(), &script)
    };
    let failed = speak(config, &section(false, &["글"]), Language::Korean).await.unwrap_err();
    assert!(failed.retryable());

    let pid = fs::read_to_string(pid).unwrap();
    let process = PathBuf::from(format!("/proc/{}/cmdline", pid.trim()));
    // What was killed stays in the table, without a command line, until it is waited for.
    let alive = || fs::read(&process).is_ok_and(|line| !line.is_empty());
    let deadline = Instant::now() + Duration::from_secs(20);
    while alive() {
        assert!(Instant::now() < deadline, "the process still runs");
        tokio::task::yield_now().await;
    }
}

#[test]
fn the_version_names_voice_and_speed() {
    let synthesizer = EspeakSynthesizer::new(config());
    let korean = synthesizer.version(&Voice { language: Language::Korean });
    let english = synthesizer.version(&Voice { language: Language::English });
    assert_ne!(korean, english);
    let faster = EspeakSynthesizer::new(EspeakConfig { words_per_minute: 200, ..config() });
    assert_ne!(korean, faster.version(&Voice { language: Language::Korean }));
}
