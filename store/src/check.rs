//! Looking at everything: whether what follows from posts and images is there, and nothing else.
//!
//! What should be there is not written down a second time: it is what `apply` would write if each
//! post and image were made now. So a new derived row is checked from the day it is written.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use domain::actions::{ActionError, RestartStage};
use domain::asset::Asset;
use domain::event::StageFacts;
use domain::media::ObjectKey;
use domain::ports::{Change, IdSource, Objects, PortError, Step};
use domain::post::Post;
use domain::stage::{Stage, StageId, StageKind, StageStatus, Subject};
use domain::{AssetId, PostId};

use crate::apply::{derived, read_alike};
use crate::blog::{Blog, port};
use crate::entities::HINT;
use crate::holdings::Holdings;
use crate::keys;
use crate::rows::{self, DOC, REVISION};
use crate::table::{Change as Field, Condition, Item, Key, Value, Write};
use crate::walk::{Walk, partitions};

/// Compares what follows from posts and images with what is there, and mends it. Nothing else may
/// write meanwhile.
pub struct Check<'a> {
    /// The blog.
    pub blog: &'a Blog,
    /// All rows of its table.
    pub walk: &'a dyn Walk,
    /// Its objects.
    pub objects: &'a dyn Objects,
    /// Tags of events.
    pub ids: &'a dyn IdSource,
}

/// An object that has a row in the object store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldObject {
    /// Which.
    pub key: ObjectKey,
    /// Whether all of its bytes are there.
    pub whole: bool,
}

/// What is wrong with something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A row that follows from another is not there.
    Missing,
    /// A row says something else than what it follows from.
    Differs,
    /// A row follows from nothing.
    Orphan,
    /// A row cannot be read, or a text is gone: nothing here can bring it back.
    Lost,
    /// A stage that must be there is not, or waits for nothing.
    Stalled,
    /// An object that a row names is not there.
    ObjectMissing,
    /// An object lost its bytes.
    ObjectBroken,
    /// An object belongs to nothing.
    ObjectOrphan,
}

impl Problem {
    fn name(self) -> &'static str {
        match self {
            Problem::Missing => "row missing",
            Problem::Differs => "row differs",
            Problem::Orphan => "row of nothing",
            Problem::Lost => "lost",
            Problem::Stalled => "stage stalled",
            Problem::ObjectMissing => "object missing",
            Problem::ObjectBroken => "object broken",
            Problem::ObjectOrphan => "object of nothing",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What is wrong.
    pub problem: Problem,
    /// With what: a row's key, a stage or an object, without what must not be told.
    pub place: String,
    repair: Repair,
}

#[derive(Clone, Debug)]
enum Repair {
    Nothing,
    Write(Box<Write>),
    Restart(StageId),
    Remove(ObjectKey),
    /// An object's row without bytes, and the stage that makes the object.
    Remake(ObjectKey, StageId),
}

impl Finding {
    /// Whether it can be mended.
    pub fn repairable(&self) -> bool {
        !matches!(self.repair, Repair::Nothing)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.problem.name(), self.place)
    }
}

/// What was found so far, and what the end needs.
#[derive(Default)]
struct Report {
    findings: Vec<Finding>,
    holdings: Holdings,
    /// Rows that should be there.
    expected: HashSet<Key>,
    /// Derived rows that are there, and the post that a slug or a use is of.
    present: Vec<(Item, Option<String>)>,
    posts: HashSet<String>,
    /// Posts whose removal has begun, and their images: what is there of them is there no more in a
    /// moment, and each step of it may be the last one that was done.
    leaving: HashSet<String>,
    /// What counters should say, and what else they say.
    counters: BTreeMap<Key, Counter>,
}

#[derive(Default)]
struct Counter {
    counts: HashMap<&'static str, i64>,
    others: Vec<Field>,
}

impl Check<'_> {
    /// Looks at everything. `held` are all objects that the store has.
    ///
    /// # Errors
    /// A failure of the table; what is wrong with the data is no error.
    pub async fn run(&self, held: &[HeldObject]) -> Result<Vec<Finding>, PortError> {
        let mut report = Report::default();
        partitions(self.walk, async |partition, rows| {
            report.holdings.add(&rows);
            if let Some(Ok(id)) = partition.strip_prefix("P#").map(PostId::parse) {
                self.post(&mut report, &id, &rows).await?;
            } else if let Some(Ok(id)) = partition.strip_prefix("M#").map(AssetId::parse) {
                self.asset(&mut report, &id, &rows).await?;
            }
            report.meet(rows);
            Ok::<(), PortError>(())
        })
        .await?;
        self.counters(&mut report).await?;
        report.orphans();
        report.objects(held);
        report.forget_leaving();
        // What is derived is mended before a stage that changes it is restarted.
        report
            .findings
            .sort_by_key(|found| matches!(found.repair, Repair::Restart(_) | Repair::Remake(..)));
        Ok(report.findings)
    }

    /// Mends a finding. False when it cannot be mended.
    ///
    /// # Errors
    /// A failure of a port.
    pub async fn repair(&self, finding: &Finding) -> Result<bool, ActionError> {
        match &finding.repair {
            Repair::Nothing => return Ok(false),
            Repair::Write(write) => {
                self.blog.write((**write).clone()).await.map_err(port)?;
            }
            Repair::Remove(key) => self.objects.delete(key).await?,
            Repair::Remake(key, stage) => {
                self.objects.delete(key).await?;
                return self.restart(stage).await;
            }
            Repair::Restart(stage) => return self.restart(stage).await,
        }
        Ok(true)
    }

    async fn restart(&self, stage: &StageId) -> Result<bool, ActionError> {
        let action = RestartStage { posts: self.blog, clock: &*self.blog.clock, ids: self.ids };
        action.run(stage).await
    }

    async fn post(&self, report: &mut Report, id: &PostId, rows: &[Item]) -> Result<(), PortError> {
        let Some(row) = rows.iter().find(|row| row.key == keys::post(id)) else {
            report.parentless(rows);
            return Ok(());
        };
        let Some(post) = report.read::<Post>(row) else { return Ok(()) };
        report.posts.insert(id.to_string());
        if post.purging {
            // The purge goes on by itself; until then nothing of the post is missed, and nothing of
            // it is too much.
            report.leaving.insert(id.to_string());
            report.leaving.extend(post.images().iter().map(ToString::to_string));
            return Ok(());
        }
        let mut texts = vec![];
        if let Some(live) = post.live() {
            texts.push(keys::revision(id, live.revision));
            texts.push(keys::article(id, live.revision));
        }
        for text in texts.into_iter().chain([keys::body(id)]) {
            if !rows.iter().any(|row| row.key == text && rows::read_text(row).is_ok()) {
                report.find(Problem::Lost, told(&text), Repair::Nothing);
            }
        }
        let stages = report.stages(rows);
        if let Some(live) = post.live() {
            for kind in Post::STAGES {
                let id = StageId { subject: Subject::Post(id.clone()), kind };
                let fits = |stage: &&Stage| stage.id == id && stage.revision == live.revision;
                if !stages.iter().any(|stage| fits(&stage)) {
                    report.find(Problem::Stalled, id.to_string(), Repair::Restart(id));
                }
            }
        }
        let change = Change {
            post: Some(Step { before: None, after: post }),
            stages: made(stages),
            ..Change::default()
        };
        self.compare(report, &change).await
    }

    async fn asset(
        &self,
        report: &mut Report,
        id: &AssetId,
        rows: &[Item],
    ) -> Result<(), PortError> {
        let Some(row) = rows.iter().find(|row| row.key == keys::asset(id)) else {
            report.parentless(rows);
            return Ok(());
        };
        let Some(asset) = report.read::<Asset>(row) else { return Ok(()) };
        let stages = report.stages(rows);
        if stages.is_empty() {
            let id = StageId { subject: Subject::Asset(id.clone()), kind: StageKind::Image };
            report.find(Problem::Stalled, id.to_string(), Repair::Restart(id));
        }
        let change = Change {
            assets: vec![Step { before: None, after: asset }],
            stages: made(stages),
            ..Change::default()
        };
        self.compare(report, &change).await
    }

    /// Compares the rows that follow from a change with those that are there.
    async fn compare(&self, report: &mut Report, change: &Change) -> Result<(), PortError> {
        let mut wanted = vec![];
        for write in derived(change)? {
            match write {
                Write::Put(item, _) => wanted.push(item),
                Write::Update(key, fields, _) => report.count(key, fields),
                Write::Delete(..) | Write::Check(..) => {}
            }
        }
        let keys: Vec<Key> = wanted.iter().map(|item| item.key.clone()).collect();
        let there = self.blog.rows(&keys).await?;
        for item in wanted {
            let place = told(&item.key);
            let claimed_twice = !report.expected.insert(item.key.clone());
            let found = there.iter().find(|row| row.key == item.key);
            let problem = match found {
                None => Problem::Missing,
                Some(row) if alike(&item, row) => continue,
                // Whoever claimed it first keeps it: two posts with one slug need a person.
                Some(_) if claimed_twice => {
                    report.find(
                        Problem::Lost,
                        format!("{place} is claimed twice"),
                        Repair::Nothing,
                    );
                    continue;
                }
                Some(_) => Problem::Differs,
            };
            let write = Write::Put(item, Condition::Always);
            report.find(problem, place, Repair::Write(Box::new(write)));
        }
        Ok(())
    }

    async fn counters(&self, report: &mut Report) -> Result<(), PortError> {
        let counters = std::mem::take(&mut report.counters);
        let keys: Vec<Key> = counters.keys().cloned().collect();
        let there = self.blog.rows(&keys).await?;
        for (key, counter) in counters {
            let row = there.iter().find(|row| row.key == key);
            let says = |name: &str| match row.and_then(|row| row.attributes.get(name)) {
                Some(Value::N(number)) => *number,
                _ => 0,
            };
            let mut fields: Vec<Field> = counter
                .counts
                .iter()
                .filter(|(name, count)| says(name) != **count)
                .map(|(name, count)| Field::Add(name, count - says(name)))
                .collect();
            if !fields.is_empty() {
                let problem = if row.is_none() { Problem::Missing } else { Problem::Differs };
                if row.is_none() {
                    fields.extend(counter.others);
                }
                let write = Write::Update(key.clone(), fields, Condition::Always);
                report.find(problem, told(&key), Repair::Write(Box::new(write)));
            }
            report.expected.insert(key);
        }
        Ok(())
    }
}

impl Report {
    fn find(&mut self, problem: Problem, place: String, repair: Repair) {
        self.findings.push(Finding { problem, place, repair });
    }

    fn read<T: serde::de::DeserializeOwned>(&mut self, row: &Item) -> Option<T> {
        let entity = rows::entity(row).ok();
        if entity.is_none() {
            self.find(Problem::Lost, told(&row.key), Repair::Nothing);
        }
        entity
    }

    fn stages(&mut self, rows: &[Item]) -> Vec<Stage> {
        let mut stages = vec![];
        for row in rows.iter().filter(|row| keys::parse_stage(&row.key).is_some()) {
            let Some(stage) = self.read::<Stage>(row) else { continue };
            if stalled(&stage) {
                let id = stage.id.clone();
                self.find(Problem::Stalled, id.to_string(), Repair::Restart(id));
            }
            stages.push(stage);
        }
        stages
    }

    /// Rows of a post or image that is gone.
    fn parentless(&mut self, rows: &[Item]) {
        for row in rows {
            let write = Write::Delete(row.key.clone(), Condition::Always);
            self.find(Problem::Orphan, told(&row.key), Repair::Write(Box::new(write)));
        }
    }

    fn count(&mut self, key: Key, fields: Vec<Field>) {
        let counter = self.counters.entry(key).or_default();
        for field in fields {
            match field {
                Field::Add(name, n) => *counter.counts.entry(name).or_default() += n,
                other => {
                    if !counter.others.contains(&other) {
                        counter.others.push(other);
                    }
                }
            }
        }
    }

    fn meet(&mut self, rows: Vec<Item>) {
        for row in rows.into_iter().filter(|row| keys::derived(&row.key)) {
            let post = match keys::parse_use(&row.key) {
                Some(post) => Some(post.to_string()),
                None => rows::string(&row, "post").map(str::to_owned),
            };
            // Only what an orphan is told by is kept: there may be many. A counter is told by what it
            // counts, every other row by being there.
            let numbers = row.attributes.into_iter().filter(|(name, value)| {
                name != "v" && name != REVISION && matches!(value, Value::N(_))
            });
            let counts: Vec<(String, Value)> = numbers.collect();
            let attributes = match counts.is_empty() {
                true => [(DOC.to_owned(), Value::Bool(true))].into(),
                false => counts.into_iter().filter(|(_, value)| *value != Value::N(0)).collect(),
            };
            self.present.push((Item { key: row.key, attributes }, post));
        }
    }

    fn orphans(&mut self) {
        for (row, post) in std::mem::take(&mut self.present) {
            // An address that was public is never given away, and a use is removed by a clean-up
            // only: both are right while their post is there. A counter may stand at nothing.
            let right = self.expected.contains(&row.key)
                || post.is_some_and(|post| self.posts.contains(&post))
                || row.attributes.is_empty();
            if !right {
                let write = Write::Delete(row.key.clone(), Condition::Always);
                self.find(Problem::Orphan, told(&row.key), Repair::Write(Box::new(write)));
            }
        }
    }

    /// What a purge has not come to yet is no finding.
    fn forget_leaving(&mut self) {
        let leaving = std::mem::take(&mut self.leaving);
        self.findings.retain(|found| {
            use Problem::{ObjectOrphan, Orphan, Stalled};
            !matches!(found.problem, Orphan | Stalled | ObjectOrphan)
                || !leaving.iter().any(|id| found.place.contains(id))
        });
    }

    fn objects(&mut self, held: &[HeldObject]) {
        let holdings = std::mem::take(&mut self.holdings);
        let by_key: HashMap<&ObjectKey, bool> =
            held.iter().map(|object| (&object.key, object.whole)).collect();
        let named: HashSet<&ObjectKey> = holdings.named().map(|(key, _)| key).collect();
        for (key, stage) in holdings.named() {
            let problem = match by_key.get(key) {
                Some(true) => continue,
                Some(false) => Problem::ObjectBroken,
                None => Problem::ObjectMissing,
            };
            // What a picture is made of can only come from its author again.
            let repair =
                stage.map_or(Repair::Nothing, |stage| Repair::Remake(key.clone(), stage.clone()));
            self.find(problem, object_told(key), repair);
        }
        for object in held.iter().filter(|object| !named.contains(&object.key)) {
            let problem = match (holdings.owns(&object.key), object.whole) {
                (false, _) => Problem::ObjectOrphan,
                (true, false) => Problem::ObjectBroken,
                (true, true) => continue,
            };
            self.find(problem, object_told(&object.key), Repair::Remove(object.key.clone()));
        }
    }
}

/// A stage that nobody would ever look at again.
fn stalled(stage: &Stage) -> bool {
    let waits = match stage.status {
        StageStatus::Pending => !stage.held,
        StageStatus::Running | StageStatus::Waiting => true,
        StageStatus::Ready | StageStatus::Skipped | StageStatus::Failed => false,
    };
    waits && stage.due_at.is_none()
}

fn made(stages: Vec<Stage>) -> Vec<Step<Stage>> {
    stages.into_iter().map(|after| Step { before: None, after }).collect()
}

/// Whether a row says what it should. Rows of an older form are read as they would be anywhere, so
/// that a field which came later is no difference.
fn alike(wanted: &Item, row: &Item) -> bool {
    let names: HashSet<&String> = wanted.attributes.keys().chain(row.attributes.keys()).collect();
    names.into_iter().filter(|name| *name != "v").all(|name| {
        match (wanted.attributes.get(name), row.attributes.get(name)) {
            // The entity itself: what is there is what it is.
            (Some(_), Some(_)) if name == DOC && !keys::derived(&row.key) => true,
            (Some(wanted), Some(found)) => same(&row.key, wanted, found),
            // Rows of before there were hints have none, until their post is published again.
            (Some(_), None) => name == HINT,
            _ => false,
        }
    })
}

fn same(key: &Key, wanted: &Value, found: &Value) -> bool {
    if wanted == found {
        return true;
    }
    match (wanted, found) {
        (Value::M(wanted), Value::M(found)) => {
            wanted.len() == found.len()
                && wanted.iter().all(|(name, wanted)| {
                    found.get(name).is_some_and(|found| same(key, wanted, found))
                })
        }
        (Value::S(wanted), Value::S(found)) => {
            if let (Ok(wanted), Ok(found)) = (parse::<Post>(wanted), parse::<Post>(found)) {
                let own = keys::own_post(&wanted.author, &wanted.id);
                return wanted == found
                    || (wanted.id == found.id && *key != own && read_alike(&wanted, &found));
            }
            matches!(
                (parse::<StageFacts>(wanted), parse::<StageFacts>(found)),
                (Ok(wanted), Ok(found)) if wanted == found
            )
        }
        _ => false,
    }
}

fn parse<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, serde_json::Error> {
    serde_json::from_str(json)
}

fn told(key: &Key) -> String {
    format!("{} {}", key.pk, key.sk)
}

/// Without the secret: who holds the whole key may read the object.
fn object_told(key: &ObjectKey) -> String {
    let parts: Vec<&str> = key.as_str().split('/').collect();
    format!("{}/../{}", parts.first().unwrap_or(&""), parts.last().unwrap_or(&""))
}
