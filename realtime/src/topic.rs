//! Where something stands in a log: topic, epoch, number, tag.

use std::fmt;
use std::sync::Arc;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps the text as it is; cloning is cheap.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }
    };
}

text!(
    /// The name of a log, such as `author:{id}`. Opaque here.
    Topic
);
text!(
    /// Which life of the log: another one after a restore or an import, and never an earlier one again.
    Epoch
);
text!(
    /// What tells an event from another one that once had its number: random, empty at number 0.
    Tag
);

/// The number of an event in its topic and epoch: contiguous from 1; 0 is before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seq(pub u64);

impl Seq {
    /// The number after this one.
    pub fn next(self) -> Seq {
        Seq(self.0.saturating_add(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a topic's log ends. A topic without events is at number 0 with an empty tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Of the last event.
    pub seq: Seq,
    /// Of the log.
    pub epoch: Epoch,
    /// Of the last event.
    pub tag: Tag,
}

/// A place in a log: the content of an event cursor. Signing and spelling it is the schema's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which log.
    pub topic: Topic,
    /// Which life of it.
    pub epoch: Epoch,
    /// The last event seen.
    pub seq: Seq,
    /// Of that event.
    pub tag: Tag,
}

impl Position {
    /// The end of a topic's log.
    pub fn at_head(topic: &Topic, head: &Head) -> Self {
        let Head { seq, epoch, tag } = head.clone();
        Position { topic: topic.clone(), epoch, seq, tag }
    }
}

/// Events that a subscriber has missed, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first.
    pub from: Seq,
    /// The last.
    pub to: Seq,
}

impl Gap {
    /// What lies after `seen` and up to `head`; none when nothing does.
    pub fn between(seen: Seq, head: Seq) -> Option<Gap> {
        (seen < head).then(|| Gap { from: seen.next(), to: head })
    }
}
