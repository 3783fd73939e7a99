//! What pipelines cost, as the owner sees it, and what is held until it is confirmed.

use std::time::Duration;

use contract::Counts;
use domain::account::{Identity, Role, Scope};
use domain::actions::{ClaimStage, FinishStage, MOST_STAGES};
use domain::stage::{Made, Outcome, Stage, StageId, StageKind, StageResult};
use domain::usage::{Hold, Price, Spent};
use schema::GlobalId;
use serde_json::{Value, json};

use crate::world::{Draft, World, stage};

const USAGE: &str = "{ viewer { usage {
    months { month kinds { kind runs workSeconds unit units reserved price { amount currency } } }
    budgets { speechCharacters summaryTokens } held { kind count }
    speechPrice { amount currency } summaryPrice { amount }
} } }";

const HELD: Hold = Hold { units: 1_200, used: 9_800, limit: Some(10_000) };

async fn hold(world: &World, post: &Draft, kind: StageKind) -> String {
    world.run(&stage(&post.id, kind), Outcome::Held(HELD)).await;
    GlobalId::Stage(stage(&post.id, kind)).to_string()
}

/// Lets a stage be made of so many characters.
async fn spend(world: &World, id: &StageId, units: u64) {
    let (posts, clock, ids) = (&world.blog, &*world.clock, &*world.ids);
    let claimed = ClaimStage { posts, clock, ids }.run(id).await.unwrap().unwrap();
    let spent = Spent { units, work_ms: 1_500, cost: Price(16_000).of(units) };
    let result = StageResult::Search { findable: true };
    let content = domain::post::ContentHash::of("x");
    let made = Outcome::Made(Made { content, input: "x".into(), result });
    let claimed = Stage { spent, ..claimed };
    assert!(FinishStage { posts, clock, ids }.run(&claimed, made, None).await.unwrap());
}

async fn set(world: &World, who: &Identity, input: Value) -> Value {
    let selection = "... on SetBudgetsSuccess { budgets { speechCharacters summaryTokens } }";
    world.mutate(Some(who), "setBudgets", selection, input).await
}

#[tokio::test]
async fn the_owner_sees_what_each_month_used_of_each_kind_and_nobody_else_does() {
    let world = World::new().await;
    let (kim, owner) = (world.author("kim").await, world.person("owner", Role::Admin).await);
    let post = world.post(&kim, "First").await;
    spend(&world, &stage(&post.id, StageKind::Speech), 1_000).await;
    world.clock.advance(Duration::from_secs(31 * 24 * 3600));
    let other = world.post(&kim, "Second").await;
    spend(&world, &stage(&other.id, StageKind::Speech), 7).await;
    hold(&world, &post, StageKind::Summary).await;
    let owner = world.identity(owner.user, Role::Admin, &[Scope::Read, Scope::Write]);
    let kim = world.identity(kim.user, Role::Author, &[Scope::Read, Scope::Write]);

    assert_eq!(world.get(Some(&kim), USAGE, json!({})).await["viewer"], json!({ "usage": null }));
    assert_eq!(world.get(None, USAGE, json!({})).await["viewer"], Value::Null);
    let usage = world.get(Some(&owner), USAGE, json!({})).await["viewer"]["usage"].clone();
    let names: Vec<_> = usage["months"].as_array().unwrap().iter().map(|m| &m["month"]).collect();
    assert_eq!(names, ["2026-12", "2026-11"]);
    assert_eq!(
        usage["months"][1]["kinds"][0],
        json!({
            "kind": "SPEECH", "runs": 1, "workSeconds": 1.5, "unit": "CHARACTERS", "units": 1_000,
            "reserved": 0, "price": { "amount": "0.016", "currency": "USD" },
        })
    );
    assert_eq!(usage["months"][0]["kinds"][0]["units"], 7);
    let summary = &usage["months"][0]["kinds"][1];
    assert_eq!((&summary["runs"], &summary["price"]), (&json!(0), &Value::Null));
    assert_eq!(usage["held"], json!([{ "kind": "SUMMARY", "count": 1 }]));
    assert_eq!(usage["budgets"], json!({ "speechCharacters": null, "summaryTokens": null }));
    assert_eq!(usage["speechPrice"], json!({ "amount": "16.00", "currency": "USD" }));
    assert_eq!(usage["summaryPrice"], Value::Null);

    for last in [0, 37] {
        let asked = "query($n: Int!) { viewer { usage { months(last: $n) { month } } } }";
        let answered = world.ask(Some(&owner), asked, json!({ "n": last })).await;
        assert_eq!(answered.codes(), ["BAD_USER_INPUT"]);
    }
}

#[tokio::test]
async fn the_usage_costs_a_query_for_the_months_a_query_for_what_is_held_and_a_batch() {
    let world = World::new().await;
    let owner = world.person("owner", Role::Admin).await;
    let answered = world.ask(Some(&owner), USAGE, json!({})).await;
    answered.data();
    // The viewer's own row is the second batch.
    assert_eq!(answered.counts, Counts { queries: 2, batches: 2, ..Counts::default() });
}

#[tokio::test]
async fn only_the_owner_sets_budgets_and_no_budget_is_below_zero() {
    let world = World::new().await;
    let (kim, owner) = (world.author("kim").await, world.person("owner", Role::Admin).await);
    let reads_only = world.identity(owner.user.clone(), Role::Admin, &[Scope::Read]);
    let input = json!({ "speechCharacters": 5_000, "idempotencyKey": "k" });
    for who in [&kim, &reads_only] {
        let answer = set(&world, who, input.clone()).await;
        assert_eq!(
            (&answer["__typename"], &answer["code"]),
            (&json!("NotAllowedError"), &json!("FORBIDDEN"))
        );
    }
    let answer = world.mutate(None, "setBudgets", "", input.clone()).await;
    assert_eq!(answer["code"], "UNAUTHENTICATED");
    for field in ["speechCharacters", "summaryTokens"] {
        let answer = set(&world, &owner, json!({ field: -1 })).await;
        assert_eq!(answer["code"], "INVALID_INPUT");
        assert_eq!(answer["path"], json!(["input", field]));
    }

    let five = json!({ "speechCharacters": 5_000, "summaryTokens": null });
    assert_eq!(set(&world, &owner, input.clone()).await["budgets"], five);
    assert_eq!(set(&world, &owner, input.clone()).await["budgets"], five, "sent again");
    let other = json!({ "speechCharacters": 1, "idempotencyKey": "k" });
    assert_eq!(set(&world, &owner, other).await["code"], "IDEMPOTENCY_KEY_REUSED");
    let usage = world.get(Some(&owner), USAGE, json!({})).await["viewer"]["usage"].clone();
    assert_eq!(usage["budgets"], five);
    // A limit that is left out is lifted; zero is a limit.
    let answer = set(&world, &owner, json!({ "summaryTokens": 0 })).await;
    assert_eq!(answer["budgets"], json!({ "speechCharacters": null, "summaryTokens": 0 }));
}

#[tokio::test]
async fn a_held_pipeline_tells_its_price_and_goes_on_when_its_author_confirms() {
    let world = World::new().await;
    let (kim, lee) = (world.author("kim").await, world.author("lee").await);
    let (one, two) = (world.post(&kim, "First").await, world.post(&kim, "Second").await);
    let (speech, summary) =
        (hold(&world, &one, StageKind::Speech).await, hold(&world, &two, StageKind::Summary).await);
    let theirs = hold(&world, &world.post(&lee, "Foreign").await, StageKind::Speech).await;

    let held = "{ viewer { heldStages { nodes {
        id status held dueAt hold { units unit price { amount currency } used budget } post { title }
    } } } }";
    let listed = world.get(Some(&kim), held, json!({})).await;
    let nodes = listed["viewer"]["heldStages"]["nodes"].as_array().unwrap().clone();
    let mut ids: Vec<_> = nodes.iter().map(|node| node["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    let mut own = [speech.as_str(), summary.as_str()];
    own.sort_unstable();
    assert_eq!(ids, own);
    let spoken = nodes.iter().find(|node| node["id"] == speech.as_str()).unwrap();
    assert_eq!(
        *spoken,
        json!({
            "id": speech, "status": "PENDING", "held": true, "dueAt": null,
            "hold": {
                "units": 1_200, "unit": "CHARACTERS", "used": 9_800, "budget": 10_000,
                "price": { "amount": "0.0192", "currency": "USD" },
            },
            "post": { "title": "First" },
        })
    );
    let summed = nodes.iter().find(|node| node["id"] == summary.as_str()).unwrap();
    assert_eq!(summed["hold"]["price"], Value::Null, "no price is set for it");

    let selection = "... on ConfirmStagesSuccess { stages { id status held hold { units } } }";
    let confirm = async |ids: Value| {
        world.mutate(Some(&kim), "confirmStages", selection, json!({ "stageIds": ids })).await
    };
    let due = |id: &str| json!({ "id": id, "status": "PENDING", "held": false, "hold": null });
    let answer = confirm(json!([speech, theirs, summary, speech])).await;
    assert_eq!(answer["stages"], json!([due(&speech), due(&summary)]), "{answer:#}");
    let listed = world.get(Some(&kim), held, json!({})).await;
    assert_eq!(listed["viewer"]["heldStages"]["nodes"], json!([]));
    let listed = world.get(Some(&lee), held, json!({})).await;
    assert_eq!(listed["viewer"]["heldStages"]["nodes"][0]["id"], theirs.as_str());

    let many: Vec<&str> = (0..=MOST_STAGES).map(|_| speech.as_str()).collect();
    for (ids, code) in [
        (json!([speech]), "NOT_HELD"),
        (json!([theirs]), "NOT_FOUND"),
        (json!(["nonsense"]), "NOT_FOUND"),
        (json!([]), "INVALID_INPUT"),
        (json!(many), "INVALID_INPUT"),
    ] {
        assert_eq!(confirm(ids).await["code"], code);
    }
    for (who, code) in
        [(None, "UNAUTHENTICATED"), (Some(world.person("reader", Role::Reader).await), "FORBIDDEN")]
    {
        let input = json!({ "stageIds": [speech] });
        let answer = world.mutate(who.as_ref(), "confirmStages", "", input).await;
        assert_eq!(answer["code"], code);
    }
}

#[tokio::test]
async fn confirming_the_most_is_one_batch_and_one_transaction() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let mut ids = vec![];
    for n in 0..13 {
        let post = world.post(&kim, &format!("Post {n}")).await;
        for kind in [StageKind::Speech, StageKind::Summary] {
            ids.push(hold(&world, &post, kind).await);
        }
    }
    ids.truncate(MOST_STAGES);
    let confirm =
        "mutation($ids: [ID!]!) { confirmStages(input: { stageIds: $ids, idempotencyKey: \"k\" }) {
        ... on ConfirmStagesSuccess { stages { held } }
    } }";
    let answered = world.ask(Some(&kim), confirm, json!({ "ids": ids })).await;
    let stages = answered.data()["confirmStages"]["stages"].as_array().map(Vec::len);
    assert_eq!(stages, Some(MOST_STAGES));
    let change = Counts { batches: 1, transactions: 1, ..Counts::default() };
    assert_eq!(answered.counts, change);
}
