//! Where the objects are, and as whom they are reached.

use aws_credential_types::Credentials;
use http::Uri;

/// A bucket, and the CDN before it. The caller says all of it: nothing is read from the environment.
#[derive(Clone, Debug)]
pub struct Config {
    /// The bucket's name: letters, digits and hyphens. Everything in it is ours.
    pub bucket: String,
    /// The region in which the bucket is, e.g. `ap-northeast-2`.
    pub region: String,
    /// As whom S3 is asked. Who gets an address may do with it what they may do, as long as they last.
    pub credentials: Credentials,
    /// Where S3 answers, if not at Amazon's own address of the region; buckets are in its path then.
    pub endpoint: Option<String>,
    /// Where CloudFront serves the bucket, e.g. `https://media.blog.example`.
    pub public_url: String,
}

/// Why objects cannot be reached with a configuration.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// With dots in it the name would not fit the certificate of S3.
    #[error("{0:?} is no name of a bucket: it has 3 to 63 lower-case letters, digits and hyphens")]
    Bucket(String),
    /// It goes into an address.
    #[error("{0:?} is no name of a region, as `ap-northeast-2` is one")]
    Region(String),
    /// It has to begin with `http://` or `https://` and a host, and to have no query.
    #[error("{0:?} is no absolute http address")]
    Address(String),
}

impl Config {
    /// The bucket's own address, without a slash at its end.
    ///
    /// # Errors
    /// A part of the configuration is not what it should be.
    pub(crate) fn bucket_url(&self) -> Result<String, ConfigError> {
        let name = |text: &str| {
            text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
                && !text.starts_with('-')
                && !text.ends_with('-')
        };
        let Config { bucket, region, .. } = self;
        if !name(bucket) || !(3..=63).contains(&bucket.len()) {
            return Err(ConfigError::Bucket(bucket.clone()));
        }
        if !name(region) || region.is_empty() {
            return Err(ConfigError::Region(region.clone()));
        }
        match &self.endpoint {
            Some(endpoint) => Ok(format!("{}/{bucket}", base(endpoint)?)),
            None => Ok(format!("https://{bucket}.s3.{region}.amazonaws.com")),
        }
    }

    /// CloudFront's address, without a slash at its end.
    ///
    /// # Errors
    /// `Address`.
    pub(crate) fn public_base(&self) -> Result<&str, ConfigError> {
        base(&self.public_url)
    }
}

fn base(address: &str) -> Result<&str, ConfigError> {
    let known = |uri: &Uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some()
            && uri.query().is_none()
    };
    match address.parse() {
        Ok(uri) if known(&uri) => Ok(address.trim_end_matches('/')),
        _ => Err(ConfigError::Address(address.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config {
            bucket: "blog-media".into(),
            region: "ap-northeast-2".into(),
            credentials: Credentials::new(
                "AKID",
                "the secret",
                Some("the token".into()),
                None,
                "test",
            ),
            endpoint: None,
            public_url: "https://media.blog.example/".into(),
        }
    }

    #[test]
    fn a_bucket_has_amazons_address_unless_another_is_given() {
        let mut config = config();
        let amazon = "https://blog-media.s3.ap-northeast-2.amazonaws.com";
        assert_eq!(config.bucket_url().as_deref(), Ok(amazon));
        config.endpoint = Some("http://127.0.0.1:4566/".into());
        assert_eq!(config.bucket_url().as_deref(), Ok("http://127.0.0.1:4566/blog-media"));
        assert_eq!(config.public_base(), Ok("https://media.blog.example"));
    }

    #[test]
    fn what_would_not_make_an_address_is_refused() {
        for bucket in ["", "ab", "Blog", "blog.media", "blog/media", "-blog", "blog-"] {
            let refused = Config { bucket: bucket.into(), ..config() }.bucket_url();
            assert_eq!(refused, Err(ConfigError::Bucket(bucket.into())));
        }
        for region in ["", "eu west", "evil.example/"] {
            let refused = Config { region: region.into(), ..config() }.bucket_url();
            assert_eq!(refused, Err(ConfigError::Region(region.into())));
        }
        for address in ["", "/media", "media.blog.example", "ftp://a", "https://a?b", "https://"] {
            let refused = Config { endpoint: Some(address.into()), ..config() }.bucket_url();
            assert_eq!(refused, Err(ConfigError::Address(address.into())));
            let config = Config { public_url: address.into(), ..config() };
            assert_eq!(config.public_base(), Err(ConfigError::Address(address.into())));
        }
    }

    #[test]
    fn a_configuration_that_is_printed_keeps_its_secrets() {
        let printed = format!("{:?}", config());
        assert!(printed.contains("AKID"), "{printed}");
        assert!(!printed.contains("the secret") && !printed.contains("the token"), "{printed}");
    }
}
