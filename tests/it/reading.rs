//! Reading without the client, from outside.

use deepdive_tests::Server;
use serde_json::json;

#[tokio::test]
async fn a_post_is_in_its_page_in_the_feeds_and_in_the_map_while_everybody_may_read_it() {
    let (server, api) = Server::with_author().await;
    let title = "<script>alert(1)</script> 하나의 테이블";
    let input =
        json!({ "title": title, "markdown": "# 제목\n\n본문의 **첫** 문장.", "tags": ["검색"] });
    let draft = api.mutate("createPost", input).await["post"].clone();
    let post = api.publish(&draft).await;
    let slug = post["slug"].as_str().unwrap();
    let encoded: String = slug.bytes().map(|b| format!("%{b:02X}")).collect();
    let text = async |path: &str| {
        let (status, body) = api.guest().get(path).await;
        (status, String::from_utf8(body).unwrap())
    };

    let (status, page) = text(&format!("/posts/{encoded}")).await;
    assert_eq!(status, 200);
    assert!(page.contains("<strong>"), "{page}");
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
    assert!(page.contains(&format!("href=\"{}/posts/", server.url)), "{page}");
    for path in ["/", "/atom.xml", "/feed.xml", "/sitemap.xml", "/tags/%EA%B2%80%EC%83%89"] {
        let (status, text) = text(path).await;
        assert_eq!(status, 200, "{path}");
        assert!(text.contains("/posts/"), "{path}: {text}");
        assert!(!text.contains("<script>"), "{path}: {text}");
    }

    let hide = |visibility: &str, revision: i64| json!({ "id": post["id"], "expectedRevision": revision, "visibility": visibility });
    let unlisted = api.mutate("updatePost", hide("UNLISTED", 1)).await;
    assert_eq!(unlisted["__typename"], "UpdatePostSuccess", "{unlisted:#}");
    let (status, page) = text(&format!("/posts/{encoded}")).await;
    assert_eq!(status, 200);
    assert!(page.contains("<meta name=\"robots\" content=\"noindex\""), "{page}");
    for path in ["/atom.xml", "/feed.xml", "/sitemap.xml"] {
        assert!(!text(path).await.1.contains("/posts/"), "{path}");
    }
    assert_eq!(text("/tags/%EA%B2%80%EC%83%89").await.0, 404);

    api.mutate("updatePost", hide("PRIVATE", 2)).await;
    let (status, page) = text(&format!("/posts/{encoded}")).await;
    assert_eq!(status, 404);
    assert!(!page.contains("하나의 테이블"), "{page}");
}
