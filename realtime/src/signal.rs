//! A word to the one task that owns a socket.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering::AcqRel, Ordering::Release};
use std::task::Poll;

use futures_util::task::AtomicWaker;

/// Says that something has happened; said twice before it is heard, it is heard once. One task listens.
///
/// A socket listens anew after each frame: this costs two atomic words then, where a list of waiters
/// would be locked and changed each time.
#[derive(Default)]
pub(crate) struct Signal {
    given: AtomicBool,
    listener: AtomicWaker,
}

impl Signal {
    pub(crate) fn give(&self) {
        self.given.store(true, Release);
        self.listener.wake();
    }

    /// Waits for it and takes it away.
    pub(crate) fn given(&self) -> impl Future<Output = ()> + Send + '_ {
        poll_fn(|context| {
            self.listener.register(context.waker());
            match self.given.swap(false, AcqRel) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::testing::DEADLINE;

    #[tokio::test]
    async fn what_was_said_before_anybody_listened_is_heard_once() {
        let signal = Signal::default();
        signal.give();
        signal.give();
        signal.given().await;
        let again = futures_util::FutureExt::now_or_never(signal.given());
        assert_eq!(again, None);
    }

    #[tokio::test]
    async fn a_listener_is_woken() {
        let signal = Arc::new(Signal::default());
        let listening = tokio::spawn({
            let signal = signal.clone();
            async move { signal.given().await }
        });
        tokio::task::yield_now().await;
        signal.give();
        tokio::time::timeout(DEADLINE, listening).await.unwrap().unwrap();
    }
}
