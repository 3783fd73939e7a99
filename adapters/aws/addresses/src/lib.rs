//! Addresses of objects on S3: upload tickets, signed addresses and public ones.
//!
//! They are computed, nobody is asked: a function that only hands out addresses starts without an SDK and
//! without a connection. It reads and writes no object; that is the crate `aws-objects`, which hands out
//! these same addresses. Start at [`S3Addresses`].
//!
//! What is public is served by CloudFront, which alone may read the bucket unasked. What is not gets an
//! address of S3 itself, signed with the key that the function has anyway. CloudFront's own signed addresses
//! were the other choice. They need a private RSA or ECDSA key in every function that renders a page and a
//! signature of up to a millisecond for each variant of each picture, where this is an HMAC; and what they
//! give, the cache of the CDN, is worth little for media that only their author may see. The price: such an
//! address names the bucket's host, which the page's policy has to allow (for uploads it does so anyway), and
//! ends with the credentials that signed it, if these end sooner.

mod addresses;
mod config;
mod presign;

pub use addresses::S3Addresses;
pub use aws_credential_types::Credentials;
pub use config::{Config, ConfigError};
