//! What the author writes, and how it gets saved: the autosave machine.
//!
//! The fields belong to the author. Nothing that the server says replaces their text; a newer
//! working copy from elsewhere becomes a conflict that shows both.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use yew::Reducible;

use crate::graphql::fragments::{Category, EditedPost, Visibility, WorkingCopy};
use crate::graphql::refusal::Refusal;

/// From the first unsaved key to the save.
const SAVE_AFTER_MS: u32 = 1_000;
const RETRY_LONGEST_MS: u32 = 15_000;

/// The fields of the editor, as typed.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub(crate) struct Text {
    pub(crate) title: String,
    pub(crate) markdown: String,
    /// As typed, separated by commas.
    pub(crate) tags: String,
    /// As the schema writes it; a copy from before there were categories is an article.
    #[serde(default, with = "stored_category")]
    pub(crate) category: Category,
    /// As the schema writes it, so that a stored copy reads the same in every version.
    #[serde(with = "stored_visibility")]
    pub(crate) visibility: Visibility,
}

impl Text {
    /// The tags as the server wants them.
    pub(crate) fn tag_list(&self) -> Vec<String> {
        self.tags
            .split(',')
            .map(|tag| tag.trim().trim_start_matches('#'))
            .filter(|tag| !tag.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Equal for the server, whatever the spaces between tags.
    fn same_as(&self, other: &Self) -> bool {
        self.title == other.title
            && self.markdown == other.markdown
            && self.category == other.category
            && self.visibility == other.visibility
            && self.tag_list() == other.tag_list()
    }

    fn of(copy: &WorkingCopy, visibility: Visibility) -> Self {
        Self {
            title: copy.title.clone(),
            // A text area knows line feeds only; a text with carriage returns would differ from
            // itself and move the author's cursor.
            markdown: copy.markdown.replace("\r\n", "\n"),
            tags: copy.tags.join(", "),
            category: copy.category,
            visibility,
        }
    }
}

/// Where saving stands.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) enum Phase {
    /// Saved, or about to be.
    #[default]
    Calm,
    Saving,
    /// The server did not answer; it is tried again.
    Retrying,
    /// Somebody else saved in between.
    Conflict {
        theirs: Text,
        revision: i32,
    },
    /// The server refuses this text; the next change is tried again.
    Refused(Refusal),
    /// The session is over; the text waits in this browser.
    SignedOut,
}

/// Whether the draft could be published now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// The server has it all.
    Clean,
    /// A save is due.
    Dirty,
    /// A request is on its way.
    Busy,
    /// Nothing will be saved before something changes.
    Stuck,
}

/// One author's work on one post.
#[derive(Clone, PartialEq, Default, Debug)]
pub(crate) struct Draft {
    pub(crate) text: Text,
    /// What the server has acknowledged.
    saved: Text,
    revision: i32,
    /// Sent and perhaps saved: it tells our own save, whose answer was lost, from another's.
    sent: Option<Text>,
    /// Tries in a row that the server did not answer.
    failures: u32,
    /// The other side of a settled conflict.
    pub(crate) set_aside: Option<Text>,
    pub(crate) phase: Phase,
}

/// What happened to the draft.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum DraftAction {
    Title(String),
    Markdown(String),
    Tags(String),
    Category(Category),
    Visibility(Visibility),
    /// The text is on its way; so is a publication, which needs the revision for itself.
    SaveStarted(Text),
    Saved {
        revision: i32,
    },
    /// The server has a newer working copy.
    Stale {
        theirs: Text,
        revision: i32,
    },
    Refused(Refusal),
    Unreachable,
    /// A publication was refused; the text is as it was.
    Released,
    /// The author brought an older revision back.
    BroughtBack {
        text: Text,
        revision: i32,
    },
    SignedOut,
    /// After signing in again, or because the author asks.
    TryAgain,
    KeepMine,
    TakeTheirs,
    /// Swaps the text with the one that was set aside.
    BringBack,
    /// The text that was set aside is no longer wanted.
    ForgetAside,
}

impl DraftAction {
    /// The action for a post whose revision was not the expected one.
    pub(crate) fn stale(post: &EditedPost) -> Self {
        match &post.working_copy {
            Some(copy) => {
                Self::Stale { theirs: Text::of(copy, post.visibility), revision: copy.revision }
            }
            None => Self::Refused(Refusal::unknown()),
        }
    }

    /// The action for a post whose working copy is an older revision now.
    pub(crate) fn brought_back(post: &EditedPost) -> Self {
        match &post.working_copy {
            Some(copy) => {
                Self::BroughtBack { text: Text::of(copy, post.visibility), revision: copy.revision }
            }
            None => Self::SignedOut,
        }
    }
}

impl Draft {
    /// Opens the editor on the server's working copy, and on what this browser still holds of an
    /// earlier visit.
    pub(crate) fn open(copy: &WorkingCopy, visibility: Visibility, kept: Option<Kept>) -> Self {
        let theirs = Text::of(copy, visibility);
        let revision = copy.revision;
        let mut draft = Self {
            text: theirs.clone(),
            saved: theirs.clone(),
            revision,
            sent: None,
            failures: 0,
            set_aside: None,
            phase: Phase::Calm,
        };
        if let Some(kept) = kept {
            draft.set_aside = kept.set_aside;
            if kept.text.same_as(&theirs) {
                return draft;
            }
            let answered_by_us = kept.sent.as_ref().is_some_and(|sent| sent.same_as(&theirs));
            draft.text = kept.text;
            if kept.revision != revision && !answered_by_us {
                draft.phase = Phase::Conflict { theirs, revision };
            }
        }
        draft
    }

    /// The revision to send with the next change.
    pub(crate) fn revision(&self) -> i32 {
        self.revision
    }

    /// Whether the server lacks something that was typed.
    pub(crate) fn unsaved(&self) -> bool {
        !self.text.same_as(&self.saved)
    }

    pub(crate) fn standing(&self) -> Standing {
        match self.phase {
            Phase::Calm if self.unsaved() => Standing::Dirty,
            Phase::Calm => Standing::Clean,
            Phase::Saving => Standing::Busy,
            Phase::Retrying | Phase::Conflict { .. } | Phase::Refused(_) | Phase::SignedOut => {
                Standing::Stuck
            }
        }
    }

    /// How long to wait before the next save; `None` when none is due.
    pub(crate) fn save_in_ms(&self) -> Option<u32> {
        match self.phase {
            Phase::Calm if self.unsaved() => Some(SAVE_AFTER_MS),
            Phase::Retrying => {
                let doubled = SAVE_AFTER_MS << self.failures.saturating_sub(1).min(4);
                Some(doubled.min(RETRY_LONGEST_MS))
            }
            _ => None,
        }
    }

    /// What this browser keeps until the server has it all; `None` when there is nothing to keep.
    pub(crate) fn kept(&self) -> Option<Kept> {
        let settled = !self.unsaved() && matches!(self.phase, Phase::Calm);
        (!settled || self.set_aside.is_some()).then(|| Kept {
            revision: self.revision,
            text: self.text.clone(),
            sent: self.sent.clone(),
            set_aside: self.set_aside.clone(),
        })
    }

    fn typed(&mut self) {
        if matches!(self.phase, Phase::Refused(_)) {
            self.phase = Phase::Calm;
        }
    }

    fn settle(&mut self, saved: Text, revision: i32) {
        self.saved = saved;
        self.revision = revision;
        self.sent = None;
        self.failures = 0;
        self.phase = Phase::Calm;
    }
}

impl Reducible for Draft {
    type Action = DraftAction;

    fn reduce(self: Rc<Self>, action: DraftAction) -> Rc<Self> {
        let mut draft = Rc::unwrap_or_clone(self);
        match action {
            DraftAction::Title(title) => {
                draft.text.title = title;
                draft.typed();
            }
            DraftAction::Markdown(markdown) => {
                draft.text.markdown = markdown;
                draft.typed();
            }
            DraftAction::Tags(tags) => {
                draft.text.tags = tags;
                draft.typed();
            }
            DraftAction::Category(category) => {
                draft.text.category = category;
                draft.typed();
            }
            DraftAction::Visibility(visibility) => {
                draft.text.visibility = visibility;
                draft.typed();
            }
            DraftAction::SaveStarted(text) => {
                draft.sent = Some(text);
                draft.phase = Phase::Saving;
            }
            DraftAction::Saved { revision } => {
                let saved = draft.sent.clone().unwrap_or_else(|| draft.text.clone());
                draft.settle(saved, revision);
            }
            DraftAction::Stale { theirs, revision } => {
                let ours = draft.sent.as_ref().is_some_and(|sent| sent.same_as(&theirs))
                    || draft.text.same_as(&theirs);
                if ours {
                    draft.settle(theirs, revision);
                } else {
                    draft.phase = Phase::Conflict { theirs, revision };
                }
            }
            DraftAction::Refused(refusal) => draft.phase = Phase::Refused(refusal),
            DraftAction::Unreachable => {
                draft.failures = draft.failures.saturating_add(1);
                draft.phase = Phase::Retrying;
            }
            DraftAction::Released => draft.phase = Phase::Calm,
            DraftAction::SignedOut => draft.phase = Phase::SignedOut,
            DraftAction::TryAgain => {
                if !matches!(draft.phase, Phase::Conflict { .. } | Phase::Saving) {
                    draft.phase = Phase::Calm;
                }
            }
            DraftAction::KeepMine => {
                if let Phase::Conflict { theirs, revision } = draft.phase.clone() {
                    draft.set_aside = Some(theirs.clone());
                    draft.settle(theirs, revision);
                }
            }
            DraftAction::TakeTheirs => {
                if let Phase::Conflict { theirs, revision } = draft.phase.clone() {
                    draft.set_aside = Some(std::mem::replace(&mut draft.text, theirs.clone()));
                    draft.settle(theirs, revision);
                }
            }
            DraftAction::BroughtBack { text, revision } => {
                // What stood there may not have been published: it can be brought back too.
                draft.set_aside = Some(std::mem::replace(&mut draft.text, text.clone()));
                draft.settle(text, revision);
            }
            DraftAction::ForgetAside => draft.set_aside = None,
            DraftAction::BringBack => {
                if let Some(aside) = draft.set_aside.take() {
                    draft.set_aside = Some(std::mem::replace(&mut draft.text, aside));
                    draft.typed();
                }
            }
        }
        Rc::new(draft)
    }
}

/// What the browser's storage holds of a draft.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    revision: i32,
    text: Text,
    sent: Option<Text>,
    set_aside: Option<Text>,
}

mod stored_category {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Category;

    pub(super) fn serialize<S: Serializer>(
        category: &Category,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match category {
            Category::Post => "POST",
            Category::Learning => "LEARNING",
        })
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Category, D::Error> {
        Ok(match String::deserialize(deserializer)?.as_str() {
            "LEARNING" => Category::Learning,
            _ => Category::Post,
        })
    }
}

mod stored_visibility {
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Visibility;

    pub(super) fn serialize<S: Serializer>(
        visibility: &Visibility,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match visibility {
            Visibility::Public => "PUBLIC",
            Visibility::Unlisted => "UNLISTED",
            Visibility::Private => "PRIVATE",
        })
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Visibility, D::Error> {
        Ok(match String::deserialize(deserializer)?.as_str() {
            "UNLISTED" => Visibility::Unlisted,
            "PRIVATE" => Visibility::Private,
            _ => Visibility::Public,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::graphql::refusal::ErrorCode;

    fn copy(revision: i32, markdown: &str) -> WorkingCopy {
        WorkingCopy {
            revision,
            title: "제목".to_owned(),
            markdown: markdown.to_owned(),
            tags: vec!["rust".to_owned()],
            category: Category::Post,
            differs_from_published: true,
        }
    }

    fn open(revision: i32, markdown: &str) -> Rc<Draft> {
        Rc::new(Draft::open(&copy(revision, markdown), Visibility::Public, None))
    }

    fn theirs(markdown: &str) -> Text {
        Text::of(&copy(0, markdown), Visibility::Public)
    }

    fn apply(draft: Rc<Draft>, actions: impl IntoIterator<Item = DraftAction>) -> Rc<Draft> {
        actions.into_iter().fold(draft, |draft, action| draft.reduce(action))
    }

    /// The save of a draft whose Markdown is this.
    fn started(markdown: &str) -> DraftAction {
        DraftAction::SaveStarted(theirs(markdown))
    }

    fn typed(markdown: &str) -> DraftAction {
        DraftAction::Markdown(markdown.to_owned())
    }

    fn refused() -> Refusal {
        Refusal {
            code: ErrorCode::InvalidInput,
            message: "too long".to_owned(),
            field: Some("title".to_owned()),
        }
    }

    #[test]
    fn an_opened_draft_has_nothing_to_save_and_nothing_to_keep() {
        let draft = open(3, "글");

        assert_eq!(draft.save_in_ms(), None);
        assert_eq!(draft.kept(), None);
    }

    #[test]
    fn a_typed_change_is_due_and_kept_in_the_browser_at_once() {
        let draft = apply(open(3, "글"), [typed("글을 쓴다")]);

        assert_eq!(draft.save_in_ms(), Some(SAVE_AFTER_MS));
        assert_eq!(draft.kept().unwrap().text.markdown, "글을 쓴다");
    }

    #[test]
    fn what_is_typed_during_a_save_stays_and_is_saved_next() {
        let saving = apply(open(3, "글"), [typed("a"), started("a"), typed("ab")]);
        assert_eq!(saving.save_in_ms(), None, "one save at a time");

        let draft = apply(saving, [DraftAction::Saved { revision: 4 }]);

        assert_eq!(draft.text.markdown, "ab");
        assert_eq!(draft.revision(), 4);
        assert!(draft.unsaved());
        assert_eq!(draft.save_in_ms(), Some(SAVE_AFTER_MS));
    }

    #[test]
    fn an_acknowledged_text_is_no_longer_kept() {
        let draft =
            apply(open(3, "글"), [typed("a"), started("a"), DraftAction::Saved { revision: 4 }]);

        assert_eq!(draft.kept(), None);
    }

    #[test]
    fn a_stale_revision_shows_both_texts_and_saves_nothing() {
        let stale = DraftAction::Stale { theirs: theirs("남의 글"), revision: 9 };

        let draft = apply(open(3, "글"), [typed("내 글"), started("내 글"), stale]);

        assert_eq!(draft.text.markdown, "내 글");
        assert_eq!(draft.phase, Phase::Conflict { theirs: theirs("남의 글"), revision: 9 });
        assert_eq!(draft.save_in_ms(), None);
        assert!(draft.kept().is_some());
    }

    #[test]
    fn a_save_whose_answer_was_lost_is_no_conflict() {
        let stale = DraftAction::Stale { theirs: theirs("내 글"), revision: 4 };

        let draft = apply(
            open(3, "글"),
            [typed("내 글"), started("내 글"), DraftAction::Unreachable, typed("내 글, 더"), stale],
        );

        assert_eq!(draft.phase, Phase::Calm);
        assert_eq!(draft.revision(), 4);
        assert_eq!(draft.text.markdown, "내 글, 더");
        assert!(draft.unsaved());
    }

    #[test]
    fn keeping_mine_overwrites_the_other_copy_and_sets_it_aside() {
        let stale = DraftAction::Stale { theirs: theirs("남의 글"), revision: 9 };

        let draft =
            apply(open(3, "글"), [typed("내 글"), started("내 글"), stale, DraftAction::KeepMine]);

        assert_eq!(draft.revision(), 9);
        assert_eq!(draft.text.markdown, "내 글");
        assert_eq!(draft.save_in_ms(), Some(SAVE_AFTER_MS));
        assert_eq!(draft.set_aside, Some(theirs("남의 글")));
    }

    #[test]
    fn taking_theirs_loses_nothing_either() {
        let stale = DraftAction::Stale { theirs: theirs("남의 글"), revision: 9 };
        let taken = apply(
            open(3, "글"),
            [typed("내 글"), started("내 글"), stale, DraftAction::TakeTheirs],
        );
        assert_eq!(taken.text.markdown, "남의 글");
        assert!(!taken.unsaved());

        let back = apply(taken, [DraftAction::BringBack]);

        assert_eq!(back.text.markdown, "내 글");
        assert_eq!(back.save_in_ms(), Some(SAVE_AFTER_MS));
    }

    #[test]
    fn a_text_that_was_set_aside_is_kept_until_the_author_lets_it_go() {
        let stale = DraftAction::Stale { theirs: theirs("남의 글"), revision: 9 };
        let taken = apply(
            open(3, "글"),
            [typed("내 글"), started("내 글"), stale, DraftAction::TakeTheirs],
        );
        let reopened = Draft::open(&copy(9, "남의 글"), Visibility::Public, taken.kept());
        assert_eq!(reopened.set_aside.as_ref().unwrap().markdown, "내 글");

        let forgotten = apply(Rc::new(reopened), [DraftAction::ForgetAside]);

        assert_eq!(forgotten.kept(), None);
    }

    #[test]
    fn a_refused_text_is_not_sent_again_until_it_changes() {
        let draft =
            apply(open(3, "글"), [typed("a"), started("a"), DraftAction::Refused(refused())]);
        assert_eq!(draft.save_in_ms(), None);
        assert!(draft.kept().is_some());

        let draft = apply(draft, [DraftAction::Title("짧게".to_owned())]);

        assert_eq!(draft.save_in_ms(), Some(SAVE_AFTER_MS));
    }

    #[test]
    fn a_server_that_is_away_is_tried_again_more_and_more_slowly() {
        let mut draft = apply(open(3, "글"), [typed("a")]);
        let mut waits = Vec::new();
        for _ in 0..6 {
            draft = apply(draft, [started("a"), DraftAction::Unreachable]);
            waits.extend(draft.save_in_ms());
        }

        assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    }

    #[test]
    fn a_reload_brings_back_what_was_not_acknowledged() {
        let kept = apply(open(3, "글"), [typed("잃으면 안 되는 글")]).kept();

        let draft = Draft::open(&copy(3, "글"), Visibility::Public, kept);

        assert_eq!(draft.text.markdown, "잃으면 안 되는 글");
        assert_eq!(draft.phase, Phase::Calm);
        assert_eq!(draft.save_in_ms(), Some(SAVE_AFTER_MS));
    }

    #[test]
    fn a_reload_after_somebody_else_saved_is_a_conflict() {
        let kept = apply(open(3, "글"), [typed("내 글")]).kept();

        let draft = Draft::open(&copy(5, "남의 글"), Visibility::Public, kept);

        assert_eq!(draft.text.markdown, "내 글");
        assert!(matches!(draft.phase, Phase::Conflict { revision: 5, .. }));
    }

    #[test]
    fn a_reload_after_our_own_save_went_through_is_no_conflict() {
        let kept = apply(open(3, "글"), [typed("내 글"), started("내 글"), typed("내 글!")]).kept();

        let draft = Draft::open(&copy(4, "내 글"), Visibility::Public, kept);

        assert_eq!(draft.phase, Phase::Calm);
        assert_eq!(draft.text.markdown, "내 글!");
        assert_eq!(draft.revision(), 4);
    }

    #[test]
    fn a_kept_draft_survives_storage() {
        let kept =
            apply(open(3, "글"), [typed("a\n\"b\""), DraftAction::Visibility(Visibility::Private)])
                .kept()
                .unwrap();

        let stored = serde_json::to_string(&kept).unwrap();

        assert_eq!(serde_json::from_str::<Kept>(&stored).unwrap(), kept);
    }

    #[test]
    fn another_category_is_due_and_a_copy_from_before_there_were_any_still_reads() {
        let draft = apply(open(3, "글"), [DraftAction::Category(Category::Learning)]);
        assert_eq!(draft.save_in_ms(), Some(SAVE_AFTER_MS));

        let mut stored = serde_json::to_value(draft.kept().unwrap()).unwrap();
        assert_eq!(stored["text"]["category"], "LEARNING");
        stored["text"].as_object_mut().unwrap().remove("category");
        let older: Kept = serde_json::from_value(stored).unwrap();
        assert_eq!(older.text.category, Category::Post);
    }

    #[test]
    fn spaces_between_tags_are_no_change() {
        let draft = apply(open(3, "글"), [DraftAction::Tags(" #rust ,".to_owned())]);

        assert!(!draft.unsaved());
        assert_eq!(draft.text.tag_list(), ["rust"]);
    }
}
