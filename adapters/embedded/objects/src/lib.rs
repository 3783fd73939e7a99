//! Objects of the embedded home: content-addressed files, and a row for each key.
//!
//! It keeps bytes and decides who may bring or get them by tickets and signed addresses; it speaks no
//! HTTP and knows no post. Start at [`FolderObjects`]; the doors call
//! [`accept_upload`](FolderObjects::accept_upload), [`admits`](FolderObjects::admits) and
//! [`open_object`](FolderObjects::open_object).
//!
//! The rows are the truth. A file without a row is the rest of a crash and is removed; a row's file is
//! durable before the row is.

mod address;
mod copy;
mod error;
mod files;
mod objects;
mod rows;
mod signer;
mod ticket;
mod upload;

pub use copy::{Copied, copy_store};
pub use error::{OpenError, UploadRefused};
pub use objects::{FolderObjects, OpenObject};
pub use upload::UploadAccepted;
