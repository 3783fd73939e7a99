//! A gateway with clients, a log that a test appends to, and an executor that shows what happens to it.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use async_trait::async_trait;
use contract::{Counts, HostileConfig, HostileTable, Persistent, TestClock, TestIds};
use domain::account::{Identity, KeyKind, KeyRecord, Role, Scope, key_hash};
use domain::event::{Event, EventKind};
use domain::ports::{Accounts, ApplyError, Change as Applied, Clock, IdSource, PortError, Posts};
use domain::{PostId, UserId};
use parking_lot::Mutex;
use realtime::{
    Admitted, Change, Denied, EventLog, Executor, GroupKey, Head, LogError, LogEvent, Opening,
    Payload, Plan, Prepared, RenderFailed, Request, Seq, Topic,
};
use schema::PipelineLog;
use serde_json::{Map, Value, json};
use sockets::{Courier, Exchange, Hosts, Sent};
use store::Blog;
use store::sockets::{Socket, Sockets};
use store::table::Table;

use crate::place::Place;

/// What a gateway holds: the frames of each socket that is open.
#[derive(Default)]
pub struct Gateway {
    open: Mutex<HashMap<String, Vec<Value>>>,
    /// Sockets that take nothing for now.
    pub busy: Mutex<Vec<String>>,
}

#[async_trait]
impl Courier for Gateway {
    async fn send(&self, socket: &str, frame: String) -> Result<Sent, PortError> {
        if self.busy.lock().iter().any(|busy| busy == socket) {
            return Err(PortError::Unavailable("gateway"));
        }
        match self.open.lock().get_mut(socket) {
            Some(frames) => {
                frames.push(serde_json::from_str(&frame).unwrap());
                Ok(Sent::Taken)
            }
            None => Ok(Sent::Gone),
        }
    }

    async fn close(&self, socket: &str) -> Result<(), PortError> {
        self.open.lock().remove(socket);
        Ok(())
    }
}

impl Gateway {
    pub fn is_open(&self, socket: &str) -> bool {
        self.open.lock().contains_key(socket)
    }

    /// The connection breaks off, and nobody is told.
    pub fn lose(&self, socket: &str) {
        self.open.lock().remove(socket);
    }

    /// What came since this was asked last.
    pub fn frames(&self, socket: &str) -> Vec<Value> {
        self.open.lock().get_mut(socket).map(std::mem::take).unwrap_or_default()
    }
}

/// Follows the author whose id is asked for: `follow ID`. A render that is told to fail fails.
#[derive(Default)]
pub struct Echo {
    pub fails: Mutex<VecDeque<bool>>,
    pub renders: Mutex<u32>,
}

#[async_trait]
impl Executor for Echo {
    type Viewer = Option<Identity>;
    type Operation = String;
    type Class = Option<UserId>;

    async fn prepare(&self, request: Request, viewer: &Arc<Option<Identity>>) -> Prepared<String> {
        match self.restore(request.clone(), viewer).await {
            Ok(plan) => Prepared::Subscription(plan),
            Err(_) if request.query.as_deref() == Some("who") => {
                let who = viewer.as_ref().as_ref().map(|viewer| viewer.user.to_string());
                Prepared::Response(Payload::from_json(
                    json!({ "data": { "who": who } }).to_string(),
                ))
            }
            Err(errors) => Prepared::Refused(errors),
        }
    }

    async fn restore(
        &self,
        request: Request,
        viewer: &Arc<Option<Identity>>,
    ) -> Result<Plan<String>, Payload> {
        let query = request.query.unwrap_or_default();
        let Some(author) = query.strip_prefix("follow ").filter(|_| viewer.is_some()) else {
            return Err(Payload::error("no", "FORBIDDEN"));
        };
        let mut group = [0; 32];
        group[0] = query.len() as u8;
        let after = request.variables.get("after").and_then(Value::as_str).map(|after| {
            let [epoch, seq, tag] = after.split('|').collect::<Vec<_>>()[..] else { panic!() };
            realtime::Position {
                topic: Topic::new(format!("author:{author}")),
                epoch: realtime::Epoch::new(epoch),
                seq: realtime::Seq(seq.parse().unwrap()),
                tag: realtime::Tag::new(tag),
            }
        });
        Ok(Plan {
            topic: Topic::new(format!("author:{author}")),
            group: GroupKey(group),
            after,
            operation: Arc::new(query.clone()),
        })
    }

    async fn open(
        &self,
        _: &String,
        _: &Arc<Option<Identity>>,
        opening: &Opening,
    ) -> Result<Payload, Payload> {
        let (kind, at, gap) = match opening {
            Opening::Snapshot { at, gap } => ("snapshot", at, *gap),
            Opening::Resumed { at } => ("resumed", at, None),
        };
        let gap = gap.map(|gap| [gap.from.0, gap.to.0]);
        let cursor = format!("{}|{}|{}", at.epoch, at.seq, at.tag);
        let frame = json!({ "kind": kind, "seq": at.seq.0, "gap": gap, "cursor": cursor });
        Ok(Payload::from_json(frame.to_string()))
    }

    fn class(&self, _: &String, viewer: &Option<Identity>) -> Option<Option<UserId>> {
        viewer.as_ref().map(|_| None)
    }

    async fn render(
        &self,
        _: &String,
        _: &Option<UserId>,
        change: &Change,
    ) -> Result<Option<Payload>, RenderFailed> {
        *self.renders.lock() += 1;
        if self.fails.lock().pop_front() == Some(true) {
            return Err(RenderFailed("as the test wants".into()));
        }
        let (kind, at) = match change {
            Change::Event { at, .. } => ("event", at),
            Change::Progress { at, .. } => ("progress", at),
        };
        let cursor = format!("{}|{}|{}", at.epoch, at.seq, at.tag);
        let frame = json!({ "kind": kind, "seq": at.seq.0, "cursor": cursor });
        Ok(Some(Payload::from_json(frame.to_string())))
    }
}

/// The log, which may be away once.
pub struct Log {
    log: PipelineLog,
    pub fails: AtomicBool,
}

#[async_trait]
impl EventLog for Log {
    async fn head(&self, topic: &Topic) -> Result<Head, LogError> {
        self.log.head(topic).await
    }

    async fn read(&self, topic: &Topic, after: Seq, limit: u32) -> Result<Vec<LogEvent>, LogError> {
        if self.fails.swap(false, SeqCst) {
            return Err(LogError("as the test wants".into()));
        }
        self.log.read(topic, after, limit).await
    }
}

/// Lets in who shows a key in `key`, and guests.
struct Door(Blog);

#[async_trait]
impl Hosts<Option<Identity>> for Door {
    async fn admit(
        &self,
        _: &Socket,
        payload: Map<String, Value>,
    ) -> Result<Admitted<Option<Identity>>, Denied> {
        let identity = match payload.get("key").and_then(Value::as_str) {
            None => None,
            Some(key) => {
                let record = self.0.key(&key_hash(key)).await.unwrap();
                Some(Identity::from(record.ok_or_else(Denied::default)?))
            }
        };
        Ok(Admitted {
            session: identity.as_ref().map(|identity| identity.key.as_str().into()),
            user: None,
            viewer: Arc::new(identity),
            expires_at: None,
            ack: None,
        })
    }

    fn viewer(&self, identity: Option<Identity>, _: Option<&Socket>) -> Option<Identity> {
        identity
    }
}

pub struct Rig {
    pub exchange: Exchange<Echo>,
    pub gateway: Arc<Gateway>,
    pub log: Arc<Log>,
    pub blog: Blog,
    pub clock: Arc<TestClock>,
    pub kim: UserId,
    table: Arc<dyn Table>,
    place: Place,
    ids: Arc<TestIds>,
    rounds: u32,
}

impl Rig {
    pub async fn kind() -> Rig {
        Rig::over(1, |table, _| table).await
    }

    pub async fn hostile(seed: u64) -> Rig {
        Rig::over(200, |table, clock| {
            let hostile = HostileTable::new(table, clock, HostileConfig::bad(seed));
            Arc::new(Persistent::new(Arc::new(hostile)))
        })
        .await
    }

    /// Over a table that does nothing to us yet, with the table.
    pub async fn unreliable() -> (Rig, Arc<HostileTable>) {
        let mut made = None;
        let rig = Rig::over(1, |table, clock| {
            let config = HostileConfig {
                late: 0,
                cut_pages: 0,
                partial_batches: 0,
                conflicts: 0,
                ..HostileConfig::bad(1)
            };
            made.insert(Arc::new(HostileTable::new(table, clock, config))).clone()
        })
        .await;
        (rig, made.unwrap())
    }

    async fn over(
        rounds: u32,
        wrap: impl FnOnce(Arc<dyn Table>, Arc<dyn Clock>) -> Arc<dyn Table>,
    ) -> Rig {
        let clock = Arc::new(TestClock::default());
        let ids = Arc::new(TestIds::seeded(3));
        let place = Place::fresh(&clock).await;
        let table = wrap(place.counted(), clock.clone());
        let blog = Blog::open(table.clone(), clock.clone(), "epoch").await.unwrap();
        let gateway = Arc::<Gateway>::default();
        let (log, fails) = (PipelineLog::new(blog.clone()), AtomicBool::new(false));
        let log = Arc::new(Log { log, fails });
        let exchange = Exchange {
            sockets: Sockets::new(blog.clone()),
            log: log.clone(),
            executor: Arc::<Echo>::default(),
            hosts: Arc::new(Door(blog.clone())),
            courier: gateway.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
        };
        let kim = UserId::from_bits(1);
        let rig = Rig { exchange, gateway, log, blog, clock, kim, table, place, ids, rounds };
        rig.draw_key("kims").await;
        rig
    }

    /// The calls of the place's table for what `work` does.
    pub async fn calls<T>(&self, work: impl Future<Output = T>) -> (T, Counts) {
        let before = self.place.counts();
        let done = work.await;
        (done, self.place.counts() - before)
    }

    /// Gives Kim a key.
    pub async fn draw_key(&self, key: &str) {
        let record = KeyRecord {
            hash: key_hash(key),
            kind: KeyKind::Session,
            user: self.kim.clone(),
            role: Role::Author,
            scopes: vec![Scope::Read, Scope::Write],
            name: String::new(),
            stands_for: None,
            created_at: self.clock.now(),
            expires_at: self.clock.now().plus(Duration::from_secs(24 * 3600)),
            client: None,
            last_used_at: None,
        };
        self.blog.add_key(&record).await.unwrap();
    }

    pub fn topic(&self) -> Topic {
        Topic::new(format!("author:{}", self.kim))
    }

    /// Appends an event to Kim's log, whoever else does.
    pub async fn append(&self) {
        loop {
            let head = self.blog.head(&self.kim).await.unwrap();
            let event = Event {
                kind: EventKind::PostPublished,
                post: PostId::from_bits(7),
                at: self.clock.now(),
                stages: vec![],
            };
            let tag = format!("{:016x}", self.ids.secret() as u64);
            let event = Some((self.kim.clone(), head, event, tag));
            match self.blog.apply(Applied { event, ..Applied::default() }).await {
                Ok(()) => return,
                Err(ApplyError::Changed) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
    }

    /// Goes round, and where an index is late so often that it must have shown everything.
    pub async fn go_round(&self) {
        for _ in 0..self.rounds {
            self.exchange.go_round().await.unwrap();
        }
    }

    /// An event of Kim's log ends, as after a day.
    pub async fn lose_event(&self, seq: u64) {
        let key = store::keys::event(self.topic().as_str(), seq);
        let gone = store::table::Write::Delete(key, store::table::Condition::Present);
        self.table.write(gone).await.unwrap();
    }

    /// A socket that is open, and nobody let in.
    pub async fn connect(&self, socket: &str) {
        self.gateway.open.lock().insert(socket.to_owned(), vec![]);
        self.exchange.open(socket, IpAddr::V4(Ipv4Addr::LOCALHOST)).await.unwrap();
    }

    pub async fn says(&self, socket: &str, message: Value) {
        self.exchange.message(socket, &message.to_string()).await.unwrap();
    }

    /// A socket of Kim's.
    pub async fn kims(&self, socket: &str) {
        self.connect(socket).await;
        self.says(socket, json!({ "type": "connection_init", "payload": { "key": "kims" } })).await;
        assert_eq!(self.gateway.frames(socket), [json!({ "type": "connection_ack" })]);
    }

    /// What a client says to follow Kim's log.
    pub fn follow(&self, id: &str) -> Value {
        self.follow_after(id, None)
    }

    pub fn follow_after(&self, id: &str, after: Option<&str>) -> Value {
        json!({ "type": "subscribe", "id": id, "payload": {
            "query": format!("follow {}", self.kim), "variables": { "after": after },
        } })
    }

    /// What came of a subscription: kind and number of each frame.
    pub fn told(&self, socket: &str, id: &str) -> Vec<(String, u64)> {
        let frames = self.gateway.frames(socket);
        let own = frames.iter().filter(|frame| frame["id"] == id && frame["type"] == "next");
        own.map(|frame| {
            let payload = &frame["payload"];
            (payload["kind"].as_str().unwrap().to_owned(), payload["seq"].as_u64().unwrap())
        })
        .collect()
    }
}

/// Frames as a test writes them.
pub fn frames(expected: &[(&str, u64)]) -> Vec<(String, u64)> {
    expected.iter().map(|(kind, seq)| ((*kind).to_owned(), *seq)).collect()
}
