//! The protocols as pure state machines: no sockets, no clock, no tasks.

mod close;
pub mod frame;
pub mod graphql_sse;
pub mod graphql_transport_ws;
mod message;
mod negotiate;

pub use close::Close;
pub use graphql_transport_ws::{Effect, GraphqlTransportWs, Input, Limits, Run};
pub use negotiate::{SUBPROTOCOL, negotiate};
