//! Subscriptions: what is authorised, what a frame shows, and that shared frames are the same as own
//! ones.

use std::sync::Arc;

use domain::account::{Identity, Role, Scope};
use domain::ports::{Posts, Wanted};
use domain::stage::{Done, Failure, Outcome, Stage, StageId, StageKind, Subject};
use realtime::{Change, EventLog, Executor, Gap, Opening, Payload, Plan, Position, Prepared, Seq};
use schema::frames::Operation;
use schema::guard::{Guard, Limits};
use schema::{Budget, GlobalId, PipelineLog, SocketExecutor, SocketViewer};
use serde_json::{Value, json};

use crate::world::{Draft, World, stage};

const PIPELINE: &str = "subscription($id: ID!, $after: EventCursor) {
    pipeline(postId: $id, after: $after) {
        kind seq cursor resumed gap { from to } at
        stages { id kind status held attempts revision progress { done total } failure { code } }
    }
}";

const COST_PER_MINUTE: u64 = 10_000;

struct Sockets<'w> {
    world: &'w World,
    executor: SocketExecutor,
    log: PipelineLog,
}

impl<'w> Sockets<'w> {
    fn of(world: &'w World) -> Self {
        let guard = Guard::new(Limits::default(), &schema::sdl()).unwrap();
        let budget = Arc::new(Budget::new(COST_PER_MINUTE));
        let executor = SocketExecutor::new(world.schema().clone(), Arc::new(guard), budget);
        Sockets { world, executor, log: PipelineLog::new(world.blog.clone()) }
    }

    async fn prepare(
        &self,
        who: Option<&Identity>,
        document: &str,
        variables: Value,
    ) -> Prepared<Operation> {
        self.prepare_after(who, document, variables, None).await
    }

    async fn prepare_after(
        &self,
        who: Option<&Identity>,
        document: &str,
        variables: Value,
        last_event_id: Option<&str>,
    ) -> Prepared<Operation> {
        let request = realtime::Request {
            query: Some(document.to_owned()),
            variables: variables.as_object().unwrap().clone(),
            last_event_id: last_event_id.map(str::to_owned),
            ..realtime::Request::default()
        };
        self.executor.prepare(request, &viewer(who)).await
    }

    async fn plan(&self, who: &Identity, document: &str, variables: Value) -> Plan<Operation> {
        match self.prepare(Some(who), document, variables).await {
            Prepared::Subscription(plan) => plan,
            other => panic!("{}", text(&other)),
        }
    }

    async fn refused(&self, who: Option<&Identity>, document: &str, variables: Value) -> String {
        match self.prepare(who, document, variables).await {
            Prepared::Refused(errors) => {
                let errors = parsed(&errors);
                errors[0]["extensions"]["code"].as_str().unwrap_or("none").to_owned()
            }
            other => panic!("{}", text(&other)),
        }
    }

    async fn head(&self, plan: &Plan<Operation>) -> Position {
        Position::at_head(&plan.topic, &self.log.head(&plan.topic).await.unwrap())
    }

    async fn open(&self, who: &Identity, plan: &Plan<Operation>, opening: &Opening) -> Value {
        let opened = self.executor.open(&plan.operation, &viewer(Some(who)), opening).await;
        parsed(&opened.unwrap())["data"].clone()
    }

    async fn snapshot(&self, who: &Identity, plan: &Plan<Operation>) -> Value {
        let at = self.head(plan).await;
        self.open(who, plan, &Opening::Snapshot { at, gap: None }).await
    }

    /// The last change of the log, as it is told to the hub.
    async fn last_change(&self, plan: &Plan<Operation>) -> Change {
        let at = self.head(plan).await;
        let events = self.log.read(&plan.topic, Seq(at.seq.0 - 1), 10).await.unwrap();
        assert_eq!(events[0].seq, at.seq);
        Change::Event { at, payload: events[0].payload.clone() }
    }

    async fn render(
        &self,
        who: &Identity,
        plan: &Plan<Operation>,
        change: &Change,
    ) -> Option<Value> {
        let class = self.executor.class(&plan.operation, &viewer(Some(who))).unwrap();
        let frame = self.executor.render(&plan.operation, &class, change).await.unwrap();
        frame.map(|frame| parsed(&frame)["data"].clone())
    }

    async fn fail(&self, post: &Draft, kind: StageKind) {
        let failure = Failure { code: "X".into(), message: "x".into() };
        self.world.run(&stage(&post.id, kind), Outcome::Fail(failure)).await;
    }
}

fn viewer(who: Option<&Identity>) -> Arc<SocketViewer> {
    Arc::new(SocketViewer { identity: who.cloned(), client: World::client() })
}

fn parsed(payload: &Payload) -> Value {
    serde_json::from_str(payload.as_str()).unwrap()
}

fn text(prepared: &Prepared<Operation>) -> String {
    match prepared {
        Prepared::Response(payload) => format!("response {}", payload.as_str()),
        Prepared::Refused(payload) => format!("refused {}", payload.as_str()),
        Prepared::Subscription(_) => "subscription".to_owned(),
    }
}

fn statuses(frame: &Value) -> Vec<(&str, &str)> {
    let stages = frame["stages"].as_array().unwrap().iter();
    stages.map(|s| (s["kind"].as_str().unwrap(), s["status"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn only_the_author_may_watch_a_post() {
    let world = World::new().await;
    let sockets = Sockets::of(&world);
    let (kim, lee) = (world.author("kim").await, world.author("lee").await);
    let reader = world.person("reader", Role::Reader).await;
    let writes_only = world.identity(kim.user.clone(), Role::Author, &[Scope::Write]);
    let post = world.post(&kim, "First").await;
    let id = json!({ "id": post.id });
    assert_eq!(sockets.refused(None, PIPELINE, id.clone()).await, "UNAUTHENTICATED");
    assert_eq!(sockets.refused(Some(&writes_only), PIPELINE, id.clone()).await, "UNAUTHENTICATED");
    for who in [&lee, &reader] {
        assert_eq!(sockets.refused(Some(who), PIPELINE, id.clone()).await, "NOT_FOUND");
    }
    for never in ["nonsense", "post_00000000000000000000000001"] {
        let id = json!({ "id": never });
        assert_eq!(sockets.refused(Some(&kim), PIPELINE, id).await, "NOT_FOUND");
    }
    let mine = "subscription { myPipelines { seq } }";
    assert_eq!(sockets.refused(None, mine, json!({})).await, "UNAUTHENTICATED");
    assert_eq!(sockets.refused(Some(&reader), mine, json!({})).await, "FORBIDDEN");
    let forged = json!({"id": post.id, "after": "nonsense"});
    assert_eq!(sockets.refused(Some(&kim), PIPELINE, forged).await, "BAD_CURSOR");
}

#[tokio::test]
async fn operations_over_sockets_draw_from_the_same_budget_as_over_http() {
    let world = World::new().await;
    let sockets = Sockets::of(&world);
    let (kim, lee) = (world.author("kim").await, world.author("lee").await);
    let expensive =
        "{ posts(first: 50) { nodes { author { posts(first: 20) { nodes { id } } } } } }";
    let ask = async |who| {
        let request =
            realtime::Request { query: Some(expensive.to_owned()), ..realtime::Request::default() };
        text(&sockets.executor.prepare(request, &viewer(Some(who))).await)
    };
    let mut answered = 0;
    let refused = loop {
        let answer = ask(&kim).await;
        if !answer.starts_with("response") {
            break answer;
        }
        answered += 1;
        assert!(answered < 100, "no end");
    };
    assert!(answered > 0 && refused.contains("RATE_LIMITED"), "{answered}: {refused}");
    assert!(ask(&lee).await.starts_with("response"), "each person has a budget of their own");
}

#[tokio::test]
async fn a_document_that_is_no_subscription_of_one_field_is_refused() {
    let world = World::new().await;
    let sockets = Sockets::of(&world);
    let kim = world.author("kim").await;
    for (document, code) in [
        ("subscription {", "GRAPHQL_PARSE_FAILED"),
        ("subscription { nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { myPipelines { nonsense } }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { a: myPipelines { seq } b: myPipelines { seq } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription($x: Int) { myPipelines { seq } }", "GRAPHQL_VALIDATION_FAILED"),
    ] {
        assert_eq!(sockets.refused(Some(&kim), document, json!({})).await, code, "{document}");
    }
}

#[tokio::test]
async fn queries_and_mutations_are_answered_over_sockets_too_but_nobody_signs_in() {
    let world = World::new().await;
    let sockets = Sockets::of(&world);
    let kim = world.author("kim").await;
    let answer = sockets.prepare(Some(&kim), "{ viewer { email } }", json!({})).await;
    let Prepared::Response(payload) = answer else { panic!("{}", text(&answer)) };
    assert_eq!(parsed(&payload), json!({"data": {"viewer": {"email": "kim@example.org"}}}));
    assert_eq!(
        sockets.refused(Some(&kim), "{ nonsense }", json!({})).await,
        "GRAPHQL_VALIDATION_FAILED"
    );
    let sign_in = "mutation { signIn(input: { email: \"a\", password: \"b\" }) { __typename } }";
    let answer = sockets.prepare(None, sign_in, json!({})).await;
    let Prepared::Response(payload) = answer else { panic!("{}", text(&answer)) };
    assert_eq!(parsed(&payload)["data"]["signIn"]["__typename"], "NotAllowedError");
}

#[tokio::test]
async fn the_first_frame_is_the_state_and_each_change_shows_what_changed() {
    let world = World::new().await;
    let sockets = Sockets::of(&world);
    let kim = world.author("kim").await;
    let post = world.post(&kim, "First").await;
    let plan = sockets.plan(&kim, PIPELINE, json!({ "id": post.id })).await;
    assert_eq!(plan.topic.as_str(), format!("author:{}", kim.user));
    assert_eq!(plan.after, None);

    let frame = sockets.snapshot(&kim, &plan).await["pipeline"].clone();
    assert_eq!((&frame["kind"], &frame["seq"]), (&json!("SNAPSHOT"), &json!(1)));
    assert_eq!((&frame["resumed"], &frame["gap"]), (&json!(false), &Value::Null));
    let pending = [("SPEECH", "PENDING"), ("SUMMARY", "PENDING"), ("SEARCH", "PENDING")];
    assert_eq!(statuses(&frame), pending);

    sockets.fail(&post, StageKind::Summary).await;
    let change = sockets.last_change(&plan).await;
    let frame = sockets.render(&kim, &plan, &change).await.unwrap()["pipeline"].clone();
    assert_eq!((&frame["kind"], &frame["seq"]), (&json!("EVENT"), &json!(3)));
    assert_eq!(statuses(&frame), [("SUMMARY", "FAILED")]);
    assert_eq!(frame["stages"][0]["failure"]["code"], "X");

    // The frame's cursor is where a client goes on.
    let variables = json!({"id": post.id, "after": frame["cursor"]});
    let resumed = sockets.plan(&kim, PIPELINE, variables).await;
    assert_eq!(resumed.after, Some(sockets.head(&plan).await));
    assert!(resumed.group == plan.group);
    let opening = Opening::Resumed { at: resumed.after.clone().unwrap() };
    let frame = sockets.open(&kim, &resumed, &opening).await["pipeline"].clone();
    assert_eq!((&frame["kind"], &frame["seq"]), (&json!("RESUMED"), &json!(3)));
    assert_eq!((&frame["resumed"], &frame["stages"]), (&json!(true), &json!([])));
}

#[tokio::test]
async fn every_frame_bears_the_cursor_after_which_a_client_goes_on() {
    let world = World::new().await;
    let sockets = Sockets::of(&world);
    let kim = world.author("kim").await;
    let post = world.post(&kim, "First").await;
    let variables = json!({ "id": post.id });
    // Also of an operation that does not select it.
    let document = "subscription($id: ID!) { pipeline(postId: $id) { kind } }";
    let plan = sockets.plan(&kim, document, variables.clone()).await;
    let first = sockets.head(&plan).await;
    let opening = Opening::Snapshot { at: first.clone(), gap: None };
    let operation = &plan.operation;
    let snapshot = sockets.executor.open(operation, &viewer(Some(&kim)), &opening).await.unwrap();
    sockets.fail(&post, StageKind::Summary).await;
    let change = sockets.last_change(&plan).await;
    let class = sockets.executor.class(operation, &viewer(Some(&kim))).unwrap();
    let event = sockets.executor.render(operation, &class, &change).await.unwrap().unwrap();

    for (frame, at) in [(snapshot, first), (event, sockets.head(&plan).await)] {
        let (cursor, who) = (frame.cursor(), Some(&kim));
        let goes_on = sockets.prepare_after(who, document, variables.clone(), cursor).await;
        let Prepared::Subscription(goes_on) = goes_on else { panic!("{}", text(&goes_on)) };
        assert_eq!(goes_on.after, Some(at));
        assert!(goes_on.group == plan.group);
    }
    // It is later than what the client said when it began.
    let cursor =
        sockets.snapshot(&kim, &sockets.plan(&kim, PIPELINE, variables.clone()).await).await;
    let old = json!({ "id": post.id, "after": "nonsense" });
    assert_eq!(sockets.refused(Some(&kim), PIPELINE, old).await, "BAD_CURSOR");
    let seen = cursor["pipeline"]["cursor"].as_str();
    let forged = sockets.prepare_after(Some(&kim), document, variables, Some("nonsense")).await;
    assert!(text(&forged).contains("BAD_CURSOR"), "{}", text(&forged));
    let both = json!({ "id": post.id, "after": null });
    let goes_on = sockets.prepare_after(Some(&kim), PIPELINE, both, seen).await;
    assert!(matches!(goes_on, Prepared::Subscription(Plan { after: Some(_), .. })));
}

#[tokio::test]
async fn a_gap_is_announced_with_the_state() {
    let world = World::new().await;
    let sockets = Sockets::of(&world);
    let kim = world.author("kim").await;
    let post = world.post(&kim, "First").await;
    let plan = sockets.plan(&kim, PIPELINE, json!({ "id": post.id })).await;
    let at = sockets.head(&plan).await;
    let gap = Some(Gap { from: Seq(4), to: Seq(9) });
    let frame = sockets.open(&kim, &plan, &Opening::Snapshot { at, gap }).await;
    assert_eq!(frame["pipeline"]["gap"], json!({"from": 4, "to": 9}));
    assert_eq!(frame["pipeline"]["stages"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn progress_is_shown_between_events() {
    let world = World::new().await;
    let sockets = Sockets::of(&world);
    let kim = world.author("kim").await;
    let post = world.post(&kim, "First").await;
    let other = world.post(&kim, "Second").await;
    let plan = sockets.plan(&kim, PIPELINE, json!({ "id": post.id })).await;
    let row = async |post: &Draft| -> Stage {
        let stages = vec![stage(&post.id, StageKind::Speech)];
        let wanted = Wanted { stages, ..Wanted::default() };
        let row = world.blog.load(&wanted).await.unwrap().stages.remove(0);
        Stage { progress: Some(Done { done: 7, total: 40 }), ..row }
    };
    let (topic, payload) = schema::progress(&row(&post).await);
    assert_eq!(topic, plan.topic);
    let at = sockets.head(&plan).await;
    let change = Change::Progress { at: at.clone(), payload };
    let frame = sockets.render(&kim, &plan, &change).await.unwrap()["pipeline"].clone();
    assert_eq!((&frame["kind"], &frame["seq"]), (&json!("PROGRESS"), &json!(2)));
    assert_eq!(frame["stages"][0]["progress"], json!({"done": 7, "total": 40}));

    let (_, payload) = schema::progress(&row(&other).await);
    let change = Change::Progress { at, payload };
    assert_eq!(sockets.render(&kim, &plan, &change).await, None);
}

#[tokio::test]
async fn a_posts_board_shows_its_images_and_no_other_post() {
    let world = World::new().await;
    let sockets = Sockets::of(&world);
    let kim = world.author("kim").await;
    let (one, two) = (world.draft(&kim, "One", "x").await, world.draft(&kim, "Two", "x").await);
    let of_one = sockets.plan(&kim, PIPELINE, json!({ "id": one.id })).await;
    let of_two = sockets.plan(&kim, PIPELINE, json!({ "id": two.id })).await;
    let all = "subscription { myPipelines { kind seq stages { kind status asset { filename } post { title } } } }";
    let all = sockets.plan(&kim, all, json!({})).await;
    let upload = json!({
        "postId": one.id, "filename": "a.png", "contentType": "image/png", "length": 3,
        "sha256": "0".repeat(64),
    });
    let selection = "... on RequestUploadSuccess { asset { id markdown } }";
    let asset = world.mutate(Some(&kim), "requestUpload", selection, upload).await["asset"].clone();

    let change = sockets.last_change(&of_one).await;
    let frame = sockets.render(&kim, &of_one, &change).await.unwrap()["pipeline"].clone();
    assert_eq!(statuses(&frame), [("IMAGE", "WAITING")]);
    assert_eq!(sockets.render(&kim, &of_two, &change).await, None);
    let frame = sockets.render(&kim, &all, &change).await.unwrap()["myPipelines"].clone();
    let expected = json!([{
        "kind": "IMAGE", "status": "WAITING", "asset": {"filename": "a.png"},
        "post": {"title": "One"},
    }]);
    assert_eq!(frame["stages"], expected);
    let snapshot = sockets.snapshot(&kim, &all).await;
    assert_eq!(snapshot["myPipelines"]["stages"], expected);

    // Another post that shows the image has it on its board from then on.
    let input = json!({"id": two.id, "expectedRevision": 1, "markdown": asset["markdown"]});
    world.mutate(Some(&kim), "updatePost", "", input).await;
    world.publish(&kim, &Draft { id: two.id.clone(), revision: 2 }).await;
    let frame = sockets.render(&kim, &of_two, &change).await.unwrap()["pipeline"].clone();
    assert_eq!(statuses(&frame), [("IMAGE", "WAITING")]);
    let snapshot = sockets.snapshot(&kim, &of_two).await;
    assert_eq!(snapshot["pipeline"]["stages"].as_array().unwrap().len(), 4);
    let Some(GlobalId::Asset(id)) = GlobalId::parse(asset["id"].as_str().unwrap()) else {
        panic!()
    };
    let image = StageId { subject: Subject::Asset(id), kind: StageKind::Image };
    assert_eq!(frame["stages"][0]["id"], GlobalId::Stage(image).to_string());
}

#[tokio::test]
async fn a_shared_frame_equals_one_that_is_rendered_for_the_viewer_alone() {
    let world = World::new().await;
    let sockets = Sockets::of(&world);
    let kim = world.author("kim").await;
    let post = world.post(&kim, "First").await;
    sockets.fail(&post, StageKind::Speech).await;
    let stage_fields = [
        "id",
        "kind",
        "status",
        "held",
        "hold { units unit used budget price { amount currency } }",
        "progress { done total }",
        "attempts",
        "failure { code message retryAt }",
        "post { id title stages { kind } }",
        "asset { id }",
        "revision",
        "updatedAt",
        "__typename",
        "... on Node { id }",
        "post { author { nickname posts { nodes { title } } } }",
    ];
    let fields = ["kind", "seq", "cursor", "resumed", "gap { from }", "at"].map(str::to_owned);
    let fields =
        fields.into_iter().chain(stage_fields.map(|field| format!("stages {{ {field} }}")));
    for field in fields {
        let document = format!("subscription {{ myPipelines {{ {field} }} }}");
        let plan = sockets.plan(&kim, &document, json!({})).await;
        let change = sockets.last_change(&plan).await;
        let shared = sockets.render(&kim, &plan, &change).await.unwrap();

        // The same document, with a field that forces the viewer into its class.
        let alone = format!(
            "subscription {{ myPipelines {{ {field} own: stages {{ asset {{ id }} }} }} }}"
        );
        let plan = sockets.plan(&kim, &alone, json!({})).await;
        let mut alone = sockets.render(&kim, &plan, &change).await.unwrap();
        alone["myPipelines"].as_object_mut().unwrap().remove("own");
        assert_eq!(shared, alone, "{field}");
    }
}

#[tokio::test]
async fn a_session_that_is_over_belongs_to_no_class() {
    let world = World::new().await;
    let sockets = Sockets::of(&world);
    let kim = world.author("kim").await;
    let plan = sockets.plan(&kim, "subscription { myPipelines { seq } }", json!({})).await;
    assert!(sockets.executor.class(&plan.operation, &viewer(Some(&kim))).is_some());
    world.clock.set(kim.expires_at);
    assert!(sockets.executor.class(&plan.operation, &viewer(Some(&kim))).is_none());
}

#[tokio::test]
async fn a_snapshot_costs_two_calls_at_most() {
    let world = World::new().await;
    let sockets = Sockets::of(&world);
    let kim = world.author("kim").await;
    let post = world.post(&kim, "First").await;
    for (document, variables) in [
        (PIPELINE, json!({ "id": post.id })),
        ("subscription { myPipelines { stages { kind status } } }", json!({})),
    ] {
        let plan = sockets.plan(&kim, document, variables).await;
        let (_, counts) = world.calls(sockets.snapshot(&kim, &plan)).await;
        // One of them reads the head.
        assert!(counts.calls() <= 3, "{document}: {counts:?}");
    }
}
