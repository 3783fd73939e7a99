//! Sections that an engine outside speaks: begun by a run, and heard of when it tells of one, or by the next
//! run. What tells is believed nothing but where to look.

use domain::actions::TellOfPart;
use domain::part::{AT_ONCE, Part, Parts, TRIES};
use domain::ports::{Heard, OutsideId, SectionName, Speaking, Voice, Wanted};
use domain::stage::{Failure, Stage, StageId, StageKind, StageStatus, Subject};

use super::shelf::Shelf;
use super::{Missing, Speech};
use crate::job::{JobError, Reporter};
use crate::jobs::Jobs;

impl Speech {
    /// Has a section spoken that is not on the shelf; whether it is there now. If not, it is among the `parts`
    /// that go on outside, or they are too many for it to be begun.
    pub(super) async fn obtain(
        &self,
        shelf: &Shelf<'_>,
        missing: &Missing<'_>,
        voice: &Voice,
        parts: &mut Parts,
        reporter: &Reporter,
    ) -> Result<bool, JobError> {
        let now = reporter.clock.now();
        let mut attempts = 0;
        if let Some(part) = parts.get(&missing.name).filter(|part| !part.joined) {
            let failed = match self.synthesizer.hear(&part.outside).await? {
                Heard::Spoken(audio, marks) => {
                    shelf.put(&missing.name, &audio, marks).await?;
                    if let Some(part) = parts.remove(&missing.name) {
                        self.forget(&part.outside).await;
                    }
                    return Ok(true);
                }
                Heard::Going if !part.overdue(now) => return Ok(false),
                Heard::Going => "it goes on for too long".to_owned(),
                Heard::Failed(reason) => reason,
            };
            if shelf.has(&missing.name).await? {
                // Somebody else heard it meanwhile, and had it forgotten.
                parts.remove(&missing.name);
                return Ok(true);
            }
            attempts = part.attempts;
            if attempts >= TRIES {
                let message = format!("a section was not spoken, {attempts} times: {failed}");
                return Err(JobError::Missing(Failure { code: "UNAVAILABLE".into(), message }));
            }
            tracing::warn!(section = missing.name, error = failed, "a section is begun anew");
        } else if parts.len() >= AT_ONCE {
            return Ok(false);
        }
        let name = SectionName { post: shelf.post.id.clone(), name: missing.name.clone() };
        match self.synthesizer.speak(missing.section, voice, &name).await? {
            Speaking::Done(audio, marks) => {
                shelf.put(&missing.name, &audio, marks).await?;
                parts.remove(&missing.name);
                reporter.used(missing.characters);
                Ok(true)
            }
            Speaking::Started(outside) => {
                let part = Part::begun(outside, attempts + 1, missing.sentences, now);
                parts.insert(missing.name.clone(), part);
                reporter.used(missing.characters);
                Ok(false)
            }
        }
    }

    /// Looks after a section that has ended outside, as somebody says: it is put on the shelf and joined to the
    /// stage that waits for it. That the post is gone, or that nobody waits for the section, is no error.
    ///
    /// # Errors
    /// A port failed. Nothing is lost: the stage looks by itself after a while.
    #[tracing::instrument(name = "speech.told", skip_all, fields(post.id = %name.post, section = name.name))]
    pub async fn told(&self, jobs: &Jobs, name: &SectionName) -> Result<(), JobError> {
        let id = StageId { subject: Subject::Post(name.post.clone()), kind: StageKind::Speech };
        let wanted =
            Wanted { post: Some(name.post.clone()), stages: vec![id.clone()], ..Wanted::default() };
        let loaded = self.posts.load(&wanted).await?;
        let (Some(post), Some(stage)) = (loaded.post, loaded.stages.into_iter().next()) else {
            tracing::info!("told of a section of a post that is gone");
            return Ok(());
        };
        let tell = TellOfPart { posts: &*jobs.posts, clock: &*jobs.clock, ids: &*jobs.ids };
        let changed = match awaited(&stage, name) {
            Awaited::No => {
                tracing::info!("told of a section that nobody waits for");
                return Ok(());
            }
            Awaited::Perhaps => tell.run(&id, &name.name, None).await?,
            Awaited::As(outside) => match self.synthesizer.hear(outside).await? {
                Heard::Going => return Ok(()),
                Heard::Failed(_) => tell.run(&id, &name.name, None).await?,
                Heard::Spoken(audio, marks) => {
                    let shelf = Shelf { objects: &*self.objects, post: &post };
                    shelf.put(&name.name, &audio, marks).await?;
                    let changed = tell.run(&id, &name.name, Some(outside)).await?;
                    self.forget(outside).await;
                    changed
                }
            },
        };
        if let Some(stage) = changed {
            (jobs.shown)(&stage);
        }
        Ok(())
    }

    /// What stays outside does no harm.
    async fn forget(&self, outside: &OutsideId) {
        if let Err(error) = self.synthesizer.forget(outside).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the sound of a section was not removed outside"
            );
        }
    }
}

/// Whether a stage waits for a section.
enum Awaited<'a> {
    No,
    /// A run is under way, which may have begun it and not said so yet.
    Perhaps,
    /// As what it is known outside.
    As(&'a OutsideId),
}

fn awaited<'a>(stage: &'a Stage, name: &SectionName) -> Awaited<'a> {
    match (stage.status, stage.parts.get(&name.name)) {
        (StageStatus::Running, _) => Awaited::Perhaps,
        (StageStatus::Waiting, Some(part)) if !part.joined => Awaited::As(&part.outside),
        _ => Awaited::No,
    }
}
