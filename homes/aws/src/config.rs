//! What the infrastructure tells a function, by its environment: the only place of this home that reads it.
//!
//! | variable | what it says | without it |
//! |---|---|---|
//! | `DEEPDIVE_TABLE` | name of the table | it does not start |
//! | `DEEPDIVE_BUCKET` | name of the bucket of images and audio | it does not start |
//! | `DEEPDIVE_MEDIA_URL` | where CloudFront serves that bucket | it does not start |
//! | `DEEPDIVE_PUBLIC_URL` | where the blog is for its readers, such as `https://blog.example` | it does not start |
//! | `DEEPDIVE_SOCKET_URL` | where its sockets are, such as `wss://...` | it does not start |
//! | `DEEPDIVE_SEARCH_URL` | address of the OpenSearch domain | the blog has no search |
//! | `DEEPDIVE_SEARCH_INDEX` | name of the index in it | `posts` |
//! | `DEEPDIVE_TITLE` | what the blog is called | `Deepdive` |
//! | `DEEPDIVE_SIGN_UP` | `open` or `closed` | closed |
//! | `DEEPDIVE_LOG` | what is logged | `info` |
//!
//! Lambda itself sets `AWS_REGION` and the keys of the function's role. As with Amazon's own tools,
//! `AWS_ENDPOINT_URL` names an emulator for all services, and `AWS_ENDPOINT_URL_DYNAMODB` or
//! `AWS_ENDPOINT_URL_S3` one for a service.

use api::http::addresses::PublicUrl;
use aws_table::Credentials;

/// What a function was told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The table's name.
    pub table: String,
    /// The region of everything.
    pub region: String,
    /// Those of the function's role.
    pub credentials: Credentials,
    /// Where DynamoDB answers, if not at Amazon's own address.
    pub dynamodb: Option<String>,
    /// Where S3 answers, if not at Amazon's own address.
    pub s3: Option<String>,
    /// The bucket of images and audio.
    pub bucket: String,
    /// Where CloudFront serves it.
    pub media_url: String,
    /// Where the blog is for its readers.
    pub public_url: PublicUrl,
    /// Where its sockets are.
    pub socket_url: String,
    /// The index, unless the blog was deployed without search.
    pub search: Option<SearchSettings>,
    /// What the blog is called.
    pub title: String,
    /// Whether readers may make accounts.
    pub sign_up_open: bool,
    /// What is logged.
    pub log: String,
}

/// Where the index is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchSettings {
    /// Address of the domain. Requests to an encrypted one are signed; a node without TLS is one of a test.
    pub url: String,
    /// Name of the index.
    pub index: String,
}

/// Why a function does not start.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Something that it cannot do without.
    #[error("{0} is not set in the function's environment: deploy the stack again, which sets it")]
    Missing(&'static str),
    /// Something that cannot be meant.
    #[error("{name} is {value:?} in the function's environment; expected {expected}")]
    Wrong {
        /// The variable.
        name: &'static str,
        /// What it is. None of those that are checked is a secret.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
}

impl Settings {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// [`SettingsError`] - it names the variable.
    pub fn from_environment() -> Result<Self, SettingsError> {
        Self::read(|name| std::env::var(name).ok())
    }

    fn read(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, SettingsError> {
        // CloudFormation cannot leave a variable out: an empty one says that there is nothing.
        let optional = |name| variable(name).filter(|value| !value.is_empty());
        let needed = |name| optional(name).ok_or(SettingsError::Missing(name));
        let public_url = needed("DEEPDIVE_PUBLIC_URL")?;
        let wrong = |name, value, expected| SettingsError::Wrong { name, value, expected };
        let expected = "an address such as https://blog.example, without a path";
        let public_url = public_url
            .parse()
            .map_err(|_| wrong("DEEPDIVE_PUBLIC_URL", public_url.clone(), expected))?;
        let sign_up_open = match optional("DEEPDIVE_SIGN_UP").as_deref() {
            None | Some("closed") => false,
            Some("open") => true,
            Some(other) => {
                return Err(wrong("DEEPDIVE_SIGN_UP", other.to_owned(), "open or closed"));
            }
        };
        let index = || optional("DEEPDIVE_SEARCH_INDEX").unwrap_or_else(|| "posts".to_owned());
        let search = optional("DEEPDIVE_SEARCH_URL");
        let endpoint = |service| optional(service).or_else(|| optional("AWS_ENDPOINT_URL"));
        Ok(Settings {
            table: needed("DEEPDIVE_TABLE")?,
            region: needed("AWS_REGION")?,
            credentials: Credentials::new(
                needed("AWS_ACCESS_KEY_ID")?,
                needed("AWS_SECRET_ACCESS_KEY")?,
                optional("AWS_SESSION_TOKEN"),
                None,
                "the function's role",
            ),
            dynamodb: endpoint("AWS_ENDPOINT_URL_DYNAMODB"),
            s3: endpoint("AWS_ENDPOINT_URL_S3"),
            bucket: needed("DEEPDIVE_BUCKET")?,
            media_url: needed("DEEPDIVE_MEDIA_URL")?,
            public_url,
            socket_url: needed("DEEPDIVE_SOCKET_URL")?,
            search: search.map(|url| SearchSettings { url, index: index() }),
            title: optional("DEEPDIVE_TITLE").unwrap_or_else(|| "Deepdive".to_owned()),
            sign_up_open,
            log: optional("DEEPDIVE_LOG").unwrap_or_else(|| "info".to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ENVIRONMENT: [(&str, &str); 9] = [
        ("AWS_REGION", "ap-northeast-2"),
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "hush"),
        ("AWS_ENDPOINT_URL", ""),
        ("DEEPDIVE_TABLE", "blog"),
        ("DEEPDIVE_BUCKET", "blog-media"),
        ("DEEPDIVE_MEDIA_URL", "https://blog.example/media"),
        ("DEEPDIVE_PUBLIC_URL", "https://blog.example"),
        ("DEEPDIVE_SOCKET_URL", "wss://sockets.blog.example"),
    ];

    fn read(changed: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let all = changed.iter().chain(&ENVIRONMENT);
        let all: Vec<_> = all.map(|(name, value)| (*name, (*value).to_owned())).collect();
        Settings::read(|name| all.iter().find(|(own, _)| *own == name).map(|(_, v)| v.clone()))
    }

    #[test]
    fn what_may_be_left_out_has_a_default() {
        let settings = read(&[]).unwrap();
        assert_eq!((settings.title.as_str(), settings.sign_up_open), ("Deepdive", false));
        assert_eq!((settings.search, settings.dynamodb, settings.s3), (None, None, None));
        assert!(!format!("{:?}", settings.credentials).contains("hush"));
    }

    #[test]
    fn what_is_missing_is_named() {
        for name in ["DEEPDIVE_TABLE", "DEEPDIVE_BUCKET", "DEEPDIVE_SOCKET_URL", "AWS_REGION"] {
            assert_eq!(read(&[(name, "")]).unwrap_err(), SettingsError::Missing(name));
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let told = |name, value| read(&[(name, value)]).unwrap_err().to_string();
        assert!(told("DEEPDIVE_SIGN_UP", "yes").contains("open or closed"));
        assert!(told("DEEPDIVE_PUBLIC_URL", "blog.example").contains("https://blog.example"));
    }

    #[test]
    fn an_emulator_answers_for_all_services_or_for_one() {
        let settings = read(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")]).unwrap();
        assert_eq!(settings.dynamodb.as_deref(), Some("http://127.0.0.1:4566"));
        let one = [("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000")];
        let settings = read(&one).unwrap();
        assert_eq!(
            (settings.s3.as_deref(), settings.dynamodb),
            (Some("http://127.0.0.1:9000"), None)
        );
    }
}
