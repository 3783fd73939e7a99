//! What the language's side (the schema) does for the sockets.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{Gap, Position, Topic};

/// JSON text that is shared by all who receive it.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(Arc<Text>);

#[derive(PartialEq, Eq)]
struct Text {
    json: Box<str>,
    cursor: Option<Box<str>>,
}

impl Payload {
    /// Takes serialised JSON; the caller vouches that it is one value.
    pub fn from_json(json: impl Into<Box<str>>) -> Self {
        Payload(Arc::new(Text { json: json.into(), cursor: None }))
    }

    /// The same for a frame of a subscription, with the cursor by which a client goes on after it:
    /// text without control characters. Protocols that have a place for it beside the frame tell it
    /// there too.
    pub fn of_frame(json: impl Into<Box<str>>, cursor: impl Into<Box<str>>) -> Self {
        Payload(Arc::new(Text { json: json.into(), cursor: Some(cursor.into()) }))
    }

    /// An `errors` list of one error with a code of the schema's list, as `error` messages carry it.
    pub fn error(message: &str, code: &str) -> Self {
        let error = serde_json::json!([{ "message": message, "extensions": { "code": code } }]);
        Payload::from_json(error.to_string())
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0.json
    }

    /// Where a client goes on after it, for a frame of a subscription.
    pub fn cursor(&self) -> Option<&str> {
        self.0.cursor.as_deref()
    }
}

impl fmt::Debug for Payload {
    /// Only the length: payloads are what people write to each other.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} bytes)", self.as_str().len())
    }
}

/// A GraphQL request as a protocol carries it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// The document; none when `extensions` names a persisted one.
    pub query: Option<String>,
    /// Which operation of the document.
    pub operation_name: Option<String>,
    /// Values of its variables.
    pub variables: Map<String, Value>,
    /// Whatever else the client sends.
    pub extensions: Map<String, Value>,
    /// The cursor of the last frame that the client has seen, where its protocol tells it beside the
    /// operation. Later than what the variables say: those are from when the client began.
    pub last_event_id: Option<String>,
}

/// Which subscriptions may share a render: a hash over document, operation name and variables without
/// `after`. Two operations with equal keys must render alike for equal classes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct GroupKey(pub [u8; 32]);

/// A subscription that was parsed, validated and authorised.
#[derive(Debug)]
pub struct Plan<O> {
    /// The log that it follows.
    pub topic: Topic,
    /// With whom it shares renders.
    pub group: GroupKey,
    /// Where it wants to go on: the content of a cursor whose signature holds.
    pub after: Option<Position>,
    /// Whatever the executor needs to render it.
    pub operation: Arc<O>,
}

/// What came of looking at a request.
#[derive(Debug)]
pub enum Prepared<O> {
    /// A query or mutation, executed: the whole response, field errors included.
    Response(Payload),
    /// Not executed (syntax, validation, limits, authorisation of a subscription): the list of errors.
    Refused(Payload),
    /// A subscription to be opened.
    Subscription(Plan<O>),
}

/// How a subscription begins, or begins anew after a gap. `at` is what the frame's `seq` and `cursor`
/// say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The present state, read after the head was found at `at`; it may already show later events,
    /// which then come again as changes with absolute values.
    Snapshot {
        /// Where the log ended before the state is read.
        at: Position,
        /// What this subscriber has missed, when it is known.
        gap: Option<Gap>,
    },
    /// Nothing was missed: events after `at` follow as changes.
    Resumed {
        /// Where the client had stopped.
        at: Position,
    },
}

/// Something to tell all subscribers of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// An event of the log.
    Event {
        /// The event's own place.
        at: Position,
        /// As it is in the log.
        payload: Bytes,
    },
    /// A value on its way; may be lost.
    Progress {
        /// The last event before it.
        at: Position,
        /// As it was given to [`Notifier::progress`](crate::Notifier::progress).
        payload: Bytes,
    },
}

/// A change could not be rendered now. The subscribers concerned get a gap and a snapshot.
#[derive(Debug, thiserror::Error)]
#[error("the change could not be rendered")]
pub struct RenderFailed(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Executes operations and renders frames. Implemented by the schema.
///
/// *One resolver, several moments*: put the [`Opening`] or the [`Change`] into the request's data and
/// let the subscription's resolver answer for it.
#[async_trait::async_trait]
pub trait Executor: Send + Sync + 'static {
    /// Who asks, as authentication found them.
    type Viewer: Send + Sync + 'static;
    /// A subscription that was prepared. Kept as long as the subscription lives: keep it small.
    type Operation: Send + Sync + 'static;
    /// What decides, beside the group, how a frame looks: role, scopes, whether the viewer owns the
    /// subject; the viewer's id too when the document selects a field that reads the viewer.
    type Class: Clone + Eq + Hash + Send + Sync + 'static;

    /// Executes a query or mutation, or checks and authorises a subscription (without rendering it).
    async fn prepare(
        &self,
        request: Request,
        viewer: &Arc<Self::Viewer>,
    ) -> Prepared<Self::Operation>;

    /// Checks and authorises anew a subscription that was prepared before, in another process perhaps, and
    /// costs the client nothing: it did not ask again.
    ///
    /// # Errors
    /// A list of errors - when it would be refused by now.
    async fn restore(
        &self,
        request: Request,
        viewer: &Arc<Self::Viewer>,
    ) -> Result<Plan<Self::Operation>, Payload>;

    /// Renders the first frame for one viewer. The head was read before this is called, so the state
    /// must be read consistently now.
    ///
    /// # Errors
    /// A list of errors; it ends the subscription.
    async fn open(
        &self,
        operation: &Self::Operation,
        viewer: &Arc<Self::Viewer>,
        opening: &Opening,
    ) -> Result<Payload, Payload>;

    /// The viewer's class now, without waiting: asked for each subscriber and each change. None ends
    /// the subscription with `complete`: the viewer may not see its subject any more.
    fn class(&self, operation: &Self::Operation, viewer: &Self::Viewer) -> Option<Self::Class>;

    /// Renders a change once for all subscribers of a group and class, given the operation of any of
    /// them. None when the change does not concern this operation.
    ///
    /// # Errors
    /// [`RenderFailed`] - when it cannot be rendered now, for example because a read failed.
    async fn render(
        &self,
        operation: &Self::Operation,
        class: &Self::Class,
        change: &Change,
    ) -> Result<Option<Payload>, RenderFailed>;
}

/// Someone who may hold a socket.
#[derive(Debug)]
pub struct Admitted<V> {
    /// Handed to the executor with every operation.
    pub viewer: Arc<V>,
    /// The session (or token) that they came with, as [`Sockets::revoke_session`](crate::Sockets::revoke_session)
    /// names it; none for a guest.
    pub session: Option<Arc<str>>,
    /// The user, as [`Sockets::revoke_user`](crate::Sockets::revoke_user) names them; none for a guest.
    pub user: Option<Arc<str>>,
    /// When the session ends; the socket is closed then.
    pub expires_at: Option<tokio::time::Instant>,
    /// Payload of `connection_ack`, a JSON object; none for no payload.
    pub ack: Option<Payload>,
}

/// Why nobody was admitted; becomes the close reason of 4403 and must hold no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Denied(pub String);

impl Default for Denied {
    /// `Forbidden`, as the reference implementation says.
    fn default() -> Self {
        Denied("Forbidden".to_owned())
    }
}

/// Decides who may hold a socket. Implemented by the api.
#[async_trait::async_trait]
pub trait Authenticator<V>: Send + Sync {
    /// Reads the payload of `connection_init`. Must read the session's truth after it is called, never
    /// a cache from before: the revocation guarantee of [`Sockets`](crate::Sockets) rests on it.
    ///
    /// # Errors
    /// [`Denied`] - when the payload does not admit anybody. A payload without credentials is the
    /// implementation's to decide (a guest, here).
    async fn authenticate(&self, payload: Map<String, Value>) -> Result<Admitted<V>, Denied>;
}
