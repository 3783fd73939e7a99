//! One socket: frames in, frames out, one task.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, Sink, SinkExt, Stream, StreamExt};
use tokio::time::{Instant, Sleep};

use crate::executor::{Admitted, Authenticator, Denied, Executor, Payload, Prepared};
use crate::hub::{Delivery, Hub, Mailbox, Subscription};
use crate::protocol::graphql_transport_ws::too_many_subscriptions;
use crate::protocol::{Close, Effect, GraphqlTransportWs, Input, Limits, Run};
use crate::sockets::{Socket, Watermark};
use crate::write::{End, write};

/// So many frames of the mailbox are written before the peer is listened to again.
const FRAMES_PER_TURN: usize = 32;

/// How long a close frame may take.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(500);

/// What a socket may cost, and how long a write may take.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionConfig {
    /// Of the protocol.
    pub limits: Limits,
    /// A peer that has not taken a frame after this time is cut off.
    pub write_timeout: Duration,
}

impl Default for ConnectionConfig {
    /// The protocol's defaults, and 30 s.
    fn default() -> Self {
        ConnectionConfig { limits: Limits::default(), write_timeout: Duration::from_secs(30) }
    }
}

/// What comes from the peer. The end of the stream is the end of the socket.
#[derive(Debug)]
pub enum Incoming {
    /// A text frame.
    Text(String),
    /// A binary frame, unread.
    Binary,
    /// A frame that was larger than the reader takes.
    TooLarge,
    /// A ping or pong frame of WebSocket itself (which is answered by the transport).
    Alive,
}

/// What goes to the peer.
#[derive(Debug, PartialEq)]
pub enum Outgoing {
    /// A text frame.
    Text(String),
    /// A close frame; nothing follows.
    Close(Close),
}

/// A socket that speaks graphql-transport-ws.
pub struct Connection<E: Executor> {
    /// Where its subscriptions live.
    pub hub: Hub<E>,
    /// Reads `connection_init`.
    pub authenticator: Arc<dyn Authenticator<E::Viewer>>,
    /// Sizes and times.
    pub config: ConnectionConfig,
}

impl<E: Executor> Connection<E> {
    /// Serves the socket until it ends, and says with what it was closed; none when the peer ended it.
    ///
    /// While a frame waits to be written, nothing is read and nothing executed for this socket: a peer
    /// that does not read is not read from. Each frame is flushed by itself. Dropping the future drops
    /// whatever is being executed for the socket.
    pub fn run<I, O>(self, incoming: I, outgoing: O) -> impl Future<Output = Option<Close>> + Send
    where
        I: Stream<Item = Incoming> + Unpin + Send,
        O: Sink<Outgoing> + Unpin + Send,
    {
        let Connection { hub, authenticator, config } = self;
        let (mut incoming, opened_at) = (incoming, Instant::now());
        let mut driver = Driver {
            socket: hub.sockets().open(),
            mailbox: hub.new_mailbox(),
            hub,
            authenticator,
            config,
            opened_at,
            expires_at: None,
            timer: Box::pin(tokio::time::sleep_until(opened_at + config.limits.init_timeout)),
            machine: GraphqlTransportWs::new(config.limits),
            viewer: None,
            subscriptions: Vec::new(),
            jobs: FuturesUnordered::new(),
            outgoing,
        };
        // By reference: what is moved into an async function is kept twice, as long as it runs.
        async move { driver.run(&mut incoming).await }
    }
}

struct Driver<E: Executor, O> {
    hub: Hub<E>,
    authenticator: Arc<dyn Authenticator<E::Viewer>>,
    config: ConnectionConfig,
    socket: Socket,
    mailbox: Arc<Mailbox>,
    opened_at: Instant,
    expires_at: Option<Instant>,
    timer: Pin<Box<Sleep>>,
    machine: GraphqlTransportWs,
    viewer: Option<Arc<E::Viewer>>,
    subscriptions: Vec<(Run, Subscription<E>)>,
    jobs: FuturesUnordered<Pin<Box<dyn Future<Output = Done<E>> + Send>>>,
    outgoing: O,
}

/// What a job came to.
enum Done<E: Executor> {
    Authenticated(Watermark, Result<Admitted<E::Viewer>, Denied>),
    Prepared(Run, Prepared<E::Operation>),
    /// What opening a subscription says goes through the mailbox.
    Opened,
    /// It panicked; the operation, if it was one.
    Panicked(Option<Run>),
}

/// What a turn begins with.
enum Turn<E: Executor> {
    Shut(Close),
    Time,
    /// Boxed, since a socket keeps room for what a turn begins with as long as it lives.
    Done(Box<Done<E>>),
    Mail,
    Frame(Option<Incoming>),
}

impl<E: Executor, O: Sink<Outgoing> + Unpin + Send> Driver<E, O> {
    async fn run<I: Stream<Item = Incoming> + Unpin + Send>(
        &mut self,
        incoming: &mut I,
    ) -> Option<Close> {
        let end = loop {
            let turn = self.wait(incoming).await;
            if let Err(end) = self.take(turn).await {
                break end;
            }
        };
        match end {
            End::Gone => None,
            End::Cut(close) => Some(close),
            End::Close(close) => {
                let frame = self.outgoing.send(Outgoing::Close(close.clone()));
                // Whether the peer takes it or not, the socket ends.
                let _ = tokio::time::timeout(CLOSE_TIMEOUT, frame).await;
                Some(close)
            }
        }
    }

    async fn wait<I: Stream<Item = Incoming> + Unpin>(&mut self, incoming: &mut I) -> Turn<E> {
        let protocol = self.machine.deadline().map(|deadline| self.opened_at + deadline);
        let deadline = [protocol, self.expires_at].into_iter().flatten().min();
        // Set again only when it would ring too late: a turn that comes too early does no harm, and a
        // timer that is set at each turn costs more than the turn.
        if let Some(deadline) = deadline
            && (self.timer.is_elapsed() || self.timer.deadline() > deadline)
        {
            self.timer.as_mut().reset(deadline);
        }
        tokio::select! {
            close = self.socket.gate().shut_for() => Turn::Shut(close),
            () = self.timer.as_mut(), if deadline.is_some() => Turn::Time,
            Some(done) = self.jobs.next(), if !self.jobs.is_empty() => Turn::Done(Box::new(done)),
            () = self.mailbox.arrived() => Turn::Mail,
            frame = incoming.next() => Turn::Frame(frame),
        }
    }

    async fn take(&mut self, turn: Turn<E>) -> Result<(), End> {
        // Whatever the turn begins with: what waits in the mailbox may be as due as the time is.
        let expired = self.expires_at.is_some_and(|expires_at| expires_at <= Instant::now());
        match turn {
            Turn::Shut(close) => Err(End::Close(close)),
            _ if expired => Err(End::Close(Close::forbidden("Forbidden"))),
            Turn::Time => self.say(Input::Time).await,
            Turn::Done(done) => Box::pin(self.done(*done)).await,
            Turn::Mail => self.mail().await,
            Turn::Frame(None) => Err(End::Gone),
            Turn::Frame(Some(Incoming::Text(text))) => self.say(Input::Text(&text)).await,
            Turn::Frame(Some(Incoming::Binary)) => self.say(Input::Binary).await,
            Turn::Frame(Some(Incoming::TooLarge)) => self.say(Input::TooLarge).await,
            Turn::Frame(Some(Incoming::Alive)) => self.say(Input::Alive).await,
        }
    }

    /// Tells the protocol what happened, and does what it says.
    async fn say(&mut self, input: Input<'_>) -> Result<(), End> {
        let mut effects = Vec::new();
        self.machine.handle(self.opened_at.elapsed(), input, &mut effects);
        for effect in effects {
            match effect {
                Effect::Send(text) => self.write(text).await?,
                Effect::Close(close) => return Err(End::Close(close)),
                Effect::Authenticate(payload) => {
                    let (authenticator, since) =
                        (self.authenticator.clone(), self.socket.watermark());
                    self.start(None, async move {
                        Done::Authenticated(since, authenticator.authenticate(payload).await)
                    });
                }
                Effect::Start { run, request, .. } => {
                    let Some(viewer) = self.viewer.clone() else {
                        return Err(End::Close(Close::internal_error()));
                    };
                    if let Err(errors) = self.prepare(run, *request, viewer) {
                        Box::pin(self.say(Input::Refused(run, &errors))).await?;
                    }
                }
                Effect::Stop(run) => self.forget(run),
                // One task takes all messages of this socket: what is not open has ended.
                Effect::StopUnseen(_) => {}
            }
        }
        Ok(())
    }

    /// Has an operation prepared; the errors with which it is refused when there is no room for it.
    fn prepare(
        &mut self,
        run: Run,
        request: crate::Request,
        viewer: Arc<E::Viewer>,
    ) -> Result<(), Payload> {
        // Operations that the client has stopped may still be executing; they count too.
        let limit = self.config.limits.operations;
        if self.jobs.len() >= limit {
            return Err(too_many_subscriptions(limit));
        }
        let hub = self.hub.clone();
        self.start(
            Some(run),
            async move { Done::Prepared(run, hub.prepare(request, &viewer).await) },
        );
        Ok(())
    }

    fn start(&mut self, run: Option<Run>, job: impl Future<Output = Done<E>> + Send + 'static) {
        let job = AssertUnwindSafe(job).catch_unwind();
        self.jobs.push(Box::pin(job.map(move |done| done.unwrap_or(Done::Panicked(run)))));
    }

    async fn done(&mut self, done: Done<E>) -> Result<(), End> {
        match done {
            Done::Authenticated(_, Err(denied)) => self.say(Input::Denied(&denied.0)).await,
            Done::Authenticated(since, Ok(admitted)) => {
                let Admitted { viewer, session, user, expires_at, ack } = admitted;
                if !self.socket.admit(since, session, user) {
                    return self.say(Input::Denied("Forbidden")).await;
                }
                self.viewer = Some(viewer);
                self.expires_at = expires_at;
                self.say(Input::Admitted(ack.as_ref())).await
            }
            Done::Prepared(run, Prepared::Response(payload)) => {
                self.say(Input::Response(run, &payload)).await
            }
            Done::Prepared(run, Prepared::Refused(errors)) => {
                self.say(Input::Refused(run, &errors)).await
            }
            Done::Prepared(run, Prepared::Subscription(plan)) => {
                let Some(viewer) = self.viewer.clone() else { return Ok(()) };
                if self.machine.listens(run) {
                    let mailbox = self.mailbox.clone();
                    let mut subscription = self.hub.subscribe(run, plan, viewer, mailbox);
                    let open = subscription.open();
                    // Most sockets have one.
                    self.subscriptions.reserve_exact(1);
                    self.subscriptions.push((run, subscription));
                    self.start(Some(run), open.map(|()| Done::Opened));
                }
                Ok(())
            }
            Done::Opened => Ok(()),
            Done::Panicked(None) => Err(End::Close(Close::internal_error())),
            Done::Panicked(Some(run)) => {
                self.forget(run);
                let errors = Payload::error("Internal error", "INTERNAL");
                self.say(Input::Refused(run, &errors)).await
            }
        }
    }

    /// Writes what waits in the mailbox; when nothing waits any more, opens anew what has missed
    /// something.
    async fn mail(&mut self) -> Result<(), End> {
        for _ in 0..FRAMES_PER_TURN {
            match self.mailbox.take() {
                Some(Delivery::Next(run, payload)) => self.say(Input::Next(run, &payload)).await?,
                Some(Delivery::Refused(run, errors)) => {
                    self.forget(run);
                    self.say(Input::Refused(run, &errors)).await?;
                }
                Some(Delivery::Complete(run)) => {
                    self.forget(run);
                    self.say(Input::Complete(run)).await?;
                }
                None => {
                    for run in self.mailbox.take_lagging() {
                        let mut known = self.subscriptions.iter();
                        let known = known.find(|(known, _)| *known == run);
                        if let Some(reopen) = known.and_then(|(_, one)| one.reopen()) {
                            self.start(Some(run), reopen.map(|()| Done::Opened));
                        }
                    }
                    return Ok(());
                }
            }
        }
        self.mailbox.remind();
        Ok(())
    }

    fn forget(&mut self, run: Run) {
        self.subscriptions.retain(|(known, _)| *known != run);
        if self.subscriptions.is_empty() {
            self.subscriptions = Vec::new();
        }
    }

    async fn write(&mut self, text: String) -> Result<(), End> {
        let frame = Outgoing::Text(text);
        write(self.socket.gate(), &mut self.outgoing, frame, self.config.write_timeout).await
    }
}

#[cfg(test)]
mod tests;
