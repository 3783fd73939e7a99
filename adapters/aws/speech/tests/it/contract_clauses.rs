//! The contract, with a voice that is silent: how well Polly speaks, no test here can say.

use std::sync::Arc;

use async_trait::async_trait;
use contract::synthesizer::TestSynthesizer;
use domain::ports::{OutsideId, Synthesizer};

use crate::stand_in::Polly;

struct Place(Polly);

#[async_trait]
impl TestSynthesizer for Place {
    async fn fresh() -> Option<Self> {
        Some(Self(Polly::start().await))
    }

    fn synthesizer(&self) -> Arc<dyn Synthesizer> {
        Arc::new(self.0.synthesizer())
    }

    async fn end(&self, outside: &OutsideId) {
        self.0.end(outside, "");
    }
}

contract::synthesizer_contract!(Place);
