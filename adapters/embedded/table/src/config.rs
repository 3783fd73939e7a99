//! What a caller decides about the table.

/// Settings of a [`SqliteTable`](crate::SqliteTable).
#[derive(Clone, Debug)]
pub struct SqliteTableConfig {
    /// Threads that read, each with a connection of its own; at least 1. Two serve a small machine:
    /// a read takes microseconds, the second is there for when the first waits for the disk.
    pub readers: usize,
    /// The file does not grow beyond so many bytes (rounded down to whole pages of 4 KB): further
    /// writes are refused with `Full`, reads go on. None: until the disk is full.
    pub max_bytes: Option<u64>,
}
