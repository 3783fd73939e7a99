//! `deepdive export`: a blog becomes a folder.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use domain::Timestamp;
use domain::media::ObjectKey;
use domain::ports::{Clock, IdSource, Objects, PortError};
use futures_util::{StreamExt, TryStreamExt, stream};
use store::Holdings;
use store::moving::{Import, leaving};
use store::table::{Item, TTL, Table, Value};
use store::walk::Walk;

use crate::error::ExportError;
use crate::folder::Unfinished;
use crate::manifest::{FORM, Manifest, Part};
use crate::object_line::ObjectLine;
use crate::persist::persist;
use crate::row_line;
use crate::tally::Tally;

/// About so many bytes are in a file of lines before it is compressed.
pub const PART_BYTES: usize = 8 * 1024 * 1024;
/// Objects that are asked for at once.
pub(crate) const AT_ONCE: usize = 8;
/// Rows read at once.
const ROWS: u32 = 500;
/// Objects of one post or image; none has as many.
pub(crate) const OBJECTS: u32 = 1_000_000;
/// No export and no import takes so long. Rows that end sooner may be gone when they are compared.
const LONGEST: Duration = Duration::from_secs(12 * 3600);

/// A blog that is exported.
pub struct Source<'a> {
    /// Its table.
    pub table: &'a dyn Table,
    /// All rows of it.
    pub walk: &'a dyn Walk,
    /// Its objects.
    pub objects: &'a dyn Objects,
    /// When.
    pub clock: &'a dyn Clock,
    /// Chance.
    pub ids: &'a dyn IdSource,
    /// About so many bytes are in a file of lines before it is compressed, as [`PART_BYTES`].
    pub part_bytes: usize,
}

/// Writes a blog into a folder that is empty or not there, or goes on with an export that broke off: objects
/// that are there are not fetched again. At the end all rows are read once more, and the blog must be
/// as it was.
///
/// # Errors
/// [`ExportError`]
pub async fn export(source: &Source<'_>, folder: &Path) -> Result<Manifest, ExportError> {
    if Import::under_way(source.table).await?.is_some() {
        return Err(ExportError::Importing);
    }
    let folder = Unfinished::begin(folder)?;
    let made_at = source.clock.now();
    let rows = source.rows(&folder, made_at).await?;
    let objects = source.objects(&folder, &rows.holdings).await?;

    let mut again = Tally::default();
    each_row(source.walk, source.ids, async |row| {
        if let Some(row) = leaving(row)?.filter(|row| lasts(row, made_at)) {
            again.add(&line(&row)?);
        }
        Ok::<(), ExportError>(())
    })
    .await?;
    if again != rows.lasting {
        return Err(ExportError::Changed);
    }

    let named = rows.holdings.named().map(|(key, _)| key);
    let missing = named.filter(|key| !objects.keys.contains(*key)).count();
    let manifest = Manifest {
        deepdive_export: FORM,
        row_form: store::FORM,
        made_at: made_at.0,
        rows: rows.all.lines,
        rows_sha256: rows.all.sha256(),
        objects: objects.all.lines,
        object_bytes: objects.bytes,
        objects_sha256: objects.all.sha256(),
        missing_objects: missing as u64,
        row_files: rows.parts,
        object_files: objects.parts,
    };
    folder.finish(&manifest, &objects.keys)?;
    Ok(manifest)
}

/// Rows that were written.
struct Rows {
    parts: Vec<Part>,
    all: Tally,
    /// Of those that are there at the end, unless somebody removes them.
    lasting: Tally,
    holdings: Holdings,
}

/// Objects that were written.
struct Copied {
    parts: Vec<Part>,
    all: Tally,
    bytes: u64,
    keys: HashSet<ObjectKey>,
}

impl Source<'_> {
    async fn rows(&self, folder: &Unfinished, now: Timestamp) -> Result<Rows, ExportError> {
        let mut out = folder.rows(self.part_bytes);
        let (mut all, mut lasting) = (Tally::default(), Tally::default());
        let mut holdings = Holdings::default();
        each_row(self.walk, self.ids, async |row| {
            holdings.add(std::slice::from_ref(&row));
            if let Some(row) = leaving(row)? {
                let line = line(&row)?;
                out.line(&line)?;
                all.add(&line);
                if lasts(&row, now) {
                    lasting.add(&line);
                }
            }
            Ok::<(), ExportError>(())
        })
        .await?;
        Ok(Rows { parts: out.finish()?, all, lasting, holdings })
    }

    async fn objects(
        &self,
        folder: &Unfinished,
        holdings: &Holdings,
    ) -> Result<Copied, ExportError> {
        let owners: Vec<&str> = holdings.owners().collect();
        let found: Vec<Vec<(ObjectKey, ObjectLine)>> = stream::iter(owners)
            .map(|owner| self.of_owner(folder, holdings, owner))
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await?;
        let mut found: Vec<_> = found.into_iter().flatten().collect();
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut out = folder.object_list(self.part_bytes);
        let (mut all, mut bytes) = (Tally::default(), 0);
        for (_, object) in &found {
            let line = object.write().map_err(|error| PortError::backend("the export", error))?;
            out.line(&line)?;
            all.add(&line);
            bytes += object.length;
        }
        let keys = found.into_iter().map(|(key, _)| key).collect();
        Ok(Copied { parts: out.finish()?, all, bytes, keys })
    }

    /// Copies the objects of a post or image. What has lost its bytes is left out, as if it were not there.
    async fn of_owner(
        &self,
        folder: &Unfinished,
        holdings: &Holdings,
        owner: &str,
    ) -> Result<Vec<(ObjectKey, ObjectLine)>, ExportError> {
        let keys = persist(self.ids, async || self.objects.keys_of(owner, OBJECTS).await).await?;
        let mut copied = vec![];
        for key in keys.into_iter().filter(|key| holdings.owns(key)) {
            let whole = persist(self.ids, async || {
                let Some(info) = self.objects.info(&key).await? else { return Ok(None) };
                let line = ObjectLine::of(&key, &info);
                if folder.has(&key, &line) {
                    return Ok(Some((line, None)));
                }
                let object = self.objects.get(&key).await?;
                Ok(object.map(|object| (line, Some(object.bytes))))
            });
            let (line, bytes) = match whole.await {
                Ok(Some(whole)) => whole,
                Ok(None) | Err(PortError::Corrupt { .. }) => continue,
                Err(error) => return Err(error.into()),
            };
            if let Some(bytes) = bytes {
                folder.put(&key, &bytes)?;
                if !folder.has(&key, &line) {
                    return Err(ExportError::Changed);
                }
            }
            copied.push((key, line));
        }
        Ok(copied)
    }
}

/// Meets every row of a table.
pub(crate) async fn each_row<E: From<PortError>>(
    walk: &dyn Walk,
    ids: &dyn IdSource,
    mut meet: impl AsyncFnMut(Item) -> Result<(), E>,
) -> Result<(), E> {
    let mut after = None;
    loop {
        let rows = persist(ids, async || store::walk::page(walk, after.as_ref(), ROWS).await);
        let rows = rows.await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.key.clone());
        for row in rows {
            meet(row).await?;
        }
    }
}

/// Whether a row is there until all is compared, unless somebody removes it.
pub(crate) fn lasts(row: &Item, began: Timestamp) -> bool {
    let end = began.plus(LONGEST).seconds();
    !matches!(row.attributes.get(TTL), Some(Value::N(ttl)) if *ttl < end)
}

/// A row as a line.
pub(crate) fn line(row: &Item) -> Result<Vec<u8>, PortError> {
    row_line::write(row).map_err(|error| PortError::backend("the export", error))
}
