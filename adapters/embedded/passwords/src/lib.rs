//! Passwords of the embedded home: argon2id over rows of the table.
//!
//! It knows how a password is kept, and nothing of when one may be tried: attempts are limited by who
//! calls it.

mod hash;
mod passwords;

pub use passwords::Argon2Passwords;
