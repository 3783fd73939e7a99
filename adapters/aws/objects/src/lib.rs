//! Objects of the AWS home: a bucket of S3.
//!
//! It puts, reads, lists and removes objects, and gives out the addresses of the crate `aws-addresses`. It
//! makes no bucket and no policy (`infra` does), keeps nothing itself, and knows no post. Start at
//! [`S3Objects`]. What a release brings with it, such as the web client, is in a bucket of its own: [`S3Files`].
//!
//! What it needs of the bucket's policy: `s3:GetObject`, `s3:PutObject` and `s3:DeleteObject` on the objects,
//! and `s3:ListBucket` on the bucket, without which S3 calls what is absent forbidden. No versions and no
//! object lock: what is removed has to be gone.

mod client;
mod error;
mod files;
mod objects;

pub use aws_addresses::{Config, ConfigError, Credentials};
pub use files::{File, FilesConfig, S3Files};
pub use objects::S3Objects;
