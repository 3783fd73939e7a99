//! Runs `espeak-ng`, one process a sentence.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use crate::config::EspeakConfig;
use crate::error::SpeechError;
use crate::wav::{self, Sound};

/// Sound of one sentence in bytes: some ten minutes. More is a fault.
const MOST_SOUND: u64 = 32 * 1024 * 1024;

/// What the program says on its error stream, as far as it is read.
const MOST_COMPLAINT: u64 = 4 * 1024;

/// Finds the program.
///
/// # Errors
/// `Missing` when neither the configured path nor `PATH` has it.
pub(crate) fn find(config: &EspeakConfig) -> Result<PathBuf, SpeechError> {
    if let Some(program) = &config.program {
        return if program.is_file() { Ok(program.clone()) } else { Err(SpeechError::Missing) };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join("espeak-ng"))
        .find(|program| program.is_file())
        .ok_or(SpeechError::Missing)
}

/// Speaks one prepared sentence. The process ends with the future, whatever ends it.
///
/// # Errors
/// `NoVoice`, `TooSlow`, or what the program complains of.
pub(crate) async fn speak(
    program: &Path,
    config: &EspeakConfig,
    voice: &'static str,
    sentence: &str,
) -> Result<Sound, SpeechError> {
    let mut command = Command::new(program);
    if let Some(data) = &config.data {
        command.arg("--path").arg(data);
    }
    command
        .args(["-v", voice, "-b", "1", "-z", "--stdin", "--stdout"])
        .arg("-s")
        .arg(config.words_per_minute.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let child = command.spawn().map_err(SpeechError::Run)?;
    let limit = config.sentence_timeout;
    match tokio::time::timeout(limit, converse(child, voice, sentence)).await {
        Ok(sound) => sound,
        Err(_) => Err(SpeechError::TooSlow(limit)),
    }
}

async fn converse(
    mut child: Child,
    voice: &'static str,
    sentence: &str,
) -> Result<Sound, SpeechError> {
    let (Some(mut input), Some(output), Some(complaints)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(SpeechError::NoSound("no pipes"));
    };
    let write = async move {
        // A program that ended early says why on its error stream; a broken pipe says less.
        let written = input.write_all(sentence.as_bytes()).await;
        drop(input);
        written.ok()
    };
    let (mut wav, mut complaint) = (Vec::new(), Vec::new());
    let mut output = output.take(MOST_SOUND);
    let mut complaints = complaints.take(MOST_COMPLAINT);
    let (_, heard, complained) =
        tokio::join!(write, output.read_to_end(&mut wav), complaints.read_to_end(&mut complaint));
    heard.map_err(SpeechError::Run)?;
    complained.map_err(SpeechError::Run)?;
    if wav.len() as u64 >= MOST_SOUND {
        return Err(SpeechError::NoSound("no end"));
    }
    let status = child.wait().await.map_err(SpeechError::Run)?;
    let complaint = String::from_utf8_lossy(&complaint);
    if complaint.contains("voice does not exist") || complaint.contains("espeak-ng-data") {
        return Err(SpeechError::NoVoice(voice));
    }
    if !status.success() {
        return Err(SpeechError::Failed(complaint.trim().to_owned()));
    }
    wav::read(&wav)
}
