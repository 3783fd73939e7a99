//! A blog that moves to another machine by `deepdive export` and `deepdive import`.

use std::path::Path;

use deepdive_tests::server::deepdive;
use deepdive_tests::{Api, Server, eventually, is_deployed, photo};

use crate::kill::settled;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn a_blog_that_moved_is_read_searched_heard_and_written_as_before() {
    let (server, api) = Server::with_author().await;
    let post = api.create("형태소 분석기", "첫 문장이다. 둘째 문장이다.").await;
    let bytes = photo::jpeg(640, 480);
    let upload = api.request_upload(&post, &bytes, "image/jpeg").await;
    api.send_bytes(&upload["ticket"], bytes).await;
    let post = api.publish(&api.post(&post["id"]).await).await;
    let id = post["id"].as_str().unwrap().to_owned();
    let before = settled(&api, &id).await;
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("export");
    // Functions hold no folder that could be in use.
    if !is_deployed() {
        let (code, said) = deepdive(&["export", text(&folder)], server.data()).await;
        assert!(code == 1 && said.contains("in use") && said.lines().count() == 1, "{said}");
    }
    let stopped = server.rest().await;
    let (code, said) = stopped.operate(&["export", text(&folder)]).await;
    assert!(code == 0 && said.contains("sha256"), "{said}");
    let (code, said) = stopped.operate(&["export", text(&folder)]).await;
    assert!(code == 1 && said.contains("holds a finished export"), "{said}");

    let (code, said) = stopped.operate(&["import", text(&folder)]).await;
    let refused = if is_deployed() { "there is a blog here already" } else { "is not empty" };
    assert!(code == 1 && said.contains(refused), "{said}");
    let moved = stopped.elsewhere().await;
    let (code, said) = moved.operate(&["import", text(&folder)]).await;
    assert!(code == 0 && said.contains("and compared them"), "{said}");
    assert!(!said.contains("wrong with"), "{said}");
    // In the other home, the check at the end of the import is the only one.
    if !is_deployed() {
        let nothing = (0, "nothing to repair\n".to_owned());
        assert_eq!(moved.operate(&["check"]).await, nothing);
    }

    let server = moved.start().await;
    let api = api.at(&server.url);
    let after = settled(&api, &id).await;
    for part in ["id", "slug", "title"] {
        assert_eq!(after[part], before[part], "{part}");
    }
    for kind in ["SPEECH", "SUMMARY"] {
        assert_eq!(Api::status(&after, kind), Api::status(&before, kind), "{kind}");
    }
    eventually("the index is filled", async || {
        (api.search("분석기").await == ["형태소 분석기"]).then_some(())
    })
    .await;
    let later = api.create("Later", "Written here.").await;
    api.publish(&later).await;
}

#[tokio::test]
async fn an_import_that_was_refused_or_broke_off_is_served_by_nobody() {
    let (server, api) = Server::with_author().await;
    api.publish(&api.create("Post", "One sentence.").await).await;
    let (stopped, _) = server.stop().await;
    let place = tempfile::tempdir().unwrap();
    let (folder, blog) = (place.path().join("export"), place.path().join("blog"));
    let (code, said) = deepdive(&["import", text(&folder)], &blog).await;
    assert!(code == 1 && said.contains("holds no finished export"), "{said}");
    assert!(!blog.exists(), "nothing was made");
    let (code, said) = deepdive(&["export", text(&folder)], stopped.data()).await;
    assert_eq!(code, 0, "{said}");

    // As one that was killed after its first step leaves it.
    std::fs::create_dir(&blog).unwrap();
    std::fs::write(blog.join("format"), "arriving\n").unwrap();
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["check"], &["export", "x"]] {
        let (code, said) = deepdive(command, &blog).await;
        assert!(code == 1 && said.contains("broke off: run it again"), "{command:?}: {said}");
    }
    let (code, said) = deepdive(&["import", text(&folder)], &blog).await;
    assert_eq!(code, 0, "{said}");
    let (code, said) = deepdive(&["stages", "list", "--status", "all"], &blog).await;
    assert!(code == 0 && said.contains("\"Post\""), "{said}");
    assert_eq!(std::fs::read_to_string(blog.join("format")).unwrap(), "1\n");
}
