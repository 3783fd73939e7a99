//! Time and chance, as parameters.

use crate::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now. May jump backwards, as wall clocks do.
    fn now(&self) -> Timestamp;
}

/// Draws identities and secrets.
pub trait IdSource: Send + Sync {
    /// 128 bits that sort by time of drawing: 48 bits of milliseconds, 80 random ones (as a ULID).
    fn fresh(&self) -> u128;

    /// 128 bits from a cryptographically secure source.
    fn secret(&self) -> u128;
}
