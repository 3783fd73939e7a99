//! Speech: turns the text of a published post into one MP3 with sentence marks.
//!
//! Sections are spoken one by one and kept on a [`Shelf`]; where an engine outside speaks them, the stage waits.

use std::collections::HashSet;
use std::sync::Arc;

use domain::ports::{ContentRenderer, Mark, Objects, PortError, Posts, Synthesizer, Voice, Wanted};
use domain::post::{ContentHash, Post, hex};
use domain::stage::{Done, Made, Stage, StageResult};
use domain::text::Section;
use sha2::{Digest, Sha256};

use self::shelf::{Shelf, key};
use crate::job::{JobError, Reporter, Worked, Worker};

mod outside;
mod shelf;

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
    /// Speaks the post section by section, and joins them. An engine that goes on by itself is waited for:
    /// somebody says when a section has ended ([`Speech::told`]), or the next run looks.
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

        let name_of = |section| shelf::name(section, &voice, &version);
        let named: Vec<(String, &Section)> =
            rendered.sections.iter().map(|section| (name_of(section), section)).collect();
        let shelf = Shelf { objects: &*self.objects, post: &post };
        let missing = missing(&shelf, &named).await?;
        // What goes on outside already is kept apart and paid for.
        let unbegun = missing.iter().filter(|missing| !stage.parts.contains_key(&missing.name));
        let characters: u64 = unbegun.map(|missing| missing.characters).sum();
        if characters > 0 {
            reporter.reserve(characters).await?;
        }
        let total: u32 =
            rendered.sections.iter().map(|section| section.sentences.len() as u32).sum();
        let unspoken: u32 = missing.iter().map(|missing| missing.sentences).sum();
        let mut done = total - unspoken;
        let wanted = |name: &String| missing.iter().any(|missing| missing.name == *name);
        let mut parts = stage.parts.clone();
        parts.retain(|name, _| wanted(name));
        for missing in &missing {
            reporter.report(done, total, None).await?;
            match self.obtain(&shelf, missing, &voice, &mut parts, reporter).await {
                Ok(spoken) => done += if spoken { missing.sentences } else { 0 },
                // What was begun is paid for: it is waited for, and the rest is begun afterwards. Only who
                // came no further has tried in vain.
                Err(error @ JobError::Unavailable(_))
                    if parts != stage.parts && !parts.is_empty() =>
                {
                    tracing::warn!(error = %error, "not all sections were begun");
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        if !parts.is_empty() {
            return Ok(Worked::Waiting(parts, Done { done, total }));
        }

        let (mut mp3, mut marks, mut at_ms) = (vec![], vec![], 0);
        for (name, section) in &named {
            let first = section.sentences.first().map_or(0, |sentence| sentence.number);
            let Some((audio, own)) = shelf.get(name, first).await? else {
                // It was there a moment ago: another run makes it anew.
                return Err(JobError::retry("DAMAGED", "a stored section could not be read"));
            };
            let shifted = |mark: Mark| Mark {
                start_ms: mark.start_ms + at_ms,
                end_ms: mark.end_ms + at_ms,
                ..mark
            };
            marks.extend(own.into_iter().map(shifted));
            at_ms += audio.duration_ms;
            mp3.extend(audio.mp3);
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

/// A section that is not spoken yet.
struct Missing<'a> {
    name: String,
    section: &'a Section,
    characters: u64,
    /// In all sections of the post that are equal to it: they are spoken once.
    sentences: u32,
}

async fn missing<'a>(
    shelf: &Shelf<'_>,
    named: &[(String, &'a Section)],
) -> Result<Vec<Missing<'a>>, PortError> {
    let mut missing: Vec<Missing<'a>> = vec![];
    let mut there = HashSet::new();
    for (name, section) in named {
        let sentences = section.sentences.len() as u32;
        if let Some(equal) = missing.iter_mut().find(|missing| missing.name == *name) {
            equal.sentences += sentences;
        } else if there.contains(name) || shelf.has(name).await? {
            there.insert(name);
        } else {
            let (name, characters) = (name.clone(), section.characters());
            missing.push(Missing { name, section, characters, sentences });
        }
    }
    Ok(missing)
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
