//! The folder of the bucket in which Polly puts what it made, until it was heard.

use std::time::Duration;

use aws_sdk_s3::Client;
use domain::PostId;
use domain::ports::{PortError, SectionName};

use crate::client::s3;
use crate::config::Config;
use crate::error::of_s3;

/// Where all keys of Polly's objects begin.
pub const FOLDER: &str = "polly/";

/// Bytes of an object that is read: an hour of sound.
const LONGEST: i64 = 32 * 1024 * 1024;
/// Reading the bytes of an object takes so long at most.
const READ: Duration = Duration::from_secs(60);

/// Where the keys of a section's objects begin: Polly adds a dot, the task and an extension.
pub(crate) fn prefix(name: &SectionName) -> String {
    format!("{FOLDER}{}/{}", name.post, name.name)
}

/// The section that an address or a key of an object is of.
pub(crate) fn section(address: &str) -> Option<SectionName> {
    let (_, key) = address.split_once(FOLDER)?;
    let (post, file) = key.split_once('/')?;
    let (name, _) = file.split_once('.')?;
    let known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let ours = (1..=64).contains(&name.len()) && name.bytes().all(known);
    let post = PostId::parse(post).ok()?;
    ours.then(|| SectionName { post, name: name.to_owned() })
}

/// What is in it.
#[derive(Clone)]
pub(crate) struct Folder {
    client: Client,
    config: Config,
}

impl Folder {
    pub(crate) fn new(config: Config) -> Self {
        Self { client: s3(&config), config }
    }

    /// Reads an object, if it is there.
    pub(crate) async fn read(&self, key: &str) -> Result<Option<Vec<u8>>, PortError> {
        let asked = self.client.get_object().bucket(&self.config.bucket).key(key).send().await;
        let found = match asked {
            Ok(found) => found,
            Err(error) => return of_s3(error, &self.config).map_or(Ok(None), Err),
        };
        if found.content_length.is_some_and(|length| length > LONGEST) {
            return Err(PortError::Rejected(
                "Polly made more of a section than is read".to_owned(),
            ));
        }
        match tokio::time::timeout(READ, found.body.collect()).await {
            Ok(Ok(bytes)) => Ok(Some(bytes.to_vec())),
            Ok(Err(_)) | Err(_) => Err(PortError::Unavailable("S3")),
        }
    }

    /// Removes an object.
    pub(crate) async fn remove(&self, key: &str) -> Result<(), PortError> {
        let asked = self.client.delete_object().bucket(&self.config.bucket).key(key).send().await;
        match asked {
            Ok(_) => Ok(()),
            Err(error) => of_s3(error, &self.config).map_or(Ok(()), Err),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_known_by_the_keys_of_its_objects() {
        let name = SectionName { post: PostId::from_bits(5), name: "section-ab12".to_owned() };
        let key = format!("{}.9d0c-7.mp3", prefix(&name));
        for address in [
            key.clone(),
            format!("s3://blog-media/{key}"),
            format!("https://s3.ap-northeast-2.amazonaws.com/blog-media/{key}"),
        ] {
            assert_eq!(section(&address).as_ref(), Some(&name), "{address}");
        }
    }

    #[test]
    fn what_is_no_object_of_polly_is_of_no_section() {
        let post = PostId::from_bits(5);
        for address in [
            String::new(),
            "polly/".to_owned(),
            format!("elsewhere/{post}/section-1.7.mp3"),
            format!("polly/{post}/section-1"),
            format!("polly/{post}/../x.7.mp3"),
            format!("polly/{post}/.7.mp3"),
            format!("polly/{post}/SECTION.7.mp3"),
            format!("polly/{post}/{}.7.mp3", "a".repeat(65)),
            "polly/nobody/section-1.7.mp3".to_owned(),
        ] {
            assert_eq!(section(&address), None, "{address}");
        }
    }
}
