//! Global ids: the kind of a thing and its id in one opaque text, for `node(id:)`.

use std::fmt;

use domain::stage::{StageId, StageKind, Subject};
use domain::{AssetId, KeyId, MailId, PostId, Tag, UserId};

/// What a global id names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GlobalId {
    /// `post_...`
    Post(PostId),
    /// `user_...`
    User(UserId),
    /// `asset_...`
    Asset(AssetId),
    /// `stage_speech_...`
    Stage(StageId),
    /// `tag_...`, with the tag's key.
    Tag(String),
    /// `session_...`, which tells nothing of the session's key.
    Session(KeyId),
    /// `token_...`, likewise.
    Token(KeyId),
    /// `mail_...`
    Mail(MailId),
}

impl GlobalId {
    /// Reads an id; `None` for what was never given out. A client cannot tell the two apart from an id
    /// of something that is gone.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('_')?;
        match kind {
            "post" => PostId::parse(rest).ok().map(GlobalId::Post),
            "user" => UserId::parse(rest).ok().map(GlobalId::User),
            "asset" => AssetId::parse(rest).ok().map(GlobalId::Asset),
            "tag" => {
                let tag = Tag::parse(rest).ok().filter(|tag| tag.key() == rest)?;
                Some(GlobalId::Tag(tag.key()))
            }
            "stage" => {
                let (kind, subject) = rest.split_once('_')?;
                let mut shown = StageKind::ALL.into_iter().filter(|kind| !kind.internal());
                let kind = shown.find(|known| lower(*known) == kind)?;
                let subject = match kind {
                    StageKind::Image => Subject::Asset(AssetId::parse(subject).ok()?),
                    StageKind::Speech | StageKind::Summary | StageKind::Search => {
                        Subject::Post(PostId::parse(subject).ok()?)
                    }
                    StageKind::Purge | StageKind::Tidy => return None,
                };
                Some(GlobalId::Stage(StageId { subject, kind }))
            }
            "session" => KeyId::parse(rest).ok().map(GlobalId::Session),
            "token" => KeyId::parse(rest).ok().map(GlobalId::Token),
            "mail" => MailId::parse(rest).ok().map(GlobalId::Mail),
            _ => None,
        }
    }

    /// The post that an id names, if it names one.
    pub fn post(text: &str) -> Option<PostId> {
        match GlobalId::parse(text)? {
            GlobalId::Post(id) => Some(id),
            _ => None,
        }
    }

    /// The stage that an id names, if it names one.
    pub fn stage(text: &str) -> Option<StageId> {
        match GlobalId::parse(text)? {
            GlobalId::Stage(id) => Some(id),
            _ => None,
        }
    }
}

impl fmt::Display for GlobalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GlobalId::Post(id) => write!(f, "post_{id}"),
            GlobalId::User(id) => write!(f, "user_{id}"),
            GlobalId::Asset(id) => write!(f, "asset_{id}"),
            GlobalId::Tag(key) => write!(f, "tag_{key}"),
            GlobalId::Session(id) => write!(f, "session_{id}"),
            GlobalId::Token(id) => write!(f, "token_{id}"),
            GlobalId::Mail(id) => write!(f, "mail_{id}"),
            GlobalId::Stage(StageId { subject: Subject::Post(id), kind }) => {
                write!(f, "stage_{}_{id}", lower(*kind))
            }
            GlobalId::Stage(StageId { subject: Subject::Asset(id), kind }) => {
                write!(f, "stage_{}_{id}", lower(*kind))
            }
        }
    }
}

fn lower(kind: StageKind) -> String {
    kind.name().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_what_it_names() {
        let post = PostId::from_bits(1);
        let stage = |subject, kind| GlobalId::Stage(StageId { subject, kind });
        for id in [
            GlobalId::Post(post.clone()),
            GlobalId::User(UserId::from_bits(2)),
            GlobalId::Asset(AssetId::from_bits(3)),
            GlobalId::Session(KeyId::from_bits(4)),
            GlobalId::Token(KeyId::from_bits(5)),
            GlobalId::Mail(MailId::from_bits(6)),
            stage(Subject::Post(post), StageKind::Speech),
            stage(Subject::Asset(AssetId::from_bits(3)), StageKind::Image),
            GlobalId::Tag("웹 개발_2".to_owned()),
        ] {
            assert_eq!(GlobalId::parse(&id.to_string()), Some(id));
        }
    }

    #[test]
    fn what_was_never_given_out_names_nothing() {
        let post = PostId::from_bits(1);
        let asset_of_a_post = format!("stage_music_{post}");
        let (bare, internal) = (post.to_string(), format!("stage_purge_{post}"));
        for bad in [
            "",
            "tag_",
            "tag_Rust",
            "tag_ a",
            "post_",
            "post_x",
            "posts_1",
            "stage_speech",
            &asset_of_a_post,
            &bare,
            &internal,
        ] {
            assert_eq!(GlobalId::parse(bad), None, "{bad}");
        }
    }
}
