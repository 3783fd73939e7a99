//! Writing what an action decided: one transaction. List rows, slugs and the due index follow from
//! the entities here, so no action can forget one.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::asset::Asset;
use domain::event::{AuthorTopic, Head, StageFacts};
use domain::ports::{ApplyError, Change, PortError, Step};
use domain::post::{Post, RevisionFacts};
use domain::stage::{Stage, StageStatus, Subject};
use domain::{AssetId, PostId, Slug, Tag};

use crate::accounts::new_key;
use crate::blog::{Blog, port};
use crate::entities::{HINT, SlugHint};
use crate::keys::{self, List};
use crate::rows::{self, DOC, REVISION};
use crate::table::{Change as Field, Condition, Key, TTL, TableError, Value, Write};
use crate::tags;
use crate::usage;

/// How long an event can be replayed, and an idempotency key is remembered.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Why a write's condition can fail.
enum Because {
    /// Somebody else wrote the row.
    Changed,
    /// Another post has the slug.
    Slug(Slug),
    /// The post is not in its author's list: it is deleted, and shows no stages until it comes back.
    Unlisted,
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
        self.commit(Plan::of(&change)?).await
    }

    async fn commit(&self, plan: Plan) -> Result<(), ApplyError> {
        let Plan { writes, because } = plan;
        let unlisted = |because: &Because| matches!(because, Because::Unlisted);
        let spare = because.iter().any(unlisted).then(|| writes.clone());
        let mut done = self.table.transact(writes).await;
        // A stage of a deleted post goes on without the row that would show it, as long as there is
        // none: a post that comes back meanwhile brings its stages along, and this is decided anew.
        if let (Some(mut writes), Err(TableError::ConditionFailed(failed))) = (spare, &done)
            && failed.iter().all(|failed| because.get(failed.write).is_some_and(unlisted))
        {
            for failed in failed {
                if let Some(write) = writes.get_mut(failed.write) {
                    *write = Write::Check(write.key().clone(), Condition::Absent);
                }
            }
            done = self.table.transact(writes).await;
        }
        match done {
            Ok(()) => Ok(()),
            Err(TableError::Conflict) => Err(ApplyError::Changed),
            Err(TableError::ConditionFailed(failed)) => {
                let slug = failed.iter().find_map(|failed| match because.get(failed.write) {
                    Some(Because::Slug(slug)) => Some(slug.clone()),
                    _ => None,
                });
                let others =
                    failed.iter().any(|f| !matches!(because.get(f.write), Some(Because::Slug(_))));
                match slug {
                    Some(slug) if !others => Err(ApplyError::SlugTaken(slug)),
                    _ => Err(ApplyError::Changed),
                }
            }
            Err(error) => Err(port(error).into()),
        }
    }
}

/// Every row that follows from a post or an image and its stages, as if they were written now and for
/// the first time: what a check compares with what is there.
pub(crate) fn derived(change: &Change) -> Result<Vec<Write>, PortError> {
    Ok(Plan::of(change)?.writes)
}

/// Whether readers see the same of both: list rows are as of the last change that they could see, and
/// saving the working copy is none.
pub(crate) fn read_alike(before: &Post, after: &Post) -> bool {
    before.published == after.published
        && before.status == after.status
        && before.visibility == after.visibility
        && before.deleted_at == after.deleted_at
}

impl Plan {
    fn of(change: &Change) -> Result<Self, PortError> {
        let mut plan = Plan::default();
        if let Some(step) = &change.post {
            plan.post(step, &change.stages)?;
        }
        if let Some((post, text)) = &change.body {
            plan.push(Write::Put(rows::text(keys::body(post), text)?, Condition::Always));
        }
        if let Some((post, revision, body, article)) = &change.publication {
            let mut body = rows::text(keys::revision(post, *revision), body)?;
            if let Some(facts) = revision_facts(change.post.as_ref()) {
                body = rows::with(body, DOC, rows::doc(&facts)?);
            }
            let json = serde_json::to_string(article)
                .map_err(|error| PortError::backend("rows", error))?;
            let article = rows::text(keys::article(post, *revision), &json)?;
            plan.push(Write::Put(body, Condition::Always));
            plan.push(Write::Put(article, Condition::Always));
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
        plan.usage(change)?;
        if let Some((remembered, at)) = &change.remember {
            let key = keys::idempotency(&remembered.viewer, &remembered.key);
            let row = rows::item(key, remembered)?;
            let row = rows::with(row, TTL, Value::N(at.plus(DAY).seconds()));
            plan.push(Write::Put(row, Condition::AbsentOrExpired(at.seconds())));
        }
        Ok(plan)
    }

    fn post(&mut self, step: &Step<Post>, stages: &[Step<Stage>]) -> Result<(), PortError> {
        let Step { before, after } = step;
        let condition = version_before(before.as_ref().map(|post| post.version));
        let row = rows::item(keys::post(&after.id), after)?;
        self.push(Write::Put(rows::with(row, REVISION, number(after.version)), condition));
        self.own_row(before.as_ref(), after, stages)?;
        self.slugs(before.as_ref(), after)?;
        self.uses(before.as_ref(), after)?;
        self.prune(before.as_ref(), after);
        self.lists(before.as_ref(), after)
    }

    /// The row in the author's own list: the post, and a summary of its stages. That of a deleted post
    /// stands in another part of the list, by the time of its deletion, and shows no stages.
    fn own_row(
        &mut self,
        before: Option<&Post>,
        after: &Post,
        stages: &[Step<Stage>],
    ) -> Result<(), PortError> {
        let key = keys::own_post(&after.author, &after.id);
        let facts = post_facts(stages)?;
        let deleted = |post: &Post| {
            let at = post.deleted_at.filter(|_| !post.purging);
            at.map(|at| keys::deleted_post(&post.author, at, &post.id))
        };
        let (was_deleted, is_deleted) = (before.and_then(deleted), deleted(after));
        if let Some(gone) = was_deleted.as_ref().filter(|gone| Some(*gone) != is_deleted.as_ref()) {
            self.push(Write::Delete(gone.clone(), Condition::Always));
        }
        if after.deleted_at.is_some() {
            if was_deleted.is_none() && before.is_some_and(|before| before.deleted_at.is_none()) {
                self.push(Write::Delete(key, Condition::Always));
            }
            if let Some(row) = is_deleted {
                self.push(Write::Put(rows::item(row, after)?, Condition::Always));
            }
        } else if before.is_none_or(|before| before.deleted_at.is_some()) {
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
    /// is never given away while it leads on; one that was only reserved is, when the author takes
    /// another.
    fn slugs(&mut self, before: Option<&Post>, after: &Post) -> Result<(), PortError> {
        fn held(post: &Post) -> [Option<&Slug>; 2] {
            [post.draft.slug.as_ref(), post.published.as_ref().map(|published| &published.slug)]
        }
        let mut had: Vec<&Slug> = before.map(held).into_iter().flatten().flatten().collect();
        let mut has: Vec<&Slug> = held(after).into_iter().flatten().collect();
        had.dedup();
        has.dedup();
        let live = after.published.as_ref();
        let published = live != before.and_then(|post| post.published.as_ref());
        for slug in &has {
            let read_here = live.filter(|live| live.slug == **slug);
            if !had.contains(slug) || (read_here.is_some() && published) {
                let row = rows::item(keys::slug(slug), &after.id)?;
                let mut row = rows::with(row, "post", Value::S(after.id.to_string()));
                if let Some(live) = read_here {
                    let hint = SlugHint::of(&after.author, live);
                    row = rows::with(row, HINT, rows::doc(&hint)?);
                }
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
            && !after.former_slugs.contains(slug)
        {
            let own = Condition::Equals("post", Value::S(after.id.to_string()));
            self.push(Write::Delete(keys::slug(slug), own));
        }
        let led_on = before.iter().flat_map(|post| &post.former_slugs);
        for slug in led_on.filter(|slug| !after.former_slugs.contains(slug)) {
            // The present one again, or the oldest of too many.
            if !has.contains(&slug) && reserved != Some(slug) {
                self.push(Write::Delete(keys::slug(slug), Condition::Always));
            }
        }
        Ok(())
    }

    /// Images that were uploaded for other posts know by these rows who uses them.
    fn uses(&mut self, before: Option<&Post>, after: &Post) -> Result<(), PortError> {
        let had = before.map_or(&[][..], |before| &before.uses);
        for asset in after.uses.iter().filter(|asset| !had.contains(asset)) {
            let row = rows::item(keys::asset_use(asset, &after.id), &())?;
            self.push(Write::Put(row, Condition::Always));
        }
        for asset in had.iter().filter(|asset| !after.uses.contains(asset)) {
            self.push(Write::Delete(keys::asset_use(asset, &after.id), Condition::Always));
        }
        Ok(())
    }

    /// Published revisions that are kept no longer.
    fn prune(&mut self, before: Option<&Post>, after: &Post) {
        let had = before.map_or(&[][..], |before| &before.revisions);
        for revision in had.iter().filter(|revision| !after.revisions.contains(revision)) {
            self.push(Write::Delete(keys::revision(&after.id, *revision), Condition::Always));
            self.push(Write::Delete(keys::article(&after.id, *revision), Condition::Always));
        }
    }

    /// List rows hold the post as readers see it, so that a page of a list needs no further read. Each
    /// tag counts the rows of its list.
    fn lists(&mut self, before: Option<&Post>, after: &Post) -> Result<(), PortError> {
        let rows_of = |post: &Post| -> Vec<Key> {
            match (post.listed(), post.published.as_ref(), post.position()) {
                (true, Some(live), Some(position)) => {
                    List::of_listed(&post.author, live.category, &live.tags)
                        .iter()
                        .map(|list| keys::listed(list, &position))
                        .collect()
                }
                _ => vec![],
            }
        };
        let had = before.map(rows_of).unwrap_or_default();
        let has = rows_of(after);
        if before.is_some_and(|before| read_alike(before, after)) {
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
        self.tag_counts(before, after)
    }

    /// One more for each tag whose list the post enters, one less for each that it leaves. The post's
    /// version is a condition of the same transaction, so each is counted once.
    fn tag_counts(&mut self, before: Option<&Post>, after: &Post) -> Result<(), PortError> {
        let had = before.map(listed_tags).unwrap_or_default();
        let has = listed_tags(after);
        for tag in has.iter().filter(|tag| !had.iter().any(|other| other.key() == tag.key())) {
            let fields = tags::fields(tag, Field::Add(tags::COUNT, 1))?;
            self.push(Write::Update(keys::tag(&tag.key()), fields, Condition::Always));
        }
        for tag in had.iter().filter(|tag| !has.iter().any(|other| other.key() == tag.key())) {
            let fields = tags::fields(tag, Field::Add(tags::COUNT, -1))?;
            self.push(Write::Update(keys::tag(&tag.key()), fields, Condition::Always));
        }
        Ok(())
    }

    fn stage(&mut self, step: &Step<Stage>) -> Result<(), PortError> {
        let Step { before, after } = step;
        let condition = version_before(before.as_ref().map(|stage| stage.version));
        let mut row = rows::item(keys::stage(&after.id), after)?;
        row = rows::with(row, REVISION, number(after.version));
        let failed = after.status == StageStatus::Failed;
        let due = after.due_at.filter(|_| !after.held && !failed);
        let indexed = match due {
            Some(due) => Some(keys::due(&after.id, due)),
            None if after.held => Some(keys::held(&after.author, &after.id, after.updated_at)),
            None if failed && !after.id.kind.internal() => {
                Some(keys::failed(&after.author, &after.id, after.updated_at))
            }
            None => None,
        };
        if after.held {
            let (_, sort) = keys::held(&after.author, &after.id, after.updated_at);
            let arrived = after.hold.is_some_and(|hold| hold.limit.is_none());
            let sort = if arrived { format!("{}{sort}", keys::ARRIVED) } else { sort };
            row = rows::with(row, "gsi2pk", Value::S(keys::HELD.to_owned()));
            row = rows::with(row, "gsi2sk", Value::S(sort));
        }
        if let Some((partition, sort)) = indexed {
            row = rows::with(row, "gsi1pk", Value::S(partition));
            row = rows::with(row, "gsi1sk", Value::S(sort));
        }
        if let Some(at) = after.due_at.filter(|_| failed) {
            row = rows::with(row, "gsi2pk", Value::S(keys::PROBES.to_owned()));
            row = rows::with(row, "gsi2sk", Value::S(keys::probe(&after.id, at)));
        }
        self.push(Write::Put(row, condition));
        Ok(())
    }

    /// What months used and reserved.
    fn usage(&mut self, change: &Change) -> Result<(), PortError> {
        for (write, decided_by) in usage::writes(change) {
            let condition = match decided_by {
                Some(seen) => version_before((seen.version > 0).then_some(seen.version)),
                None => Condition::Always,
            };
            let (key, fields) = write;
            self.push(Write::Update(key, fields, condition));
        }
        if let Some(budgets) = &change.budgets {
            self.push(Write::Put(rows::item(keys::site("BUDGETS"), budgets)?, Condition::Always));
        }
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
                _ if step.after.id.kind.internal() => {}
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
                let update = Write::Update(key, fields, Condition::Present);
                self.because(update, Because::Unlisted);
            }
        }
        Ok(())
    }

    fn unfinished(&mut self, stage: &Stage, asset: &AssetId) -> Result<(), PortError> {
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

/// The tags in whose lists a post stands.
fn listed_tags(post: &Post) -> &[Tag] {
    let live = post.published.as_ref().filter(|_| post.listed());
    live.map_or(&[][..], |live| &live.tags)
}

fn post_facts(stages: &[Step<Stage>]) -> Result<BTreeMap<String, Value>, PortError> {
    stages
        .iter()
        .filter(|step| matches!(step.after.id.subject, Subject::Post(_)))
        .filter(|step| !step.after.id.kind.internal())
        .map(|step| {
            let name = step.after.id.kind.name().to_owned();
            Ok((name, rows::doc(&StageFacts::from(&step.after))?))
        })
        .collect()
}

/// What is kept of a revision beside its body.
fn revision_facts(step: Option<&Step<Post>>) -> Option<RevisionFacts> {
    let published = step?.after.published.as_ref()?;
    Some(RevisionFacts {
        title: published.title.clone(),
        tags: published.tags.clone(),
        published_at: published.updated_at,
    })
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
