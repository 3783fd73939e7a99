//! A blog over a table of its own, and people who ask.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use async_graphql::{Request, Variables};
use contract::{Counts, HostileConfig, HostileTable, Persistent, TestClock, TestIds};
use domain::account::{Identity, Role, Scope, User, key_hash};
use domain::actions::{Authenticate, ClaimStage, DeliverMail, FinishStage};
use domain::mail::{Mail, MailState, SiteAddress};
use domain::ports::{Accounts, Clock, IdSource, MailRequests, Mailer, Posts, SearchIndex, Wanted};
use domain::post::Post;
use domain::stage::{Made, Outcome, StageId, StageKind, StageResult, Subject};
use domain::usage::{Price, Prices};
use domain::{PostId, UserId};
use schema::{Client, GlobalId, Parts, Schema, SessionCookie, SessionCookieSlot};
use serde_json::{Value, json};
use store::table::Table;
use store::{Blog, CursorSigner};

use crate::doubles::{DeadMailer, MemoryMailer, MemoryObjects, PlainPasswords, StaleIndex};
use crate::place::Place;

pub struct World {
    schema: Option<Schema>,
    pub blog: Blog,
    pub table: Arc<dyn Table>,
    pub clock: Arc<TestClock>,
    pub ids: Arc<TestIds>,
    pub objects: Arc<MemoryObjects>,
    pub index: Arc<StaleIndex>,
    pub passwords: Arc<PlainPasswords>,
    pub place: Place,
}

/// An answer, as the door would send it.
#[derive(Debug)]
pub struct Answered {
    pub json: Value,
    pub counts: Counts,
    pub cookie: SessionCookie,
}

impl Answered {
    /// The data; there must be no error.
    #[track_caller]
    pub fn data(&self) -> &Value {
        assert_eq!(self.json.get("errors"), None, "{:#}", self.json);
        &self.json["data"]
    }

    /// The codes of the errors.
    pub fn codes(&self) -> Vec<&str> {
        let errors = self.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap_or("?")).collect()
    }
}

impl World {
    pub async fn new() -> Self {
        Self::over(|table, _| table).await
    }

    /// Over a table that does everything a table may do, and a caller who asks again.
    pub async fn hostile(seed: u64) -> Self {
        Self::over(|table, clock| {
            let hostile = HostileTable::new(table, clock, HostileConfig::bad(seed));
            Arc::new(Persistent::new(Arc::new(hostile)))
        })
        .await
    }

    async fn over(wrap: impl FnOnce(Arc<dyn Table>, Arc<dyn Clock>) -> Arc<dyn Table>) -> Self {
        let clock = Arc::new(TestClock::default());
        let place = Place::fresh(&clock).await;
        Self::at(place, clock, wrap).await
    }

    /// In a place of the test's own.
    pub async fn at(
        place: Place,
        clock: Arc<TestClock>,
        wrap: impl FnOnce(Arc<dyn Table>, Arc<dyn Clock>) -> Arc<dyn Table>,
    ) -> Self {
        let ids = Arc::new(TestIds::seeded(1));
        let table = wrap(place.counted(), clock.clone());
        let blog = Blog::open(table.clone(), clock.clone(), "epoch").await.unwrap();
        let (objects, index) = (Arc::<MemoryObjects>::default(), Arc::<StaleIndex>::default());
        let passwords = Arc::<PlainPasswords>::default();
        let mut world =
            World { schema: None, blog, table, clock, ids, objects, index, passwords, place };
        world.build(true, true);
        world
    }

    /// The same blog, closed for readers.
    pub fn closed(mut self) -> Self {
        self.build(false, true);
        self
    }

    /// The same blog, without search.
    pub fn unsearched(mut self) -> Self {
        self.build(true, false);
        self
    }

    fn build(&mut self, sign_up_open: bool, searched: bool) {
        let index: Arc<dyn SearchIndex> = self.index.clone();
        self.schema = Some(schema::build(Parts {
            blog: self.blog.clone(),
            objects: self.objects.clone(),
            search: searched.then_some(index),
            passwords: self.passwords.clone(),
            renderer: Arc::new(content::MarkdownRenderer),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            signer: CursorSigner::new((1, [7; 32]), &[]),
            sockets: realtime::Sockets::new(),
            site_title: "Deepdive".to_owned(),
            origin: "https://blog.example".to_owned(),
            prices: Prices { speech: Price(16_000), ..Prices::default() },
            sign_up_open,
        }));
    }

    /// A blog whose owner is kim@example.org, with the password "a long password".
    pub async fn with_owner() -> Self {
        let world = Self::new().await;
        world.blog.offer_set_up(&key_hash("token")).await.unwrap();
        let input = json!({
            "setupToken": "token", "email": "Kim@Example.org", "password": "a long password",
            "nickname": "kim",
        });
        let made = world.mutate(None, "createOwner", "", input).await;
        assert_eq!(made["__typename"], "CreateOwnerSuccess");
        world
    }

    /// Signs in over the door; the session's key, if it was let in.
    pub async fn sign_in(&self, email: &str, password: &str, client: Client) -> Option<String> {
        let document = "mutation($i: SignInInput!) { signIn(input: $i) { __typename } }";
        let input = json!({"i": {"email": email, "password": password}});
        match self.ask_from(client, None, document, input).await.cookie {
            SessionCookie::Set { token, .. } => Some(token),
            SessionCookie::Keep | SessionCookie::Clear => None,
        }
    }

    /// Lets the post office do its rounds; the mails that it sends.
    pub async fn mails(&self) -> Vec<Mail> {
        let mailer = MemoryMailer::default();
        self.deliver(&mailer).await;
        mailer.sent()
    }

    /// The same where no mail is taken; whether one was tried.
    pub async fn mails_refused(&self) -> bool {
        self.deliver(&DeadMailer).await
    }

    async fn deliver(&self, mailer: &dyn Mailer) -> bool {
        let mut any = false;
        let site = SiteAddress { title: "Deepdive".into(), origin: "https://blog.example".into() };
        let (accounts, requests) = (&self.blog, &self.blog);
        let (clock, ids) = (&*self.clock, &*self.ids);
        let deliver = DeliverMail { accounts, requests, mailer, clock, ids, site: &site };
        for request in self.blog.requests(100).await.unwrap() {
            if matches!(request.state, MailState::Due { .. }) {
                any = true;
                deliver.run(&request).await.unwrap();
            }
        }
        any
    }

    /// Who asks with a key.
    pub async fn with_key(&self, key: &str) -> Option<Identity> {
        let accounts = Authenticate { accounts: &self.blog, clock: &*self.clock };
        accounts.key(key).await.unwrap()
    }

    /// The calls of the place's table for what `work` does.
    pub async fn calls<T>(&self, work: impl Future<Output = T>) -> (T, Counts) {
        let before = self.place.counts();
        let done = work.await;
        (done, self.place.counts() - before)
    }

    pub fn schema(&self) -> &Schema {
        self.schema.as_ref().unwrap()
    }

    /// A person with a session.
    pub async fn person(&self, name: &str, role: Role) -> Identity {
        let user = User {
            id: UserId::from_bits(self.ids.fresh()),
            email: format!("{name}@example.org"),
            nickname: name.to_owned(),
            bio: String::new(),
            role,
            created_at: self.clock.now(),
        };
        self.blog.add(&user, None).await.unwrap();
        self.identity(user.id, role, &[Scope::Read, Scope::Write])
    }

    pub async fn author(&self, name: &str) -> Identity {
        self.person(name, Role::Author).await
    }

    pub fn identity(&self, user: UserId, role: Role, scopes: &[Scope]) -> Identity {
        let key = key_hash(&format!("{user}{scopes:?}"));
        let expires_at = self.clock.now().plus(domain::account::SESSION_LIFE);
        Identity { user, role, scopes: scopes.to_vec(), key, expires_at }
    }

    pub fn client() -> Client {
        Client {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            may_sign_in: true,
            agent: None,
            request_id: "r1".to_owned(),
        }
    }

    /// Asks as somebody, or as a guest.
    pub async fn ask(&self, who: Option<&Identity>, document: &str, variables: Value) -> Answered {
        self.ask_from(Self::client(), who, document, variables).await
    }

    pub async fn ask_from(
        &self,
        client: Client,
        who: Option<&Identity>,
        document: &str,
        variables: Value,
    ) -> Answered {
        let slot = SessionCookieSlot::default();
        let mut request = Request::new(document)
            .variables(Variables::from_json(variables))
            .data(client)
            .data(slot.clone());
        if let Some(identity) = who {
            request = request.data(identity.clone());
        }
        let (response, counts) = self.calls(self.schema().execute(request)).await;
        let json = serde_json::to_value(&response).unwrap();
        Answered { json, counts, cookie: slot.take() }
    }

    /// Asks for what must be answered without an error.
    #[track_caller]
    pub fn get<'a>(
        &'a self,
        who: Option<&'a Identity>,
        document: &'a str,
        variables: Value,
    ) -> impl Future<Output = Value> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let answered = self.ask(who, document, variables).await;
            assert_eq!(answered.json.get("errors"), None, "asked at {caller}: {:#}", answered.json);
            answered.json["data"].clone()
        }
    }

    /// Runs a mutation with one `input`, and gives what it answers: fields of `selection`.
    pub async fn mutate(
        &self,
        who: Option<&Identity>,
        mutation: &str,
        selection: &str,
        input: Value,
    ) -> Value {
        let mut name = mutation.to_owned();
        name[..1].make_ascii_uppercase();
        let document = format!(
            "mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ __typename {selection} \
             ... on UserError {{ code message path }} }} }}"
        );
        self.get(who, &document, json!({ "input": input })).await[mutation].clone()
    }

    /// Begins a post.
    pub async fn draft(&self, author: &Identity, title: &str, markdown: &str) -> Draft {
        let input = json!({"title": title, "markdown": markdown, "tags": ["Rust"]});
        let selection = "... on CreatePostSuccess { post { id workingCopy { revision } } }";
        let answer = self.mutate(Some(author), "createPost", selection, input).await;
        Draft {
            id: answer["post"]["id"].as_str().unwrap().to_owned(),
            revision: answer["post"]["workingCopy"]["revision"].as_i64().unwrap(),
        }
    }

    pub async fn publish(&self, author: &Identity, draft: &Draft) -> String {
        let selection = "... on PublishPostSuccess { post { slug } }";
        let input = json!({"id": draft.id, "expectedRevision": draft.revision});
        let answer = self.mutate(Some(author), "publishPost", selection, input).await;
        answer["post"]["slug"].as_str().unwrap_or_else(|| panic!("{answer:#}")).to_owned()
    }

    /// A published post.
    pub async fn post(&self, author: &Identity, title: &str) -> Draft {
        let draft = self.draft(author, title, &format!("# {title}\n\nA body of {title}.")).await;
        self.publish(author, &draft).await;
        draft
    }

    pub async fn hide(&self, author: &Identity, draft: &mut Draft, visibility: &str) {
        let input = json!({
            "id": draft.id, "expectedRevision": draft.revision, "visibility": visibility,
        });
        let selection = "... on UpdatePostSuccess { post { workingCopy { revision } } }";
        let answer = self.mutate(Some(author), "updatePost", selection, input).await;
        draft.revision = answer["post"]["workingCopy"]["revision"].as_i64().unwrap();
    }

    /// The row behind a global id.
    pub async fn row(&self, id: &str) -> Post {
        let post = Some(post_id(id));
        self.blog.load(&Wanted { post, ..Wanted::default() }).await.unwrap().post.unwrap()
    }

    /// Lets a worker claim a stage and end it so.
    pub async fn run(&self, id: &StageId, outcome: Outcome) {
        let (posts, clock, ids) = (&self.blog, &*self.clock, &*self.ids);
        let claimed = ClaimStage { posts, clock, ids }.run(id).await.unwrap().unwrap();
        assert!(FinishStage { posts, clock, ids }.run(&claimed, outcome, None).await.unwrap());
    }

    /// Lets a stage of a post make something of what is published.
    pub async fn make(&self, post: &str, kind: StageKind, result: StageResult) {
        let row = self.row(post).await;
        let content = row.published.unwrap().content;
        let made = Made { content, input: "i".to_owned(), result };
        self.run(&stage(post, kind), Outcome::Made(made)).await;
    }
}

pub struct Draft {
    pub id: String,
    pub revision: i64,
}

pub fn post_id(id: &str) -> PostId {
    match GlobalId::parse(id) {
        Some(GlobalId::Post(id)) => id,
        other => panic!("{id} names {other:?}"),
    }
}

pub fn stage(post: &str, kind: StageKind) -> StageId {
    StageId { subject: Subject::Post(post_id(post)), kind }
}
