//! The home, put together: adapters are named here and in the modules below, and nowhere else.
//!
//! One process, one data folder: the table, the objects and the index in it; workers and sockets woken
//! by the table's feed of committed keys.

mod backup;
mod demo;
mod manifest;
mod media;
mod moving;
mod rendering;
mod upkeep;
mod wake;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::http::reading::TableReading;
use domain::actions::ReleaseStages;
use domain::mail::SiteAddress;
use domain::ports::{
    Clock, ContentRenderer, IdSource, Mailer, Objects, Passwords, PortError, SearchIndex,
};
use domain::stage::Stage;
use domain::usage::Prices;
use embedded_mail::{OperatorMailer, SmtpConfig, SmtpMailer};
use embedded_objects::FolderObjects;
use embedded_passwords::Argon2Passwords;
use embedded_search::TantivyIndex;
use embedded_speech::{EspeakConfig, EspeakSynthesizer};
use embedded_summary::ExtractiveSummarizer;
use embedded_system::{SystemClock, SystemIds};
use embedded_table::{DataFolder, SqliteTable, SqliteTableConfig};
use imaging::WebpImageCodec;
use realtime::{Hub, HubConfig, HubParts, Notifier, Sockets};
use schema::guard::Guard;
use schema::{Budget, Parts, PipelineLog, Schema, SocketExecutor};
use store::table::Table;
use store::{Blog, CursorSigner, keys};
use tokio_util::sync::CancellationToken;
use workers::runner::Bells;
use workers::{
    Arrivals, Image, Jobs, Limits, PostOffice, Purge, Runner, Search, Speech, Summary, Tidy,
};

use crate::config::Hidden;
use rendering::OffTheReactor;

/// A mail server may take so long for one answer.
const SMTP_TIME: Duration = Duration::from_secs(30);

/// What an operator decides about the embedded home.
#[derive(Clone, Debug)]
pub struct HomeSettings {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// The Korean dictionary; without it search and Korean summaries say what to install.
    pub dictionary: Option<PathBuf>,
    /// The voice's program; `None` looks for it in `PATH`.
    pub voice: Option<PathBuf>,
    /// Data of the voice; `None` leaves it to the program.
    pub voice_data: Option<PathBuf>,
    /// What the blog is called.
    pub site_title: String,
    /// Where the blog is for its readers; links in mails begin so.
    pub origin: String,
    /// Whether readers may sign up.
    pub sign_up_open: bool,
    /// The mail server; without one the operator passes links on.
    pub smtp_url: Option<Hidden>,
    /// Who mails are from; without it, `blog@` the host of `origin`.
    pub mail_from: Option<String>,
    /// What pipelines cost.
    pub prices: Prices,
    /// How much one document may ask for.
    pub limits: schema::guard::Limits,
    /// How much one client may ask for in a minute.
    pub cost_per_minute: u64,
}

/// The embedded home, open.
pub struct EmbeddedHome {
    /// Posts, people, events.
    pub blog: Blog,
    /// Keeps passwords.
    pub passwords: Arc<dyn Passwords>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn IdSource>,
    /// Answers GraphQL.
    pub schema: Schema,
    /// Refuses what is too costly to answer.
    pub guard: Arc<Guard>,
    /// Refuses what is too often asked, by whichever door.
    pub budget: Arc<Budget>,
    /// Where subscriptions live.
    pub hub: Hub<SocketExecutor>,
    /// Images and audio.
    pub objects: FolderObjects,
    renderer: Arc<dyn ContentRenderer>,
    site_title: String,
    table: Arc<SqliteTable>,
    runner: Arc<Runner>,
    search: Arc<Search>,
    post_office: Arc<PostOffice>,
}

/// Why the home was not opened: for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenHomeError {
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] embedded_table::DataFolderError),
    /// The table in it.
    #[error(transparent)]
    Table(#[from] embedded_table::OpenError),
    /// The objects in it.
    #[error(transparent)]
    Objects(#[from] embedded_objects::OpenError),
    /// The machine gives no random numbers.
    #[error(transparent)]
    NoRandomness(#[from] embedded_system::NoRandomness),
    /// The address of the mail server.
    #[error(transparent)]
    Smtp(#[from] embedded_mail::NotASmtpUrl),
    /// Nobody whom mails could be from.
    #[error("mails need a sender: {0} (--mail-from)")]
    Sender(#[from] embedded_mail::NotASender),
    /// Our own schema does not parse: never, unless the build is broken.
    #[error("the schema does not parse")]
    Schema(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A newer release has finished its migration of the rows.
    #[error(transparent)]
    NewerRows(#[from] store::NewerRows),
    /// A port failed.
    #[error("the data folder could not be read")]
    Port(#[from] PortError),
}

/// The table and what accounts need: enough for `deepdive user`, while no server runs.
pub struct Records {
    /// Posts, people, events.
    pub blog: Blog,
    /// Keeps passwords.
    pub passwords: Arc<dyn Passwords>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn IdSource>,
    folder: DataFolder,
    table: Arc<SqliteTable>,
}

impl Records {
    /// Opens the records of a data folder, and makes them if there are none.
    ///
    /// # Errors
    /// [`OpenHomeError`] - also when another process has the folder.
    pub async fn open(data_dir: &Path) -> Result<Self, OpenHomeError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ids: Arc<dyn IdSource> = Arc::new(SystemIds::new(clock.clone())?);
        let folder = DataFolder::open(data_dir)?;
        let config = SqliteTableConfig { readers: 2, max_bytes: None };
        let table = Arc::new(SqliteTable::open(&folder, &config, clock.clone())?);
        let port: Arc<dyn Table> = table.clone();
        let epoch = domain::Secret::from_bits(ids.secret());
        let blog = Blog::open(port.clone(), clock.clone(), epoch.reveal()).await?;
        if let Some(newer) = blog.newer_rows().await? {
            return Err(newer.into());
        }
        let passwords = Arc::new(Argon2Passwords::new(port, ids.clone()));
        Ok(Records { blog, passwords, clock, ids, folder, table })
    }

    /// The addresses of all accounts. The table's own port cannot list them: nothing that is served may.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn addresses(&self) -> Result<Vec<String>, PortError> {
        let failed = |error| PortError::backend("the table", error);
        let keys = self.table.partitions(keys::EMAIL).await.map_err(failed)?;
        let address = |pk: &String| pk.strip_prefix(keys::EMAIL).map(str::to_owned);
        Ok(keys.iter().filter_map(address).collect())
    }
}

impl EmbeddedHome {
    /// Opens the home. Nothing runs yet.
    ///
    /// # Errors
    /// [`OpenHomeError`]; a missing voice or dictionary is no error, their stages say so.
    pub async fn open(settings: &HomeSettings) -> Result<Self, OpenHomeError> {
        let Records { blog, passwords, clock, ids, folder, table } =
            Records::open(&settings.data_dir).await?;
        let objects =
            FolderObjects::open(&folder.folder(backup::OBJECTS)?, clock.clone(), ids.clone())?;
        let korean = korean(settings.dictionary.as_deref());
        let index: Arc<dyn SearchIndex> =
            Arc::new(TantivyIndex::open(&folder.folder(upkeep::SEARCH)?, korean.clone())?);
        let indexed = index.clone();
        let renderer: Arc<dyn ContentRenderer> = Arc::new(OffTheReactor(content::MarkdownRenderer));
        let signer = CursorSigner::of(&blog, &*ids).await?;

        let blog_port = Arc::new(blog.clone());
        let post_office = Arc::new(PostOffice {
            accounts: blog_port.clone(),
            requests: blog_port,
            mailer: mailer(settings)?,
            clock: clock.clone(),
            ids: ids.clone(),
            site: SiteAddress {
                title: settings.site_title.clone(),
                origin: settings.origin.clone(),
            },
            bell: Arc::default(),
            taken_for: None,
        });

        let sockets = Sockets::new();
        let schema = schema::build(Parts {
            blog: blog.clone(),
            objects: Arc::new(objects.clone()),
            search: Some(index.clone()),
            passwords: passwords.clone(),
            renderer: renderer.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            signer,
            sockets: sockets.clone(),
            site_title: settings.site_title.clone(),
            origin: settings.origin.clone(),
            sign_up_open: settings.sign_up_open,
            prices: settings.prices.clone(),
        });
        let guard = Guard::new(settings.limits.clone(), &schema::sdl())
            .map_err(|error| OpenHomeError::Schema(Box::new(error)))?;
        let guard = Arc::new(guard);
        let budget = Arc::new(Budget::new(settings.cost_per_minute));
        let hub = Hub::start(HubParts {
            executor: Arc::new(SocketExecutor::new(schema.clone(), guard.clone(), budget.clone())),
            log: Arc::new(PipelineLog::new(blog.clone())),
            sockets,
            runtime: tokio::runtime::Handle::current(),
            config: HubConfig::default(),
        });
        let search = Arc::new(Search { blog: blog.clone(), renderer: renderer.clone(), index });
        let notifier = hub.clone();
        let shown = move |stage: &Stage| {
            let (topic, payload) = schema::progress(stage);
            notifier.progress(&topic, None, payload);
        };
        let store: Arc<dyn Objects> = Arc::new(objects.clone());
        let espeak = EspeakConfig {
            program: settings.voice.clone(),
            data: settings.voice_data.clone(),
            words_per_minute: 165,
            sentence_timeout: Duration::from_secs(30),
        };
        let posts: Arc<dyn domain::ports::Posts> = Arc::new(blog.clone());
        let jobs = Jobs {
            posts: posts.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            prices: settings.prices.clone(),
            shown: Arc::new(shown),
        };
        let runner = Arc::new(Runner {
            arrivals: Arrivals::new(&jobs, store.clone()),
            jobs,
            speech: Arc::new(Speech {
                posts: posts.clone(),
                renderer: renderer.clone(),
                synthesizer: Arc::new(EspeakSynthesizer::new(espeak)),
                objects: store.clone(),
            }),
            summary: Arc::new(Summary {
                posts: posts.clone(),
                renderer: renderer.clone(),
                summarizer: Arc::new(ExtractiveSummarizer::new(korean)),
            }),
            search: search.clone(),
            image: Arc::new(Image {
                posts,
                objects: store.clone(),
                codec: Arc::new(WebpImageCodec),
            }),
            purge: Arc::new(Purge {
                blog: blog.clone(),
                objects: store.clone(),
                index: Some(indexed),
                clock: clock.clone(),
            }),
            tidy: Arc::new(Tidy {
                blog: blog.clone(),
                objects: store,
                clock: clock.clone(),
                ids: ids.clone(),
            }),
            limits: Limits::default(),
            bells: Bells::default(),
        });
        Ok(EmbeddedHome {
            blog,
            passwords,
            clock,
            ids,
            schema,
            guard,
            budget,
            hub,
            objects,
            renderer,
            site_title: settings.site_title.clone(),
            table,
            runner,
            search,
            post_office,
        })
    }

    /// Runs workers, wake-ups and housekeeping until `stop`. First gives back what the process before
    /// held: this one owns the data folder.
    ///
    /// # Errors
    /// When the stages cannot be given back.
    pub async fn run(&self, stop: CancellationToken) -> Result<(), domain::actions::ActionError> {
        let release = ReleaseStages { posts: &self.blog, clock: &*self.clock, ids: &*self.ids };
        let released = release.run().await?;
        if released > 0 {
            tracing::info!(released, "stages that a former process had begun are due again");
        }
        let mail = self.post_office.bell.clone();
        let (hub, bells) = (self.hub.clone(), self.runner.bells.clone());
        let wakes = wake::forward(self.table.subscribe(), hub, bells, mail);
        let post = self.post_office.run(stop.clone());
        let house = wake::keep_house(self.table.clone(), self.objects.clone());
        let (search, filled) = (self.search.clone(), stop.clone());
        let fill = async move {
            tokio::select! {
                filled = search.fill() => match filled {
                    Ok(0) => {}
                    Ok(posts) => tracing::info!(posts, "the search index was filled"),
                    Err(error) => tracing::warn!(error = %error, "the search index was not filled"),
                },
                () = filled.cancelled() => {}
            }
        };
        tokio::select! {
            () = async { tokio::join!(wakes, house, fill, post, self.runner.clone().run(stop.clone())); } => {}
            () = stop.cancelled() => {}
        }
        Ok(())
    }

    /// The demo blog, when it is to be made: this one is new, or making it was begun. From then on the
    /// owner's account, when it is made, is that of its author.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn demo(&self) -> Result<Option<DemoBlog>, PortError> {
        let demo = DemoBlog {
            blog: self.blog.clone(),
            objects: self.objects.clone(),
            renderer: self.renderer.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        };
        let begun = match self.blog.demo().await? {
            None if self.blog.untouched(&*self.table).await? => Some(demo.begin().await?),
            begun => begun,
        };
        Ok(begun.filter(|begun| !begun.done).map(|_| demo))
    }

    /// Makes the demo blog, until `stop`. Nobody waits for it, and a failure is only told: it goes on
    /// at the next start.
    pub async fn show(&self, demo: DemoBlog, stop: CancellationToken) {
        tokio::select! {
            made = demo.make() => match made {
                Ok(0) => {}
                Ok(posts) => tracing::info!(posts, "the demo blog is there"),
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the demo blog was not made; the next start goes on with it"
                ),
            },
            () = stop.cancelled() => {}
        }
    }
}

/// What sends mails: a mail server when one is set, else the operator.
fn mailer(settings: &HomeSettings) -> Result<Arc<dyn Mailer>, OpenHomeError> {
    let Some(url) = &settings.smtp_url else { return Ok(Arc::new(OperatorMailer)) };
    let host = settings.origin.split("://").last().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let from = settings.mail_from.clone().unwrap_or_else(|| format!("blog@{host}"));
    let config = SmtpConfig { url: url.reveal().parse()?, from: from.parse()?, timeout: SMTP_TIME };
    Ok(Arc::new(SmtpMailer::new(&config)?))
}

/// The Korean dictionary, when it is there.
fn korean(folder: Option<&Path>) -> Option<Arc<korean::Dictionary>> {
    let folder = folder?;
    match korean::Dictionary::open(folder) {
        Ok(dictionary) => Some(Arc::new(dictionary)),
        Err(error) => {
            tracing::warn!(error = %error, "no Korean dictionary: search and Korean summaries stay off");
            None
        }
    }
}

pub use self::moving::{MoveError, export, import};
pub use backup::{BackupError, backup, restore};
pub use demo::{DemoBlog, make_demo, remove_demo};
pub use manifest::{Manifest, ManifestError};
pub use media::HomeMedia;
pub use upkeep::{Look, Upkeep, UpkeepError, look, reindex};

impl EmbeddedHome {
    /// What everybody may read, as the doors see it.
    pub fn reading(&self) -> TableReading {
        TableReading {
            blog: self.blog.clone(),
            objects: Arc::new(self.objects.clone()),
            renderer: self.renderer.clone(),
            site_title: self.site_title.clone(),
        }
    }

    /// The objects as the doors see them.
    pub fn media(&self) -> HomeMedia {
        HomeMedia {
            objects: self.objects.clone(),
            blog: self.blog.clone(),
            arrivals: self.runner.arrivals.clone(),
        }
    }
}
