//! Writing what an action decided: one transaction. List rows, slugs and the due index follow from
//! the entities here, so no action can forget one.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::asset::Asset;
use domain::event::{AuthorTopic, Head, StageFacts};
use domain::ports::{ApplyError, Change, PortError, Step};
use domain::post::Post;
use domain::stage::{Stage, StageStatus, Subject};
use domain::{PostId, Slug};

use crate::accounts::new_key;
use crate::blog::{Blog, port};
use crate::keys::{self, List};
use crate::rows::{self, DOC, REVISION};
use crate::table::{Change as Field, Condition, Key, TTL, TableError, Value, Write};

/// How long an event can be replayed, and an idempotency key is remembered.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Why a write's condition can fail.
enum Because {
    /// Somebody else wrote the row.
    Changed,
    /// Another post has the slug.
    Slug(Slug),
}

#[derive(Default)]
struct Plan {
    writes: Vec<Write>,
    because: Vec<Because>,
}

impl Plan {
    fn push(&mut self, write: Write) {
        self.because(write, Because::Changed);
    }

    fn because(&mut self, write: Write, because: Because) {
        self.writes.push(write);
        self.because.push(because);
    }
}

impl Blog {
    pub(crate) async fn apply_change(&self, change: Change) -> Result<(), ApplyError> {
        let mut plan = Plan::default();
        if let Some(step) = &change.post {
            plan.post(step, &change.stages)?;
        }
        if let Some((post, text)) = &change.body {
            plan.push(Write::Put(rows::text(keys::body(post), text)?, Condition::Always));
        }
        if let Some((post, revision, body, article)) = &change.publication {
            let body = rows::text(keys::revision(post, *revision), body)?;
            let json = serde_json::to_string(article)
                .map_err(|error| PortError::backend("rows", error))?;
            let article = rows::text(keys::article(post, *revision), &json)?;
            plan.push(Write::Put(body, Condition::Always));
            plan.push(Write::Put(article, Condition::Always));
            plan.uses(change.post.as_ref())?;
        }
        for step in &change.stages {
            plan.stage(step)?;
        }
        plan.stage_summaries(&change.stages, change.post.is_some())?;
        for step in &change.assets {
            plan.asset(step)?;
        }
        if let Some(key) = &change.key {
            new_key(key)?.into_iter().for_each(|write| plan.push(write));
        }
        if let Some((author, head, event, tag)) = &change.event {
            let topic = AuthorTopic(author.clone()).name();
            let next = Head { seq: head.seq + 1, epoch: head.epoch.clone(), tag: tag.clone() };
            let condition = match head.seq {
                0 => Condition::Absent,
                seq => Condition::Equals(REVISION, number(seq)),
            };
            let row = rows::item(keys::head(&topic), &next)?;
            plan.push(Write::Put(rows::with(row, REVISION, number(next.seq)), condition));
            let row = rows::item(keys::event(&topic, next.seq), event)?;
            let row = rows::with(row, "tag", Value::S(tag.clone()));
            let row = rows::with(row, TTL, Value::N(event.at.plus(DAY).seconds()));
            plan.push(Write::Put(row, Condition::Absent));
        }
        if let Some((remembered, at)) = &change.remember {
            let key = keys::idempotency(&remembered.viewer, &remembered.key);
            let row = rows::item(key, remembered)?;
            let row = rows::with(row, TTL, Value::N(at.plus(DAY).seconds()));
            plan.push(Write::Put(row, Condition::AbsentOrExpired(at.seconds())));
        }

        match self.table.transact(plan.writes).await {
            Ok(()) => Ok(()),
            Err(TableError::Conflict) => Err(ApplyError::Changed),
            Err(TableError::ConditionFailed(failed)) => {
                let slug = failed.iter().find_map(|failed| match plan.because.get(failed.write) {
                    Some(Because::Slug(slug)) => Some(slug.clone()),
                    _ => None,
                });
                let others = failed
                    .iter()
                    .any(|f| matches!(plan.because.get(f.write), Some(Because::Changed)));
                match slug {
                    Some(slug) if !others => Err(ApplyError::SlugTaken(slug)),
                    _ => Err(ApplyError::Changed),
                }
            }
            Err(error) => Err(port(error).into()),
        }
    }
}

impl Plan {
    fn post(&mut self, step: &Step<Post>, stages: &[Step<Stage>]) -> Result<(), PortError> {
        let Step { before, after } = step;
        let condition = version_before(before.as_ref().map(|post| post.version));
        let row = rows::item(keys::post(&after.id), after)?;
        self.push(Write::Put(rows::with(row, REVISION, number(after.version)), condition));
        self.own_row(before.as_ref(), after, stages)?;
        self.slugs(before.as_ref(), after)?;
        self.lists(before.as_ref(), after)
    }

    /// The row in the author's own list: the post, and a summary of its stages.
    fn own_row(
        &mut self,
        before: Option<&Post>,
        after: &Post,
        stages: &[Step<Stage>],
    ) -> Result<(), PortError> {
        let key = keys::own_post(&after.author, &after.id);
        let facts = post_facts(stages)?;
        if before.is_none() {
            let row = rows::item(key, after)?;
            self.push(Write::Put(rows::with(row, "stages", Value::M(facts)), Condition::Absent));
        } else {
            let fields = [Field::Set(DOC, rows::doc(after)?)]
                .into_iter()
                .chain(facts.into_iter().map(|(kind, facts)| Field::SetIn("stages", kind, facts)))
                .collect();
            self.push(Write::Update(key, fields, Condition::Present));
        }
        Ok(())
    }

    /// A slug is kept from the moment its author asks for it or it is published. One that was public
    /// is never given away; one that was only reserved is, when the author takes another.
    fn slugs(&mut self, before: Option<&Post>, after: &Post) -> Result<(), PortError> {
        fn held(post: &Post) -> [Option<&Slug>; 2] {
            [post.draft.slug.as_ref(), post.published.as_ref().map(|published| &published.slug)]
        }
        let mut had: Vec<&Slug> = before.map(held).into_iter().flatten().flatten().collect();
        let mut has: Vec<&Slug> = held(after).into_iter().flatten().collect();
        had.dedup();
        has.dedup();
        for slug in &has {
            if !had.contains(slug) {
                let row = rows::item(keys::slug(slug), &after.id)?;
                let row = rows::with(row, "post", Value::S(after.id.to_string()));
                let own = Condition::Equals("post", Value::S(after.id.to_string()));
                let condition = Condition::Any(vec![Condition::Absent, own]);
                self.because(Write::Put(row, condition), Because::Slug((*slug).clone()));
            }
        }
        let reserved = before.and_then(|post| post.draft.slug.as_ref());
        let was_public = before.and_then(|post| post.published.as_ref()).map(|live| &live.slug);
        if let Some(slug) = reserved
            && !has.contains(&slug)
            && was_public != Some(slug)
        {
            let own = Condition::Equals("post", Value::S(after.id.to_string()));
            self.push(Write::Delete(keys::slug(slug), own));
        }
        Ok(())
    }

    /// Images that were uploaded for other posts know by these rows who shows them.
    fn uses(&mut self, step: Option<&Step<Post>>) -> Result<(), PortError> {
        let Some(Step { after, .. }) = step else { return Ok(()) };
        let shown = after.published.iter().flat_map(|published| &published.assets);
        for asset in shown.filter(|asset| !after.uploads.contains(asset)) {
            let row = rows::item(keys::asset_use(asset, &after.id), &())?;
            self.push(Write::Put(row, Condition::Always));
        }
        Ok(())
    }

    /// List rows hold the post as readers see it, so that a page of a list needs no further read.
    fn lists(&mut self, before: Option<&Post>, after: &Post) -> Result<(), PortError> {
        let rows_of = |post: &Post| -> Vec<Key> {
            match (post.listed(), post.published.as_ref(), post.position()) {
                (true, Some(live), Some(position)) => List::of_listed(&post.author, &live.tags)
                    .iter()
                    .map(|list| keys::listed(list, &position))
                    .collect(),
                _ => vec![],
            }
        };
        let had = before.map(rows_of).unwrap_or_default();
        let has = rows_of(after);
        // Saving the working copy changes nothing that readers see.
        let same = before.is_some_and(|before| {
            before.published == after.published
                && before.status == after.status
                && before.visibility == after.visibility
        });
        if same {
            return Ok(());
        }
        for key in &has {
            self.push(Write::Put(rows::item(key.clone(), after)?, Condition::Always));
        }
        for key in had {
            if !has.contains(&key) {
                self.push(Write::Delete(key, Condition::Always));
            }
        }
        Ok(())
    }

    fn stage(&mut self, step: &Step<Stage>) -> Result<(), PortError> {
        let Step { before, after } = step;
        let condition = version_before(before.as_ref().map(|stage| stage.version));
        let mut row = rows::item(keys::stage(&after.id), after)?;
        row = rows::with(row, REVISION, number(after.version));
        let due = after.due_at.filter(|_| !after.held);
        let indexed = match due {
            Some(due) => Some(keys::due(&after.id, due)),
            None if after.status == StageStatus::Failed => {
                Some(keys::failed(&after.author, &after.id, after.updated_at))
            }
            None => None,
        };
        if let Some((partition, sort)) = indexed {
            row = rows::with(row, "gsi1pk", Value::S(partition));
            row = rows::with(row, "gsi1sk", Value::S(sort));
        }
        self.push(Write::Put(row, condition));
        Ok(())
    }

    /// The summaries of stages in the author's own list. Those of posts stand in the post's row there,
    /// which is written with the post when that changes too.
    fn stage_summaries(
        &mut self,
        stages: &[Step<Stage>],
        with_post: bool,
    ) -> Result<(), PortError> {
        // Stages of several posts may change at once; each post has one row there, and a transaction
        // writes a row once.
        let mut of_posts: BTreeMap<&PostId, Vec<Step<Stage>>> = BTreeMap::new();
        for step in stages {
            match &step.after.id.subject {
                Subject::Asset(asset) => self.unfinished(&step.after, asset)?,
                Subject::Post(_) if with_post => {}
                Subject::Post(post) => of_posts.entry(post).or_default().push(step.clone()),
            }
        }
        for (post, steps) in of_posts {
            let fields = post_facts(&steps)?
                .into_iter()
                .map(|(kind, facts)| Field::SetIn("stages", kind, facts))
                .collect();
            if let Some(step) = steps.first() {
                let key = keys::own_post(&step.after.author, post);
                self.push(Write::Update(key, fields, Condition::Present));
            }
        }
        Ok(())
    }

    fn unfinished(&mut self, stage: &Stage, asset: &domain::AssetId) -> Result<(), PortError> {
        use domain::stage::StageStatus::{Ready, Skipped};
        let key = keys::own_asset(&stage.author, asset);
        if matches!(stage.status, Ready | Skipped) {
            self.push(Write::Delete(key, Condition::Always));
        } else {
            self.push(Write::Put(rows::item(key, &StageFacts::from(stage))?, Condition::Always));
        }
        Ok(())
    }

    fn asset(&mut self, step: &Step<Asset>) -> Result<(), PortError> {
        let Step { before, after } = step;
        let condition = version_before(before.as_ref().map(|asset| asset.version));
        let row = rows::item(keys::asset(&after.id), after)?;
        self.push(Write::Put(rows::with(row, REVISION, number(after.version)), condition));
        Ok(())
    }
}

fn post_facts(stages: &[Step<Stage>]) -> Result<BTreeMap<String, Value>, PortError> {
    stages
        .iter()
        .filter(|step| matches!(step.after.id.subject, Subject::Post(_)))
        .map(|step| {
            let name = step.after.id.kind.name().to_owned();
            Ok((name, rows::doc(&StageFacts::from(&step.after))?))
        })
        .collect()
}

fn version_before(version: Option<u64>) -> Condition {
    match version {
        None => Condition::Absent,
        Some(version) => Condition::Equals(REVISION, number(version)),
    }
}

fn number(n: u64) -> Value {
    Value::N(i64::try_from(n).unwrap_or(i64::MAX))
}
