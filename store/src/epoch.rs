//! The epoch of all logs: another one after a restore, so that nobody goes on where another history
//! was.

use domain::event::Head;
use domain::ports::PortError;

use crate::blog::{Blog, port};
use crate::keys;
use crate::rows::{self, DOC};
use crate::table::{Change as Field, Condition, Value, Write};
use crate::walk::{Walk, partitions};

impl Blog {
    /// Gives every log of the blog another epoch. Whoever comes back with a place in a log as it was
    /// gets a snapshot, and is told that it is none of what follows. Nothing else may use the table
    /// meanwhile; open the blog again afterwards.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn renew_epochs(&self, walk: &dyn Walk, fresh: &str) -> Result<(), PortError> {
        let epoch = vec![Field::Set("epoch", Value::S(fresh.to_owned()))];
        let update = Write::Update(keys::site("EPOCH"), epoch, Condition::Present);
        self.write(update).await.map_err(port)?;
        partitions(walk, async |_, rows| {
            for row in rows.iter().filter(|row| {
                keys::parse_topic(&row.key).is_some_and(|topic| row.key == keys::head(topic))
            }) {
                let head: Head = rows::entity(row)?;
                let head = Head { epoch: fresh.to_owned(), ..head };
                let fields = vec![Field::Set(DOC, rows::doc(&head)?)];
                let update = Write::Update(row.key.clone(), fields, Condition::Present);
                self.write(update).await.map_err(port)?;
            }
            Ok::<(), PortError>(())
        })
        .await
    }
}
