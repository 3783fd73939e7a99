//! What it costs to collect the rows of one moment into one batch: our loader and two others.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use async_graphql::dataloader::DataLoader;
use async_graphql::runtime::{TokioSpawner, TokioTimer};
use async_trait::async_trait;
use dataloader::BatchFn;
use dataloader::cached::Loader;
use domain::PostId;
use futures_util::future::join_all;
use parking_lot::Mutex;
use store::EntityKey;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::micro::Micro;
use crate::table::{Row, Section, percentile, sorted};

const LOADS: u128 = 20;
/// Runs whose delay is measured.
const RUNS: usize = 500;

/// A row, as cheap to hand out as those of the blog.
type Found = Arc<u128>;

/// Our loader, the baselines, their batches and their delay.
///
/// # Errors
/// A loader answers wrongly.
pub fn run(micro: &mut Micro, runtime: &Runtime) -> Result<Section> {
    let batches = Counter::default();
    let ours = || runtime.block_on(ours(&batches));
    let plain = || runtime.block_on(plain(&batches));
    let stock_0 = || runtime.block_on(stock(&batches, Duration::ZERO));
    let stock = || runtime.block_on(stock(&batches, Duration::from_millis(1)));
    let loaders: [(&str, &dyn Fn()); 4] = [
        ("ours (crate dataloader)", &ours),
        ("plain batcher", &plain),
        ("async-graphql's, without its delay", &stock_0),
        ("async-graphql's, as it comes", &stock),
    ];
    let cpu = micro.beside([
        ("loader-ours", Box::new(ours)),
        ("loader-plain", Box::new(plain)),
        ("loader-stock-0", Box::new(stock_0)),
        ("loader-stock", Box::new(stock)),
    ])?;

    let mut rows: Vec<Row> = Vec::new();
    for ((name, load), cpu) in loaders.into_iter().zip(cpu) {
        batches.0.store(0, Ordering::Relaxed);
        load();
        let n_batches = batches.0.load(Ordering::Relaxed);
        let time = |_| {
            let began = Instant::now();
            load();
            began.elapsed().as_secs_f64()
        };
        let delay = percentile(&sorted((0..RUNS).map(time).collect()), 0.5);
        // The first three rows are ours.
        let beside = |row: Row, n: usize| match rows.get(n) {
            Some(ours) => row.beside(ours.figure),
            None => row,
        };
        let [cpu, delay] = [
            beside(Row::micros(format!("{name}: CPU"), cpu.cpu, cpu.samples), 0),
            beside(
                Row::new(format!("{name}: first ask to last answer"), delay * 1e6, "µs", RUNS),
                1,
            ),
        ];
        rows.extend([cpu, delay, Row::new(format!("{name}: batches"), n_batches as f64, "", 1)]);
    }
    ensure!(rows[2].figure == 1.0, "our loader made {} batches of one moment", rows[2].figure);
    Ok(Section {
        title: "Loaders",
        how: "20 rows by 20 keys that are asked for at once, each loader made anew as for a request; \
              the batch itself takes its rows from nowhere, so that only the loaders are compared. One \
              thread."
            .to_owned(),
        rows,
    })
}

#[derive(Clone, Default)]
struct Counter(Arc<AtomicUsize>);

impl Counter {
    /// A batch of rows.
    fn batch(&self, keys: &[EntityKey]) -> HashMap<EntityKey, Found> {
        self.0.fetch_add(1, Ordering::Relaxed);
        keys.iter().map(|key| (key.clone(), Arc::new(1))).collect()
    }
}

fn keys() -> impl Iterator<Item = EntityKey> {
    (1..=LOADS).map(|n| EntityKey::Post(PostId::from_bits(n)))
}

/// As `schema` has it.
async fn ours(batches: &Counter) {
    struct Batch(Counter);
    impl BatchFn<EntityKey, Found> for Batch {
        async fn load(&mut self, keys: &[EntityKey]) -> HashMap<EntityKey, Found> {
            self.0.batch(keys)
        }
    }
    let loader = Loader::new(Batch(batches.clone())).with_max_batch_size(usize::MAX);
    let found = join_all(keys().map(|key| loader.try_load(key))).await;
    all_found(found.len(), found.iter().all(Result::is_ok));
}

/// The least that a loader can do: whoever asks first yields once, then fetches for all. It has no
/// memory, and knows nothing of resolvers that ask one tick later.
async fn plain(batches: &Counter) {
    #[derive(Default)]
    struct Plain(Mutex<Vec<(EntityKey, oneshot::Sender<Option<Found>>)>>);
    impl Plain {
        async fn load(&self, key: EntityKey, batches: &Counter) -> Option<Found> {
            let (sender, receiver) = oneshot::channel();
            let first = {
                let mut waiting = self.0.lock();
                waiting.push((key, sender));
                waiting.len() == 1
            };
            if first {
                tokio::task::yield_now().await;
                let waiting = std::mem::take(&mut *self.0.lock());
                let keys: Vec<_> = waiting.iter().map(|(key, _)| key.clone()).collect();
                let found = batches.batch(&keys);
                for (key, sender) in waiting {
                    // Who does not wait any more needs no answer.
                    let _ = sender.send(found.get(&key).cloned());
                }
            }
            receiver.await.ok().flatten()
        }
    }
    let loader = Plain::default();
    let found = join_all(keys().map(|key| loader.load(key, batches))).await;
    all_found(found.len(), found.iter().all(Option::is_some));
}

async fn stock(batches: &Counter, delay: Duration) {
    struct Batch(Counter);
    #[async_trait]
    impl async_graphql::dataloader::Loader<EntityKey> for Batch {
        type Value = Found;
        type Error = Infallible;

        async fn load(&self, keys: &[EntityKey]) -> Result<HashMap<EntityKey, Found>, Infallible> {
            Ok(self.0.batch(keys))
        }
    }
    let batch = Batch(batches.clone());
    let loader =
        DataLoader::new(batch, TokioSpawner::current(), TokioTimer::default()).delay(delay);
    let found = join_all(keys().map(|key| loader.load_one(key))).await;
    all_found(found.len(), found.iter().all(|found| matches!(found, Ok(Some(_)))));
}

/// A loader that loses rows would look fast.
#[track_caller]
fn all_found(n_found: usize, all: bool) {
    assert!(all && n_found as u128 == LOADS, "a loader lost rows");
}
