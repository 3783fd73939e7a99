//! Objects in a folder keep the contract of their port.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use contract::objects::TestObjects;
use contract::{TestClock, TestIds};
use domain::media::ObjectKey;
use domain::ports::Objects;
use embedded_objects::FolderObjects;
use futures_util::stream;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

struct Folder {
    place: TempDir,
    clock: Arc<TestClock>,
    objects: FolderObjects,
}

fn open(place: &Path, clock: &Arc<TestClock>) -> FolderObjects {
    FolderObjects::open(place, clock.clone(), Arc::new(TestIds::seeded(1))).unwrap()
}

#[async_trait]
impl TestObjects for Folder {
    async fn fresh() -> Self {
        let place = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock::default());
        let objects = open(place.path(), &clock);
        Self { place, clock, objects }
    }

    fn objects(&self) -> Arc<dyn Objects> {
        Arc::new(self.objects.clone())
    }

    fn clock(&self) -> Arc<TestClock> {
        self.clock.clone()
    }

    fn sha256(bytes: &[u8]) -> [u8; 32] {
        Sha256::digest(bytes).into()
    }

    /// As the door does: in pieces, with the length announced.
    async fn send(&self, url: &str, headers: &[(String, String)], body: &[u8]) -> bool {
        let Some(token) = url.strip_prefix("/uploads/") else { return false };
        let content_type = headers.iter().find(|(name, _)| name == "content-type");
        let content_type = content_type.map(|(_, value)| value.as_str());
        let pieces: Vec<Result<Bytes, std::io::Error>> =
            body.chunks(10_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let length = Some(body.len() as u64);
        let pieces = stream::iter(pieces);
        self.objects.accept_upload(token, content_type, length, pieces).await.is_ok()
    }

    async fn fetch(&self, url: &str) -> Option<Vec<u8>> {
        let (path, query) = match url.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (url, None),
        };
        let key = ObjectKey::parse(path.strip_prefix("/media/")?).ok()?;
        if !query.is_some_and(|query| self.objects.admits(&key, query)) {
            return None;
        }
        self.objects.get(&key).await.unwrap().map(|object| object.bytes)
    }

    /// Opens a copy of what is on the disk while the old store is still open.
    async fn reopened(self) -> Self {
        let place = tempfile::tempdir().unwrap();
        copy(self.place.path(), place.path());
        let objects = open(place.path(), &self.clock);
        Self { place, clock: self.clock, objects }
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&to).unwrap();
            copy(&entry.path(), &to);
        } else if !entry.file_name().to_str().unwrap().ends_with("-shm") {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

contract::objects_contract!(Folder);
