//! What the pages hold, as plain reducers that are tested on the host.

pub(crate) mod board;
pub(crate) mod draft;
pub(crate) mod dressing;
pub(crate) mod listening;
pub(crate) mod paged;
pub(crate) mod publication;
pub(crate) mod reading;
pub(crate) mod session;
pub(crate) mod troubles;
