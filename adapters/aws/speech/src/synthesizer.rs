//! The port, by tasks of Polly.

use aws_sdk_polly::Client;
use aws_sdk_polly::error::ProvideErrorMetadata;
use aws_sdk_polly::types::{Engine, OutputFormat, SpeechMarkType, TaskStatus, TextType, VoiceId};
use domain::ports::{
    Audio, Heard, Mark, OutsideId, PortError, SectionName, Speaking, Synthesizer, Voice,
};
use domain::text::Section;

use crate::client::polly;
use crate::config::Config;
use crate::error::{POLLY, of_polly};
use crate::folder::{Folder, prefix};
use crate::mp3::{RATE, frames_alone};
use crate::task::{Task, Tasks, end_of};
use crate::{marks, ssml};

/// Changes with every change that makes other speech of the same text.
const METHOD_VERSION: u32 = 1;
/// Characters that a task speaks, and of a text with all that is not spoken.
const SPOKEN_CHARS: usize = 100_000;
const ALL_CHARS: usize = 200_000;

/// Has Polly speak, by neural voices.
///
/// Always `Started`: two tasks a section, of which each tells the topic when it has ended. Polly keeps a task
/// for three days. When the second task cannot be begun, the first was begun in vain.
#[derive(Clone)]
pub struct PollySynthesizer {
    config: Config,
    client: Client,
    folder: Folder,
}

/// What a task makes.
#[derive(Clone, Copy)]
enum Form {
    Sound,
    Marks,
}

/// Polly does not answer as it says that it does.
#[derive(Debug, thiserror::Error)]
enum AnswerError {
    #[error("Polly began a task and did not say which")]
    NoTask,
    #[error("Polly puts what it makes elsewhere than it was asked to")]
    Elsewhere,
}

impl PollySynthesizer {
    /// Connects when it is first asked.
    pub fn new(config: Config) -> Self {
        Self { client: polly(&config), folder: Folder::new(config.clone()), config }
    }

    /// Begins a task; how its key ends.
    async fn begin(
        &self,
        text: &str,
        voice: &str,
        prefix: &str,
        form: Form,
    ) -> Result<String, PortError> {
        let task = self
            .client
            .start_speech_synthesis_task()
            .engine(Engine::Neural)
            .voice_id(VoiceId::from(voice))
            .text_type(TextType::Ssml)
            .text(text)
            .output_s3_bucket_name(&self.config.bucket)
            .output_s3_key_prefix(prefix)
            .sns_topic_arn(&self.config.topic);
        let task = match form {
            Form::Sound => task.output_format(OutputFormat::Mp3).sample_rate(RATE.to_string()),
            Form::Marks => {
                task.output_format(OutputFormat::Json).speech_mark_types(SpeechMarkType::Ssml)
            }
        };
        let begun =
            task.send().await.map_err(|error| of_polly(error, &self.config, Some(voice)))?;
        let unlike = |error| PortError::backend(POLLY, error);
        let task = begun.synthesis_task.ok_or_else(|| unlike(AnswerError::NoTask))?;
        let id = task.task_id.ok_or_else(|| unlike(AnswerError::NoTask))?;
        let address = task.output_uri.unwrap_or_default();
        end_of(&address, prefix, &id).ok_or_else(|| unlike(AnswerError::Elsewhere))
    }

    /// What a task made; why there is nothing else.
    async fn made(&self, task: &Task) -> Result<Result<Vec<u8>, Heard>, PortError> {
        // Most often asked for what is there.
        if let Some(bytes) = self.folder.read(&task.key).await? {
            return Ok(Ok(bytes));
        }
        let failed = |reason: &str| Ok(Err(Heard::Failed(reason.to_owned())));
        let known = match self.client.get_speech_synthesis_task().task_id(&task.id).send().await {
            Ok(known) => known.synthesis_task,
            Err(error) => {
                let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
                return match code {
                    Some("SynthesisTaskNotFoundException" | "InvalidTaskIdException") => {
                        failed("Polly does not know the task any more")
                    }
                    _ => Err(of_polly(error, &self.config, None)),
                };
            }
        };
        let (status, reason) = known.map(|it| (it.task_status, it.task_status_reason)).unzip();
        match status.flatten() {
            Some(TaskStatus::Scheduled | TaskStatus::InProgress) => Ok(Err(Heard::Going)),
            // It may have ended since.
            Some(TaskStatus::Completed) => match self.folder.read(&task.key).await? {
                Some(bytes) => Ok(Ok(bytes)),
                None => failed("what Polly made is not there any more"),
            },
            _ => failed(&reason.flatten().unwrap_or_else(|| "Polly gave it up".to_owned())),
        }
    }
}

/// What both tasks made; what it is not.
fn together(sound: &[u8], lines: &[u8]) -> Result<(Audio, Vec<Mark>), String> {
    let audio = frames_alone(sound).map_err(|error| error.to_string())?;
    let marks = marks::read(lines, audio.duration_ms).map_err(|error| error.to_string())?;
    Ok((audio, marks))
}

#[async_trait::async_trait]
impl Synthesizer for PollySynthesizer {
    fn version(&self, voice: &Voice) -> String {
        format!("polly-{METHOD_VERSION}/{}/neural", self.config.voice(voice.language))
    }

    /// As the port says; `Rejected` also where a section is longer than Polly takes.
    async fn speak(
        &self,
        section: &Section,
        voice: &Voice,
        name: &SectionName,
    ) -> Result<Speaking, PortError> {
        let text = ssml::ssml(section);
        let spoken: usize = section.sentences.iter().map(|it| it.text.chars().count()).sum();
        if spoken > SPOKEN_CHARS || text.chars().count() > ALL_CHARS {
            return Err(PortError::Rejected(format!(
                "a section of the post has {spoken} characters, and Polly speaks {SPOKEN_CHARS}: divide it"
            )));
        }
        let (voice, prefix) = (self.config.voice(voice.language), prefix(name));
        let sound = self.begin(&text, voice, &prefix, Form::Sound).await?;
        let marks = self.begin(&text, voice, &prefix, Form::Marks).await?;
        Ok(Speaking::Started(Tasks::outside(&prefix, &sound, &marks)))
    }

    async fn hear(&self, outside: &OutsideId) -> Result<Heard, PortError> {
        let Some(tasks) = Tasks::read(outside) else {
            return Ok(Heard::Failed("it was begun by another engine".to_owned()));
        };
        let sound = match self.made(&tasks.sound).await? {
            Ok(sound) => sound,
            Err(not_there) => return Ok(not_there),
        };
        let lines = match self.made(&tasks.marks).await? {
            Ok(lines) => lines,
            Err(not_there) => return Ok(not_there),
        };
        Ok(match together(&sound, &lines) {
            Ok((audio, marks)) => Heard::Spoken(audio, marks),
            Err(reason) => Heard::Failed(reason),
        })
    }

    async fn forget(&self, outside: &OutsideId) -> Result<(), PortError> {
        let Some(tasks) = Tasks::read(outside) else { return Ok(()) };
        self.folder.remove(&tasks.sound.key).await?;
        self.folder.remove(&tasks.marks.key).await
    }
}
