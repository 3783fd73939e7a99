//! The blog that other figures are taken from: made by the program itself, over its API.

use anyhow::{Context, Result, ensure};
use deepdive_tests::{Api, photo};
use serde_json::json;

/// Nobody's budget ends in the middle of a figure.
pub const RICH: [&str; 2] = ["--cost-per-minute", "1000000000"];

/// Publishes posts with covers, and waits until all is made of them.
///
/// # Errors
/// An image is not taken.
pub async fn write(api: &Api, n_posts: usize) -> Result<()> {
    let cover = photo::jpeg(2400, 1600);
    for n in 0..n_posts {
        let post = api.create(&format!("What we learned from experiment {n}"), "").await;
        let upload = api.request_upload(&post, &cover, "image/jpeg").await;
        let status = api.send_ticket(&upload["ticket"], cover.clone()).await?;
        ensure!((200..300).contains(&status), "an upload was answered with {status}");
        let image = upload["asset"]["markdown"].as_str().context("no Markdown of an image")?;
        let input = json!({
            "id": post["id"],
            "expectedRevision": post["workingCopy"]["revision"],
            "markdown": format!("{image}\n\n{}", english_post(n, 600)),
            "tags": ["Rust", "GraphQL", "Experiments"],
        });
        let updated = api.mutate("updatePost", input).await;
        let published = api.publish(&updated["post"]).await;
        // One by one: a busy machine makes all of it together in no foreseeable time.
        api.settled(&published["id"]).await;
    }
    Ok(())
}

/// English Markdown of at least so many bytes, with a word that no other post has.
pub fn english_post(number: usize, bytes: usize) -> String {
    const SENTENCES: [&str; 6] = [
        "The first version answered every question from memory, and forgot all of it at night.",
        "A transaction writes state, work and event together, so that nothing is lost between them.",
        "We measured it again after the cache was gone; the figures had become better.",
        "Whoever reads the code later should find out in one minute why it is as it is.",
        "Each retry waits twice as long as the one before, up to a limit that an operator sets.",
        "The index is made anew when the rules for words change, which takes some seconds.",
    ];
    let mut text = format!("The mark of this one is {}.\n\n", mark(number));
    for n in 0.. {
        if text.len() >= bytes {
            break;
        }
        text += SENTENCES[(n + number) % SENTENCES.len()];
        text += if n % 3 == 2 { "\n\n" } else { " " };
    }
    text
}

/// The word of a post that no other post has.
pub fn mark(number: usize) -> String {
    // Letters alone: numbers and what looks like an ending are cut from words.
    let letter = |n: usize| char::from(b'a' + (n % 16) as u8);
    format!("zq{}{}{}k", letter(number / 256), letter(number / 16), letter(number))
}
