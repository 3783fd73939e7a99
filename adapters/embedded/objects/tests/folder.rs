//! What objects in a folder do beyond their port.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use contract::{TestClock, TestIds};
use domain::Secret;
use domain::media::ObjectKey;
use domain::ports::{Clock, Objects, PortError, UploadRequest};
use embedded_objects::{FolderObjects, OpenError, UploadRefused};
use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

struct Place {
    folder: TempDir,
    clock: Arc<TestClock>,
    objects: FolderObjects,
}

fn open(folder: &Path, clock: &Arc<TestClock>) -> Result<FolderObjects, OpenError> {
    FolderObjects::open(folder, clock.clone(), Arc::new(TestIds::seeded(1)))
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(TestClock::default());
    let objects = open(folder.path(), &clock).unwrap();
    Place { folder, clock, objects }
}

impl Place {
    /// Every file of an object or of an unfinished one.
    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders =
            vec![self.folder.path().join("contents"), self.folder.path().join("incoming")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files
    }

    async fn token(&self, body: &[u8]) -> String {
        let request = UploadRequest {
            key: key("a"),
            length: body.len() as u64,
            content_type: "image/png".to_owned(),
            sha256: Sha256::digest(body).into(),
            expires_at: self.clock.now().plus(Duration::from_secs(60)),
        };
        let ticket = self.objects.upload_ticket(&request).await.unwrap();
        ticket.url.strip_prefix("/uploads/").unwrap().to_owned()
    }

    async fn upload(&self, token: &str, body: &[u8]) -> Result<(), UploadRefused> {
        let pieces = stream::iter([Ok::<_, io::Error>(Bytes::copy_from_slice(body))]);
        let accepted = self.objects.accept_upload(token, Some("image/png"), None, pieces).await?;
        assert_eq!(accepted.key, key("a"));
        Ok(())
    }
}

fn key(name: &str) -> ObjectKey {
    ObjectKey::new("m1", &Secret::from_bits(1), name, "png").unwrap()
}

#[tokio::test]
async fn an_upload_that_broke_off_leaves_nothing_and_may_be_tried_again() {
    let place = place();
    let token = place.token(b"0123456789").await;
    let broken = stream::iter([
        Ok(Bytes::from_static(b"01234")),
        Err(io::Error::new(io::ErrorKind::ConnectionReset, "gone")),
    ]);
    let refused = place.objects.accept_upload(&token, Some("image/png"), Some(10), broken).await;
    assert!(matches!(refused, Err(UploadRefused::BrokenOff(_))), "{refused:?}");
    place.upload(&token, b"0123456789").await.unwrap();
    assert_eq!(place.files().len(), 1);
}

#[tokio::test]
async fn an_upload_that_is_given_up_leaves_nothing_and_may_be_tried_again() {
    let place = place();
    let token = place.token(b"0123456789").await;
    let begun = stream::iter([Ok::<_, io::Error>(Bytes::from_static(b"01234"))]);
    // Never ends: as a client that says nothing more.
    let silent = begun.chain(stream::pending());
    let upload = place.objects.accept_upload(&token, Some("image/png"), Some(10), silent);
    tokio::time::timeout(Duration::from_millis(50), upload).await.unwrap_err();

    place.upload(&token, b"0123456789").await.unwrap();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while place.files().len() > 1 {
        assert!(tokio::time::Instant::now() < deadline, "{:?}", place.files());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_wrong_length_is_refused_before_the_body_is_read() {
    let place = place();
    let token = place.token(b"0123456789").await;
    let unread = stream::poll_fn(|_| -> std::task::Poll<Option<io::Result<Bytes>>> {
        panic!("the body was read")
    });
    let refused = place.objects.accept_upload(&token, Some("image/png"), Some(11), unread).await;
    assert!(matches!(refused, Err(UploadRefused::WrongLength { expected: 10 })), "{refused:?}");
}

#[tokio::test]
async fn a_body_without_end_is_refused_as_soon_as_it_is_too_long() {
    let place = place();
    let token = place.token(b"0123456789").await;
    let endless = stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(b"012345")));
    let refused = place.objects.accept_upload(&token, Some("image/png"), None, endless).await;
    assert!(matches!(refused, Err(UploadRefused::WrongLength { expected: 10 })), "{refused:?}");
}

#[tokio::test]
async fn each_refusal_says_its_reason() {
    let place = place();
    let token = place.token(b"0123456789").await;
    let altered = place.upload(&token.replacen('.', "A.", 1), b"0123456789").await;
    assert!(matches!(altered, Err(UploadRefused::Altered)), "{altered:?}");
    for nonsense in ["", ".", "a.b", "..", "한.글"] {
        let refused = place.upload(nonsense, b"0123456789").await;
        assert!(matches!(refused, Err(UploadRefused::Altered)), "{nonsense:?}: {refused:?}");
    }
    let wrong = place.upload(&token, b"9876543210").await;
    assert!(matches!(wrong, Err(UploadRefused::WrongChecksum)), "{wrong:?}");
    let empty = stream::iter(Vec::<io::Result<Bytes>>::new());
    let untyped = place.objects.accept_upload(&token, None, None, empty).await;
    assert!(matches!(untyped, Err(UploadRefused::WrongType { .. })), "{untyped:?}");
    place.upload(&token, b"0123456789").await.unwrap();
    let used = place.upload(&token, b"0123456789").await;
    assert!(matches!(used, Err(UploadRefused::Used)), "{used:?}");
    place.clock.advance(Duration::from_secs(61));
    let expired = place.upload(&token, b"0123456789").await;
    assert!(matches!(expired, Err(UploadRefused::Expired)), "{expired:?}");
    assert_eq!(place.files().len(), 1);
}

#[tokio::test]
async fn equal_bytes_lie_on_the_disk_once_and_go_with_their_last_key() {
    let place = place();
    for name in ["a", "b"] {
        place.objects.put(&key(name), b"same", "image/png").await.unwrap();
    }
    assert_eq!(place.files().len(), 1);
    place.objects.delete(&key("a")).await.unwrap();
    assert_eq!(place.files().len(), 1);
    place.objects.put(&key("b"), b"other", "image/png").await.unwrap();
    assert_eq!(place.files().len(), 1);
    place.objects.delete(&key("b")).await.unwrap();
    assert_eq!(place.files().len(), 0);
}

#[tokio::test]
async fn what_a_crash_left_behind_is_removed_and_nothing_else() {
    let place = place();
    place.objects.put(&key("a"), b"kept", "image/png").await.unwrap();
    place.objects.put(&key("b"), b"lost", "image/png").await.unwrap();
    // A crash after the file was named and before its row was there; and one while it was written.
    let outside = rusqlite::Connection::open(place.folder.path().join("objects.sqlite")).unwrap();
    outside.execute("DELETE FROM objects WHERE key LIKE '%/b.png'", []).unwrap();
    fs::write(place.folder.path().join("incoming/.tmpabc"), b"half").unwrap();
    let Place { folder, clock, objects } = place;
    drop(objects);

    let objects = open(folder.path(), &clock).unwrap();
    let place = Place { folder, clock, objects };
    assert_eq!(place.files().len(), 2);
    assert_eq!(place.objects.remove_orphans().await.unwrap(), 1);
    assert_eq!(place.objects.remove_orphans().await.unwrap(), 0);
    assert_eq!(place.objects.get(&key("a")).await.unwrap().unwrap().bytes, b"kept");
}

#[tokio::test]
async fn damaged_bytes_are_an_error_that_does_not_tell_the_secret() {
    let place = place();
    place.objects.put(&key("a"), b"bytes", "image/png").await.unwrap();
    fs::write(&place.files()[0], b"bytez").unwrap();
    let damaged = place.objects.get(&key("a")).await.unwrap_err();
    assert!(matches!(damaged, PortError::Corrupt { table: "object", .. }), "{damaged:?}");
    assert!(!damaged.to_string().contains(Secret::from_bits(1).reveal()), "{damaged}");

    fs::remove_file(&place.files()[0]).unwrap();
    let missing = place.objects.get(&key("a")).await.unwrap_err();
    assert!(matches!(missing, PortError::Corrupt { .. }), "{missing:?}");
    // Putting it again mends it.
    place.objects.put(&key("a"), b"bytes", "image/png").await.unwrap();
    assert_eq!(place.objects.get(&key("a")).await.unwrap().unwrap().bytes, b"bytes");
}

#[tokio::test]
async fn the_secret_is_kept_for_its_owner_only() {
    let place = place();
    let file = place.folder.path().join("secret");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let url = place.objects.url(&key("a"), Some(Duration::from_secs(60))).await.unwrap();
    let Place { folder, clock, objects } = place;
    drop(objects);
    let query = url.split_once('?').unwrap().1;

    // Other ids would draw another secret.
    let ids = Arc::new(TestIds::seeded(2));
    let objects = FolderObjects::open(folder.path(), clock.clone(), ids).unwrap();
    assert!(objects.admits(&key("a"), query));
    drop(objects);
    fs::write(&file, b"short").unwrap();
    assert!(matches!(open(folder.path(), &clock), Err(OpenError::Secret { .. })));
}

#[tokio::test]
async fn an_open_object_is_readable_after_its_removal() {
    let place = place();
    place.objects.put(&key("a"), b"bytes", "image/png").await.unwrap();
    let mut open = place.objects.open_object(&key("a")).await.unwrap().unwrap();
    place.objects.delete(&key("a")).await.unwrap();
    let mut bytes = Vec::new();
    open.file.read_to_end(&mut bytes).unwrap();
    assert_eq!((bytes.as_slice(), open.info.length), (&b"bytes"[..], 5));
    assert!(place.objects.open_object(&key("a")).await.unwrap().is_none());
}

#[tokio::test]
async fn a_store_of_a_newer_release_is_refused() {
    let Place { folder, clock, objects } = place();
    drop(objects);
    let outside = rusqlite::Connection::open(folder.path().join("objects.sqlite")).unwrap();
    outside.pragma_update(None, "user_version", 2).unwrap();
    drop(outside);
    let refused = open(folder.path(), &clock).err();
    assert!(matches!(refused, Some(OpenError::Newer { found: 2, known: 1, .. })), "{refused:?}");
}
