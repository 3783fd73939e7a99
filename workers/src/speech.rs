//! Speech: turns the text of a published post into one MP3 with sentence marks.

use std::collections::HashSet;
use std::sync::Arc;

use domain::media::ObjectKey;
use domain::ports::{
    Audio, ContentRenderer, Mark, Objects, PortError, Posts, Speaking, Synthesizer, Voice, Wanted,
};
use domain::post::{ContentHash, Post, hex};
use domain::stage::{Made, Stage, StageResult};
use domain::text::Section;
use sha2::{Digest, Sha256};

use crate::job::{JobError, Reporter, Worked, Worker};

/// The ports that speech needs.
pub struct Speech {
    /// Where posts are kept.
    pub posts: Arc<dyn Posts>,
    /// Splits the text.
    pub renderer: Arc<dyn ContentRenderer>,
    /// Speaks it.
    pub synthesizer: Arc<dyn Synthesizer>,
    /// Where the sound lies.
    pub objects: Arc<dyn Objects>,
}

#[async_trait::async_trait]
impl Worker for Speech {
    /// Speaks the post section by section. Each section is stored by its content, so that a run that
    /// was broken off goes on where it was, and an edit speaks anew only what it changed.
    async fn run(&self, stage: &Stage, reporter: &Reporter) -> Result<Worked, JobError> {
        let (post, body) = published(&*self.posts, stage).await?;
        let rendered = self.renderer.render(&body);
        let voice = Voice { language: rendered.language };
        let version = self.synthesizer.version(&voice);
        let content = ContentHash::of(&body);
        let input = fingerprint(&[&content.0, &self.renderer.version().to_string(), &version]);
        if let Some(Made { input: made_of, result: StageResult::Speech { audio, .. }, .. }) =
            &stage.made
            && *made_of == input
            && self.objects.info(audio).await?.is_some()
        {
            return Ok(Worked::Unchanged);
        }
        if rendered.sections.is_empty() {
            return Err(JobError::fail("NO_WORDS", "the post has no words to speak"));
        }

        let missing = self.missing(&post, &rendered.sections, &voice, &version).await?;
        if missing > 0 {
            reporter.reserve(missing).await?;
        }
        let total = rendered.sections.iter().map(|section| section.sentences.len() as u32).sum();
        let (mut mp3, mut marks, mut at_ms, mut done) = (vec![], vec![], 0, 0);
        for section in &rendered.sections {
            reporter.report(done, total, None).await?;
            let (audio, own, used) = self.section(&post, section, &voice, &version).await?;
            reporter.used(used);
            let shifted = |mark: Mark| Mark {
                start_ms: mark.start_ms + at_ms,
                end_ms: mark.end_ms + at_ms,
                ..mark
            };
            marks.extend(own.into_iter().map(shifted));
            at_ms += audio.duration_ms;
            mp3.extend(audio.mp3);
            done += section.sentences.len() as u32;
        }

        let name = format!("speech-{}", &fingerprint(&[&hex(&Sha256::digest(&mp3))])[..32]);
        let audio = key(&post, &name, "mp3")?;
        let marks_key = key(&post, &name, "json")?;
        let json = serde_json::to_vec(&marks).map_err(|e| PortError::backend("speech", e))?;
        self.objects.put(&marks_key, &json, "application/json").await?;
        self.objects.put(&audio, &mp3, "audio/mpeg").await?;
        let result = StageResult::Speech { audio, duration_ms: at_ms, marks: marks_key };
        Ok(Worked::Made(Made { content, input, result }))
    }
}

/// One section as it is stored.
#[derive(serde::Serialize, serde::Deserialize)]
struct Spoken {
    duration_ms: u32,
    /// With sentences counted from 0: a section that only moved in the post is the same.
    marks: Vec<Mark>,
}

impl Speech {
    /// The characters of those sections that are still to be spoken, equal ones once.
    async fn missing(
        &self,
        post: &Post,
        sections: &[Section],
        voice: &Voice,
        version: &str,
    ) -> Result<u64, JobError> {
        let (mut seen, mut missing) = (HashSet::new(), 0);
        for section in sections {
            let (_, facts) = section_keys(post, section, voice, version)?;
            if seen.insert(facts.clone()) && self.objects.info(&facts).await?.is_none() {
                missing += section.characters();
            }
        }
        Ok(missing)
    }

    /// A section, its marks, and how many characters were spoken for it now.
    async fn section(
        &self,
        post: &Post,
        section: &Section,
        voice: &Voice,
        version: &str,
    ) -> Result<(Audio, Vec<Mark>, u64), JobError> {
        let first = section.sentences.first().map_or(0, |sentence| sentence.number);
        let (sound, facts) = section_keys(post, section, voice, version)?;
        let renumbered = |marks: Vec<Mark>, from: u32, to: u32| -> Vec<Mark> {
            let number = |n: u32| n.saturating_sub(from).saturating_add(to);
            marks.into_iter().map(|m| Mark { sentence: number(m.sentence), ..m }).collect()
        };

        // The facts are written last: where they are, the sound is.
        if let Some(stored) = self.objects.get(&facts).await?
            && let Ok(spoken) = serde_json::from_slice::<Spoken>(&stored.bytes)
            && let Some(sound) = self.objects.get(&sound).await?
        {
            let audio = Audio { mp3: sound.bytes, duration_ms: spoken.duration_ms };
            return Ok((audio, renumbered(spoken.marks, 0, first), 0));
        }
        match self.synthesizer.speak(section, voice).await? {
            Speaking::Done(audio, marks) => {
                let spoken = Spoken {
                    duration_ms: audio.duration_ms,
                    marks: renumbered(marks.clone(), first, 0),
                };
                let json =
                    serde_json::to_vec(&spoken).map_err(|e| PortError::backend("speech", e))?;
                self.objects.put(&sound, &audio.mp3, "audio/mpeg").await?;
                self.objects.put(&facts, &json, "application/json").await?;
                Ok((audio, marks, section.characters()))
            }
            Speaking::Started(_) => Err(JobError::fail(
                "NOT_INSTALLED",
                "this home has nobody who would hear the end of a speech task outside",
            )),
        }
    }
}

/// Where the sound of a section lies, and where its facts.
fn section_keys(
    post: &Post,
    section: &Section,
    voice: &Voice,
    version: &str,
) -> Result<(ObjectKey, ObjectKey), PortError> {
    let heading = if section.heading { "heading" } else { "text" };
    let mut parts = vec![version, voice.language.code(), heading];
    parts.extend(section.sentences.iter().map(|sentence| sentence.text.as_str()));
    let name = format!("section-{}", &fingerprint(&parts)[..32]);
    Ok((key(post, &name, "mp3")?, key(post, &name, "json")?))
}

/// The post of a stage, and the body of the revision that the stage is about.
pub(crate) async fn published(
    posts: &dyn Posts,
    stage: &Stage,
) -> Result<(Post, String), JobError> {
    let wanted = Wanted { post: Some(stage.post.clone()), ..Wanted::default() };
    let post = posts.load(&wanted).await?.post;
    let body = posts.published_body(&stage.post, stage.revision).await?;
    match (post, body) {
        (Some(post), Some(body)) => Ok((post, body)),
        _ => Err(JobError::fail("GONE", "the post is gone")),
    }
}

/// SHA-256 over parts, in hexadecimal; no two lists of parts run together.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

fn key(post: &Post, name: &str, ext: &str) -> Result<ObjectKey, PortError> {
    ObjectKey::new(post.id.as_str(), &post.secret, name, ext)
        .map_err(|error| PortError::backend("speech", error))
}
