//! Where a post stands for its readers, by the last word of the server: the answer to a change of
//! ours, or the board, which also tells what another window did.

use std::rc::Rc;

use yew::Reducible;

use crate::graphql::fragments::{EditedPost, PostStatus};
use crate::graphql::queries::StudioPost;
use crate::graphql::subscriptions::StagePost;

/// What the author's pages say of a post beside its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Publication {
    pub(crate) status: PostStatus,
    pub(crate) slug: Option<String>,
    /// Of the working copy; counts up, so that it tells an older word from a newer one.
    revision: i32,
    /// Whether publishing would change what readers see.
    pub(crate) differs: bool,
}

impl Publication {
    pub(crate) fn published(&self) -> bool {
        self.status == PostStatus::Published
    }

    /// Where readers find it; `None` while they do not.
    pub(crate) fn address(&self) -> Option<&String> {
        self.slug.as_ref().filter(|_| self.published())
    }

    /// The newer of two words. One that was on its way while a change was answered is older than the
    /// answer; of two about the same working copy, the one that came last counts.
    pub(crate) fn followed_by(self, told: Self) -> Self {
        if told.revision < self.revision { self } else { told }
    }
}

impl Reducible for Publication {
    type Action = Self;

    fn reduce(self: Rc<Self>, told: Self) -> Rc<Self> {
        Rc::new(Rc::unwrap_or_clone(self).followed_by(told))
    }
}

/// From any of the posts that the server shows to their author.
macro_rules! told_by {
    ($($post:ty),*) => {$(
        impl From<&$post> for Publication {
            fn from(post: &$post) -> Self {
                let copy = post.working_copy.as_ref();
                Self {
                    status: post.status,
                    slug: post.slug.clone(),
                    revision: copy.map_or(0, |copy| copy.revision),
                    differs: copy.is_some_and(|copy| copy.differs_from_published),
                }
            }
        }
    )*};
}

told_by!(EditedPost, StagePost, StudioPost);

#[cfg(test)]
mod tests {
    use super::*;

    fn word(status: PostStatus, revision: i32) -> Publication {
        Publication { status, slug: Some("slug".to_owned()), revision, differs: false }
    }

    #[test]
    fn what_another_window_published_is_published_here() {
        let before = Rc::new(word(PostStatus::Draft, 3));

        let after = before.reduce(word(PostStatus::Published, 3));

        assert!(after.published());
        assert_eq!(after.address().map(String::as_str), Some("slug"));
    }

    #[test]
    fn a_word_about_an_older_working_copy_changes_nothing() {
        let before = Rc::new(word(PostStatus::Published, 4));

        let after = before.clone().reduce(word(PostStatus::Draft, 3));

        assert_eq!(after, before);
    }

    #[test]
    fn a_post_that_was_taken_back_has_no_address_for_readers() {
        assert_eq!(word(PostStatus::Unpublished, 1).address(), None);
    }
}
