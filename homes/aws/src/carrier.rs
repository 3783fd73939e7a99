//! Brings the web client to its bucket, when CloudFormation deploys it.

use std::fs;
use std::path::{Path, PathBuf};

use api::http::pages::{FOREVER, content_type, has_hash};
use api::told::told;
use aws_objects::{File, S3Files};
use lambda_runtime::Error;
use serde_json::Value;

use crate::cloudformation::{Request, Wish};
use crate::config::Environment;

/// The folder of the client's files, beside the program.
const FOLDER: &str = "client";
/// What its bytes end in that are compressed.
const BROTLI: &str = ".br";

/// Brings the files, and takes them away with the stack.
pub struct Carrier {
    files: S3Files,
    folder: PathBuf,
}

impl Carrier {
    /// Asks nobody yet.
    ///
    /// # Errors
    /// A setting is missing.
    pub fn new(environment: &Environment) -> Result<Self, Error> {
        let program = std::env::current_exe()?;
        let folder = program.parent().unwrap_or(Path::new("/")).join(FOLDER);
        Ok(Carrier { files: S3Files::new(environment.web()?), folder })
    }

    /// Does what CloudFormation wishes, and tells it whether that went well.
    ///
    /// # Errors
    /// The event is none of CloudFormation's, or it cannot be told.
    pub async fn answer(&self, event: Value) -> Result<Value, Error> {
        let request: Request = serde_json::from_value(event)?;
        let done = match request.wish {
            Wish::Create | Wish::Update => self.bring().await,
            Wish::Delete => self.files.clear().await.map_err(Error::from),
        };
        if let Err(error) = &done {
            tracing::error!(error = &**error, "the web client was not brought");
        }
        request.tell(done.map_err(|error| told(&*error))).await?;
        Ok(Value::Null)
    }

    /// Pages go last: what they name is there then. What was there before stays for those who have read a page.
    async fn bring(&self) -> Result<(), Error> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort_by_key(|name| name.ends_with(".html"));
        for name in &names {
            let (plain, encoding) = match name.strip_suffix(BROTLI) {
                Some(plain) => (plain, Some("br")),
                None => (name.as_str(), None),
            };
            let bytes = fs::read(self.folder.join(name))?;
            let content_type = content_type(plain);
            let cache_control = if has_hash(plain) { FOREVER } else { "no-cache" };
            self.files.put(File { name, content_type, encoding, cache_control, bytes }).await?;
        }
        tracing::info!(files = names.len(), "the web client was brought");
        Ok(())
    }
}
