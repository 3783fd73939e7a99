//! What the infrastructure tells a function, by its environment: the only place of this home that reads it.
//!
//! A function asks for what it needs, and does not start without it:
//!
//! | variable | what it says | without it |
//! |---|---|---|
//! | `DEEPDIVE_TABLE` | name of the table | nothing starts |
//! | `DEEPDIVE_BUCKET` | name of the bucket of images and audio | what needs objects does not start |
//! | `DEEPDIVE_MEDIA_URL` | where CloudFront serves that bucket | the same |
//! | `DEEPDIVE_WEB_BUCKET` | name of the bucket of the web client's files | the doors and their carrier do not start |
//! | `DEEPDIVE_EDGE_KEY` | what CloudFront alone says with a request, so that it is believed who asks | who calls the function is who asks |
//! | `DEEPDIVE_PUBLIC_URL` | where the blog is for its readers, such as `https://blog.example` | the doors do not start |
//! | `DEEPDIVE_SOCKET_URL` | where its sockets are, such as `wss://...` | the same |
//! | `DEEPDIVE_GATEWAY_URL` | where frames for the sockets are taken, such as `https://....amazonaws.com/live` | what sends to sockets does not start |
//! | `DEEPDIVE_NOTIFIER_FUNCTION` | name of the function that tells those who follow something | nobody is told |
//! | `DEEPDIVE_MAIL_FUNCTION` | name of the function that sends mails | nobody sends them |
//! | `DEEPDIVE_SMTP_URL` | the mail server, with user and password: a secret | mails wait for the owner to pass them on |
//! | `DEEPDIVE_MAIL_FROM` | who mails are from | needed with a mail server |
//! | `DEEPDIVE_USER_POOL` | id of the user pool of Cognito that keeps passwords | the doors do not start |
//! | `DEEPDIVE_USER_POOL_CLIENT` | id of the pool's app client, by which passwords are checked | the same |
//! | `DEEPDIVE_SEARCH_URL` | address of the OpenSearch domain | the blog has no search |
//! | `DEEPDIVE_SEARCH_INDEX` | name of the index in it | `posts` |
//! | `DEEPDIVE_SPEECH_TOPIC` | the topic by which Polly tells that it has spoken | speech does not start |
//! | `DEEPDIVE_KOREAN_VOICE`, `DEEPDIVE_ENGLISH_VOICE` | the neural voices of Polly that speak | Seoyeon, Joanna |
//! | `DEEPDIVE_SUMMARY_MODEL` | the model of Bedrock that writes summaries | Claude Haiku |
//! | `DEEPDIVE_SPEECH_FUNCTION`, and so for each kind of stage | name of the function that does them | nobody does them |
//! | `DEEPDIVE_TITLE` | what the blog is called | `Deepdive` |
//! | `DEEPDIVE_SIGN_UP` | `open` or `closed` | closed |
//! | `DEEPDIVE_SPEECH_PRICE` | of a million characters of speech, such as `16` or `16.50` | it costs nothing |
//! | `DEEPDIVE_SUMMARY_PRICE` | of a million tokens that are summarised | the same |
//! | `DEEPDIVE_CURRENCY` | in which the prices are, three capitals | `USD` |
//! | `DEEPDIVE_LOG` | what is logged | `info` |
//!
//! Lambda itself sets `AWS_REGION` and the keys of the function's role. As with Amazon's own tools,
//! `AWS_ENDPOINT_URL` names an emulator for all services, and `AWS_ENDPOINT_URL_DYNAMODB` and its like one
//! for a service.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use api::http::addresses::PublicUrl;
use aws_objects::FilesConfig;
use aws_search::{OpenSearchConfig, Signing};
use aws_table::{Credentials, DynamoTableConfig};
use domain::ports::{Clock, IdSource};
use domain::stage::StageKind;
use domain::usage::{Currency, Prices};
use embedded_mail::SmtpConfig;

/// One try of DynamoDB, whose answers take milliseconds.
const TABLE_TRY: Duration = Duration::from_secs(2);
/// All tries of a call: a request has 30 seconds at API Gateway.
const TABLE_CALL: Duration = Duration::from_secs(8);

/// What a function was told, or a program of the operator's.
pub struct Environment(Box<Variables>);

/// A mail server that says nothing for so long is away.
const MAIL_SERVER: Duration = Duration::from_secs(10);
/// Longer than Cognito needs to find a password wrong, and a function of ours behind it that has to start first.
const WRONG_PASSWORD: Duration = Duration::from_secs(1);

/// Reads a variable.
type Variables = dyn Fn(&str) -> Option<String>;

/// Where the blog is, and what it is like.
#[derive(Clone, Debug)]
pub struct Site {
    /// Where it is for its readers.
    pub public_url: PublicUrl,
    /// Where its sockets are.
    pub socket_url: String,
    /// What it is called.
    pub title: String,
    /// Whether readers may make accounts.
    pub sign_up_open: bool,
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

impl Environment {
    /// The environment of this process.
    pub fn of_this_process() -> Self {
        Environment(Box::new(|name| std::env::var(name).ok()))
    }

    /// The environment of an operator's program, with the names that they gave. Nobody there is told where
    /// objects are served.
    pub fn of_an_operator(table: String, bucket: String) -> Self {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Environment(Box::new(move |name| match name {
            "DEEPDIVE_TABLE" => Some(table.clone()),
            "DEEPDIVE_BUCKET" => Some(bucket.clone()),
            "DEEPDIVE_MEDIA_URL" => Some("https://media.invalid".to_owned()),
            "AWS_REGION" => set(name).or_else(|| set("AWS_DEFAULT_REGION")),
            _ => set(name),
        }))
    }

    /// CloudFormation cannot leave a variable out: an empty one says that there is nothing.
    fn optional(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    fn needed(&self, name: &'static str) -> Result<String, SettingsError> {
        self.optional(name).ok_or(SettingsError::Missing(name))
    }

    /// What is logged.
    pub fn log(&self) -> String {
        self.optional("DEEPDIVE_LOG").unwrap_or_else(|| "info".to_owned())
    }

    /// Where the table is.
    ///
    /// # Errors
    /// [`SettingsError`], here and below - it names the variable.
    pub fn table(&self) -> Result<DynamoTableConfig, SettingsError> {
        Ok(DynamoTableConfig {
            table: self.needed("DEEPDIVE_TABLE")?,
            region: self.region()?,
            credentials: self.credentials()?,
            endpoint: self.endpoint("AWS_ENDPOINT_URL_DYNAMODB"),
            attempt: TABLE_TRY,
            call: TABLE_CALL,
        })
    }

    /// Where images and audio are.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn media(&self) -> Result<aws_addresses::Config, SettingsError> {
        Ok(aws_addresses::Config {
            bucket: self.needed("DEEPDIVE_BUCKET")?,
            region: self.region()?,
            credentials: self.credentials()?,
            endpoint: self.endpoint("AWS_ENDPOINT_URL_S3"),
            public_url: self.needed("DEEPDIVE_MEDIA_URL")?,
        })
    }

    /// Where the files of the web client are.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn web(&self) -> Result<FilesConfig, SettingsError> {
        Ok(FilesConfig {
            bucket: self.needed("DEEPDIVE_WEB_BUCKET")?,
            region: self.region()?,
            credentials: self.credentials()?,
            endpoint: self.endpoint("AWS_ENDPOINT_URL_S3"),
        })
    }

    /// By what a request that came through CloudFront is known, if this blog is behind it.
    pub fn edge_key(&self) -> Option<String> {
        self.optional("DEEPDIVE_EDGE_KEY")
    }

    /// Who keeps passwords.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn passwords(&self) -> Result<aws_passwords::Config, SettingsError> {
        Ok(aws_passwords::Config {
            pool: self.needed("DEEPDIVE_USER_POOL")?,
            client: self.needed("DEEPDIVE_USER_POOL_CLIENT")?,
            region: self.region()?,
            credentials: self.credentials()?,
            endpoint: self.endpoint("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"),
            wrong_takes: WRONG_PASSWORD,
        })
    }

    /// Where the index is, unless the blog was deployed without search. Requests to an encrypted address are
    /// signed; a node without TLS is one of a test.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn search(
        &self,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Option<OpenSearchConfig>, SettingsError> {
        let Some(url) = self.optional("DEEPDIVE_SEARCH_URL") else { return Ok(None) };
        let index = self.optional("DEEPDIVE_SEARCH_INDEX").unwrap_or_else(|| "posts".to_owned());
        let signing = Signing { credentials: self.credentials()?, region: self.region()? };
        let signing = url.starts_with("https:").then_some(signing);
        Ok(Some(OpenSearchConfig { url, index, signing, clock, ids }))
    }

    /// Who speaks.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn speech(&self) -> Result<aws_speech::Config, SettingsError> {
        let voice = |name, otherwise: &str| self.optional(name).unwrap_or(otherwise.to_owned());
        Ok(aws_speech::Config {
            korean: voice("DEEPDIVE_KOREAN_VOICE", aws_speech::KOREAN_VOICE),
            english: voice("DEEPDIVE_ENGLISH_VOICE", aws_speech::ENGLISH_VOICE),
            bucket: self.needed("DEEPDIVE_BUCKET")?,
            topic: self.needed("DEEPDIVE_SPEECH_TOPIC")?,
            region: self.region()?,
            credentials: self.credentials()?,
            endpoint: self.endpoint("AWS_ENDPOINT_URL_POLLY"),
            bucket_endpoint: self.endpoint("AWS_ENDPOINT_URL_S3"),
        })
    }

    /// Who writes summaries.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn summary(&self) -> Result<aws_summary::Config, SettingsError> {
        let model = self.optional("DEEPDIVE_SUMMARY_MODEL");
        Ok(aws_summary::Config {
            model: model.unwrap_or_else(|| aws_summary::DEFAULT_MODEL.to_owned()),
            region: self.region()?,
            credentials: self.credentials()?,
            endpoint: self.endpoint("AWS_ENDPOINT_URL_BEDROCK_RUNTIME"),
        })
    }

    /// What Polly and Bedrock ask for.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn prices(&self) -> Result<Prices, SettingsError> {
        let otherwise = Prices::default();
        let currency =
            self.parsed::<Currency>("DEEPDIVE_CURRENCY", "three capitals, such as USD")?;
        let expected = "an amount such as 16 or 16.50";
        Ok(Prices {
            currency: currency.map_or(otherwise.currency, |currency| currency.to_string()),
            speech: self.parsed("DEEPDIVE_SPEECH_PRICE", expected)?.unwrap_or(otherwise.speech),
            summary: self.parsed("DEEPDIVE_SUMMARY_PRICE", expected)?.unwrap_or(otherwise.summary),
        })
    }

    fn parsed<T: FromStr>(
        &self,
        name: &'static str,
        expected: &'static str,
    ) -> Result<Option<T>, SettingsError> {
        let Some(value) = self.optional(name) else { return Ok(None) };
        let parsed = value.parse();
        parsed.map(Some).map_err(|_| SettingsError::Wrong { name, value, expected })
    }

    /// Where functions are invoked.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn functions(&self) -> Result<aws_functions::Config, SettingsError> {
        Ok(aws_functions::Config {
            region: self.region()?,
            credentials: self.credentials()?,
            endpoint: self.endpoint("AWS_ENDPOINT_URL_LAMBDA"),
        })
    }

    /// Where the sockets are that API Gateway holds. An emulator has them at a path of its own.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn gateway(&self) -> Result<aws_sockets::Config, SettingsError> {
        let name = "DEEPDIVE_GATEWAY_URL";
        let url = self.needed(name)?;
        let parts = url.strip_prefix("https://").and_then(|rest| rest.split_once('/'));
        let Some((host, stage)) = parts else {
            let expected = "an address such as https://api.execute-api.region.amazonaws.com/stage";
            return Err(SettingsError::Wrong { name, value: url, expected });
        };
        let api = host.split('.').next().unwrap_or_default();
        let emulated = self
            .endpoint("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI")
            .map(|emulator| format!("{emulator}/_aws/execute-api/{api}/{stage}"));
        Ok(aws_sockets::Config {
            region: self.region()?,
            credentials: self.credentials()?,
            endpoint: emulated.unwrap_or_else(|| url.clone()),
        })
    }

    /// Name of the function that tells those who follow something, if anybody does.
    pub fn notifier(&self) -> Option<String> {
        self.optional("DEEPDIVE_NOTIFIER_FUNCTION")
    }

    /// How mails are sent, if a mail server is set.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn mail(&self) -> Result<Option<SmtpConfig>, SettingsError> {
        let Some(url) = self.optional("DEEPDIVE_SMTP_URL") else { return Ok(None) };
        let url = url.parse().map_err(|_| SettingsError::Wrong {
            name: "DEEPDIVE_SMTP_URL",
            value: "(a secret)".to_owned(),
            expected: "an address such as smtps://user:password@mail.example",
        })?;
        let name = "DEEPDIVE_MAIL_FROM";
        let from = self.needed(name)?;
        let expected = "a sender such as blog@blog.example or Deepdive <blog@blog.example>";
        let from =
            from.parse().map_err(|_| SettingsError::Wrong { name, value: from, expected })?;
        Ok(Some(SmtpConfig { url, from, timeout: MAIL_SERVER }))
    }

    /// Name of the function that sends mails, if anybody does.
    pub fn post_office(&self) -> Option<String> {
        self.optional("DEEPDIVE_MAIL_FUNCTION")
    }

    /// Name of the function that does the stages of a kind, if anybody does.
    pub fn function(&self, kind: StageKind) -> Option<String> {
        self.optional(&format!("DEEPDIVE_{}_FUNCTION", kind.name()))
    }

    /// What the doors say of the blog.
    ///
    /// # Errors
    /// [`SettingsError`]
    pub fn site(&self) -> Result<Site, SettingsError> {
        let public_url = self.needed("DEEPDIVE_PUBLIC_URL")?;
        let wrong = |name, value, expected| SettingsError::Wrong { name, value, expected };
        let expected = "an address such as https://blog.example, without a path";
        let public_url = public_url
            .parse()
            .map_err(|_| wrong("DEEPDIVE_PUBLIC_URL", public_url.clone(), expected))?;
        let sign_up_open = match self.optional("DEEPDIVE_SIGN_UP").as_deref() {
            None | Some("closed") => false,
            Some("open") => true,
            Some(other) => {
                return Err(wrong("DEEPDIVE_SIGN_UP", other.to_owned(), "open or closed"));
            }
        };
        Ok(Site {
            public_url,
            socket_url: self.needed("DEEPDIVE_SOCKET_URL")?,
            title: self.optional("DEEPDIVE_TITLE").unwrap_or_else(|| "Deepdive".to_owned()),
            sign_up_open,
        })
    }

    fn region(&self) -> Result<String, SettingsError> {
        self.needed("AWS_REGION")
    }

    /// Those of the function's role.
    fn credentials(&self) -> Result<Credentials, SettingsError> {
        Ok(Credentials::new(
            self.needed("AWS_ACCESS_KEY_ID")?,
            self.needed("AWS_SECRET_ACCESS_KEY")?,
            self.optional("AWS_SESSION_TOKEN"),
            None,
            "the function's role",
        ))
    }

    fn endpoint(&self, service: &str) -> Option<String> {
        self.optional(service).or_else(|| self.optional("AWS_ENDPOINT_URL"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ENVIRONMENT: [(&str, &str); 12] = [
        ("AWS_REGION", "ap-northeast-2"),
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "hush"),
        ("AWS_ENDPOINT_URL", ""),
        ("DEEPDIVE_TABLE", "blog"),
        ("DEEPDIVE_BUCKET", "blog-media"),
        ("DEEPDIVE_MEDIA_URL", "https://blog.example/media"),
        ("DEEPDIVE_SPEECH_TOPIC", "arn:aws:sns:ap-northeast-2:123456789012:blog-spoken"),
        ("DEEPDIVE_USER_POOL", "ap-northeast-2_a1b2c3d4e"),
        ("DEEPDIVE_USER_POOL_CLIENT", "1example23456789"),
        ("DEEPDIVE_PUBLIC_URL", "https://blog.example"),
        ("DEEPDIVE_SOCKET_URL", "wss://sockets.blog.example"),
    ];

    fn environment(changed: &[(&str, &str)]) -> Environment {
        let all = changed.iter().chain(&ENVIRONMENT);
        let all: Vec<_> = all.map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Environment(Box::new(move |name| {
            all.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
        }))
    }

    #[test]
    fn what_may_be_left_out_has_a_default() {
        let environment = environment(&[]);
        let site = environment.site().unwrap();
        assert_eq!((site.title.as_str(), site.sign_up_open), ("Deepdive", false));
        assert_eq!(environment.table().unwrap().endpoint, None);
        assert_eq!(environment.media().unwrap().endpoint, None);
        assert_eq!(environment.summary().unwrap().model, aws_summary::DEFAULT_MODEL);
        let speech = environment.speech().unwrap();
        assert_eq!((speech.korean.as_str(), speech.english.as_str()), ("Seoyeon", "Joanna"));
        assert_eq!(environment.function(StageKind::Image), None);
        assert_eq!(environment.prices().unwrap(), Prices::default());
        assert!(!format!("{:?}", environment.table().unwrap().credentials).contains("hush"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let missing = |name| Some(SettingsError::Missing(name));
        for name in ["DEEPDIVE_TABLE", "AWS_REGION", "AWS_SECRET_ACCESS_KEY"] {
            assert_eq!(environment(&[(name, "")]).table().err(), missing(name));
        }
        for name in ["DEEPDIVE_BUCKET", "DEEPDIVE_MEDIA_URL"] {
            assert_eq!(environment(&[(name, "")]).media().err(), missing(name));
        }
        for name in ["DEEPDIVE_USER_POOL", "DEEPDIVE_USER_POOL_CLIENT"] {
            assert_eq!(environment(&[(name, "")]).passwords().err(), missing(name));
        }
        for name in ["DEEPDIVE_BUCKET", "DEEPDIVE_SPEECH_TOPIC"] {
            assert_eq!(environment(&[(name, "")]).speech().err(), missing(name));
        }
        for name in ["DEEPDIVE_PUBLIC_URL", "DEEPDIVE_SOCKET_URL"] {
            assert_eq!(environment(&[(name, "")]).site().err(), missing(name));
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let told = |name, value| environment(&[(name, value)]).site().unwrap_err().to_string();
        assert!(told("DEEPDIVE_SIGN_UP", "yes").contains("open or closed"));
        assert!(told("DEEPDIVE_PUBLIC_URL", "blog.example").contains("https://blog.example"));
    }

    #[test]
    fn prices_are_amounts_of_a_currency() {
        let prices = |changed: &[_]| environment(changed).prices().map_err(|e| e.to_string());
        let given = [("DEEPDIVE_SPEECH_PRICE", "16.5"), ("DEEPDIVE_CURRENCY", "KRW")];
        let Prices { currency, speech, summary } = prices(&given).unwrap();
        let price = |text: &str| text.parse().unwrap();
        assert_eq!((&*currency, speech, summary), ("KRW", price("16.5"), price("0")));
        assert!(prices(&[("DEEPDIVE_SUMMARY_PRICE", "a lot")]).unwrap_err().contains("such as 16"));
        assert!(prices(&[("DEEPDIVE_CURRENCY", "won")]).unwrap_err().contains("USD"));
    }

    #[test]
    fn a_mail_server_needs_a_sender_and_is_not_printed() {
        let mail = |set: &[(&str, &str)]| environment(set).mail();
        assert!(mail(&[]).unwrap().is_none());
        let (url, from) = ("DEEPDIVE_SMTP_URL", "DEEPDIVE_MAIL_FROM");
        let server = (url, "smtps://kim:hush@mail.example");
        assert_eq!(mail(&[server]).err(), Some(SettingsError::Missing(from)));
        let wrong = mail(&[server, (from, "Deepdive")]).unwrap_err().to_string();
        assert!(wrong.contains(from) && !wrong.contains("hush"), "{wrong}");
        let wrong = mail(&[(url, "mail.example/hush"), (from, "a@b.example")]).unwrap_err();
        assert!(wrong.to_string().contains(url) && !wrong.to_string().contains("hush"), "{wrong}");
        let set = mail(&[server, (from, "Deepdive <blog@blog.example>")]).unwrap();
        assert!(!format!("{:?}", set.unwrap()).contains("hush"));
    }

    #[test]
    fn an_emulator_holds_sockets_at_a_path_of_its_own() {
        let url = ("DEEPDIVE_GATEWAY_URL", "https://abc.execute-api.us-east-1.amazonaws.com/live");
        assert_eq!(environment(&[url]).gateway().unwrap().endpoint, url.1);
        let emulator = ("AWS_ENDPOINT_URL", "http://127.0.0.1:4566");
        let emulated = environment(&[url, emulator]).gateway().unwrap().endpoint;
        assert_eq!(emulated, "http://127.0.0.1:4566/_aws/execute-api/abc/live");
        let wrong = environment(&[("DEEPDIVE_GATEWAY_URL", "abc")]).gateway().unwrap_err();
        assert!(wrong.to_string().contains("amazonaws.com/stage"), "{wrong}");
    }

    #[test]
    fn an_emulator_answers_for_all_services_or_for_one() {
        let all = environment(&[("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")]);
        assert_eq!(all.table().unwrap().endpoint.as_deref(), Some("http://127.0.0.1:4566"));
        let one = environment(&[("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9000")]);
        assert_eq!(one.media().unwrap().endpoint.as_deref(), Some("http://127.0.0.1:9000"));
        assert_eq!(one.table().unwrap().endpoint, None);
    }

    #[test]
    fn each_kind_of_stage_has_a_function_of_its_own() {
        let environment = environment(&[("DEEPDIVE_SUMMARY_FUNCTION", "blog-summary")]);
        assert_eq!(environment.function(StageKind::Summary).as_deref(), Some("blog-summary"));
        assert_eq!(environment.function(StageKind::Speech), None);
    }
}
