//! What the operator decides: by flags, by environment, by file, in this order of precedence.
//!
//! The only place that reads the environment. Every setting of `deepdive serve`:
//!
//! | flag | environment | file | default |
//! |---|---|---|---|
//! | `--config FILE` | `DEEPDIVE_CONFIG` | | `deepdive.toml` in the data folder, if it is there |
//! | `--data-dir DIR` | `DEEPDIVE_DATA_DIR` | `data_dir` | `$XDG_DATA_HOME/deepdive/blog`, else `~/.local/share/deepdive/blog` |
//! | `--listen ADDRESS` | `DEEPDIVE_LISTEN` | `listen` | `127.0.0.1:4000`; port 0 picks a free one |
//! | `--public-url URL` | `DEEPDIVE_PUBLIC_URL` | `public_url` | none: only this machine may sign in |
//! | `--trusted-proxies CIDRS` | `DEEPDIVE_TRUSTED_PROXIES` | `trusted_proxies` | none: `X-Forwarded-For` is not believed |
//! | `--title TEXT` | `DEEPDIVE_TITLE` | `title` | `Deepdive` |
//! | `--dictionary DIR` | `DEEPDIVE_DICTIONARY` | `dictionary` | `deepdive/mecab-ko-dic` in the user's data folder |
//! | `--voice PROGRAM` | `DEEPDIVE_VOICE` | `voice` | `espeak-ng` in the path |
//! | `--voice-data DIR` | `DEEPDIVE_VOICE_DATA` | `voice_data` | as the program finds it |
//! | `--sign-up open\|closed` | `DEEPDIVE_SIGN_UP` | `sign_up` | closed: only the operator makes accounts |
//! | `--smtp-url URL` | `DEEPDIVE_SMTP_URL` | `smtp_url` | none: one-time links go to the log and to the owner's account page |
//! | `--mail-from SENDER` | `DEEPDIVE_MAIL_FROM` | `mail_from` | `blog@` the host of the public address |
//! | `--speech-price AMOUNT` | `DEEPDIVE_SPEECH_PRICE` | `speech_price` | 0: speech costs time alone. Of a million characters, such as `16` or `16.50`, at most three decimals; in the file a text |
//! | `--summary-price AMOUNT` | `DEEPDIVE_SUMMARY_PRICE` | `summary_price` | 0, as above. Of a million tokens |
//! | `--currency CODE` | `DEEPDIVE_CURRENCY` | `currency` | `USD`; three capitals, in which the prices are |
//! | `--no-demo` | `DEEPDIVE_NO_DEMO` | `no_demo` | false: the first start in an empty folder makes the demo blog |
//! | `--log FILTER` | `DEEPDIVE_LOG` | `log` | `info` |
//! | `--log-format text\|json` | `DEEPDIVE_LOG_FORMAT` | `log_format` | text on a terminal, else JSON |
//! | `--cost-per-minute N` | `DEEPDIVE_COST_PER_MINUTE` | `cost_per_minute` | 120000 for each client |
//! | | | `draft_statuses` | false: see [`Doors::draft_statuses`](api::http::Doors::draft_statuses) |
//! | | | `[limits]` | see [`Limits`] |

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use domain::usage::{Currency, NotAPrice, Price, Prices};
use schema::guard::Limits;
use serde::Deserialize;

use api::http::addresses::{Network, PublicUrl};

/// The settings' file in a data folder.
pub const FILE_NAME: &str = "deepdive.toml";

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs, a JSON object a line.
    Json,
}

/// Whether readers may make accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUp {
    /// Whoever confirms an address becomes a reader.
    Open,
    /// Only the operator makes accounts.
    Closed,
}

/// A setting that may hold a password. Does not print itself, also not when it is wrong.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Hidden(String);

impl Hidden {
    /// The text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden(..)")
    }
}

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Hidden(text)
    }
}

/// An amount of money. Written as a text also in the file: a number there would be a rounded one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Amount(Price);

impl FromStr for Amount {
    type Err = NotAPrice;

    fn from_str(text: &str) -> Result<Self, NotAPrice> {
        text.parse().map(Amount)
    }
}

impl TryFrom<String> for Amount {
    type Error = NotAPrice;

    fn try_from(text: String) -> Result<Self, NotAPrice> {
        text.parse()
    }
}

/// Flags of `deepdive serve`, each with its variable. What is not given here is looked for in the
/// file.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// File with further settings [default: deepdive.toml in the data folder, if it is there]
    #[arg(long, value_name = "FILE", env = "DEEPDIVE_CONFIG")]
    pub config: Option<PathBuf>,
    /// Where everything is kept; made when it is not there
    #[arg(long, value_name = "DIR", env = "DEEPDIVE_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where to listen; port 0 picks a free one [default: 127.0.0.1:4000]
    #[arg(long, value_name = "ADDRESS", env = "DEEPDIVE_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Where the blog is for the world, such as https://blog.example
    #[arg(long, value_name = "URL", env = "DEEPDIVE_PUBLIC_URL")]
    pub public_url: Option<PublicUrl>,
    /// Networks of proxies whose X-Forwarded-For is believed, with commas between them
    #[arg(long, value_name = "CIDRS", env = "DEEPDIVE_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<Network>>,
    /// What the blog is called [default: Deepdive]
    #[arg(long, value_name = "TEXT", env = "DEEPDIVE_TITLE")]
    pub title: Option<String>,
    /// Folder of mecab-ko-dic, for Korean search and summaries
    #[arg(long, value_name = "DIR", env = "DEEPDIVE_DICTIONARY")]
    pub dictionary: Option<PathBuf>,
    /// Program of the local voice [default: espeak-ng in the path]
    #[arg(long, value_name = "PROGRAM", env = "DEEPDIVE_VOICE")]
    pub voice: Option<PathBuf>,
    /// Folder that holds the data of the local voice
    #[arg(long, value_name = "DIR", env = "DEEPDIVE_VOICE_DATA")]
    pub voice_data: Option<PathBuf>,
    /// Whether readers may sign up [default: closed]
    #[arg(long, value_name = "WHETHER", env = "DEEPDIVE_SIGN_UP")]
    pub sign_up: Option<SignUp>,
    /// Mail server, such as smtps://user:password@mail.example; with a password in it, better by
    /// variable or file, since others on this machine see flags
    #[arg(long, value_name = "URL", env = "DEEPDIVE_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<Hidden>,
    /// Who mails are from, such as "Deepdive <blog@blog.example>"
    #[arg(long, value_name = "SENDER", env = "DEEPDIVE_MAIL_FROM")]
    pub mail_from: Option<String>,
    /// What a million characters of speech cost, such as 16 or 16.50 [default: 0]
    #[arg(long, value_name = "AMOUNT", env = "DEEPDIVE_SPEECH_PRICE")]
    pub speech_price: Option<Amount>,
    /// What a million tokens of summaries cost [default: 0]
    #[arg(long, value_name = "AMOUNT", env = "DEEPDIVE_SUMMARY_PRICE")]
    pub summary_price: Option<Amount>,
    /// The currency of the prices [default: USD]
    #[arg(long, value_name = "CODE", env = "DEEPDIVE_CURRENCY")]
    pub currency: Option<Currency>,
    /// Do not make a demo blog
    #[arg(long, env = "DEEPDIVE_NO_DEMO", num_args = 0, default_missing_value = "true")]
    pub no_demo: Option<bool>,
    /// What is logged, such as info or warn,api=debug [default: info]
    #[arg(long, value_name = "FILTER", env = "DEEPDIVE_LOG")]
    pub log: Option<String>,
    /// How it is logged [default: text on a terminal, else json]
    #[arg(long, value_name = "FORMAT", env = "DEEPDIVE_LOG_FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Cost of operations that each client may ask for in a minute [default: 120000]
    #[arg(long, value_name = "N", env = "DEEPDIVE_COST_PER_MINUTE")]
    pub cost_per_minute: Option<u64>,
}

/// The same settings as a file gives them, and those that have no flag.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    data_dir: Option<PathBuf>,
    listen: Option<SocketAddr>,
    public_url: Option<PublicUrl>,
    trusted_proxies: Option<Vec<Network>>,
    title: Option<String>,
    dictionary: Option<PathBuf>,
    voice: Option<PathBuf>,
    voice_data: Option<PathBuf>,
    sign_up: Option<SignUp>,
    smtp_url: Option<Hidden>,
    mail_from: Option<String>,
    speech_price: Option<Amount>,
    summary_price: Option<Amount>,
    currency: Option<Currency>,
    no_demo: Option<bool>,
    log: Option<String>,
    log_format: Option<LogFormat>,
    cost_per_minute: Option<u64>,
    draft_statuses: bool,
    limits: Limits,
}

/// All settings, decided.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the blog is for the world.
    pub public_url: Option<PublicUrl>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// What the blog is called.
    pub title: String,
    /// Folder of the Korean dictionary, whether it is there or not.
    pub dictionary: Option<PathBuf>,
    /// Program of the local voice; `None` looks for it in the path.
    pub voice: Option<PathBuf>,
    /// Data of the local voice; `None` leaves it to the program.
    pub voice_data: Option<PathBuf>,
    /// Whether readers may sign up.
    pub sign_up: SignUp,
    /// The mail server, if there is one.
    pub smtp_url: Option<Hidden>,
    /// Who mails are from.
    pub mail_from: Option<String>,
    /// What pipelines cost.
    pub prices: Prices,
    /// Make no demo blog.
    pub no_demo: bool,
    /// What is logged.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
    /// Cost that each client may ask for in a minute.
    pub cost_per_minute: u64,
    /// See [`Doors::draft_statuses`](api::http::Doors::draft_statuses).
    pub draft_statuses: bool,
    /// How much one document may ask for.
    pub limits: Limits,
}

/// Why the settings cannot be decided.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read the settings in {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file says something that no setting is.
    #[error("{}: {}", path.display(), one_line(message))]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// What is wrong, and in which line.
        message: String,
    },
    /// Nothing says where data goes.
    #[error("neither --data-dir nor XDG_DATA_HOME nor HOME says where to keep the blog")]
    NoDataDir,
}

impl Settings {
    /// Decides all settings: flags and environment first, then the file, then defaults.
    ///
    /// # Errors
    /// [`SettingsError`] - when a file cannot be read, or no data folder is known.
    pub fn decide(flags: Flags) -> Result<Self, SettingsError> {
        Settings::decide_in(flags, user_data())
    }

    fn decide_in(flags: Flags, user_data: Option<PathBuf>) -> Result<Self, SettingsError> {
        let default_dir = user_data.as_ref().map(|folder| folder.join("deepdive/blog"));
        let file = match (&flags.config, flags.data_dir.as_ref().or(default_dir.as_ref())) {
            (Some(path), _) => read(path)?,
            (None, Some(folder)) => read_if_there(&folder.join(FILE_NAME))?,
            (None, None) => File::default(),
        };
        let data_dir = flags.data_dir.or(file.data_dir).or(default_dir);
        let log_format = flags.log_format.or(file.log_format);
        Ok(Settings {
            data_dir: data_dir.ok_or(SettingsError::NoDataDir)?,
            listen: flags
                .listen
                .or(file.listen)
                .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 4000))),
            public_url: flags.public_url.or(file.public_url),
            trusted_proxies: flags.trusted_proxies.or(file.trusted_proxies).unwrap_or_default(),
            title: flags.title.or(file.title).unwrap_or_else(|| "Deepdive".to_owned()),
            dictionary: flags
                .dictionary
                .or(file.dictionary)
                .or_else(|| Some(user_data?.join("deepdive/mecab-ko-dic"))),
            voice: flags.voice.or(file.voice),
            voice_data: flags.voice_data.or(file.voice_data),
            sign_up: flags.sign_up.or(file.sign_up).unwrap_or(SignUp::Closed),
            smtp_url: flags.smtp_url.or(file.smtp_url),
            mail_from: flags.mail_from.or(file.mail_from),
            prices: Prices {
                currency: flags
                    .currency
                    .or(file.currency)
                    .map_or_else(|| Prices::default().currency, |currency| currency.to_string()),
                speech: flags.speech_price.or(file.speech_price).unwrap_or_default().0,
                summary: flags.summary_price.or(file.summary_price).unwrap_or_default().0,
            },
            no_demo: flags.no_demo.or(file.no_demo).unwrap_or(false),
            log: flags.log.or(file.log).unwrap_or_else(|| "info".to_owned()),
            log_format: log_format.unwrap_or_else(|| match std::io::stderr().is_terminal() {
                true => LogFormat::Text,
                false => LogFormat::Json,
            }),
            cost_per_minute: flags.cost_per_minute.or(file.cost_per_minute).unwrap_or(120_000),
            draft_statuses: file.draft_statuses,
            limits: file.limits,
        })
    }
}

/// The user's folder for data, by the XDG rules.
fn user_data() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))
}

fn read_if_there(path: &Path) -> Result<File, SettingsError> {
    match read(path) {
        Err(SettingsError::Unreadable { source, .. })
            if source.kind() == std::io::ErrorKind::NotFound =>
        {
            Ok(File::default())
        }
        read => read,
    }
}

fn read(path: &Path) -> Result<File, SettingsError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| SettingsError::Unreadable { path: path.to_owned(), source })?;
    toml::from_str(&text)
        .map_err(|error| SettingsError::Wrong { path: path.to_owned(), message: error.to_string() })
}

/// Parsers draw pictures of where they stopped; a terminal's error line is one line.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn with_file(text: &str, flags: Flags) -> Result<Settings, SettingsError> {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("any.toml");
        std::fs::write(&config, text).unwrap();
        Settings::decide_in(Flags { config: Some(config), ..flags }, Some("/home/data".into()))
    }

    #[test]
    fn without_any_setting_there_is_a_default_for_each() {
        let settings = with_file("", Flags::default()).unwrap();
        assert_eq!(settings.data_dir, Path::new("/home/data/deepdive/blog"));
        assert_eq!(settings.listen.to_string(), "127.0.0.1:4000");
        assert_eq!(settings.dictionary.unwrap(), Path::new("/home/data/deepdive/mecab-ko-dic"));
        assert_eq!(settings.limits, Limits::default());
        assert_eq!((settings.cost_per_minute, settings.public_url), (120_000, None));
    }

    #[test]
    fn a_flag_stands_before_the_file_and_the_file_before_the_default() {
        let file = "listen = '127.0.0.1:1'\ntitle = '블로그'\n[limits]\ndepth = 12\n";
        let flags = Flags { listen: Some("127.0.0.1:2".parse().unwrap()), ..Flags::default() };
        let settings = with_file(file, flags).unwrap();
        assert_eq!(settings.listen.port(), 2);
        assert_eq!(settings.title, "블로그");
        assert_eq!((settings.limits.depth, settings.limits.tokens), (12, 1_000));
    }

    #[test]
    fn the_file_in_the_data_folder_is_read_when_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let flags = || Flags { data_dir: Some(folder.path().to_owned()), ..Flags::default() };
        assert_eq!(Settings::decide_in(flags(), None).unwrap().title, "Deepdive");
        std::fs::write(folder.path().join(FILE_NAME), "title = 'Mine'").unwrap();
        assert_eq!(Settings::decide_in(flags(), None).unwrap().title, "Mine");
    }

    #[test]
    fn a_setting_that_does_not_exist_is_told_in_one_line() {
        for text in ["lisen = '127.0.0.1:1'", "listen = 'here'", "trusted_proxies = ['10/8/8']"] {
            let error = with_file(text, Flags::default()).unwrap_err();
            assert!(matches!(error, SettingsError::Wrong { .. }), "{error:?}");
            assert_eq!(error.to_string().lines().count(), 1, "{error}");
        }
    }

    #[test]
    fn a_mail_server_with_its_password_is_understood_and_not_printed() {
        let file = "smtp_url = 'smtps://kim:secret@mail.example'\nsign_up = 'open'\n";
        let settings = with_file(file, Flags::default()).unwrap();
        assert_eq!(settings.sign_up, SignUp::Open);
        assert!(!format!("{settings:?}").contains("secret"));
        assert!(settings.smtp_url.unwrap().reveal().contains("secret"));
        assert_eq!(with_file("", Flags::default()).unwrap().sign_up, SignUp::Closed);
    }

    #[test]
    fn prices_are_read_exactly_and_a_price_that_is_none_is_told() {
        let file = "speech_price = '16.005'\nsummary_price = '0.25'\ncurrency = 'KRW'";
        let flags = Flags { summary_price: Some("3".parse().unwrap()), ..Flags::default() };
        let prices = with_file(file, flags).unwrap().prices;
        assert_eq!((prices.speech, prices.summary), (Price(16_005), Price(3_000)));
        assert_eq!(prices.currency, "KRW");
        assert_eq!(with_file("", Flags::default()).unwrap().prices, Prices::default());
        for text in ["speech_price = '-1'", "speech_price = '1,5'", "currency = 'won'"] {
            let error = with_file(text, Flags::default()).unwrap_err();
            assert!(matches!(error, SettingsError::Wrong { .. }), "{error:?}");
        }
    }

    #[test]
    fn a_named_file_must_be_there() {
        let flags = Flags { config: Some("/nowhere/at/all.toml".into()), ..Flags::default() };
        let error = Settings::decide_in(flags, None).unwrap_err();
        assert!(matches!(error, SettingsError::Unreadable { .. }), "{error:?}");
    }
}
