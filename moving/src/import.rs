//! `deepdive import`: a folder becomes a blog.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use domain::PostId;
use domain::ports::{
    Clock, ContentRenderer, IdSource, Objects, PortError, Posts, SummaryInput, Wanted,
};
use domain::post::Revision;
use domain::stage::{Stage, StageKind};
use domain::text::Rendered;
use futures_util::{StreamExt, TryStreamExt, stream};
use store::moving::{Arriving, Import, arriving, batches, compared, put};
use store::table::{Item, Table};
use store::walk::Walk;
use store::{Blog, Check, Finding, HeldObject, Holdings};

use crate::error::ImportError;
use crate::export::{AT_ONCE, OBJECTS, each_row, lasts, line};
use crate::folder::Folder;
use crate::manifest::Manifest;
use crate::persist::persist;
use crate::progress::{Count, Hearer, Progress, Step};
use crate::tally::Tally;

/// Stages that are written in one transaction.
const STAGES: usize = 40;
/// Transactions at once.
const WRITES_AT_ONCE: usize = 4;
/// How often it is looked for what is wrong: where stages are worked on as soon as they are written, what is
/// on its way at one look is done at another.
const LOOKS: usize = 3;

/// A place in which nothing was written yet, or in which an import broke off.
pub struct Target<'a> {
    /// Its table.
    pub table: Arc<dyn Table>,
    /// All rows of it.
    pub walk: &'a dyn Walk,
    /// Its objects.
    pub objects: &'a dyn Objects,
    /// Tells how much speech and summary would use.
    pub renderer: &'a dyn ContentRenderer,
    /// When.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub ids: &'a dyn IdSource,
    /// Hears how far the import is.
    pub hearer: Hearer<'a>,
}

/// What has arrived.
#[derive(Debug)]
pub struct Arrived {
    /// Rows that were exported.
    pub rows: u64,
    /// Objects.
    pub objects: u64,
    /// Their bytes.
    pub object_bytes: u64,
    /// Objects that were missing in the blog itself.
    pub missing_objects: u64,
    /// Of each kind how many stages wait for their author, and what they would use in all.
    pub held: BTreeMap<StageKind, (usize, u64)>,
    /// Posts whose entry in the search index is made anew.
    pub search: usize,
    /// What is wrong with the blog, as a check says.
    pub findings: Vec<Finding>,
}

impl Folder {
    /// Imports the blog, or goes on with an import of this very export that broke off. All objects are there
    /// before the first row, all rows are there and were read back before the first stage: only then may
    /// anybody begin to work. What would be paid for is held.
    ///
    /// # Errors
    /// [`ImportError`]; with `NotEmpty` and `Another` nothing was changed.
    pub async fn import(&self, target: &Target<'_>) -> Result<Arrived, ImportError> {
        let mut import = self.begin(target).await?;
        if !import.verified {
            self.put_objects(target).await?;
            self.put_rows(target, &mut import).await?;
            self.compare(target, &import).await?;
            import.verified = true;
            note(target, &import).await?;
        }
        let open =
            async || Blog::open(target.table.clone(), target.clock.clone(), &import.epoch).await;
        let blog = persist(target.ids, open).await?;
        let mut arrived = self.put_stages(target, &blog).await?;
        (target.hearer)(Progress { step: Step::Check, done: 0, total: 0 });
        arrived.findings = check(target, &blog).await?;
        persist(target.ids, async || import.finish(&*target.table).await).await?;
        Ok(arrived)
    }

    async fn begin(&self, target: &Target<'_>) -> Result<Import, ImportError> {
        let under_way = async || Import::under_way(&*target.table).await;
        if let Some(import) = persist(target.ids, under_way).await? {
            return self.own(import);
        }
        let objects = self.objects()?;
        let owner = |key: &str| key.split('/').next().unwrap_or_default().to_owned();
        let owners: HashSet<String> = objects.iter().map(|(key, _)| owner(key.as_str())).collect();
        let in_the_way: Vec<bool> = stream::iter(owners)
            .map(async |owner| {
                let there = persist(target.ids, async || target.objects.keys_of(&owner, 1).await);
                there.await.map(|there| !there.is_empty())
            })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        if in_the_way.contains(&true) {
            return Err(ImportError::NotEmpty);
        }
        let epoch = domain::Secret::from_bits(target.ids.secret());
        // Of one whose answer was lost, the second attempt finds that it was begun.
        let begin = async || match under_way().await? {
            Some(import) => Ok(Some(import)),
            None => Import::begin(&*target.table, target.walk, self.id(), epoch.reveal()).await,
        };
        match persist(target.ids, begin).await? {
            Some(import) => self.own(import),
            None => Err(ImportError::NotEmpty),
        }
    }

    fn own(&self, import: Import) -> Result<Import, ImportError> {
        if import.export == self.id() { Ok(import) } else { Err(ImportError::Another) }
    }

    /// Puts the objects that are not there yet, and asks the store for the hash of each.
    async fn put_objects(&self, target: &Target<'_>) -> Result<(), ImportError> {
        let objects = self.objects()?;
        let count = Count::begin(target.hearer, Step::Objects, objects.len() as u64);
        let there: Vec<bool> = stream::iter(&objects)
            .map(async |(key, line)| {
                let is_there = async || {
                    let info = persist(target.ids, async || target.objects.info(key).await).await?;
                    Ok::<bool, PortError>(info.is_some_and(|info| line.is(&info)))
                };
                let mut there = is_there().await?;
                if !there {
                    let bytes = self.object(key, line)?;
                    let put = async || target.objects.put(key, &bytes, &line.content_type).await;
                    persist(target.ids, put).await?;
                    there = is_there().await?;
                }
                count.more(1);
                Ok::<bool, ImportError>(there)
            })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        match there.iter().filter(|there| !**there).count() {
            0 => Ok(()),
            n_objects => Err(ImportError::Objects { n_objects }),
        }
    }

    async fn put_rows(&self, target: &Target<'_>, import: &mut Import) -> Result<(), ImportError> {
        let Manifest { rows, row_files, .. } = self.manifest();
        let count = Count::begin(target.hearer, Step::Rows, *rows);
        count.more(row_files.iter().take(import.files).map(|part| part.lines).sum());
        for part in row_files.iter().skip(import.files) {
            let mut rows = vec![];
            for row in self.rows(part)? {
                if let Arriving::Row(row) = arriving(row, &import.epoch)? {
                    rows.push(row);
                }
            }
            // Those that are written later are passed over here.
            count.more(part.lines.saturating_sub(rows.len() as u64));
            stream::iter(batches(rows))
                .map(Ok)
                .try_for_each_concurrent(WRITES_AT_ONCE, async |rows| {
                    persist(target.ids, async || put(&*target.table, rows.clone()).await).await?;
                    count.more(rows.len() as u64);
                    Ok::<(), PortError>(())
                })
                .await?;
            import.files += 1;
            note(target, import).await?;
        }
        Ok(())
    }

    /// Reads all rows back.
    async fn compare(&self, target: &Target<'_>, import: &Import) -> Result<(), ImportError> {
        let now = target.clock.now();
        let seen = |row: Item| compared(row).filter(|row| lasts(row, now));
        let (mut expected, mut found) = (Tally::default(), Tally::default());
        let Manifest { rows, row_files, .. } = self.manifest();
        let count = Count::begin(target.hearer, Step::Comparison, *rows);
        for part in row_files {
            for row in self.rows(part)? {
                if let Arriving::Row(row) = arriving(row, &import.epoch)?
                    && let Some(row) = seen(row)
                {
                    expected.add(&line(&row)?);
                }
            }
        }
        each_row(target.walk, target.ids, async |row| {
            if let Some(row) = seen(row) {
                found.add(&line(&row)?);
                count.more(1);
            }
            Ok::<(), ImportError>(())
        })
        .await?;
        if expected == found {
            // What is not compared is passed over.
            count.more(rows.saturating_sub(found.lines));
            return Ok(());
        }
        Err(ImportError::Differs { expected: expected.lines, found: found.lines })
    }

    async fn put_stages(&self, target: &Target<'_>, blog: &Blog) -> Result<Arrived, ImportError> {
        let manifest = self.manifest();
        let mut arrived = Arrived {
            rows: manifest.rows,
            objects: manifest.objects,
            object_bytes: manifest.object_bytes,
            missing_objects: manifest.missing_objects,
            held: BTreeMap::new(),
            search: 0,
            findings: vec![],
        };
        let count = Count::begin(target.hearer, Step::Stages, manifest.rows);
        let mut texts = Texts { blog, target, last: None };
        for part in &manifest.row_files {
            let mut stages = vec![];
            for row in self.rows(part)? {
                // Logs are not looked at here: the epoch does not matter.
                let Arriving::Stage(stage) = arriving(row, "")? else { continue };
                let units = match stage.would_be_paid() {
                    true => texts.units(&stage).await?,
                    false => 0,
                };
                let stage = stage.arrived(units, target.clock.now());
                if let Some(hold) = stage.hold {
                    let (n_stages, units) = arrived.held.entry(stage.id.kind).or_default();
                    *n_stages += 1;
                    *units += hold.units;
                }
                arrived.search += usize::from(stage.id.kind == StageKind::Search);
                stages.push(stage);
            }
            // One transaction after the other: two of them may be about stages of one post.
            count.more(part.lines.saturating_sub(stages.len() as u64));
            for stages in stages.chunks(STAGES) {
                persist(target.ids, async || blog.settle(stages).await).await?;
                count.more(stages.len() as u64);
            }
        }
        Ok(arrived)
    }
}

async fn note(target: &Target<'_>, import: &Import) -> Result<(), PortError> {
    persist(target.ids, async || import.note(&*target.table).await).await
}

/// Tells what stages would use here, where nothing is made of their texts yet.
struct Texts<'a> {
    blog: &'a Blog,
    target: &'a Target<'a>,
    /// The text that was read last, and what speech and summary of it would use: stages of one post mostly
    /// come one after the other.
    last: Option<((PostId, Revision), (u64, u64))>,
}

impl Texts<'_> {
    async fn units(&mut self, stage: &Stage) -> Result<u64, PortError> {
        let text = (stage.post.clone(), stage.revision);
        let (speech, summary) = match &self.last {
            Some((last, units)) if *last == text => *units,
            _ => self.read(&text).await?,
        };
        self.last = Some((text, (speech, summary)));
        Ok(if stage.id.kind == StageKind::Speech { speech } else { summary })
    }

    async fn read(&self, (post, revision): &(PostId, Revision)) -> Result<(u64, u64), PortError> {
        let Texts { blog, target: Target { ids, renderer, .. }, .. } = self;
        let body = persist(*ids, async || blog.published_body(post, *revision).await).await?;
        // There is nothing to be made.
        let Some(body) = body else { return Ok((0, 0)) };
        let Rendered { sections, language, .. } = renderer.render(&body);
        let speech = sections.iter().map(|section| section.characters()).sum();
        let wanted = Wanted { post: Some(post.clone()), ..Wanted::default() };
        let post = persist(*ids, async || blog.load(&wanted).await).await?.post;
        let title = post.and_then(|post| post.published).map(|published| published.title);
        let title = title.unwrap_or_default();
        Ok((speech, SummaryInput { title, sections, language }.tokens()))
    }
}

/// What is wrong with the blog that has arrived, each time that it is looked at.
async fn check(target: &Target<'_>, blog: &Blog) -> Result<Vec<Finding>, ImportError> {
    let holdings = Holdings::of(target.walk).await?;
    let held: Vec<Vec<HeldObject>> = stream::iter(holdings.owners())
        .map(async |owner| {
            let keys = async || target.objects.keys_of(owner, OBJECTS).await;
            let keys = persist(target.ids, keys).await?.into_iter();
            Ok::<_, PortError>(keys.map(|key| HeldObject { key, whole: true }).collect())
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    let held = held.concat();
    let (walk, objects, ids) = (target.walk, target.objects, target.ids);
    let check = Check { blog, walk, objects, ids };
    let mut remain: Vec<Finding> = check.run(&held).await?;
    for _ in 1..LOOKS {
        if remain.is_empty() {
            break;
        }
        let again: HashSet<String> =
            check.run(&held).await?.iter().map(ToString::to_string).collect();
        remain.retain(|finding| again.contains(&finding.to_string()));
    }
    Ok(remain)
}
