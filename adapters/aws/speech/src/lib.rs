//! The voices of the AWS home: Amazon Polly speaks a section of a post by two of its tasks, one for the sound
//! and one for the marks, and goes on by itself.
//!
//! Both put what they made into one folder of the bucket ([`FOLDER`]), as whoever asked for it, and tell a
//! topic; [`told`] reads what they say there. What lies in that folder is read, taken apart and removed here;
//! who asked keeps it elsewhere. Nothing is tried twice that Polly began, and no budget is held: the runner
//! reserves characters before it calls. Polly asks to be paid for both tasks. Start at [`PollySynthesizer`].

mod client;
mod config;
mod error;
mod folder;
mod marks;
mod mp3;
mod ssml;
mod synthesizer;
mod task;
mod told;

pub use aws_credential_types::Credentials;
pub use config::{Config, ENGLISH_VOICE, KOREAN_VOICE};
pub use folder::FOLDER;
pub use synthesizer::PollySynthesizer;
pub use told::told;
