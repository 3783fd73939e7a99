//! A blog of many posts: it is said how far it is, nothing is paid for, and the price is in sight.

use std::sync::Mutex;

use domain::stage::StageKind;
use domain::usage::{Price, Prices};
use moving::{Progress, Step};

use crate::home::Home;

/// Posts; more with `DEEPDIVE_LONG`.
fn n_posts() -> usize {
    if std::env::var_os("DEEPDIVE_LONG").is_some() { 5_000 } else { 300 }
}

#[tokio::test]
async fn many_posts_arrive_in_sight_and_held_with_their_price() {
    let n_posts = n_posts();
    let folder = tempfile::tempdir().unwrap();
    let source = Home::empty(1);
    source.publish_many(n_posts).await;
    let exported = source.export_large(folder.path()).await.unwrap();

    let (there, heard) = (Home::empty(2), Mutex::new(vec![]));
    let hearer = |progress: Progress| heard.lock().unwrap().push(progress);
    let (table, objects) = (there.table.clone(), &there.objects);
    let arrived = there.import_heard(table, objects, folder.path(), &hearer).await.unwrap();
    assert!(arrived.findings.is_empty(), "{:?}", arrived.findings.first());
    assert_eq!(arrived.search, n_posts);

    let heard = heard.into_inner().unwrap();
    let mut steps: Vec<Step> = heard.iter().map(|progress| progress.step).collect();
    steps.dedup();
    assert_eq!(steps, [Step::Objects, Step::Rows, Step::Comparison, Step::Stages, Step::Check]);
    for step in [Step::Rows, Step::Comparison, Step::Stages] {
        let of_step: Vec<_> = heard.iter().filter(|progress| progress.step == step).collect();
        assert!(of_step.len() > 10, "{step:?}: {}", of_step.len());
        let last = of_step.last().unwrap();
        assert_eq!((last.done, last.total), (exported.rows, exported.rows), "{step:?}");
    }

    // Two sentences are read aloud, and the heading.
    let (stages, characters) = arrived.held[&StageKind::Speech];
    assert_eq!((stages, characters), (n_posts, (5 + 17 + 13) * n_posts as u64));
    assert_eq!(arrived.held[&StageKind::Summary].0, n_posts);
    let mut said = vec![];
    let prices = Prices { speech: Price(16_000), ..Prices::default() };
    moving::told::imported(&mut said, &arrived, &prices).unwrap();
    let said = String::from_utf8(said).unwrap();
    let cost = prices.speech.of(characters);
    let told = format!("{characters} characters for {cost} USD at 16.00 USD a million");
    assert!(said.contains(&told), "{told}: {said}");
}
