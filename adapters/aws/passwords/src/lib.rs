//! Passwords of the AWS home: a user pool of Amazon Cognito keeps and checks them.
//!
//! Of Cognito it uses nothing else. People, their addresses, sessions and tokens are rows of the table, as in
//! every home; a person's name in the pool is their id, and what Cognito hands out on a right password is thrown
//! away. Start at [`CognitoPasswords`]; what a password is to Cognito is in `sent.rs`.

mod config;
mod error;
mod passwords;
mod sent;

pub use aws_credential_types::Credentials;
pub use config::Config;
pub use passwords::CognitoPasswords;
pub use sent::told;
