//! `kill -9` in the middle of writing: what was acknowledged is there, what was not is whole or absent.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use contract::TestClock;
use embedded_table::{DataFolder, SqliteTable, SqliteTableConfig};
use store::table::{
    Condition, Consistency, Item, Key, Query, SortRange, Start, Table, Value, Write,
};

/// Begins the argument that only the process to be killed has: from which number on it writes, where.
/// (To the test harness it is the name of one more test, which there is not.)
const DOOMED: &str = "doomed:";
const WRITERS: usize = 4;

fn open(place: &Path) -> Arc<SqliteTable> {
    let folder = DataFolder::open(place).unwrap();
    let config = SqliteTableConfig { readers: 1, max_bytes: None };
    Arc::new(SqliteTable::open(&folder, &config, Arc::new(TestClock::default())).unwrap())
}

fn half(name: &str, writer: usize, n: usize) -> Item {
    let body = Value::B(vec![n as u8; 100 + 37 * (n % 50)]);
    let attributes = BTreeMap::from([("body".to_owned(), body)]);
    Item { key: Key::new(format!("{name}#{writer}"), format!("{n:06}")), attributes }
}

/// Writes pairs of rows without end, and says of each pair that it was acknowledged.
async fn write_until_killed(place: &Path, from: usize) {
    let table = open(place);
    let writers = (0..WRITERS).map(|writer| {
        let table = table.clone();
        tokio::spawn(async move {
            for n in from.. {
                let halves = ["LEFT", "RIGHT"].map(|name| half(name, writer, n));
                let writes = halves.map(|item| Write::Put(item, Condition::Absent));
                table.transact(writes.to_vec()).await.unwrap();
                let mut out = std::io::stdout().lock();
                writeln!(out, "acknowledged {writer} {n}").unwrap();
                out.flush().unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}

async fn partition(table: &SqliteTable, partition: String) -> Vec<Item> {
    let mut items = Vec::new();
    let mut start: Option<Start> = None;
    loop {
        let query = Query {
            index: None,
            partition: partition.clone(),
            range: SortRange::All,
            ascending: true,
            limit: 1000,
            start: start.take(),
            consistency: Consistency::Strong,
        };
        let page = table.query(&query).await.unwrap();
        items.extend(page.items);
        match page.next {
            Some(next) => start = Some(next),
            None => return items,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_kill_9() {
    let doomed = std::env::args().find_map(|word| word.strip_prefix(DOOMED).map(str::to_owned));
    if let Some((from, place)) = doomed.as_deref().and_then(|doomed| doomed.split_once(':')) {
        return write_until_killed(Path::new(place), from.parse().unwrap()).await;
    }

    let place = tempfile::tempdir().unwrap();
    let mut acknowledged = [0; WRITERS];
    let mut from = 0;
    for round in 0..5 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["what_was_acknowledged_survives_kill_9", "--exact", "--nocapture"])
            .arg(format!("{DOOMED}{from}:{}", place.path().display()))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Each round is killed after another number of acknowledgements.
        let mut note = |line: String| {
            // The test harness writes its own words on the same line at times.
            let words: Vec<&str> = line.split_whitespace().collect();
            let said = words.iter().position(|word| *word == "acknowledged");
            let numbers: Option<(usize, usize)> = said.and_then(|at| {
                Some((words.get(at + 1)?.parse().ok()?, words.get(at + 2)?.parse().ok()?))
            });
            if let Some((writer, n)) = numbers {
                acknowledged[writer] = n + 1;
            }
            numbers.is_some()
        };
        let mut seen = 0;
        while seen < 60 + 41 * round {
            seen += usize::from(note(lines.next().unwrap().unwrap()));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What it said before it died counts too; a line that was cut off does not.
        let rest: Vec<String> = lines.map_while(Result::ok).collect();
        for line in rest {
            note(line);
        }

        let table = open(place.path());
        for (writer, acknowledged) in acknowledged.iter().enumerate() {
            let left = partition(&table, format!("LEFT#{writer}")).await;
            let right = partition(&table, format!("RIGHT#{writer}")).await;
            let numbers = |items: &[Item]| -> Vec<usize> {
                items.iter().map(|item| item.key.sk.parse().unwrap()).collect()
            };
            assert_eq!(numbers(&left), numbers(&right), "half a transaction, round {round}");
            for item in left.iter().chain(&right) {
                let (name, n) =
                    (item.key.pk.split('#').next().unwrap(), item.key.sk.parse().unwrap());
                assert_eq!(item, &half(name, writer, n));
            }
            let last = numbers(&left).last().map_or(0, |last| last + 1);
            assert!(last >= *acknowledged, "{acknowledged} were acknowledged, {last} are there");
            from = from.max(last);
        }
    }
}
