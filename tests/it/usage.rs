//! What pipelines cost: counted once whatever ends the process, and held above the budget.

use deepdive_tests::server::deepdive;
use deepdive_tests::{Api, Server, eventually};
use serde_json::{Value, json};

/// Paragraphs of different sentences: a section each.
fn text(paragraphs: u32) -> String {
    (0..paragraphs).map(|n| format!("Sentence number {n} is spoken here.\n\n")).collect()
}

async fn with_owner() -> (Server, Api) {
    Server::with("admin", &[]).await
}

/// Characters and runs of this month's speech.
async fn spoken(api: &Api) -> (i64, i64) {
    let usage =
        "{ viewer { usage { months(last: 1) { kinds { kind units runs workSeconds } } } } }";
    let data = api.data(usage, json!({})).await;
    let kinds = data["viewer"]["usage"]["months"][0]["kinds"].as_array().unwrap().clone();
    let speech = kinds.iter().find(|kind| kind["kind"] == "SPEECH").unwrap();
    (speech["units"].as_i64().unwrap(), speech["runs"].as_i64().unwrap())
}

async fn limit(api: &Api, characters: Value) {
    let set = "mutation($n: Int) { setBudgets(input: { speechCharacters: $n }) { __typename } }";
    let data = api.data(set, json!({ "n": characters })).await;
    assert_eq!(data["setBudgets"]["__typename"], "SetBudgetsSuccess");
}

fn stage<'a>(post: &'a Value, kind: &str) -> &'a Value {
    post["stages"].as_array().unwrap().iter().find(|stage| stage["kind"] == kind).unwrap()
}

#[tokio::test]
async fn what_is_spoken_across_a_kill_is_counted_at_most_once() {
    let (server, api) = with_owner().await;
    let post = api.create("Cut off", &text(40)).await;
    let post = api.publish(&post).await;
    let running = "query($id: ID!) { post(by: { id: $id }) { stages { kind progress { done } } } }";
    eventually("some is spoken", async || {
        let data = api.data(running, json!({ "id": post["id"] })).await;
        let done = stage(&data["post"], "SPEECH")["progress"]["done"].as_i64()?;
        (done > 2).then_some(())
    })
    .await;
    let server = server.kill().await.start().await;
    let api = api.at(&server.url);
    let settled = api.settled(&post["id"]).await;
    assert_eq!(Api::status(&settled, "SPEECH"), "READY");
    let (cut_off, runs) = spoken(&api).await;
    assert_eq!(runs, 1, "the run that was cut off is part of the one that finished");

    // The same text in another post shares no sound with it.
    let whole = api.create("In one go", &text(40)).await;
    let whole = api.publish(&whole).await;
    api.settled(&whole["id"]).await;
    let (both, runs) = spoken(&api).await;
    let whole = both - cut_off;
    assert_eq!((whole, runs), (text(40).replace("\n\n", "").chars().count() as i64, 2));
    // What was under way at the cut is spoken again, and was not told of.
    assert!(0 < cut_off && cut_off <= whole, "{cut_off} of {whole}");
}

#[tokio::test]
async fn an_operator_sees_what_is_held_and_lets_it_go_on_once() {
    let (server, api) = with_owner().await;
    limit(&api, json!(10)).await;
    let post = api.create("Too long for it", &text(2)).await;
    let post = api.publish(&post).await;
    let held =
        "{ viewer { heldStages { nodes { id hold { units budget } } } usage { held { count } } } }";
    eventually("it is held", async || {
        let data = api.data(held, json!({})).await;
        let nodes = data["viewer"]["heldStages"]["nodes"].as_array()?;
        (nodes.len() == 1 && nodes[0]["hold"]["budget"] == 10).then_some(())
    })
    .await;
    let (code, said) = deepdive(&["stages", "list"], server.data()).await;
    assert!(code == 0 && said.contains("HELD") && said.contains("0 of 10 of the month"), "{said}");
    let (code, said) = deepdive(&["stages", "list", "--status", "held"], server.data()).await;
    assert_eq!((code, said.lines().count()), (0, 1), "{said}");
    let name = said.split('\t').next().unwrap().to_owned();

    let (stopped, _) = server.stop().await;
    let (code, said) = deepdive(&["check"], stopped.data()).await;
    assert_eq!((code, said.as_str()), (0, "nothing to repair\n"));
    let (code, said) = deepdive(&["stages", "confirm", "SPEECH:nothing"], stopped.data()).await;
    assert!(code == 1 && said.contains("no stage"), "{said}");
    let (code, said) = deepdive(&["stages", "confirm", &name], stopped.data()).await;
    assert!(code == 0 && said.contains("is due"), "{said}");
    let (code, said) = deepdive(&["stages", "confirm", &name], stopped.data()).await;
    assert!(code == 1 && said.contains("held"), "{said}");

    let server = stopped.start().await;
    let api = api.at(&server.url);
    let settled = api.settled(&post["id"]).await;
    assert_eq!(Api::status(&settled, "SPEECH"), "READY");
    assert!(spoken(&api).await.0 > 10);
}

#[tokio::test]
async fn a_limit_that_is_lifted_lets_go_by_itself_what_was_held() {
    let (server, api) = with_owner().await;
    limit(&api, json!(0)).await;
    let post = api.create("Waits", &text(1)).await;
    let post = api.publish(&post).await;
    eventually("it is held", async || {
        let data = api.data("{ viewer { heldStages { nodes { id } } } }", json!({})).await;
        (data["viewer"]["heldStages"]["nodes"].as_array()?.len() == 1).then_some(())
    })
    .await;
    limit(&api, Value::Null).await;
    // At its start the server looks for room, and else twice a minute.
    let server = server.kill().await.start().await;
    let settled = api.at(&server.url).settled(&post["id"]).await;
    assert_eq!(Api::status(&settled, "SPEECH"), "READY");
}
