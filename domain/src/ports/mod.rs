//! What the blog needs of the world. Each port has its clauses in `adapters/contract`, and every
//! adapter passes them.

mod accounts;
mod clock;
mod content_renderer;
mod error;
mod image_codec;
mod mail_requests;
mod mailer;
mod objects;
mod passwords;
mod posts;
mod search_index;
mod summarizer;
mod synthesizer;

pub use accounts::{Accounts, AddUserError};
pub use clock::{Clock, IdSource};
pub use content_renderer::{ContentRenderer, Picture, PictureVariant};
pub use error::PortError;
pub use image_codec::{DecodedImage, EncodedImage, ImageCodec, ImageError};
pub use mail_requests::MailRequests;
pub use mailer::{Mailer, Posted};
pub use objects::{Object, ObjectInfo, Objects, UploadRequest, UploadTicket};
pub use passwords::Passwords;
pub use posts::{ApplyError, Change, KeptRevision, Loaded, Posts, Remembered, Step, Wanted};
pub use search_index::{
    SearchDocument, SearchHit, SearchHits, SearchIndex, SearchQuery, TextPiece,
};
pub use summarizer::{Summarizer, Summary, SummaryInput};
pub use synthesizer::{Audio, Heard, Mark, OutsideId, SectionName, Speaking, Synthesizer, Voice};
