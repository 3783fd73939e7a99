//! The port, as a folder keeps it, and what the doors need beside it.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::media::ObjectKey;
use domain::ports::{
    Clock, IdSource, Object, ObjectInfo, Objects, PortError, UploadRequest, UploadTicket,
};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use crate::address;
use crate::copy::whole;
use crate::error::{Fault, OpenError};
use crate::files::{Files, Finished};
use crate::rows::{Replaced, Rows};
use crate::signer::Signer;
use crate::ticket::{self, Ticket};

/// Objects in a folder of their own.
///
/// Equal bytes are stored once, and removed with the last key that has them. Everything that waits for
/// the disk runs on threads where waiting is allowed.
#[derive(Clone)]
pub struct FolderObjects {
    pub(crate) store: Arc<Store>,
}

/// An object to be read piece by piece. Stays readable when the object is removed meanwhile.
#[derive(Debug)]
pub struct OpenObject {
    /// At its beginning.
    pub file: File,
    /// What is known of it.
    pub info: ObjectInfo,
}

pub(crate) struct Store {
    pub(crate) files: Files,
    /// Held while a content gets its name and its row, or loses both: so a file that is about to get
    /// a row is never taken for an orphan.
    writing: Mutex<Rows>,
    reading: Mutex<Rows>,
    pub(crate) signer: Signer,
    pub(crate) clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

impl FolderObjects {
    /// Opens a store, and makes it if there is none. The folder must belong to this process alone.
    ///
    /// # Errors
    /// `Newer` - a later release wrote it; `Secret` - its secret is damaged; `Io`, `Sqlite`.
    pub fn open(
        folder: &Path,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, OpenError> {
        let io = |source| OpenError::Io { folder: folder.to_owned(), source };
        let files = Files::open(folder).map_err(io)?;
        let secret = folder.join("secret");
        let signer = Signer::open(&secret, &*ids).map_err(io)?;
        let signer = signer.ok_or(OpenError::Secret { file: secret })?;
        let writing = Mutex::new(Rows::open(folder)?);
        let reading = Mutex::new(Rows::open_to_read(folder)?);
        Ok(Self { store: Arc::new(Store { files, writing, reading, signer, clock, ids }) })
    }

    /// Opens an object for reading, e.g. a range of it.
    ///
    /// # Errors
    /// `Corrupt` - it has a row but no file; `Backend`.
    pub async fn open_object(&self, key: &ObjectKey) -> Result<Option<OpenObject>, PortError> {
        let key = key.clone();
        self.work(move |store| store.open_object(&key)).await
    }

    /// Whether the query string of an address is one that [`url`](domain::ports::Objects::url) signed
    /// for this object, and not past its end. Says nothing of whether the object exists.
    pub fn admits(&self, key: &ObjectKey, query: &str) -> bool {
        address::verify(key, query, self.store.clock.now(), &self.store.signer)
    }

    /// Removes the files that a crash left without a row, and says how many. Reads the whole folder;
    /// run it some time after the start.
    ///
    /// # Errors
    /// `Backend`.
    pub async fn remove_orphans(&self) -> Result<usize, PortError> {
        self.work(|store| {
            let mut removed = 0;
            for content in store.files.contents()? {
                let rows = store.writing.lock();
                if !rows.refers_to(&content)? {
                    store.files.remove(&content)?;
                    removed += 1;
                }
            }
            Ok(removed)
        })
        .await
    }

    /// All objects, each with whether its file is there and as long as it should be. Reads no bytes.
    ///
    /// # Errors
    /// `Backend`.
    pub async fn inventory(&self) -> Result<Vec<(ObjectKey, bool)>, PortError> {
        self.work(|store| {
            let rows = store.reading.lock().all()?;
            rows.into_iter().map(|(key, info)| Ok((key, whole(&store.files, &info)?))).collect()
        })
        .await
    }

    /// Runs what waits for the disk.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, PortError> {
        let store = self.store.clone();
        Ok(spawn_blocking(move || work(&store)).await.map_err(Fault::from)??)
    }
}

impl Store {
    fn put(&self, key: &ObjectKey, bytes: &[u8], content_type: &str) -> Result<(), Fault> {
        let sha256: [u8; 32] = Sha256::digest(bytes).into();
        let length = bytes.len() as u64;
        let info = ObjectInfo { length, content_type: content_type.to_owned(), sha256 };
        let stored = self.reading.lock().info(key.as_str())?;
        if stored.as_ref() == Some(&info) && self.files.read(&sha256)?.is_some() {
            return Ok(());
        }
        let mut draft = self.files.draft()?;
        draft.write(bytes)?;
        let finished = draft.finish()?;

        let mut rows = self.writing.lock();
        self.files.keep(finished)?;
        let replaced = rows.put(key.as_str(), &info)?;
        self.clean(&rows, replaced)
    }

    /// Makes an object of a finished upload, unless its ticket was used meanwhile.
    pub(crate) fn put_upload(&self, ticket: &Ticket, finished: Finished) -> Result<bool, Fault> {
        let request = &ticket.request;
        let info = finished.info(&request.content_type);
        let mut rows = self.writing.lock();
        if rows.used(ticket.number)? {
            return Ok(false);
        }
        self.files.keep(finished)?;
        let now = self.clock.now();
        let put =
            rows.put_upload(request.key.as_str(), &info, ticket.number, request.expires_at, now)?;
        match put {
            Some(replaced) => self.clean(&rows, replaced).map(|()| true),
            None => Ok(false),
        }
    }

    pub(crate) fn used(&self, number: u128) -> Result<bool, Fault> {
        self.reading.lock().used(number)
    }

    fn delete(&self, key: &ObjectKey) -> Result<(), Fault> {
        let mut rows = self.writing.lock();
        let replaced = rows.delete(key.as_str())?;
        self.clean(&rows, replaced)
    }

    fn keys_from(&self, prefix: &str, limit: u32) -> Result<Vec<ObjectKey>, Fault> {
        let keys = self.reading.lock().keys_from(prefix, limit)?;
        // Every key was parsed before it was put.
        Ok(keys.iter().filter_map(|key| ObjectKey::parse(key).ok()).collect())
    }

    /// Removes a content that has lost its last row. Takes the rows to show that they are held.
    fn clean(&self, _rows: &Rows, replaced: Replaced) -> Result<(), Fault> {
        match replaced.orphan {
            Some(content) => Ok(self.files.remove(&content)?),
            None => Ok(()),
        }
    }

    fn open_object(&self, key: &ObjectKey) -> Result<Option<OpenObject>, Fault> {
        let Some(info) = self.reading.lock().info(key.as_str())? else { return Ok(None) };
        if let Some(file) = self.files.read(&info.sha256)? {
            return Ok(Some(OpenObject { file, info }));
        }
        // It was replaced or removed between the two looks. With the rows held it cannot be again.
        let rows = self.writing.lock();
        let Some(info) = rows.info(key.as_str())? else { return Ok(None) };
        match self.files.read(&info.sha256)? {
            Some(file) => Ok(Some(OpenObject { file, info })),
            None => Err(Fault::Damaged(damaged(key))),
        }
    }

    fn read(&self, key: &ObjectKey) -> Result<Option<Object>, Fault> {
        let Some(OpenObject { mut file, info }) = self.open_object(key)? else { return Ok(None) };
        let mut bytes = Vec::with_capacity(usize::try_from(info.length).unwrap_or(0));
        file.read_to_end(&mut bytes)?;
        let sha256: [u8; 32] = Sha256::digest(&bytes).into();
        if sha256 != info.sha256 {
            return Err(Fault::Damaged(damaged(key)));
        }
        Ok(Some(Object { bytes, content_type: info.content_type }))
    }
}

/// Names an object in an error by its owner alone: who holds the whole key may read it.
fn damaged(key: &ObjectKey) -> String {
    format!("{key:?}")
}

#[async_trait]
impl Objects for FolderObjects {
    async fn put(
        &self,
        key: &ObjectKey,
        bytes: &[u8],
        content_type: &str,
    ) -> Result<(), PortError> {
        let (key, bytes, content_type) = (key.clone(), bytes.to_vec(), content_type.to_owned());
        self.work(move |store| store.put(&key, &bytes, &content_type)).await
    }

    async fn get(&self, key: &ObjectKey) -> Result<Option<Object>, PortError> {
        let key = key.clone();
        self.work(move |store| store.read(&key)).await
    }

    async fn info(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        let key = key.clone();
        self.work(move |store| store.reading.lock().info(key.as_str())).await
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), PortError> {
        let key = key.clone();
        self.work(move |store| store.delete(&key)).await
    }

    async fn keys_of(&self, owner: &str, limit: u32) -> Result<Vec<ObjectKey>, PortError> {
        let prefix = format!("{owner}/");
        self.work(move |store| store.keys_from(&prefix, limit)).await
    }

    async fn upload_ticket(&self, request: &UploadRequest) -> Result<UploadTicket, PortError> {
        let ticket = Ticket { number: self.store.ids.secret(), request: request.clone() };
        let token = ticket::write(&ticket, &self.store.signer)
            .map_err(|error| PortError::backend("the object store", error))?;
        Ok(UploadTicket {
            method: "PUT",
            url: format!("/uploads/{token}"),
            headers: vec![("content-type".to_owned(), request.content_type.clone())],
            expires_at: request.expires_at,
        })
    }

    async fn url(&self, key: &ObjectKey, valid_for: Option<Duration>) -> Result<String, PortError> {
        let path = address::path(key);
        Ok(match valid_for {
            None => path,
            Some(valid_for) => {
                let ends_at = self.store.clock.now().plus(valid_for);
                format!("{path}?{}", address::sign(key, ends_at, &self.store.signer))
            }
        })
    }
}
