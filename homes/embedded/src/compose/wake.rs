//! From the table's feed to whoever should look; and what nobody waits for.

use std::sync::Arc;
use std::time::Duration;

use embedded_objects::FolderObjects;
use embedded_table::SqliteTable;
use realtime::{Hub, Notifier, Topic};
use schema::SocketExecutor;
use store::keys;
use store::table::Key;
use tokio::sync::Notify;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use workers::runner::Bells;

/// Forwards committed keys. What is lost here is found by the polls of runner and hub.
pub async fn forward(
    mut feed: Receiver<Key>,
    hub: Hub<SocketExecutor>,
    bells: Bells,
    mail: Arc<Notify>,
) {
    loop {
        match feed.recv().await {
            Ok(key) => {
                if let Some(stage) = keys::parse_stage(&key) {
                    bells.ring(stage.kind);
                } else if let Some(topic) = keys::parse_topic(&key) {
                    hub.wake(&Topic::new(topic));
                } else if key.pk == keys::MAILS {
                    mail.notify_one();
                }
            }
            Err(RecvError::Lagged(_)) => {
                bells.ring_all();
                mail.notify_one();
            }
            Err(RecvError::Closed) => return,
        }
    }
}

/// Rows removed in one go.
const ROWS: u32 = 500;

/// Removes expired rows, and files without a row.
pub async fn keep_house(table: Arc<SqliteTable>, objects: FolderObjects) {
    let mut minutes: u64 = 0;
    loop {
        tokio::time::sleep(Duration::from_secs(60)).await;
        loop {
            match table.remove_expired(ROWS).await {
                Ok(removed) if removed == ROWS as usize => {}
                Ok(_) => break,
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "rows were not removed"
                    );
                    break;
                }
            }
        }
        // Once soon after the start, when a crash may have left some, and then daily.
        if minutes.is_multiple_of(24 * 60) {
            match objects.remove_orphans().await {
                Ok(0) => {}
                Ok(removed) => tracing::info!(removed, "files without a row were removed"),
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "files were not removed"
                    );
                }
            }
        }
        minutes += 1;
    }
}
