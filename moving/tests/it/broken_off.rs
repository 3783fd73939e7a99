//! What broke off goes on.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use contract::{HostileConfig, HostileTable, Outage};
use domain::media::ObjectKey;
use domain::ports::{Object, ObjectInfo, Objects, PortError, UploadRequest, UploadTicket};
use embedded_objects::FolderObjects;
use moving::{ExportError, FolderError, ImportError};
use store::table::{Batch, Consistency, Item, Key, Page, Query, Table, TableError, Write};

use crate::home::Home;

/// Stands for a process that is killed: after so many writes nothing is done any more.
struct Killed<T> {
    inner: T,
    left: AtomicU32,
    begun: AtomicU32,
    done: AtomicU32,
}

impl<T> Killed<T> {
    fn after(writes: u32, inner: T) -> Self {
        let [left, begun, done] = [writes, 0, 0].map(AtomicU32::new);
        Killed { inner, left, begun, done }
    }

    fn lives(&self) -> bool {
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        self.begun.fetch_add(u32::from(left.is_ok()), Ordering::SeqCst);
        left.is_ok()
    }

    /// A call for an object: it fails when the process is killed, and what was begun before is done.
    async fn call<R>(
        &self,
        call: impl Future<Output = Result<R, PortError>>,
    ) -> Result<R, PortError> {
        if self.lives() {
            let done = call.await;
            self.done.fetch_add(1, Ordering::SeqCst);
            return done;
        }
        while self.done.load(Ordering::SeqCst) < self.begun.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        Err(PortError::Full)
    }
}

#[async_trait]
impl Table for Killed<Arc<dyn Table>> {
    async fn get(&self, key: &Key, consistency: Consistency) -> Result<Option<Item>, TableError> {
        self.inner.get(key, consistency).await
    }
    async fn batch_get(&self, keys: &[Key], consistency: Consistency) -> Result<Batch, TableError> {
        self.inner.batch_get(keys, consistency).await
    }
    async fn query(&self, query: &Query) -> Result<Page, TableError> {
        self.inner.query(query).await
    }
    async fn write(&self, write: Write) -> Result<Option<Item>, TableError> {
        if self.lives() { self.inner.write(write).await } else { Err(TableError::Full) }
    }
    async fn transact(&self, writes: Vec<Write>) -> Result<(), TableError> {
        if self.lives() { self.inner.transact(writes).await } else { Err(TableError::Full) }
    }
}

#[async_trait]
impl Objects for Killed<FolderObjects> {
    async fn put(&self, key: &ObjectKey, bytes: &[u8], kind: &str) -> Result<(), PortError> {
        self.call(self.inner.put(key, bytes, kind)).await
    }
    async fn get(&self, key: &ObjectKey) -> Result<Option<Object>, PortError> {
        self.call(self.inner.get(key)).await
    }
    async fn info(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        self.inner.info(key).await
    }
    async fn delete(&self, key: &ObjectKey) -> Result<(), PortError> {
        self.inner.delete(key).await
    }
    async fn keys_of(&self, owner: &str, limit: u32) -> Result<Vec<ObjectKey>, PortError> {
        self.inner.keys_of(owner, limit).await
    }
    async fn upload_ticket(&self, request: &UploadRequest) -> Result<UploadTicket, PortError> {
        self.inner.upload_ticket(request).await
    }
    async fn url(&self, key: &ObjectKey, valid: Option<Duration>) -> Result<String, PortError> {
        self.inner.url(key, valid).await
    }
}

/// How many objects lie in a folder.
fn objects_in(folder: &Path) -> usize {
    let below = |path: std::path::PathBuf| {
        std::fs::read_dir(path).into_iter().flatten().map(|entry| entry.unwrap().path())
    };
    below(folder.join("objects")).flat_map(below).flat_map(below).count()
}

#[tokio::test]
async fn an_export_that_broke_off_is_refused_and_goes_on_without_fetching_again() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("export");
    let source = Home::lived(1).await;
    let killed = Killed::after(1, source.objects.clone());
    let broken = source.export_by(&*source.table, &killed, &folder).await.unwrap_err();
    assert!(matches!(broken, ExportError::Port(PortError::Full)), "{broken:?}");
    assert_eq!(objects_in(&folder), 1);
    let refused = Home::empty(2).import(&folder).await.unwrap_err();
    let refused = matches!(refused, ImportError::Folder(FolderError::Unfinished { .. }));
    assert!(refused);

    // The blog went on meanwhile.
    source.publish("Later").await;
    let goes_on = Killed::after(100, source.objects.clone());
    let exported = source.export_by(&*source.table, &goes_on, &folder).await.unwrap();
    assert_eq!(u64::from(goes_on.begun.load(Ordering::SeqCst)), exported.objects - 1);
    let fresh = tempfile::tempdir().unwrap();
    let at_once = source.export(fresh.path()).await.unwrap();
    assert_eq!(at_once.rows_sha256, exported.rows_sha256);
    assert_eq!(at_once.objects_sha256, exported.objects_sha256);
    Home::empty(2).import(&folder).await.unwrap();
}

#[tokio::test]
async fn an_object_that_is_gone_when_an_export_goes_on_is_not_in_it() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("export");
    let source = Home::lived(1).await;
    let all = Killed::after(2, source.objects.clone());
    source.export_by(&*source.table, &all, &folder).await.unwrap_err();
    let key = std::fs::read_dir(folder.join("objects")).unwrap().next().unwrap().unwrap();
    let owner = key.file_name().into_string().unwrap();
    for key in source.objects.keys_of(&owner, 10).await.unwrap() {
        source.objects.delete(&key).await.unwrap();
    }
    let exported = source.export(&folder).await.unwrap();
    assert_eq!(objects_in(&folder) as u64, exported.objects);
    moving::Folder::open(&folder).unwrap();
}

#[tokio::test]
async fn an_import_goes_on_wherever_it_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let source = Home::lived(1).await;
    source.export(folder.path()).await.unwrap();
    let whole = Home::empty(2);
    let counted = Arc::new(Killed::after(u32::MAX, whole.table.clone() as Arc<dyn Table>));
    whole.import_by(counted.clone(), &whole.objects, folder.path()).await.unwrap();
    let expected = {
        let again = tempfile::tempdir().unwrap();
        whole.export(again.path()).await.unwrap().rows_sha256
    };

    let writes = counted.begun.load(Ordering::SeqCst);
    assert!(writes > 10, "{writes}");
    for n_writes in 0..writes {
        let there = Home::empty(2);
        let killed = Arc::new(Killed::after(n_writes, there.table.clone() as Arc<dyn Table>));
        let broken = there.import_by(killed, &there.objects, folder.path()).await.unwrap_err();
        assert!(matches!(broken, ImportError::Port(PortError::Full)), "{n_writes}: {broken:?}");
        let arrived = there.import(folder.path()).await.unwrap();
        assert!(arrived.findings.is_empty(), "{n_writes}: {:#?}", arrived.findings);
        let again = tempfile::tempdir().unwrap();
        let moved = there.export(again.path()).await.unwrap();
        assert_eq!(moved.rows_sha256, expected, "killed after {n_writes} writes");
    }
}

#[tokio::test]
async fn an_import_whose_objects_broke_off_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    Home::lived(1).await.export(folder.path()).await.unwrap();
    let there = Home::empty(2);
    let killed = Killed::after(1, there.objects.clone());
    there.import_by(there.table.clone(), &killed, folder.path()).await.unwrap_err();
    let goes_on = Killed::after(100, there.objects.clone());
    let arrived = there.import_by(there.table.clone(), &goes_on, folder.path()).await.unwrap();
    assert_eq!(u64::from(goes_on.begun.load(Ordering::SeqCst)), arrived.objects - 1);
}

#[tokio::test]
async fn an_export_is_not_taken_of_a_blog_that_is_still_arriving() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    Home::lived(1).await.export(folder.path()).await.unwrap();
    let there = Home::empty(2);
    let killed = Arc::new(Killed::after(2, there.table.clone() as Arc<dyn Table>));
    there.import_by(killed, &there.objects, folder.path()).await.unwrap_err();
    let refused = there.export(other.path()).await.unwrap_err();
    assert!(matches!(refused, ExportError::Importing), "{refused:?}");
}

/// Conflicts, batches in part, late indexes and lost answers, which DynamoDB has on a good day.
#[tokio::test]
async fn a_blog_arrives_in_a_table_that_is_late_contested_and_out_of_reach_at_times() {
    let folder = tempfile::tempdir().unwrap();
    Home::lived(1).await.export(folder.path()).await.unwrap();
    for seed in 1..=3 {
        let there = Home::empty(2);
        let config = HostileConfig { outage: Outage::AnswerLost(100), ..HostileConfig::bad(seed) };
        let table = HostileTable::new(there.table.clone(), there.clock.clone(), config);
        let arrived =
            there.import_by(Arc::new(table), &there.objects, folder.path()).await.unwrap();
        assert!(arrived.findings.is_empty(), "{:#?}", arrived.findings);
    }
}
