//! The doors of the blog: HTTP, sockets, and who asks.
//!
//! No rules live here, no GraphQL types and no adapters: the doors read and write protocols, and hand over
//! to `schema`, `realtime` and the ports of `domain`. Who puts a home together (see `homes`) gives them
//! what is behind them; what their programs say of an error is here too. Start at [`http`].

pub mod executor;
pub mod http;
pub mod identity;
pub mod line;
pub mod serve;
pub mod socket;
pub mod told;
