//! A function that works after the answer.

use aws_home::bell::Bell;
use domain::ports::{Clock, Posts, Wanted};
use domain::stage::{StageKind, StageStatus};
use embedded_system::SystemClock;
use serde_json::{Value, json};

use crate::home::{blog, environment};
use crate::http::Visitor;
use crate::runtime::Function;

const PROGRAM: &str = env!("CARGO_BIN_EXE_deepdive-search");

#[tokio::test]
async fn a_stage_is_done_once_however_often_it_is_rung_for() {
    let (blog, table) = blog().await;
    let environment = environment(&table);
    let mut owner = Visitor::of(&environment).await;
    owner.publishes("종이 두 번 울린 글", "한 번만 **색인**한다.").await;
    let due = blog.due(StageKind::Search, SystemClock.now(), 10).await.unwrap();
    let [stage] = due.as_slice() else { panic!("{due:?}") };
    let bell: Value = serde_json::from_str(&Bell::event(stage)).unwrap();

    let mut search = Function::start(PROGRAM, &environment).await;
    for _ in 0..3 {
        assert_eq!(search.invoke(bell.clone()).await, Value::Null);
    }
    let wanted = Wanted { stages: vec![stage.clone()], ..Wanted::default() };
    let done = blog.load(&wanted).await.unwrap().stages.pop().unwrap();
    assert_eq!((done.status, done.attempts), (StageStatus::Ready, 1));
    let found = owner.ask("{ search(query: \"색인\") { nodes { post { title } } } }", json!({}));
    assert_eq!(
        found.await["search"]["nodes"],
        json!([{ "post": { "title": "종이 두 번 울린 글" } }])
    );
}

#[tokio::test]
async fn on_a_blog_without_search_a_stage_ends_and_fails_nobody() {
    let (blog, table) = blog().await;
    let mut environment = environment(&table);
    environment.insert("DEEPDIVE_SEARCH_URL", String::new());
    let mut owner = Visitor::of(&environment).await;
    owner.publishes("Nowhere to be found", "One sentence.").await;
    let due = blog.due(StageKind::Search, SystemClock.now(), 10).await.unwrap();
    let [stage] = due.as_slice() else { panic!("{due:?}") };

    let mut search = Function::start(PROGRAM, &environment).await;
    let bell: Value = serde_json::from_str(&Bell::event(stage)).unwrap();
    assert_eq!(search.invoke(bell).await, Value::Null);
    let wanted = Wanted { stages: vec![stage.clone()], ..Wanted::default() };
    let done = blog.load(&wanted).await.unwrap().stages.pop().unwrap();
    assert_eq!((done.status, done.due_at, done.failure), (StageStatus::Skipped, None, None));
}

#[tokio::test]
async fn an_event_that_is_not_for_it_is_an_error_and_the_next_one_is_answered() {
    let (_, table) = blog().await;
    let mut search = Function::start(PROGRAM, &environment(&table)).await;
    let id = "01m8kkzmb7qs74erh8gb1qjsys";
    for event in [
        json!({}),
        json!({ "pk": format!("P#{id}"), "sk": "STAGE#SUMMARY" }),
        json!({
            "detail-type": "Object Created",
            "detail": { "object": { "key": format!("{id}/1/2.png") } },
        }),
    ] {
        let error = search.fail(event.clone()).await;
        assert!(error.to_string().contains("does not know what to do"), "{event}: {error}");
    }
    // Of a post that is gone: nothing to do.
    let bell = json!({ "pk": format!("P#{id}"), "sk": "STAGE#SEARCH" });
    assert_eq!(search.invoke(bell).await, Value::Null);
}

#[tokio::test]
async fn what_was_published_without_search_is_found_when_the_operator_has_the_index_made_anew() {
    let (_, table) = blog().await;
    let with_search = environment(&table);
    let mut without = with_search.clone();
    without.insert("DEEPDIVE_SEARCH_URL", String::new());
    let mut owner = Visitor::of(&without).await;
    owner.publishes("검색이 없던 때의 글", "나중에 **색인**한다.").await;
    let mut search = Function::start(PROGRAM, &without).await;
    let error = search.fail(json!({ "command": "reindex" })).await;
    assert!(error.to_string().contains("deployed without search"), "{error}");

    let mut search = Function::start(PROGRAM, &with_search).await;
    let mut reader = Visitor::of(&with_search).await;
    let found = "{ search(query: \"색인\") { nodes { post { title } } } }";
    assert_eq!(reader.ask(found, json!({})).await["search"]["nodes"], json!([]));
    // Twice: the second takes the place of the first.
    for _ in 0..2 {
        let made = search.invoke(json!({ "command": "reindex" })).await;
        assert_eq!(made, json!({ "posts": 1 }));
        assert_eq!(
            reader.ask(found, json!({})).await["search"]["nodes"],
            json!([{ "post": { "title": "검색이 없던 때의 글" } }])
        );
    }
}
