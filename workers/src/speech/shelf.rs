//! Where the spoken sections of a post are kept: by their content, so that a run that was broken off goes on
//! where it was, and an edit speaks anew only what it changed.

use domain::media::ObjectKey;
use domain::ports::{Audio, Mark, Objects, PortError, Voice};
use domain::post::Post;
use domain::text::Section;

use super::fingerprint;

/// The sections of a post.
pub(super) struct Shelf<'a> {
    pub(super) objects: &'a dyn Objects,
    pub(super) post: &'a Post,
}

/// One section as it is stored, beside its sound.
#[derive(serde::Serialize, serde::Deserialize)]
struct Spoken {
    duration_ms: u32,
    /// With sentences counted from 0: a section that only moved in the post is the same.
    marks: Vec<Mark>,
}

impl Shelf<'_> {
    /// Whether a section is there, and can be read.
    pub(super) async fn has(&self, name: &str) -> Result<bool, PortError> {
        let (sound, facts) = self.keys(name)?;
        let there = self.facts(&facts).await?.is_some();
        Ok(there && self.objects.info(&sound).await?.is_some())
    }

    /// Stores a section.
    pub(super) async fn put(
        &self,
        name: &str,
        audio: &Audio,
        marks: Vec<Mark>,
    ) -> Result<(), PortError> {
        let (sound, facts) = self.keys(name)?;
        let first = marks.first().map_or(0, |mark| mark.sentence);
        let spoken = Spoken { duration_ms: audio.duration_ms, marks: renumbered(marks, first, 0) };
        let json = serde_json::to_vec(&spoken).map_err(|e| PortError::backend("speech", e))?;
        // The facts are written last: where they are, the sound is.
        self.objects.put(&sound, &audio.mp3, "audio/mpeg").await?;
        self.objects.put(&facts, &json, "application/json").await
    }

    /// Reads a section whose first sentence has the number `first`, if it is there.
    pub(super) async fn get(
        &self,
        name: &str,
        first: u32,
    ) -> Result<Option<(Audio, Vec<Mark>)>, PortError> {
        let (sound, facts) = self.keys(name)?;
        let Some(spoken) = self.facts(&facts).await? else { return Ok(None) };
        let Some(sound) = self.objects.get(&sound).await? else { return Ok(None) };
        let audio = Audio { mp3: sound.bytes, duration_ms: spoken.duration_ms };
        Ok(Some((audio, renumbered(spoken.marks, 0, first))))
    }

    /// What cannot be read is as good as absent: it is written anew.
    async fn facts(&self, key: &ObjectKey) -> Result<Option<Spoken>, PortError> {
        let stored = self.objects.get(key).await?;
        Ok(stored.and_then(|stored| serde_json::from_slice(&stored.bytes).ok()))
    }

    /// Where the sound of a section lies, and where its facts.
    fn keys(&self, name: &str) -> Result<(ObjectKey, ObjectKey), PortError> {
        Ok((key(self.post, name, "mp3")?, key(self.post, name, "json")?))
    }
}

/// The name of a section: the same for an equal text in that voice.
pub(super) fn name(section: &Section, voice: &Voice, version: &str) -> String {
    let heading = if section.heading { "heading" } else { "text" };
    let mut parts = vec![version, voice.language.code(), heading];
    parts.extend(section.sentences.iter().map(|sentence| sentence.text.as_str()));
    format!("section-{}", &fingerprint(&parts)[..32])
}

/// A key among the objects of a post.
pub(super) fn key(post: &Post, name: &str, ext: &str) -> Result<ObjectKey, PortError> {
    ObjectKey::new(post.id.as_str(), &post.secret, name, ext)
        .map_err(|error| PortError::backend("speech", error))
}

fn renumbered(marks: Vec<Mark>, from: u32, to: u32) -> Vec<Mark> {
    let number = |n: u32| n.saturating_sub(from).saturating_add(to);
    marks.into_iter().map(|m| Mark { sentence: number(m.sentence), ..m }).collect()
}
