//! What is damaged, too new or in the way is refused, and nothing is touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use domain::ports::Objects;
use moving::{ExportError, FolderError, ImportError};
use store::table::{Condition, Item, Key, Table, TableError, Value, Write};
use store::walk::Walk;
use tempfile::TempDir;

use crate::home::Home;

async fn exported() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    Home::lived(1).await.export(folder.path()).await.unwrap();
    folder
}

/// Refuses an import for its folder, and has written nothing.
async fn refused(folder: &Path) -> FolderError {
    let there = Home::empty(2);
    let refused = there.import(folder).await.unwrap_err();
    assert!(there.rows().await.is_empty());
    match refused {
        ImportError::Folder(error) => error,
        other => panic!("{other:?}"),
    }
}

fn an_object(folder: &Path) -> PathBuf {
    let mut path = folder.join("objects");
    while path.is_dir() {
        path = fs::read_dir(&path).unwrap().next().unwrap().unwrap().path();
    }
    path
}

#[tokio::test]
async fn a_file_that_changed_is_damage_that_is_named() {
    let folder = exported().await;
    for name in ["rows-000001.ndjson.zst", "objects-000001.ndjson.zst"] {
        let file = folder.path().join(name);
        let whole = fs::read(&file).unwrap();
        let (mut flipped, mut longer) = (whole.clone(), whole.clone());
        flipped[whole.len() / 2] ^= 1;
        longer.push(0);
        for damaged in [&flipped, &longer, &whole[..whole.len() - 1].to_vec(), &vec![]] {
            fs::write(&file, damaged).unwrap();
            let error = refused(folder.path()).await;
            assert!(matches!(error, FolderError::Damaged { .. }), "{error}");
            assert!(error.to_string().contains(name), "{error}");
        }
        fs::remove_file(&file).unwrap();
        assert!(matches!(refused(folder.path()).await, FolderError::Damaged { .. }));
        fs::write(&file, whole).unwrap();
    }
    Home::empty(2).import(folder.path()).await.unwrap();
}

#[tokio::test]
async fn an_object_that_is_missing_or_changed_is_named_without_its_secret() {
    let folder = exported().await;
    let file = an_object(folder.path());
    let whole = fs::read(&file).unwrap();
    let secret = file.parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    fs::write(&file, b"another").unwrap();
    assert!(matches!(refused(folder.path()).await, FolderError::Damaged { .. }));
    fs::remove_file(&file).unwrap();
    let told = refused(folder.path()).await.to_string();
    assert!(told.contains("is missing") && !told.contains(&secret), "{told}");
    fs::write(&file, whole).unwrap();
    Home::empty(2).import(folder.path()).await.unwrap();
}

#[tokio::test]
async fn a_newer_export_is_refused_whatever_else_it_says() {
    let folder = exported().await;
    let file = folder.path().join("manifest.json");
    let whole: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    for name in ["deepdive_export", "row_form"] {
        let mut newer = whole.clone();
        newer[name] = 2.into();
        newer["rows"] = "many".into();
        fs::write(&file, newer.to_string()).unwrap();
        let error = refused(folder.path()).await;
        assert!(matches!(error, FolderError::Newer { found: 2, known: 1, .. }), "{error}");
    }
}

#[tokio::test]
async fn a_manifest_that_is_missing_broken_off_or_counts_otherwise_is_refused() {
    let folder = exported().await;
    let file = folder.path().join("manifest.json");
    let whole = fs::read(&file).unwrap();
    for half in [&b""[..], &whole[..whole.len() / 2], b"{}"] {
        fs::write(&file, half).unwrap();
        assert!(matches!(refused(folder.path()).await, FolderError::Unfinished { .. }));
    }
    let mut fewer: serde_json::Value = serde_json::from_slice(&whole).unwrap();
    fewer["row_files"].as_array_mut().unwrap().pop();
    fs::write(&file, fewer.to_string()).unwrap();
    assert!(matches!(refused(folder.path()).await, FolderError::Damaged { .. }));
    let mut outside: serde_json::Value = serde_json::from_slice(&whole).unwrap();
    outside["row_files"][0]["file"] = "../rows".into();
    fs::write(&file, outside.to_string()).unwrap();
    assert!(matches!(refused(folder.path()).await, FolderError::Damaged { .. }));
}

#[tokio::test]
async fn an_export_goes_into_a_folder_of_its_own() {
    let folder = exported().await;
    let source = Home::lived(1).await;
    let error = source.export(folder.path()).await.unwrap_err();
    assert!(matches!(error, ExportError::Folder(FolderError::Finished { .. })), "{error}");
    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("diary"), "mine").unwrap();
    let error = source.export(other.path()).await.unwrap_err();
    assert!(matches!(error, ExportError::Folder(FolderError::NotEmpty { .. })), "{error}");
    assert_eq!(fs::read_dir(other.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_blog_is_not_imported_over_another() {
    let folder = exported().await;
    let there = Home::lived(3).await;
    let before = there.rows().await;
    let error = there.import(folder.path()).await.unwrap_err();
    assert!(matches!(error, ImportError::NotEmpty), "{error}");
    assert_eq!(there.rows().await, before);
    // A second time, too.
    let there = Home::empty(2);
    there.import(folder.path()).await.unwrap();
    let error = there.import(folder.path()).await.unwrap_err();
    assert!(matches!(error, ImportError::NotEmpty), "{error}");
}

#[tokio::test]
async fn objects_that_are_in_the_way_are_not_written_over() {
    let folder = exported().await;
    let there = Home::empty(2);
    let file = an_object(folder.path());
    let key = file.strip_prefix(folder.path().join("objects")).unwrap().to_str().unwrap();
    let key = domain::media::ObjectKey::parse(key).unwrap();
    there.objects.put(&key, b"mine", "image/png").await.unwrap();
    let error = there.import(folder.path()).await.unwrap_err();
    assert!(matches!(error, ImportError::NotEmpty), "{error}");
    assert_eq!(there.objects.get(&key).await.unwrap().unwrap().bytes, b"mine");
    assert!(there.rows().await.is_empty());
}

/// A place that was deployed, and waits for its owner.
#[tokio::test]
async fn a_place_that_was_opened_and_never_used_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let source = Home::lived(1).await;
    let signer = store::CursorSigner::of(&source.blog().await, &*source.ids).await.unwrap();
    let cursor = signer.sign("F#all", "a", None);
    source.export(folder.path()).await.unwrap();
    let there = Home::empty(2);
    let blog = there.blog().await;
    store::CursorSigner::of(&blog, &*there.ids).await.unwrap();
    domain::ports::Accounts::offer_set_up(&blog, "hash").await.unwrap();
    there.import(folder.path()).await.unwrap();
    let blog = there.blog().await;
    let signer = store::CursorSigner::of(&blog, &*there.ids).await.unwrap();
    assert!(signer.verify(&cursor, "F#all", None).is_ok(), "what people hold is known");
    let rows = there.rows().await;
    assert!(!rows.iter().any(|row| row.key == store::keys::site("SETUP")));
}

#[tokio::test]
async fn an_import_that_broke_off_goes_on_with_no_other_export() {
    let (folder, other) = (exported().await, tempfile::tempdir().unwrap());
    let source = Home::lived(1).await;
    source.publish("One more").await;
    source.export(other.path()).await.unwrap();
    let there = Home::empty(2);
    let begun = store::moving::Import::begin(&*there.table, &*there.table, "another", "e").await;
    assert!(begun.unwrap().is_some());
    for folder in [&folder, &other] {
        let error = there.import(folder.path()).await.unwrap_err();
        assert!(matches!(error, ImportError::Another), "{error}");
    }
}

/// Somebody writes when the rows have been read once.
struct Busy<'a> {
    home: &'a Home,
    written: AtomicBool,
}

#[async_trait]
impl Walk for Busy<'_> {
    async fn rows_after(&self, after: Option<&Key>, limit: u32) -> Result<Vec<Item>, TableError> {
        let rows = self.home.table.rows_after(after, limit).await?;
        if rows.is_empty() && !self.written.swap(true, Ordering::SeqCst) {
            self.home.publish("Meanwhile").await;
        }
        Ok(rows)
    }
}

#[tokio::test]
async fn a_blog_that_changes_while_it_is_exported_is_told_and_the_next_export_is_whole() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("export");
    let home = Home::lived(1).await;
    let busy = Busy { home: &home, written: AtomicBool::new(false) };
    let error = home.export_by(&busy, &home.objects, &folder).await.unwrap_err();
    assert!(matches!(error, ExportError::Changed), "{error}");
    assert!(matches!(refused(&folder).await, FolderError::Unfinished { .. }));
    home.export(&folder).await.unwrap();
    Home::empty(2).import(&folder).await.unwrap();
}

#[tokio::test]
async fn rows_of_a_newer_form_are_not_exported_by_an_older_release() {
    let home = Home::lived(1).await;
    let row = home.rows().await.into_iter().find(|row| row.key.sk == "META").unwrap();
    let attributes = [("v".to_owned(), Value::N(2))].into();
    let newer = Write::Put(Item { key: row.key, attributes }, Condition::Always);
    home.table.write(newer).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let error = home.export(folder.path()).await.unwrap_err();
    assert!(error.to_string().contains("could not be read"), "{error}");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("damaged"), "{cause}");
}
