//! Rendering beside the reactor.

use std::collections::HashMap;

use domain::AssetId;
use domain::ports::{ContentRenderer, Picture};
use domain::text::Rendered;

/// Renders without holding up other tasks of the thread: highlighting a long post takes a tenth of a
/// second.
pub struct OffTheReactor<R>(pub R);

impl<R: ContentRenderer> ContentRenderer for OffTheReactor<R> {
    fn version(&self) -> u32 {
        self.0.version()
    }

    fn render(&self, markdown: &str) -> Rendered {
        use tokio::runtime::{Handle, RuntimeFlavor};
        let many = Handle::try_current()
            .is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
        if many && markdown.len() > 2_000 {
            tokio::task::block_in_place(|| self.0.render(markdown))
        } else {
            self.0.render(markdown)
        }
    }

    fn fill_images(&self, html: &str, pictures: &HashMap<AssetId, Picture>) -> String {
        self.0.fill_images(html, pictures)
    }
}
