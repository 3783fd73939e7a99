//! The GraphQL language of the blog.

pub mod client;
pub mod guard;
pub mod session_cookie;

pub use client::Client;
pub use session_cookie::{SessionCookie, SessionCookieSlot};
