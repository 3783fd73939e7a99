//! The layout: which row lies where. Nothing else in the project builds a key.

use domain::account::KeyKind;
use domain::mail::MailPurpose;
use domain::post::{Category, Revision};
use domain::stage::{StageId, StageKind, Subject};
use domain::{AssetId, Month, PostId, Slug, Tag, Timestamp, UserId};

use crate::table::Key;

/// Where a list of posts lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum List {
    /// What everybody may read, of all authors.
    Feed,
    /// What everybody may read, of one category.
    Category(Category),
    /// What everybody may read, of one author.
    Author(UserId),
    /// What everybody may read, with one tag (its key).
    Tag(String),
    /// All posts of one author, drafts included. Only its author reads it.
    Own(UserId),
    /// The deleted posts of one author, by the time of their deletion. Only its author reads it.
    Deleted(UserId),
}

impl List {
    /// The partition; also what a cursor is bound to.
    pub fn partition(&self) -> String {
        match self {
            List::Feed => "F#all".into(),
            List::Category(category) => format!("F#{}", category.name()),
            List::Author(user) => format!("AP#{user}"),
            List::Tag(tag) => format!("T#{tag}"),
            List::Own(user) | List::Deleted(user) => format!("A#{user}"),
        }
    }

    /// What every position in it begins with.
    pub fn prefix(&self) -> &'static str {
        match self {
            List::Own(_) => "P#",
            List::Deleted(_) => "D#",
            List::Feed | List::Category(_) | List::Author(_) | List::Tag(_) => "",
        }
    }

    /// The lists of a listed post.
    pub fn of_listed(author: &UserId, category: Category, tags: &[Tag]) -> Vec<List> {
        let tags = tags.iter().map(|tag| List::Tag(tag.key()));
        let every = [List::Feed, List::Category(category), List::Author(author.clone())];
        every.into_iter().chain(tags).collect()
    }
}

/// A user's password, as the embedded home keeps it.
pub fn password(user: &UserId) -> Key {
    Key::new(format!("U#{user}"), "PASSWORD")
}

/// A post.
pub fn post(id: &PostId) -> Key {
    Key::new(format!("P#{id}"), "META")
}

/// The body of a working copy.
pub fn body(id: &PostId) -> Key {
    Key::new(format!("P#{id}"), "DRAFT")
}

/// The body of a published revision.
pub fn revision(id: &PostId, revision: Revision) -> Key {
    Key::new(format!("P#{id}"), format!("REV#{:010}", revision.0))
}

/// The number of a published revision, from its row's key.
pub fn parse_revision(key: &Key) -> Option<Revision> {
    key.sk.strip_prefix("REV#")?.parse().ok().map(Revision)
}

/// The rendered article of a published revision.
pub fn article(id: &PostId, revision: Revision) -> Key {
    Key::new(format!("P#{id}"), format!("HTML#{:010}", revision.0))
}

/// A stage: beside the post or asset that it is about.
pub fn stage(id: &StageId) -> Key {
    let partition = match &id.subject {
        Subject::Post(id) => format!("P#{id}"),
        Subject::Asset(id) => format!("M#{id}"),
    };
    Key::new(partition, format!("STAGE#{}", id.kind.name()))
}

/// An uploaded image.
pub fn asset(id: &AssetId) -> Key {
    Key::new(format!("M#{id}"), "META")
}

/// What an address leads to.
pub fn slug(slug: &Slug) -> Key {
    Key::new(format!("SLUG#{}", slug.as_str()), "-")
}

/// A post's row in its author's own list.
pub fn own_post(author: &UserId, id: &PostId) -> Key {
    Key::new(format!("A#{author}"), format!("P#{id}"))
}

/// A deleted post's row in its author's own list; before the posts in byte order.
pub fn deleted_post(author: &UserId, at: Timestamp, id: &PostId) -> Key {
    Key::new(format!("A#{author}"), format!("D#{}#{id}", at.sortable()))
}

/// Whether a row stands in an author's own list.
pub fn own_list(key: &Key) -> bool {
    key.pk.starts_with("A#")
}

/// An unfinished image's row in its author's own list; after the posts in byte order, so that a page
/// from the end begins with it.
pub fn own_asset(author: &UserId, id: &AssetId) -> Key {
    Key::new(format!("A#{author}"), format!("Z#{id}"))
}

/// A row of a list.
pub fn listed(list: &List, position: &str) -> Key {
    Key::new(list.partition(), position)
}

/// How many posts stand in a tag's list. Lies beside them, before the first position.
pub fn tag(key: &str) -> Key {
    Key::new(format!("T#{key}"), "#META")
}

/// Where the counted tags are, by how many posts they have.
pub const COUNTED_TAGS: &str = "TAGS";

/// A person.
pub fn user(id: &UserId) -> Key {
    Key::new(format!("U#{id}"), "PROFILE")
}

/// What the partition of an address begins with.
pub const EMAIL: &str = "E#";

/// Who has an address: makes it unique.
pub fn email(email: &str) -> Key {
    Key::new(format!("{EMAIL}{email}"), "-")
}

/// A key by its hash: the one authentication read.
pub fn key(hash: &str) -> Key {
    Key::new(format!("K#{hash}"), "-")
}

/// Reads the hash of a key's row.
pub fn parse_key(key: &Key) -> Option<&str> {
    key.pk.strip_prefix("K#")
}

/// A key's row beside its user, so that a person sees and ends their sessions and tokens.
pub fn key_of_user(user: &UserId, kind: KeyKind, hash: &str) -> Option<Key> {
    let kind = match kind {
        KeyKind::Session => "SESS",
        KeyKind::Token => "PAT",
        KeyKind::Ticket => return None,
    };
    Some(Key::new(format!("U#{user}"), format!("{kind}#{hash}")))
}

/// The partition of all requests for mails.
pub const MAILS: &str = "MAILS";

/// A request for a mail: one for each purpose and address.
pub fn mail(purpose: MailPurpose, email: &str) -> Key {
    let purpose = match purpose {
        MailPurpose::SignUp => "SIGN-UP",
        MailPurpose::PasswordReset => "RESET",
    };
    Key::new(MAILS, format!("{purpose}#{email}"))
}

/// A one-time link by the hash of its token.
pub fn link(hash: &str) -> Key {
    Key::new(format!("V#{hash}"), "-")
}

/// Where a topic's log ends.
pub fn head(topic: &str) -> Key {
    Key::new(format!("L#{topic}"), "HEAD")
}

/// An event of a topic.
pub fn event(topic: &str, seq: u64) -> Key {
    Key::new(format!("L#{topic}"), event_sort(seq))
}

/// The place of an event: text order is number order.
pub fn event_sort(seq: u64) -> String {
    format!("E#{seq:016}")
}

/// Whether, and how far, those who follow a topic were told, where a function tells them.
pub fn watch(topic: &str) -> Key {
    Key::new(format!("L#{topic}"), "WATCH")
}

/// A socket that somebody else holds.
pub fn socket(socket: &str) -> Key {
    Key::new(format!("W#{socket}"), "META")
}

/// What a socket's client calls by this id; lies beside the socket.
pub fn subscription(socket: &str, id: &str) -> Key {
    Key::new(format!("W#{socket}"), format!("S#{id}"))
}

/// A follower of a topic: beside all others of it.
pub fn follower(topic: &str, socket: &str, id: &str) -> Key {
    Key::new(format!("S#{topic}"), format!("{socket}#{id}"))
}

/// A socket that came with a session or token, by the hash of its key.
pub fn socket_of(session: &str, socket: &str) -> Key {
    Key::new(format!("X#{session}"), socket)
}

/// Of what else than stages may be due, in the due index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upkeep {
    /// A socket: nobody was let in, or it is silent.
    Socket,
    /// A follower who was not told everything.
    Follower,
    /// A topic that somebody follows.
    Watch,
}

impl Upkeep {
    /// Where they are.
    pub fn partition(self) -> &'static str {
        match self {
            Upkeep::Socket => "DUE#SOCKET",
            Upkeep::Follower => "DUE#FOLLOWER",
            Upkeep::Watch => "DUE#WATCH",
        }
    }

    /// The place of one of them there.
    pub fn place(key: &Key, at: Timestamp) -> String {
        format!("{}#{}#{}", at.sortable(), key.pk, key.sk)
    }
}

/// What was done under an idempotency key.
pub fn idempotency(viewer: &UserId, key: &str) -> Key {
    Key::new(format!("I#{viewer}#{key}"), "-")
}

/// How often something was tried in a window.
pub fn rate(name: &str, window: i64) -> Key {
    Key::new(format!("R#{name}#{window}"), "-")
}

/// The partition of what months used.
pub const USAGE: &str = "USAGE";

/// What a month used of a kind. A row for each, so that kinds do not wait for each other.
pub fn usage(month: Month, kind: StageKind) -> Key {
    Key::new(USAGE, format!("{month}#{}", kind.name()))
}

/// Reads the month and the kind of such a row.
pub fn parse_usage(key: &Key) -> Option<(Month, StageKind)> {
    let (month, kind) = key.sk.split_once('#')?;
    Some((Month::parse(month)?, StageKind::parse(kind)?))
}

/// Facts of the whole site: `EPOCH`, `OWNER`, `SETUP`, `LISTS`, `BUDGETS`; `IMPORT` while one is under way.
pub fn site(what: &str) -> Key {
    Key::new("SITE", what)
}

/// The due index: partition and sort key.
pub fn due(id: &StageId, at: Timestamp) -> (String, String) {
    (due_partition(id.kind), format!("{}#{}", at.sortable(), stage(id).pk))
}

/// The last place in the due index that is reached at `now`.
pub fn due_until(now: Timestamp) -> String {
    format!("{}~", now.sortable())
}

/// Where the due stages of a kind are.
pub fn due_partition(kind: StageKind) -> String {
    format!("DUE#{}", kind.name())
}

/// The failed stages of an author, by when they failed. A failed stage has no due time, so both share
/// an index.
pub fn failed(author: &UserId, id: &StageId, at: Timestamp) -> (String, String) {
    let key = stage(id);
    (failed_partition(author), format!("{}#{}#{}", at.sortable(), key.pk, key.sk))
}

/// Where the failed stages are that are tried again by themselves, by when; of all authors.
pub const PROBES: &str = "PROBES";

/// The place of a failed stage there. It has one among its author's failed ones too, so this is another
/// index.
pub fn probe(id: &StageId, at: Timestamp) -> String {
    let key = stage(id);
    format!("{}#{}#{}", at.sortable(), key.pk, key.sk)
}

/// The held stages of an author, by when they were held. Nor has a held stage a due time.
pub fn held(author: &UserId, id: &StageId, at: Timestamp) -> (String, String) {
    (held_partition(author), failed(author, id, at).1)
}

/// Where the held stages of an author are.
pub fn held_partition(author: &UserId) -> String {
    format!("HELD#{author}")
}

/// Where the held stages of all authors are, in the second index. Those that came from another home stand
/// behind all that wait for room in a month (see [`ARRIVED`]): nobody looks whether there is room for them.
pub const HELD: &str = "HELD";

/// What the places of held stages that came from another home begin with; after every time in byte order.
pub const ARRIVED: &str = "~";

/// Where the failed stages of an author are.
pub fn failed_partition(author: &UserId) -> String {
    format!("FAILED#{author}")
}

/// Reads a stage's key back.
pub fn parse_stage(key: &Key) -> Option<StageId> {
    let kind = StageKind::parse(key.sk.strip_prefix("STAGE#")?)?;
    let subject = match key.pk.split_once('#')? {
        ("P", id) => Subject::Post(PostId::parse(id).ok()?),
        ("M", id) => Subject::Asset(AssetId::parse(id).ok()?),
        _ => return None,
    };
    Some(StageId { subject, kind })
}

/// That a post shows an image which was uploaded for another one.
pub fn asset_use(asset: &AssetId, post: &PostId) -> Key {
    Key::new(format!("M#{asset}"), format!("REF#{post}"))
}

/// Reads the post of a use.
pub fn parse_use(key: &Key) -> Option<PostId> {
    PostId::parse(key.sk.strip_prefix("REF#")?).ok()
}

/// Whether a row follows from a post or an image, and from nothing else: a list row, an address, a use,
/// a counter of posts. What is here and should not be, a check removes.
pub fn derived(key: &Key) -> bool {
    let partition = key.pk.split_once('#').map_or("", |(partition, _)| partition);
    match partition {
        "F" | "AP" | "A" | "T" | "SLUG" => true,
        "M" => key.sk.starts_with("REF#"),
        _ => false,
    }
}

/// Reads the topic of a row of its log.
pub fn parse_topic(key: &Key) -> Option<&str> {
    key.pk.strip_prefix("L#")
}
