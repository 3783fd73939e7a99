//! The machine's own clock and randomness. The only place of the server that asks for either.

mod clock;
mod ids;

pub use clock::SystemClock;
pub use ids::{NoRandomness, SystemIds};
