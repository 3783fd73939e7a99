//! The voice keeps the contract of its port.

use std::sync::Arc;

use async_trait::async_trait;
use contract::synthesizer::TestSynthesizer;
use domain::ports::{OutsideId, Synthesizer};
use embedded_speech::EspeakSynthesizer;

use crate::{config, voice_installed};

struct Espeak;

#[async_trait]
impl TestSynthesizer for Espeak {
    async fn fresh() -> Option<Self> {
        voice_installed().then_some(Self)
    }

    fn synthesizer(&self) -> Arc<dyn Synthesizer> {
        Arc::new(EspeakSynthesizer::new(config()))
    }

    async fn end(&self, _: &OutsideId) {
        unreachable!("a local voice answers at once")
    }
}

contract::synthesizer_contract!(Espeak);
