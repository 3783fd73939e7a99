//! Pictures, speech, summaries: what the pipelines made, as readers get it.

use domain::asset::{Asset, AssetStatus, Variant};
use domain::media::ObjectKey;
use domain::ports::{Change, Mark, Objects, Posts, Step, Summary, Wanted};
use domain::post::{Article, Published, Revision};
use domain::stage::{StageKind, StageResult};
use domain::{AssetId, Secret};
use serde_json::json;

use crate::world::{Draft, World};

fn key(name: &str, ext: &str) -> ObjectKey {
    ObjectKey::new("owner", &Secret::from_bits(5), name, ext).unwrap()
}

/// Asks for an upload, and lets it be as if its variants were made.
async fn picture(world: &World, kim: &domain::account::Identity, post: &Draft) -> AssetId {
    let input = json!({
        "postId": post.id, "filename": "a.png", "contentType": "image/png", "length": 3,
        "sha256": "0".repeat(64),
    });
    let selection = "... on RequestUploadSuccess { asset { id } }";
    let answer = world.mutate(Some(kim), "requestUpload", selection, input).await;
    let id = match schema::GlobalId::parse(answer["asset"]["id"].as_str().unwrap()) {
        Some(schema::GlobalId::Asset(id)) => id,
        other => panic!("{other:?}"),
    };
    let wanted = Wanted { assets: vec![id.clone()], ..Wanted::default() };
    let before = world.blog.load(&wanted).await.unwrap().assets.remove(0);
    let variant = Variant { width: 300, height: 200, key: key("w300-x", "webp") };
    let after = Asset {
        width: Some(3000),
        height: Some(2000),
        status: AssetStatus::Ready,
        ..before.with_variant(variant)
    };
    let step = Step { before: Some(before), after };
    world.blog.apply(Change { assets: vec![step], ..Change::default() }).await.unwrap();
    id
}

const PICTURES: &str = "query($id: ID!) { post(by: { id: $id }) {
    html cover { width height alt variants { width height url } }
} }";

#[tokio::test]
async fn pictures_are_filled_in_lasting_for_everybody_or_signed_for_the_author() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let draft = world.draft(&kim, "First", "").await;
    let image = picture(&world, &kim, &draft).await;
    let markdown = format!("![한강](asset:{image})\n\ntext");
    let input = json!({"id": draft.id, "expectedRevision": 1, "markdown": markdown});
    world.mutate(Some(&kim), "updatePost", "", input).await;
    let mut post = Draft { id: draft.id, revision: 2 };
    world.publish(&kim, &post).await;

    let shown = world.get(None, PICTURES, json!({ "id": post.id })).await["post"].clone();
    let url = format!("/media/{}", key("w300-x", "webp"));
    let cover = json!({
        "width": 3000, "height": 2000, "alt": "",
        "variants": [{"width": 300, "height": 200, "url": url}],
    });
    assert_eq!(shown["cover"], cover);
    let html = shown["html"].as_str().unwrap();
    assert!(html.contains(&url) && !html.contains("?for="), "{html}");

    world.hide(&kim, &mut post, "PRIVATE").await;
    let shown = world.get(Some(&kim), PICTURES, json!({ "id": post.id })).await["post"].clone();
    assert!(shown["html"].as_str().unwrap().contains("?for=600"), "{shown}");
    assert_eq!(shown["cover"]["variants"][0]["url"], format!("{url}?for=600"));
}

#[tokio::test]
async fn a_preview_shows_the_authors_own_pictures_and_nobody_elses() {
    let world = World::new().await;
    let (kim, lee) = (world.author("kim").await, world.author("lee").await);
    let draft = world.draft(&kim, "First", "").await;
    let image = picture(&world, &kim, &draft).await;
    let render = "query($m: String!) {
        renderMarkdown(markdown: $m) { html headings { text level anchor } language excerpt }
    }";
    let markdown = json!({"m": format!("# 제목\n\n![a](asset:{image})\n\n<script>x</script>")});
    let own = world.get(Some(&kim), render, markdown.clone()).await["renderMarkdown"].clone();
    assert!(own["html"].as_str().unwrap().contains("?for=600"));
    assert!(!own["html"].as_str().unwrap().contains("<script>"));
    assert_eq!((&own["headings"][0]["text"], &own["language"]), (&json!("제목"), &json!("KOREAN")));
    let others = world.get(Some(&lee), render, markdown.clone()).await["renderMarkdown"].clone();
    assert!(!others["html"].as_str().unwrap().contains("/media/"));
    assert_eq!(world.ask(None, render, markdown).await.codes(), ["UNAUTHENTICATED"]);
    let reader = world.person("reader", domain::account::Role::Reader).await;
    assert_eq!(world.ask(Some(&reader), render, json!({"m": ""})).await.codes(), ["FORBIDDEN"]);
    let long = json!({"m": "a".repeat(201 * 1024)});
    assert_eq!(world.ask(Some(&kim), render, long).await.codes(), ["BAD_USER_INPUT"]);
}

const MADE: &str = "query($id: ID!) { post(by: { id: $id }) {
    summary { sentences keywords }
    speech { url durationMs marks { sentence startMs endMs } }
} }";

#[tokio::test]
async fn speech_and_summary_are_shown_while_they_are_of_the_published_content() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let mut post = world.post(&kim, "First").await;
    let made = async || world.get(None, MADE, json!({ "id": post.id })).await["post"].clone();
    assert_eq!(made().await, json!({"summary": null, "speech": null}));

    let summary = Summary { sentences: vec!["A.".into()], keywords: vec!["a".into()] };
    world.make(&post.id, StageKind::Summary, StageResult::Summary(summary)).await;
    let marks = vec![Mark { sentence: 0, start_ms: 0, end_ms: 900 }];
    let marks_key = key("marks", "json");
    let json = serde_json::to_vec(&marks).unwrap();
    world.objects.put(&marks_key, &json, "application/json").await.unwrap();
    let (audio, marks) = (key("speech", "mp3"), marks_key);
    let result = StageResult::Speech { audio: audio.clone(), duration_ms: 1000, marks };
    world.make(&post.id, StageKind::Speech, result).await;
    let expected = json!({
        "summary": {"sentences": ["A."], "keywords": ["a"]},
        "speech": {
            "url": format!("/media/{audio}"), "durationMs": 1000,
            "marks": [{"sentence": 0, "startMs": 0, "endMs": 900}],
        },
    });
    assert_eq!(made().await, expected);

    // A change that is not published changes nothing for readers; one that is takes the old away.
    let input = json!({"id": post.id, "expectedRevision": 1, "markdown": "something else"});
    world.mutate(Some(&kim), "updatePost", "", input).await;
    assert_eq!(made().await, expected);
    post.revision = 2;
    world.publish(&kim, &post).await;
    assert_eq!(
        world.get(None, MADE, json!({ "id": post.id })).await["post"],
        json!({"summary": null, "speech": null})
    );
}

#[tokio::test]
async fn an_article_of_an_older_renderer_is_made_again() {
    let world = World::new().await;
    let kim = world.author("kim").await;
    let post = world.post(&kim, "First").await;
    let before = world.row(&post.id).await;
    let mut after = before.clone();
    after.version += 1;
    after.published = before.published.clone().map(|live| Published { renderer: 0, ..live });
    let old = Article { html: "made long ago".into(), headings: vec![] };
    let publication = Some((after.id.clone(), Revision(1), "# New\n\nbody".to_owned(), old));
    let step = Some(Step { before: Some(before), after });
    world.blog.apply(Change { post: step, publication, ..Change::default() }).await.unwrap();

    let document = "query($id: ID!) { post(by: { id: $id }) { html headings { text } } }";
    let shown = world.get(None, document, json!({ "id": post.id })).await["post"].clone();
    assert!(!shown["html"].as_str().unwrap().contains("long ago"), "{shown}");
    assert_eq!(shown["headings"], json!([{"text": "New"}]));
}
