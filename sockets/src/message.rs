//! One message of a client.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use domain::ports::PortError;
use realtime::protocol::{Effect, GraphqlTransportWs, Input, Run};
use realtime::{Close, Executor, Limits, Payload, Prepared, Request};
use serde_json::{Map, Value};
use store::sockets::{Socket, Subscription};

use crate::{Exchange, INIT_TIMEOUT, PING_EVERY};

/// The state of a socket while one of its messages is taken.
struct Line {
    socket: Socket,
    machine: GraphqlTransportWs,
    /// In the order of their runs.
    open: Vec<Subscription>,
    todo: VecDeque<Effect>,
}

impl Line {
    fn hear(&mut self, input: Input<'_>) {
        let mut effects = vec![];
        // What depends on time is seen to by who goes round.
        self.machine.handle(Duration::ZERO, input, &mut effects);
        self.todo.extend(effects);
    }
}

impl<E: Executor> Exchange<E> {
    /// Notes a socket that was opened. Nothing can be sent to it before this has returned.
    ///
    /// # Errors
    /// A failure of the table, here and below: the gateway is to close the socket.
    pub async fn open(&self, id: &str, address: IpAddr) -> Result<(), PortError> {
        let now = self.clock.now();
        let socket =
            Socket { id: id.to_owned(), opened_at: now, address, admitted: false, session: None };
        self.sockets.open(&socket, now.plus(INIT_TIMEOUT)).await
    }

    /// Forgets a socket that was closed.
    ///
    /// # Errors
    /// A failure of the table: the rows end by themselves.
    pub async fn close(&self, id: &str) -> Result<(), PortError> {
        self.sockets.close(id).await
    }

    /// Takes a text frame of a client, and does all that comes of it: a subscription is live when this
    /// returns, or has ended.
    ///
    /// # Errors
    /// A failure of the table or of the gateway.
    pub async fn message(&self, id: &str, text: &str) -> Result<(), PortError> {
        let Some((socket, open)) = self.sockets.find(id).await? else {
            // Closed, or never opened: nobody shall wait for an answer.
            return self.courier.close(id).await;
        };
        let ids: Vec<String> = open.iter().map(|one| one.id.clone()).collect();
        let machine = GraphqlTransportWs::resumed(Limits::default(), socket.admitted, &ids);
        let mut line = Line { socket, machine, open, todo: VecDeque::new() };
        line.hear(Input::Text(text));
        while let Some(effect) = line.todo.pop_front() {
            if !self.take(&mut line, effect).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Does what the protocol says: false when the socket is closed by now.
    async fn take(&self, line: &mut Line, effect: Effect) -> Result<bool, PortError> {
        match effect {
            Effect::Send(text) => return self.send(&line.socket.id, text).await,
            Effect::Close(close) => return self.end(&line.socket, close).await,
            Effect::Authenticate(payload) => return self.admit(line, payload).await,
            Effect::Start { run, id, request } => return self.start(line, run, id, *request).await,
            Effect::Stop(Run(run)) => {
                let stopped = usize::try_from(run).ok().and_then(|run| line.open.get(run));
                if let Some(Subscription { topic, socket, id, .. }) = stopped {
                    self.sockets.unfollow(topic, socket, id).await?;
                }
            }
            Effect::StopUnseen(id) => {
                self.sockets.stop_unseen(&line.socket.id, &id, self.clock.now()).await?;
            }
        }
        Ok(true)
    }

    async fn admit(&self, line: &mut Line, payload: Map<String, Value>) -> Result<bool, PortError> {
        let admitted = match self.hosts.admit(&line.socket, payload).await {
            Ok(admitted) => admitted,
            Err(denied) => {
                line.hear(Input::Denied(&denied.0));
                return Ok(true);
            }
        };
        line.socket.admitted = true;
        line.socket.session = admitted.session.map(|session| session.to_string());
        let look_at = self.clock.now().plus(PING_EVERY);
        if !self.sockets.admit(&line.socket, look_at).await? {
            return self.end(&line.socket, Close::too_many_initialisations()).await;
        }
        line.hear(Input::Admitted(admitted.ack.as_ref()));
        Ok(true)
    }

    async fn start(
        &self,
        line: &mut Line,
        run: Run,
        id: String,
        request: Request,
    ) -> Result<bool, PortError> {
        let Some(viewer) = self.viewer_of(&line.socket).await? else {
            return self.end(&line.socket, Close::forbidden("Forbidden")).await;
        };
        match self.executor.prepare(request.clone(), &viewer).await {
            Prepared::Response(payload) => line.hear(Input::Response(run, &payload)),
            Prepared::Refused(errors) => line.hear(Input::Refused(run, &errors)),
            Prepared::Subscription(plan) => {
                let said = self.subscribe(&line.socket, id, request, plan, &viewer).await?;
                match said {
                    Said::Nothing => {}
                    Said::Refused(errors) => line.hear(Input::Refused(run, &errors)),
                    Said::Complete => line.hear(Input::Complete(run)),
                    Said::Close(close) => return self.end(&line.socket, close).await,
                }
            }
        }
        Ok(true)
    }

    /// Closes a socket as the protocol wants; false, for there is nothing more to do.
    async fn end(&self, socket: &Socket, close: Close) -> Result<bool, PortError> {
        tracing::info!(socket.close = close.code, reason = %close.reason, "a socket is closed");
        self.hang_up(&socket.id).await?;
        Ok(false)
    }
}

/// What is to be said of a subscription when it was begun.
pub(crate) enum Said {
    /// Nothing: it is live, or its client is gone.
    Nothing,
    /// It cannot be.
    Refused(Payload),
    /// It has ended.
    Complete,
    /// The socket has to be closed.
    Close(Close),
}
