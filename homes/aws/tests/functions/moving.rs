//! A blog that moves from a machine to AWS and back.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_table::DynamoTable;
use domain::ports::Clock;
use embedded_system::SystemClock;
use moving::Folder;
use store::table::Item;
use store::walk::Walk;

use crate::home::{environment, name, table_at};
use crate::place::Home;
use crate::same::{by_key, equal};

const PROGRAM: &str = env!("CARGO_BIN_EXE_deepdive-aws");

/// A bucket of a new name.
async fn bucket() -> String {
    let (url, bucket) = (environment("none")["AWS_ENDPOINT_URL_S3"].clone(), name());
    let settings = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "tests"))
        .http_client(aws_connections::connections(Some(&url)))
        .endpoint_url(url)
        .force_path_style(true);
    let client = aws_sdk_s3::Client::from_conf(settings.build());
    client.create_bucket().bucket(&bucket).send().await.unwrap();
    bucket
}

/// Runs the program; whether it did what it should, and what it said.
fn deepdive_aws(command: &str, place: (&str, &str), folder: &Path) -> (bool, String) {
    let (table, bucket) = place;
    let mut program = Command::new(PROGRAM);
    program.args([command, "--table", table, "--bucket", bucket]).arg(folder);
    let names = |name: &&str| name.starts_with("AWS_");
    let environment = environment(table);
    program.env_clear().envs(environment.iter().filter(|(name, _)| names(name)));
    let said = program.stdin(Stdio::null()).output().unwrap();
    let text = [said.stdout, said.stderr].concat();
    (said.status.success(), String::from_utf8(text).unwrap())
}

/// All rows.
async fn rows(walk: &dyn Walk) -> Vec<Item> {
    let mut all: Vec<Item> = vec![];
    loop {
        let after = all.last().map(|row| row.key.clone());
        let rows = walk.rows_after(after.as_ref(), 500).await.unwrap();
        if rows.is_empty() {
            return all;
        }
        all.extend(rows);
    }
}

/// A place on this machine whose clock stands at the present: AWS's goes on.
fn machine(seed: u64) -> Home {
    let home = Home::empty(seed);
    home.clock.set(SystemClock.now());
    home
}

#[tokio::test]
async fn a_blog_moves_from_a_machine_to_aws_and_back() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    let [first, second, third] = folders.each_ref().map(|folder| folder.path().join("export"));
    let source = machine(1);
    source.live().await;
    let exported = source.export(&first).await.unwrap();

    let (table, bucket) = (table_at(&name()), bucket().await);
    let there = DynamoTable::new(&table, Arc::new(SystemClock));
    there.create().await.unwrap();
    let place = (table.table.as_str(), bucket.as_str());
    let (well, said) = deepdive_aws("import", place, &first);
    assert!(well && said.contains("are held, and would use"), "{said}");
    assert!(!said.contains("wrong with"), "{said}");
    let (well, said) = deepdive_aws("import", place, &first);
    assert!(!well && said.contains("there is a blog here already"), "{said}");
    let (well, said) = deepdive_aws("export", place, &second);
    assert!(well && said.contains("passwords of people who have signed in"), "{said}");
    let moved = Folder::open(&second).unwrap().manifest().clone();
    assert_eq!(
        (moved.objects, &moved.objects_sha256),
        (exported.objects, &exported.objects_sha256)
    );

    let back = machine(3);
    let arrived = back.import(&second).await.unwrap();
    assert!(arrived.findings.is_empty(), "{:#?}", arrived.findings);
    equal(&by_key(rows(&there).await), &by_key(rows(&*back.table).await));
    let again = back.export(&third).await.unwrap();
    assert_eq!((again.rows, &again.rows_sha256), (moved.rows, &moved.rows_sha256));
    assert_eq!((again.objects, &again.objects_sha256), (moved.objects, &moved.objects_sha256));
}

#[tokio::test]
async fn many_posts_arrive_at_aws_in_sight_and_held_with_their_price() {
    // Five thousand arrive by the same way in the suite of `moving`; the emulator is slow.
    const POSTS: usize = 12;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("export");
    let source = machine(1);
    source.publish_many(POSTS).await;
    let exported = source.export_large(&folder).await.unwrap();

    let (table, bucket) = (table_at(&name()), bucket().await);
    DynamoTable::new(&table, Arc::new(SystemClock)).create().await.unwrap();
    let (well, said) = deepdive_aws("import", (&table.table, &bucket), &folder);
    assert!(well && !said.contains("wrong with the blog"), "{said}");
    let rows = exported.rows;
    for told in [
        format!("{rows} of {rows} rows put"),
        format!("{rows} of {rows} rows read back and compared"),
        format!("{rows} of {rows} rows searched for stages, which are written"),
        format!("{POSTS} posts are put into the search index anew"),
        format!(
            "{POSTS} stages SPEECH are held, and would use 420 characters for 0.00672 USD at 16.00 \
             USD a million"
        ),
    ] {
        assert!(said.lines().any(|line| line == told), "{told}: {said}");
    }
}

#[tokio::test]
async fn an_operator_is_told_what_is_not_there_and_what_is_not_set() {
    let (folder, bucket) = (tempfile::tempdir().unwrap(), bucket().await);
    let folder = folder.path().join("export");
    let source = machine(1);
    source.live().await;
    source.export(&folder).await.unwrap();
    let (well, said) = deepdive_aws("import", (&name(), &bucket), &folder);
    assert!(!well && said.contains("is not there, not in this account and region"), "{said}");

    let table = table_at(&name());
    DynamoTable::new(&table, Arc::new(SystemClock)).create().await.unwrap();
    let (well, said) = deepdive_aws("import", (&table.table, &name()), &folder);
    assert!(!well && said.contains("there is no bucket"), "{said}");
    // Nothing was begun: the right bucket takes it.
    let (well, said) = deepdive_aws("import", (&table.table, &bucket), &folder);
    assert!(well, "{said}");

    let program = Command::new(PROGRAM)
        .args(["export", "--table", "t", "--bucket", "bbb"])
        .arg(folder.join("other"))
        .env_clear()
        .output()
        .unwrap();
    let said = String::from_utf8(program.stderr).unwrap();
    assert!(!program.status.success() && said.contains("AWS_REGION is not set"), "{said}");
}
