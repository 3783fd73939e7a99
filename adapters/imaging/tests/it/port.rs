//! The codec keeps the contract of its port.

use std::sync::Arc;

use contract::image_codec::TestImageCodec;
use domain::ports::ImageCodec;
use imaging::WebpImageCodec;

struct Webp;

impl TestImageCodec for Webp {
    fn fresh() -> Self {
        Self
    }

    fn codec(&self) -> Arc<dyn ImageCodec> {
        Arc::new(WebpImageCodec)
    }
}

contract::image_codec_contract!(Webp);
