//! Views as strings: what a reader and a screen reader would get.

#![allow(clippy::unwrap_used)]

use std::rc::Rc;

use cynic::Id;
use yew::prelude::*;
use yew_router::Router;
use yew_router::history::{AnyHistory, MemoryHistory};

use crate::components::header::Header;
use crate::components::status_board::StatusBoard;
use crate::graphql::fragments::{
    AssetStatus, Author, Category, DateTime, EditedPost, EventCursor, FrameKind,
    Language as TextLanguage, PageInfo, PictureVariant, PostStatus, StageKind, StageStatus,
    Visibility, WorkingCopy,
};
use crate::graphql::queries::{
    Article, Heading, HitPost, Neighbour, SearchHit, Speech, SpeechMark, Summary, TextPiece,
};
use crate::graphql::subscriptions::{
    PipelineFrame, Stage, StageAsset, StageFailure, StageProgress,
};
use crate::pages::post::ArticleView;
use crate::pages::search::{SearchPage, Shown, hits_view};
use crate::socket::LiveBoard;
use crate::state::board::Board;
use crate::state::paged::{Chunk, Paged, PagedAction};
use crate::state::session::{Session, Visit};
use crate::strings::{Language, Strings, use_strings};

#[derive(Properties, PartialEq)]
struct Framed {
    view: Callback<&'static Strings, Html>,
    language: Language,
}

#[component]
fn Frame(props: &Framed) -> Html {
    let history = AnyHistory::from(MemoryHistory::new());
    html! {
        <Router {history}>
            <ContextProvider<Language> context={props.language}>
                <View view={props.view.clone()} language={props.language} />
            </ContextProvider<Language>>
        </Router>
    }
}

#[component]
fn View(props: &Framed) -> Html {
    props.view.emit(use_strings())
}

async fn rendered(language: Language, view: impl Fn(&'static Strings) -> Html + 'static) -> String {
    let props = Framed { view: Callback::from(view), language };
    yew::LocalServerRenderer::<Frame>::with_props(props).hydratable(false).render().await
}

fn stage(kind: StageKind, status: StageStatus) -> Stage {
    Stage {
        id: Id::new(format!("{kind:?}")),
        kind,
        status,
        held: false,
        hold: None,
        progress: None,
        attempts: 1,
        failure: None,
        post: None,
        asset: None,
        revision: 1,
        updated_at: DateTime("2026-11-23T09:00:00.000Z".to_owned()),
        due_at: None,
    }
}

async fn board(stages: Vec<Stage>) -> String {
    let cursor = EventCursor("c".to_owned());
    let frame = PipelineFrame { kind: FrameKind::Snapshot, seq: 1, cursor, stages };
    let live = LiveBoard { board: Rc::new(Board::default()).reduce(frame), refused: None };
    rendered(Language::Korean, move |_| {
        html! { <StatusBoard live={live.clone()} on_retry={Callback::noop()} on_confirm={Callback::noop()} /> }
    })
    .await
}

#[tokio::test]
async fn a_running_stage_shows_its_true_progress() {
    let speech = Stage {
        progress: Some(StageProgress { done: 12, total: 48 }),
        ..stage(StageKind::Speech, StageStatus::Running)
    };

    let html = board(vec![speech]).await;

    assert!(html.contains(r#"data-testid="board-SPEECH" data-status="RUNNING""#), "{html}");
    assert!(html.contains(r#"max="48""#) && html.contains(r#"value="12""#), "{html}");
    assert!(html.contains("12/48"), "{html}");
}

#[tokio::test]
async fn a_stage_that_goes_on_elsewhere_shows_its_true_progress() {
    let speech = Stage {
        progress: Some(StageProgress { done: 12, total: 48 }),
        ..stage(StageKind::Speech, StageStatus::Waiting)
    };

    let html = board(vec![speech]).await;

    assert!(html.contains("다른 곳에서 진행 중") && html.contains("12/48"), "{html}");
}

#[tokio::test]
async fn a_failed_stage_shows_its_reason_and_a_retry_button_and_others_have_none() {
    let failure = StageFailure {
        code: "NOT_INSTALLED".to_owned(),
        message: "in the server's words".to_owned(),
        retry_at: None,
    };
    let speech = Stage { failure: Some(failure), ..stage(StageKind::Speech, StageStatus::Failed) };

    let html = board(vec![speech, stage(StageKind::Summary, StageStatus::Ready)]).await;

    assert!(html.contains("음성(espeak-ng, AWS에서는 Polly)이 없습니다"), "{html}");
    assert!(html.contains(r#"data-testid="retry-SPEECH""#), "{html}");
    assert_eq!(html.matches("<button").count(), 1, "{html}");
}

/// What is rendered for somebody on a blog, with and without search.
async fn visited(searched: bool, view: fn() -> Html) -> String {
    rendered(Language::English, move |_| {
        let visit = Visit {
            session: Session::Guest,
            title: "Deepdive".into(),
            set_up: true,
            sign_up_open: false,
            searched,
            change: Callback::noop(),
            ask_again: Callback::noop(),
        };
        html! { <ContextProvider<Visit> context={visit}>{ view() }</ContextProvider<Visit>> }
    })
    .await
}

#[tokio::test]
async fn a_blog_without_search_says_so_where_others_search_and_leads_nobody_there() {
    let page = || html! { <><Header set_language={Callback::noop()} /><SearchPage /></> };
    let (with, without) = (visited(true, page).await, visited(false, page).await);

    assert!(with.contains("search-input") && with.contains(r#"href="/search""#), "{with}");
    assert!(!with.contains("no-search"), "{with}");
    assert!(
        !without.contains("search-input") && !without.contains(r#"href="/search""#),
        "{without}"
    );
    assert!(without.contains("This blog has no search."), "{without}");
}

#[tokio::test]
async fn a_blog_without_search_has_no_line_for_it_on_the_board() {
    let board = || {
        let cursor = EventCursor("c".to_owned());
        let stages = vec![stage(StageKind::Search, StageStatus::Skipped)];
        let frame = PipelineFrame { kind: FrameKind::Snapshot, seq: 1, cursor, stages };
        let live = LiveBoard { board: Rc::new(Board::default()).reduce(frame), refused: None };
        html! { <StatusBoard {live} on_retry={Callback::noop()} on_confirm={Callback::noop()} /> }
    };
    assert!(visited(true, board).await.contains("board-SEARCH"));
    let without = visited(false, board).await;
    assert!(without.contains("board-SPEECH") && !without.contains("Search"), "{without}");
}

#[tokio::test]
async fn a_picture_that_waits_says_for_what() {
    let html = board(vec![stage(StageKind::Image, StageStatus::Waiting)]).await;

    assert!(html.contains("사진이 올라오기를 기다림"), "{html}");
}

#[tokio::test]
async fn each_variant_of_a_picture_has_its_chip() {
    let variants =
        [300, 640].map(|width| PictureVariant { width, height: width, url: String::new() });
    let asset = StageAsset {
        id: Id::new("a"),
        status: AssetStatus::Processing,
        filename: "바다.jpg".to_owned(),
        variants: variants.to_vec(),
    };
    let image = Stage { asset: Some(asset), ..stage(StageKind::Image, StageStatus::Running) };

    let html = board(vec![image]).await;

    assert!(html.contains("바다.jpg"), "{html}");
    assert!(html.contains("300 px") && html.contains("640 px"), "{html}");
}

#[tokio::test]
async fn all_four_lines_are_there_before_the_first_publication() {
    let html = board(Vec::new()).await;

    for kind in ["SPEECH", "SUMMARY", "SEARCH", "IMAGE"] {
        let line = format!(r#"data-testid="board-{kind}" data-status="NONE""#);
        assert!(html.contains(&line), "{html}");
    }
}

fn author() -> Author {
    Author { id: Id::new("u"), nickname: "깊은바다".to_owned() }
}

fn article() -> Article {
    Article {
        id: Id::new("p"),
        slug: Some("slug".to_owned()),
        title: "<b>제목</b>".to_owned(),
        html: "<p data-s=\"0\">본문</p>".to_owned(),
        headings: Vec::new(),
        tags: vec!["rust".to_owned()],
        author: author(),
        language: TextLanguage::Korean,
        published_at: Some(DateTime("2026-11-23T09:00:00.000Z".to_owned())),
        updated_at: DateTime("2026-11-23T09:00:00.000Z".to_owned()),
        summary: Some(Summary { sentences: vec!["한 줄.".to_owned()], keywords: Vec::new() }),
        speech: None,
        previous: None,
        next: Some(Neighbour {
            slug: Some("다음".to_owned()),
            title: "<i>다음</i>".to_owned(),
            language: TextLanguage::Korean,
        }),
    }
}

async fn article_view(language: Language, article: Article) -> String {
    rendered(language, move |_| {
        let title = article.title.clone();
        html! { <ArticleView article={Rc::new(article.clone())} {title} /> }
    })
    .await
}

#[tokio::test]
async fn the_player_names_each_of_its_controls_in_the_readers_language() {
    let mark = SpeechMark { sentence: 0, start_ms: 0, end_ms: 900 };
    let speech =
        |marks| Some(Speech { url: "/media/a.mp3".to_owned(), duration_ms: 125_000, marks });
    let spoken = Article { speech: speech(vec![mark]), ..article() };

    let html = article_view(Language::English, spoken.clone()).await;

    for name in ["Previous sentence", "Back 10 seconds", "Next sentence", "Speed", "Volume"] {
        assert!(html.contains(&format!("aria-label=\"{name}\"")), "{name}: {html}");
    }
    assert!(html.contains("0:00 / 2:05"), "{html}");
    assert!(html.contains("download=\"&lt;b&gt;제목&lt;/b&gt;.mp3\""), "{html}");
    assert!(article_view(Language::Korean, spoken).await.contains("aria-label=\"앞 문장\""));
    let without_marks = Article { speech: speech(Vec::new()), ..article() };
    let html = article_view(Language::English, without_marks).await;
    assert!(!html.contains("Next sentence"), "nobody can tell where one begins: {html}");
}

#[tokio::test]
async fn a_long_article_has_contents_and_a_short_one_has_none() {
    let heading =
        |n: i32| Heading { level: 2, text: format!("장 {n}"), anchor: format!("장-{n}") };
    let with = |n| Article { headings: (1..=n).map(heading).collect(), ..article() };

    let html = article_view(Language::Korean, with(2)).await;
    assert!(html.contains("href=\"#장-2\"") && html.contains("aria-expanded=\"false\""), "{html}");

    let html = article_view(Language::Korean, with(1)).await;
    assert!(!html.contains("data-testid=\"contents\""), "{html}");
}

#[tokio::test]
async fn an_article_is_shown_as_the_server_wrote_it_and_its_title_as_text() {
    let html = article_view(Language::English, article()).await;

    assert!(html.contains("<p data-s=\"0\">본문</p>"), "{html}");
    assert!(html.contains("&lt;b&gt;제목"), "{html}");
    assert!(html.contains("In three lines") && html.contains("한 줄."), "{html}");
    assert!(html.contains("23 November 2026"), "{html}");
    assert!(html.contains("href=\"/tags/rust\""), "{html}");
    assert!(html.contains("href=\"/posts/%EB%8B%A4%EC%9D%8C\""), "{html}");
    assert!(html.contains("Next post") && html.contains("&lt;i&gt;다음"), "{html}");
    assert!(!html.contains("Previous post"), "nothing is older: {html}");
    assert!(!html.contains("post-audio"), "no speech, no player: {html}");
    assert!(!html.contains("edit-post"), "a guest edits nothing: {html}");
}

#[tokio::test]
async fn what_matched_is_marked_and_the_rest_is_text() {
    let piece = |text: &str, matched| TextPiece { text: text.to_owned(), matched };
    let hit = SearchHit {
        post: HitPost {
            id: Id::new("p"),
            slug: Some("형태소".to_owned()),
            author: author(),
            published_at: None,
            tags: Vec::new(),
        },
        title: vec![piece("형태소", true), piece(" 분석 <기>", false)],
        excerpt: Vec::new(),
    };
    let page_info = PageInfo { has_next_page: false, end_cursor: None };
    let items = vec![Shown { hit, similar: true }];
    let chunk = Chunk { items, page_info, total: Some(1) };
    let arrived = PagedAction::Arrived { generation: 0, first: true, chunk };
    let hits = Rc::new(Paged::default()).reduce(arrived);

    let html =
        rendered(Language::Korean, move |strings| hits_view(strings, &hits, &Callback::noop()))
            .await;

    assert!(html.contains("<mark>형태소</mark> 분석 &lt;기&gt;"), "{html}");
    assert!(html.contains("글 1편을 찾았습니다."), "{html}");
    assert!(html.contains("비슷한 말이 든 글을 보여 드립니다."), "{html}");
    assert!(html.contains("href=\"/posts/%ED%98%95%ED%83%9C%EC%86%8C\""), "{html}");
}

#[tokio::test]
async fn the_editor_has_a_label_for_every_field_and_offers_to_publish() {
    let copy = WorkingCopy {
        revision: 1,
        title: "초안".to_owned(),
        markdown: "본문\r\n둘째 줄".to_owned(),
        tags: vec!["rust".to_owned(), "검색".to_owned()],
        category: Category::Learning,
        differs_from_published: true,
    };
    let post = Rc::new(EditedPost {
        id: Id::new("p"),
        slug: None,
        status: PostStatus::Draft,
        visibility: Visibility::Private,
        published_at: None,
        deleted_at: None,
        restorable_until: None,
        working_copy: Some(copy),
    });

    let html = rendered(Language::Korean, move |_| {
        html! { <crate::pages::editor::Workbench post={post.clone()} /> }
    })
    .await;

    for id in
        ["editor-title", "editor-tags", "editor-category", "editor-visibility", "editor-markdown"]
    {
        assert!(html.contains(&format!("for=\"{id}\"")), "{id}: {html}");
        assert!(html.contains(&format!("data-testid=\"{id}\"")), "{id}: {html}");
    }
    assert!(html.contains("value=\"rust, 검색\""), "{html}");
    assert!(html.contains("data-state=\"saved\""), "carriage returns are no change: {html}");
    assert!(html.contains("data-testid=\"publish\""), "{html}");
    assert!(!html.contains("data-testid=\"unpublish\""), "{html}");
}

#[test]
fn the_stylesheet_colours_code_as_the_renderer_classes_it() {
    let ours = include_str!("../app.css");
    let theirs = include_str!("../../content/highlight.css");

    assert!(ours.ends_with(theirs), "copy content/highlight.css to the end of app.css");
}

#[test]
fn no_view_sets_an_inline_style() {
    fn sources(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else {
                found.push(path);
            }
        }
    }
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    assert!(found.len() > 30);

    for path in found.iter().filter(|path| !path.ends_with("rendered.rs")) {
        let source = std::fs::read_to_string(path).unwrap();
        assert!(!source.contains(" style="), "{}: the content policy forbids it", path.display());
    }
}
