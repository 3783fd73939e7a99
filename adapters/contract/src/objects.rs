//! What every `Objects` promises.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::Secret;
use domain::media::ObjectKey;
use domain::ports::{Clock, Object, Objects, UploadRequest, UploadTicket};

use crate::TestClock;

/// How a clause gets at an adapter's objects, and plays the client that uploads and reads.
#[async_trait]
pub trait TestObjects: Send + Sync + Sized {
    /// Makes an empty store that nobody else uses, on a clock that stands; at the true time, if the store is
    /// a server that looks at its own.
    async fn fresh() -> Self;

    /// The store.
    fn objects(&self) -> Arc<dyn Objects>;

    /// The clock by which tickets and addresses are made.
    fn clock(&self) -> Arc<TestClock>;

    /// How long before its end something is used that has to be good still; longer where time goes on.
    fn shortly(&self) -> Duration {
        Duration::from_secs(1)
    }

    /// SHA-256.
    fn sha256(bytes: &[u8]) -> [u8; 32];

    /// Sends a ticket's request to its address, with these headers and this body; whether it was
    /// accepted.
    async fn send(&self, url: &str, headers: &[(String, String)], body: &[u8]) -> bool;

    /// Gets an address as a reader does; none when it is refused.
    async fn fetch(&self, url: &str) -> Option<Vec<u8>>;

    /// Lets go of the store without any farewell and opens it again.
    async fn reopened(self) -> Self;
}

/// Makes one named test of each clause for an adapter, a type that implements
/// [`TestObjects`](crate::objects::TestObjects).
#[macro_export]
macro_rules! objects_contract {
    ($adapter:ty) => {
        $crate::objects_contract!($adapter:
            an_object_reads_back_as_it_was_put,
            an_absent_object_is_none,
            a_put_replaces_the_whole_object,
            putting_twice_is_as_putting_once,
            what_is_known_of_an_object_is_that_of_its_bytes,
            removing_an_object_leaves_all_others,
            removing_an_absent_object_is_no_error,
            all_objects_of_an_owner_are_listed_and_no_others,
            what_is_listed_can_be_removed_until_nothing_is_left,
            a_reader_sees_the_old_object_or_the_new_one,
            what_was_put_is_there_after_a_crash,
            a_ticket_uploads_its_object,
            a_ticket_works_once,
            a_ticket_works_once_also_after_a_crash,
            of_two_uploads_at_once_with_one_ticket_one_wins,
            an_upload_of_another_length_is_refused,
            an_upload_of_another_type_is_refused,
            an_upload_of_other_bytes_is_refused,
            a_refused_upload_leaves_its_ticket_usable,
            an_altered_ticket_is_refused,
            an_expired_ticket_is_refused,
            a_signed_address_gives_its_object_until_it_ends,
            a_signed_address_is_of_one_object_only,
        );
    };
    ($adapter:ty: $($clause:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $clause() {
            let place = <$adapter as $crate::objects::TestObjects>::fresh().await;
            $crate::objects::$clause(place).await;
        })+
    };
}

const TYPE: &str = "image/webp";

fn key(number: u128, name: &str) -> ObjectKey {
    ObjectKey::new("m1", &Secret::from_bits(number), name, "webp").unwrap()
}

/// Bytes that are different for each number, and no multiple of a buffer.
fn bytes(number: u8, length: usize) -> Vec<u8> {
    (0..length).map(|n| (n % 251) as u8 ^ number).collect()
}

async fn read(objects: &dyn Objects, key: &ObjectKey) -> Option<Vec<u8>> {
    objects.get(key).await.unwrap().map(|object| object.bytes)
}

fn request<T: TestObjects>(place: &T, key: &ObjectKey, bytes: &[u8]) -> UploadRequest {
    UploadRequest {
        key: key.clone(),
        length: bytes.len() as u64,
        content_type: TYPE.to_owned(),
        sha256: T::sha256(bytes),
        expires_at: place.clock().now().plus(Duration::from_secs(600)),
    }
}

async fn ticket<T: TestObjects>(place: &T, key: &ObjectKey, bytes: &[u8]) -> UploadTicket {
    let ticket = place.objects().upload_ticket(&request(place, key, bytes)).await.unwrap();
    assert_eq!(ticket.method, "PUT");
    ticket
}

async fn use_ticket<T: TestObjects>(place: &T, ticket: &UploadTicket, body: &[u8]) -> bool {
    place.send(&ticket.url, &ticket.headers, body).await
}

/// Empty, small and large ones, with their type.
pub async fn an_object_reads_back_as_it_was_put(place: impl TestObjects) {
    let objects = place.objects();
    for (number, length) in [(1, 0), (2, 1), (3, 65_536), (4, 3_000_001)] {
        let (key, bytes) = (key(number, "w300"), bytes(number as u8, length));
        objects.put(&key, &bytes, TYPE).await.unwrap();
        let expected = Object { bytes, content_type: TYPE.to_owned() };
        assert_eq!(objects.get(&key).await.unwrap(), Some(expected), "{length} bytes");
    }
}

/// Absence is no error.
pub async fn an_absent_object_is_none(place: impl TestObjects) {
    let objects = place.objects();
    objects.put(&key(1, "w300"), b"a", TYPE).await.unwrap();
    for absent in [key(1, "w30"), key(1, "w3000"), key(2, "w300")] {
        assert_eq!(objects.get(&absent).await.unwrap(), None);
        assert_eq!(objects.info(&absent).await.unwrap(), None);
    }
}

/// Bytes and type.
pub async fn a_put_replaces_the_whole_object(place: impl TestObjects) {
    let objects = place.objects();
    objects.put(&key(1, "a"), &bytes(1, 5000), TYPE).await.unwrap();
    objects.put(&key(1, "a"), b"short", "text/plain").await.unwrap();
    let expected = Object { bytes: b"short".to_vec(), content_type: "text/plain".to_owned() };
    assert_eq!(objects.get(&key(1, "a")).await.unwrap(), Some(expected));
}

/// A job that is done again does no harm.
pub async fn putting_twice_is_as_putting_once(place: impl TestObjects) {
    let objects = place.objects();
    for _ in 0..2 {
        objects.put(&key(1, "a"), b"same", TYPE).await.unwrap();
        assert_eq!(read(&*objects, &key(1, "a")).await.unwrap(), b"same");
    }
    objects.delete(&key(1, "a")).await.unwrap();
    assert_eq!(read(&*objects, &key(1, "a")).await, None);
}

/// Length, type and checksum.
pub async fn what_is_known_of_an_object_is_that_of_its_bytes<T: TestObjects>(place: T) {
    let objects = place.objects();
    let bytes = bytes(1, 70_000);
    objects.put(&key(1, "a"), &bytes, "audio/mpeg").await.unwrap();
    let info = objects.info(&key(1, "a")).await.unwrap().unwrap();
    assert_eq!((info.length, info.content_type.as_str()), (70_000, "audio/mpeg"));
    assert_eq!(info.sha256, T::sha256(&bytes));
}

/// Also those of the same bytes.
pub async fn removing_an_object_leaves_all_others(place: impl TestObjects) {
    let objects = place.objects();
    for key in [key(1, "a"), key(1, "b"), key(2, "a")] {
        objects.put(&key, b"same", TYPE).await.unwrap();
    }
    objects.delete(&key(1, "a")).await.unwrap();
    objects.put(&key(1, "b"), b"other", TYPE).await.unwrap();
    assert_eq!(read(&*objects, &key(1, "a")).await, None);
    assert_eq!(read(&*objects, &key(1, "b")).await.unwrap(), b"other");
    assert_eq!(read(&*objects, &key(2, "a")).await.unwrap(), b"same");
}

/// Removing twice is as removing once.
pub async fn removing_an_absent_object_is_no_error(place: impl TestObjects) {
    let objects = place.objects();
    objects.delete(&key(1, "a")).await.unwrap();
    objects.put(&key(1, "a"), b"a", TYPE).await.unwrap();
    objects.delete(&key(1, "a")).await.unwrap();
    objects.delete(&key(1, "a")).await.unwrap();
}

/// A page at a time; of an owner whose name begins alike, nothing.
pub async fn all_objects_of_an_owner_are_listed_and_no_others(place: impl TestObjects) {
    let objects = place.objects();
    let of = |owner: &str, secret: u128, name: &str| {
        ObjectKey::new(owner, &Secret::from_bits(secret), name, "webp").unwrap()
    };
    let mut own = vec![];
    for n in 0..5 {
        own.push(of("m1", n, "a"));
        own.push(of("m1", n, "original"));
    }
    own.sort();
    for key in
        own.iter().chain(&[of("m", 1, "a"), of("m10", 1, "a"), of("m1_", 1, "a"), of("n1", 1, "a")])
    {
        objects.put(key, b"a", TYPE).await.unwrap();
    }
    assert_eq!(objects.keys_of("m1", 100).await.unwrap(), own);
    assert_eq!(objects.keys_of("m1", 3).await.unwrap(), own[..3]);
    assert_eq!(objects.keys_of("nobody", 3).await.unwrap(), []);
}

/// How all objects of an owner are removed.
pub async fn what_is_listed_can_be_removed_until_nothing_is_left(place: impl TestObjects) {
    let objects = place.objects();
    let other = ObjectKey::new("m2", &Secret::from_bits(1), "a", "webp").unwrap();
    objects.put(&other, b"a", TYPE).await.unwrap();
    for n in 0..7 {
        objects.put(&key(n, "a"), b"a", TYPE).await.unwrap();
    }
    let mut removed = 0;
    loop {
        let keys = objects.keys_of("m1", 3).await.unwrap();
        if keys.is_empty() {
            break;
        }
        for key in keys {
            objects.delete(&key).await.unwrap();
            removed += 1;
        }
    }
    assert_eq!(removed, 7);
    assert_eq!(read(&*objects, &other).await.as_deref(), Some(&b"a"[..]));
}

/// Never a part of one, never none, however often it is replaced while it is read.
pub async fn a_reader_sees_the_old_object_or_the_new_one(place: impl TestObjects) {
    let objects = place.objects();
    let key = key(1, "a");
    objects.put(&key, &bytes(0, 100_000), TYPE).await.unwrap();
    let writer = tokio::spawn({
        let (objects, key) = (objects.clone(), key.clone());
        async move {
            for number in 1..30 {
                objects.put(&key, &bytes(number, 100_000), TYPE).await.unwrap();
            }
        }
    });
    while !writer.is_finished() {
        let seen = read(&*objects, &key).await.expect("it is always there");
        assert_eq!(seen, bytes(seen[0], 100_000), "a mixture of two");
    }
    writer.await.unwrap();
    assert_eq!(read(&*objects, &key).await, Some(bytes(29, 100_000)));
}

/// Durable once the call returned.
pub async fn what_was_put_is_there_after_a_crash(place: impl TestObjects) {
    let objects = place.objects();
    objects.put(&key(1, "a"), &bytes(1, 100_000), TYPE).await.unwrap();
    objects.put(&key(1, "b"), b"gone", TYPE).await.unwrap();
    objects.delete(&key(1, "b")).await.unwrap();
    drop(objects);
    let place = place.reopened().await;
    let objects = place.objects();
    assert_eq!(read(&*objects, &key(1, "a")).await, Some(bytes(1, 100_000)));
    assert_eq!(read(&*objects, &key(1, "b")).await, None);
}

/// What a client does with it.
pub async fn a_ticket_uploads_its_object(place: impl TestObjects) {
    let bytes = bytes(1, 200_000);
    let ticket = ticket(&place, &key(1, "original"), &bytes).await;
    assert_eq!(read(&*place.objects(), &key(1, "original")).await, None);
    assert!(use_ticket(&place, &ticket, &bytes).await);
    let stored = place.objects().get(&key(1, "original")).await.unwrap();
    assert_eq!(stored, Some(Object { bytes, content_type: TYPE.to_owned() }));
}

/// The second use is refused, also when the object is gone again.
pub async fn a_ticket_works_once(place: impl TestObjects) {
    let ticket = ticket(&place, &key(1, "a"), b"bytes").await;
    assert!(use_ticket(&place, &ticket, b"bytes").await);
    assert!(!use_ticket(&place, &ticket, b"bytes").await);
    assert_eq!(read(&*place.objects(), &key(1, "a")).await.unwrap(), b"bytes");
}

/// Being used is as durable as the object.
pub async fn a_ticket_works_once_also_after_a_crash(place: impl TestObjects) {
    let used = ticket(&place, &key(1, "a"), b"bytes").await;
    let fresh = ticket(&place, &key(1, "b"), b"bytes").await;
    assert!(use_ticket(&place, &used, b"bytes").await);
    let place = place.reopened().await;
    assert!(!use_ticket(&place, &used, b"bytes").await);
    assert!(use_ticket(&place, &fresh, b"bytes").await);
}

/// Not both, and not neither.
pub async fn of_two_uploads_at_once_with_one_ticket_one_wins(place: impl TestObjects) {
    let bytes = bytes(1, 100_000);
    let ticket = ticket(&place, &key(1, "a"), &bytes).await;
    let uploads: [bool; 4] = tokio::join!(
        use_ticket(&place, &ticket, &bytes),
        use_ticket(&place, &ticket, &bytes),
        use_ticket(&place, &ticket, &bytes),
        use_ticket(&place, &ticket, &bytes),
    )
    .into();
    assert_eq!(uploads.iter().filter(|accepted| **accepted).count(), 1, "{uploads:?}");
    assert_eq!(read(&*place.objects(), &key(1, "a")).await, Some(bytes));
}

async fn refused<T: TestObjects>(place: &T, ticket: &UploadTicket, body: &[u8]) {
    assert!(!use_ticket(place, ticket, body).await, "{} bytes were accepted", body.len());
    assert_eq!(place.objects().info(&key(1, "a")).await.unwrap(), None);
}

/// Neither shorter nor longer.
pub async fn an_upload_of_another_length_is_refused(place: impl TestObjects) {
    let bytes = bytes(1, 1000);
    let ticket = ticket(&place, &key(1, "a"), &bytes).await;
    for length in [0, 1, 999] {
        refused(&place, &ticket, &bytes[..length]).await;
    }
    let mut longer = bytes;
    longer.push(0);
    refused(&place, &ticket, &longer).await;
}

/// The type is what readers will be told.
pub async fn an_upload_of_another_type_is_refused(place: impl TestObjects) {
    let ticket = ticket(&place, &key(1, "a"), b"bytes").await;
    let mut headers = ticket.headers.clone();
    let header = headers.iter_mut().find(|(name, _)| name == "content-type");
    header.expect("a ticket has a content-type").1 = "text/html".to_owned();
    assert!(!place.send(&ticket.url, &headers, b"bytes").await);
    assert_eq!(place.objects().info(&key(1, "a")).await.unwrap(), None);
}

/// The checksum decides.
pub async fn an_upload_of_other_bytes_is_refused(place: impl TestObjects) {
    let ticket = ticket(&place, &key(1, "a"), b"these").await;
    refused(&place, &ticket, b"those").await;
}

/// Only a finished upload uses a ticket.
pub async fn a_refused_upload_leaves_its_ticket_usable(place: impl TestObjects) {
    let ticket = ticket(&place, &key(1, "a"), b"these").await;
    refused(&place, &ticket, b"those").await;
    refused(&place, &ticket, b"the").await;
    assert!(use_ticket(&place, &ticket, b"these").await);
}

/// Wherever a character is changed.
pub async fn an_altered_ticket_is_refused(place: impl TestObjects) {
    let ticket = ticket(&place, &key(1, "a"), b"bytes").await;
    let from = ticket.url.len() - 120;
    for at in (from..ticket.url.len()).step_by(7) {
        let mut url = ticket.url.clone();
        let other = if &url[at..=at] == "A" { "B" } else { "A" };
        url.replace_range(at..=at, other);
        assert!(!place.send(&url, &ticket.headers, b"bytes").await, "altered at {at}");
    }
    assert!(use_ticket(&place, &ticket, b"bytes").await);
}

/// A ticket that was made so long ago. The end of a ticket is looked at by whoever takes the upload, and that
/// may be a server whose clock no test sets: so what is old was made in its past.
async fn made_ago<T: TestObjects>(
    place: &T,
    age: Duration,
    key: &ObjectKey,
    bytes: &[u8],
) -> UploadTicket {
    let now = place.clock().now();
    place.clock().set(now.minus(age));
    let ticket = ticket(place, key, bytes).await;
    place.clock().set(now);
    ticket
}

/// The age at which what lasts for 600 s ends shortly.
fn nearly_ended(place: &impl TestObjects) -> Duration {
    Duration::from_secs(600) - place.shortly()
}

/// No upload begins after a ticket's end.
pub async fn an_expired_ticket_is_refused(place: impl TestObjects) {
    let nearly = nearly_ended(&place);
    let good = made_ago(&place, nearly, &key(1, "b"), b"bytes").await;
    let ended = made_ago(&place, Duration::from_secs(601), &key(1, "a"), b"bytes").await;
    assert!(use_ticket(&place, &good, b"bytes").await);
    refused(&place, &ended, b"bytes").await;
}

/// To whoever holds it.
pub async fn a_signed_address_gives_its_object_until_it_ends(place: impl TestObjects) {
    let objects = place.objects();
    objects.put(&key(1, "a"), b"bytes", TYPE).await.unwrap();
    let now = place.clock().now();
    let (new, ended) = (Duration::ZERO, Duration::from_secs(601));
    for (age, good) in [(new, true), (nearly_ended(&place), true), (ended, false)] {
        // Made in the past, for the reason that tickets are.
        place.clock().set(now.minus(age));
        let url = objects.url(&key(1, "a"), Some(Duration::from_secs(600))).await.unwrap();
        place.clock().set(now);
        let fetched = place.fetch(&url).await;
        assert_eq!(fetched.as_deref(), good.then_some(&b"bytes"[..]), "after {age:?}");
    }
}

/// Nor can its end be moved.
pub async fn a_signed_address_is_of_one_object_only(place: impl TestObjects) {
    let objects = place.objects();
    for name in ["a", "b"] {
        objects.put(&key(1, name), name.as_bytes(), TYPE).await.unwrap();
    }
    let valid_for = Some(Duration::from_secs(600));
    let url = objects.url(&key(1, "a"), valid_for).await.unwrap();
    assert!(place.fetch(&url).await.is_some());
    let other = url.replace("/a.webp", "/b.webp");
    assert_ne!(other, url);
    assert_eq!(place.fetch(&other).await, None);
    for (at, digit) in url.char_indices().filter(|(_, letter)| letter.is_ascii_digit()) {
        let next = if digit == '9' { "8" } else { "9" };
        let mut altered = url.clone();
        altered.replace_range(at..=at, next);
        assert_eq!(place.fetch(&altered).await, None, "altered at {at}");
    }
}
