//! One operation over one HTTP response: events out, one task.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, Sink, StreamExt};
use tokio::time::Instant;

use crate::executor::{Admitted, Executor, Payload, Prepared, Request};
use crate::hub::{Delivery, Hub, Mailbox, Subscription};
use crate::protocol::graphql_sse::{Effect, GraphqlSse, Input};
use crate::protocol::{Close, Run};
use crate::sockets::{Seal, Socket, Watermark};
use crate::write::{End, write};

/// The only operation of a stream.
const RUN: Run = Run(0);

/// The times of an event stream.
#[derive(Clone, Copy, Debug)]
pub struct EventStreamConfig {
    /// Silence of ours after which a comment is sent.
    pub keep_alive_after: Duration,
    /// A peer that has not taken an event after this time is cut off.
    pub write_timeout: Duration,
}

impl Default for EventStreamConfig {
    /// 12 s, as the reference implementation has it, and 30 s.
    fn default() -> Self {
        EventStreamConfig {
            keep_alive_after: Duration::from_secs(12),
            write_timeout: Duration::from_secs(30),
        }
    }
}

/// How a stream ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Completely: end the response.
    Complete,
    /// Too early, but in good order (the server stops): end the response. A client that has seen no
    /// `complete` comes again.
    Early(Close),
    /// The peer may hear no more, or does not read: end the connection, and what still waits in it.
    Cut(Close),
    /// The peer went away.
    Gone,
}

/// A response that speaks graphql-sse, in distinct connections mode.
pub struct EventStream<E: Executor> {
    hub: Hub<E>,
    socket: Socket,
    viewer: Arc<E::Viewer>,
    expires_at: Option<Instant>,
    config: EventStreamConfig,
}

impl<E: Executor> EventStream<E> {
    /// Registers a stream of somebody who was authenticated after the watermark was taken. None when
    /// their session was, or may have been, revoked since.
    pub fn open(
        hub: Hub<E>,
        since: Watermark,
        admitted: Admitted<E::Viewer>,
        config: EventStreamConfig,
    ) -> Option<Self> {
        let Admitted { viewer, session, user, expires_at, ack: _ } = admitted;
        let socket = hub.sockets().open();
        let welcome = socket.admit(since, session, user);
        welcome.then_some(EventStream { hub, socket, viewer, expires_at, config })
    }

    /// What every byte of the response has to pass on its way out.
    pub fn seal(&self) -> Seal {
        Seal::of(self.socket.gate())
    }

    /// Executes the operation and sends what comes of it until it ends.
    ///
    /// While an event waits to be taken, nothing else is done for this stream. Dropping the future ends
    /// the subscription.
    pub fn run<O>(self, request: Request, outgoing: O) -> impl Future<Output = Ended> + Send
    where
        O: Sink<String> + Unpin + Send,
    {
        let EventStream { hub, socket, viewer, expires_at, config } = self;
        let mut driver = Driver {
            mailbox: hub.new_mailbox(),
            hub,
            socket,
            viewer,
            expires_at,
            write_timeout: config.write_timeout,
            began_at: Instant::now(),
            machine: GraphqlSse::new(config.keep_alive_after),
            subscription: None,
            jobs: FuturesUnordered::new(),
            outgoing,
        };
        let (hub, asker) = (driver.hub.clone(), driver.viewer.clone());
        driver.start(async move { Done::Prepared(hub.prepare(request, &asker).await) });
        driver.run()
    }
}

struct Driver<E: Executor, O> {
    hub: Hub<E>,
    socket: Socket,
    viewer: Arc<E::Viewer>,
    expires_at: Option<Instant>,
    write_timeout: Duration,
    mailbox: Arc<Mailbox>,
    began_at: Instant,
    machine: GraphqlSse,
    subscription: Option<Subscription<E>>,
    jobs: FuturesUnordered<Pin<Box<dyn Future<Output = Done<E>> + Send>>>,
    outgoing: O,
}

/// What a job came to.
enum Done<E: Executor> {
    Prepared(Prepared<E::Operation>),
    /// What opening the subscription says goes through the mailbox.
    Opened,
    Panicked,
}

/// What a turn begins with.
enum Turn<E: Executor> {
    Shut(Close),
    Time,
    Done(Done<E>),
    Mail,
}

/// Why a turn is the last one.
enum Last {
    Complete,
    End(End),
}

impl From<End> for Last {
    fn from(end: End) -> Self {
        Last::End(end)
    }
}

impl<E: Executor, O: Sink<String> + Unpin + Send> Driver<E, O> {
    async fn run(mut self) -> Ended {
        loop {
            let turn = self.wait().await;
            match self.take(turn).await {
                Ok(()) => {}
                Err(Last::Complete) => return Ended::Complete,
                Err(Last::End(End::Gone)) => return Ended::Gone,
                Err(Last::End(End::Cut(close))) => return Ended::Cut(close),
                Err(Last::End(End::Close(close))) => {
                    let stops = close.code == Close::going_away().code;
                    return if stops { Ended::Early(close) } else { Ended::Cut(close) };
                }
            }
        }
    }

    async fn wait(&mut self) -> Turn<E> {
        let protocol = self.machine.deadline().map(|deadline| self.began_at + deadline);
        let deadline = [protocol, self.expires_at].into_iter().flatten().min();
        let time = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            close = self.socket.gate().shut_for() => Turn::Shut(close),
            () = time => Turn::Time,
            Some(done) = self.jobs.next(), if !self.jobs.is_empty() => Turn::Done(done),
            () = self.mailbox.arrived() => Turn::Mail,
        }
    }

    async fn take(&mut self, turn: Turn<E>) -> Result<(), Last> {
        match turn {
            Turn::Shut(close) => Err(End::Close(close).into()),
            Turn::Time => {
                if self.expires_at.is_some_and(|expires_at| expires_at <= Instant::now()) {
                    return Err(End::Close(Close::forbidden("Forbidden")).into());
                }
                self.say(Input::Time).await
            }
            Turn::Done(Done::Prepared(Prepared::Response(payload))) => {
                self.say(Input::Response(&payload)).await
            }
            Turn::Done(Done::Prepared(Prepared::Refused(errors))) => {
                self.say(Input::Refused(&errors)).await
            }
            Turn::Done(Done::Prepared(Prepared::Subscription(plan))) => {
                let (viewer, mailbox) = (self.viewer.clone(), self.mailbox.clone());
                let mut subscription = self.hub.subscribe(RUN, plan, viewer, mailbox);
                let open = subscription.open();
                self.subscription = Some(subscription);
                self.start(open.map(|()| Done::Opened));
                Ok(())
            }
            Turn::Done(Done::Opened) => Ok(()),
            Turn::Done(Done::Panicked) => {
                self.subscription = None;
                self.say(Input::Refused(&Payload::error("Internal error", "INTERNAL"))).await
            }
            Turn::Mail => self.mail().await,
        }
    }

    /// Sends what waits in the mailbox; when nothing waits any more, opens anew what has missed
    /// something.
    async fn mail(&mut self) -> Result<(), Last> {
        while let Some(delivery) = self.mailbox.take() {
            match &delivery {
                Delivery::Next(_, payload) => self.say(Input::Next(payload)).await?,
                Delivery::Refused(_, errors) => self.say(Input::Refused(errors)).await?,
                Delivery::Complete(_) => self.say(Input::Complete).await?,
            }
        }
        if !self.mailbox.take_lagging().is_empty()
            && let Some(reopen) = self.subscription.as_ref().and_then(Subscription::reopen)
        {
            self.start(reopen.map(|()| Done::Opened));
        }
        Ok(())
    }

    /// Tells the protocol what happened, and does what it says.
    async fn say(&mut self, input: Input<'_>) -> Result<(), Last> {
        let mut effects = Vec::new();
        self.machine.handle(self.began_at.elapsed(), input, &mut effects);
        for effect in effects {
            match effect {
                Effect::Send(text) => {
                    let timeout = self.write_timeout;
                    write(self.socket.gate(), &mut self.outgoing, text, timeout).await?;
                }
                Effect::End => return Err(Last::Complete),
            }
        }
        Ok(())
    }

    fn start(&mut self, job: impl Future<Output = Done<E>> + Send + 'static) {
        let job = AssertUnwindSafe(job).catch_unwind();
        self.jobs.push(Box::pin(job.map(|done| done.unwrap_or(Done::Panicked))));
    }
}

#[cfg(test)]
mod tests;
