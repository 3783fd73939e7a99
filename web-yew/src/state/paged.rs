//! A list that grows page by page.

use std::rc::Rc;

use yew::Reducible;

use crate::graphql::client::Failure;
use crate::graphql::fragments::PageInfo;

/// One answered page.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Chunk<T> {
    pub(crate) items: Vec<T>,
    pub(crate) page_info: PageInfo,
    /// Of the whole list, where it is known.
    pub(crate) total: Option<i32>,
}

/// The pages that have come, and whether another is on its way.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Paged<T> {
    pub(crate) items: Vec<T>,
    pub(crate) total: Option<i32>,
    next: Option<String>,
    /// Raised by each new list, so that the answer to an older question is recognised.
    generation: u32,
    pub(crate) loading: bool,
    pub(crate) failure: Option<Failure>,
}

impl<T> Default for Paged<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            total: None,
            next: None,
            generation: 0,
            loading: true,
            failure: None,
        }
    }
}

impl<T> Paged<T> {
    /// Where the next page starts; `None` at the end.
    pub(crate) fn next(&self) -> Option<&String> {
        self.next.as_ref()
    }

    pub(crate) fn generation(&self) -> u32 {
        self.generation
    }

    /// Answered, and with nothing.
    pub(crate) fn empty(&self) -> bool {
        self.items.is_empty() && !self.loading && self.failure.is_none()
    }
}

pub(crate) enum PagedAction<T> {
    /// Another list is asked for; the old items stay to be seen until it comes.
    Restarted {
        generation: u32,
    },
    /// A further page of the same list is asked for.
    Asked,
    Arrived {
        generation: u32,
        first: bool,
        chunk: Chunk<T>,
    },
    Failed {
        generation: u32,
        failure: Failure,
    },
}

impl<T: Clone> Reducible for Paged<T> {
    type Action = PagedAction<T>;

    fn reduce(self: Rc<Self>, action: PagedAction<T>) -> Rc<Self> {
        let mut paged = Rc::unwrap_or_clone(self);
        match action {
            PagedAction::Restarted { generation } => {
                paged.generation = generation;
                paged.loading = true;
                paged.failure = None;
                paged.next = None;
            }
            PagedAction::Asked => {
                paged.loading = true;
                paged.failure = None;
            }
            PagedAction::Arrived { generation, first, chunk } if generation == paged.generation => {
                if first {
                    paged.items = chunk.items;
                } else {
                    paged.items.extend(chunk.items);
                }
                let info = chunk.page_info;
                paged.next = info.end_cursor.filter(|_| info.has_next_page);
                paged.total = chunk.total;
                paged.loading = false;
            }
            PagedAction::Failed { generation, failure } if generation == paged.generation => {
                paged.failure = Some(failure);
                paged.loading = false;
            }
            PagedAction::Arrived { .. } | PagedAction::Failed { .. } => {}
        }
        Rc::new(paged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(items: &[i32], end: Option<&str>) -> Chunk<i32> {
        let end_cursor = end.map(str::to_owned);
        let page_info = PageInfo { has_next_page: end.is_some(), end_cursor };
        Chunk { items: items.to_vec(), page_info, total: None }
    }

    fn arrived(generation: u32, first: bool, chunk: Chunk<i32>) -> PagedAction<i32> {
        PagedAction::Arrived { generation, first, chunk }
    }

    fn apply(actions: impl IntoIterator<Item = PagedAction<i32>>) -> Rc<Paged<i32>> {
        let start = Rc::new(Paged::default());
        actions.into_iter().fold(start, |paged, action| paged.reduce(action))
    }

    #[test]
    fn a_further_page_is_added_and_the_last_one_ends_the_list() {
        let paged = apply([
            arrived(0, true, chunk(&[1, 2], Some("c"))),
            PagedAction::Asked,
            arrived(0, false, chunk(&[3], None)),
        ]);

        assert_eq!(paged.items, [1, 2, 3]);
        assert_eq!(paged.next(), None);
        assert!(!paged.loading);
    }

    #[test]
    fn the_answer_to_an_older_question_is_dropped() {
        let paged =
            apply([PagedAction::Restarted { generation: 1 }, arrived(0, true, chunk(&[9], None))]);

        assert!(paged.items.is_empty());
        assert!(paged.loading);
    }

    #[test]
    fn a_failed_page_keeps_the_pages_before_it() {
        let paged = apply([
            arrived(0, true, chunk(&[1], Some("c"))),
            PagedAction::Asked,
            PagedAction::Failed { generation: 0, failure: Failure::Unreachable },
        ]);

        assert_eq!(paged.items, [1]);
        assert_eq!(paged.next(), Some(&"c".to_owned()), "the page can be asked for again");
        assert!(!paged.empty());
    }
}
