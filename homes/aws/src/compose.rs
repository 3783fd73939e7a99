//! The home, put together: what answers requests, over DynamoDB, S3 and OpenSearch.
//!
//! Passwords are kept in the table, as in the embedded home, until they are Cognito's.

use std::sync::Arc;
use std::time::Duration;

use api::http::Doors;
use api::http::addresses::Addresses;
use api::http::health::TableReadiness;
use api::http::pages::Pages;
use api::http::reading::TableReading;
use api::identity::TableAuthenticator;
use api::socket::Subscriptions;
use aws_addresses::S3Addresses;
use aws_search::{OpenSearchConfig, Signing};
use aws_table::{DynamoTable, DynamoTableConfig};
use content::MarkdownRenderer;
use domain::ports::{Clock, ContentRenderer, IdSource, Objects, PortError};
use domain::usage::Prices;
use embedded_passwords::Argon2Passwords;
use embedded_system::{SystemClock, SystemIds};
use schema::guard::{Guard, Limits};
use schema::{Budget, Parts, Schema};
use store::{Blog, CursorSigner};

use crate::config::Settings;
use crate::media::OnS3;
use crate::search::WhenAsked;

/// One try of DynamoDB, whose answers take milliseconds.
const TABLE_TRY: Duration = Duration::from_secs(2);
/// All tries of a call: a request has 30 seconds at API Gateway.
const TABLE_CALL: Duration = Duration::from_secs(8);
/// Cost that a client may ask of one process in a minute, as in the embedded home.
const COST_PER_MINUTE: u64 = 120_000;

/// What answers requests.
pub struct AwsHome {
    /// Posts, people, events.
    pub blog: Blog,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn IdSource>,
    schema: Schema,
    guard: Arc<Guard>,
    budget: Arc<Budget>,
    objects: Arc<dyn Objects>,
    renderer: Arc<dyn ContentRenderer>,
    settings: Settings,
}

/// Why the home was not opened: for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenHomeError {
    /// Bucket or addresses.
    #[error(transparent)]
    Addresses(#[from] aws_addresses::ConfigError),
    /// The machine gives no random numbers.
    #[error(transparent)]
    NoRandomness(#[from] embedded_system::NoRandomness),
    /// Our own schema does not parse: never, unless the build is broken.
    #[error("the schema does not parse")]
    Schema(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A newer release has finished its migration of the rows.
    #[error(transparent)]
    NewerRows(#[from] store::NewerRows),
    /// A port failed.
    #[error("the table could not be read")]
    Port(#[from] PortError),
}

impl AwsHome {
    /// Opens the home: some reads of the table. Search is opened when somebody searches.
    ///
    /// # Errors
    /// [`OpenHomeError`]
    pub async fn open(settings: Settings) -> Result<Self, OpenHomeError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ids: Arc<dyn IdSource> = Arc::new(SystemIds::new(clock.clone())?);
        let table = Arc::new(DynamoTable::new(&table(&settings), clock.clone()));
        let epoch = domain::Secret::from_bits(ids.secret());
        let blog = Blog::open(table.clone(), clock.clone(), epoch.reveal()).await?;
        if let Some(newer) = blog.newer_rows().await? {
            return Err(newer.into());
        }
        let objects: Arc<dyn Objects> =
            Arc::new(S3Addresses::new(addresses(&settings), clock.clone())?);
        let renderer: Arc<dyn ContentRenderer> = Arc::new(MarkdownRenderer);
        let schema = schema::build(Parts {
            blog: blog.clone(),
            objects: objects.clone(),
            search: Arc::new(WhenAsked::new(search(&settings, &clock, &ids))),
            passwords: Arc::new(Argon2Passwords::new(table, ids.clone())?),
            renderer: renderer.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            signer: CursorSigner::of(&blog, &*ids).await?,
            // There are none in this process.
            sockets: realtime::Sockets::new(),
            site_title: settings.title.clone(),
            origin: settings.public_url.origin(),
            sign_up_open: settings.sign_up_open,
            prices: Prices::default(),
        });
        let guard = Guard::new(Limits::default(), &schema::sdl())
            .map_err(|error| OpenHomeError::Schema(Box::new(error)))?;
        Ok(AwsHome {
            blog,
            clock,
            ids,
            schema,
            guard: Arc::new(guard),
            budget: Arc::new(Budget::new(COST_PER_MINUTE)),
            objects,
            renderer,
            settings,
        })
    }

    /// What stands behind the doors, with the web client `pages`.
    pub fn doors(&self, pages: Pages) -> Doors {
        Doors {
            executor: Arc::new(self.schema.clone()),
            guard: self.guard.clone(),
            authenticator: Arc::new(TableAuthenticator {
                blog: self.blog.clone(),
                clock: self.clock.clone(),
            }),
            media: Arc::new(OnS3),
            readiness: Arc::new(TableReadiness(self.blog.clone())),
            ids: self.ids.clone(),
            addresses: Addresses {
                public: Some(self.settings.public_url.clone()),
                trusted_proxies: Vec::new(),
            },
            budget: self.budget.clone(),
            pages,
            reading: Arc::new(TableReading {
                blog: self.blog.clone(),
                objects: self.objects.clone(),
                renderer: self.renderer.clone(),
                site_title: self.settings.title.clone(),
            }),
            subscriptions: Subscriptions::Elsewhere(self.settings.socket_url.clone()),
            draft_statuses: false,
        }
    }
}

fn table(settings: &Settings) -> DynamoTableConfig {
    DynamoTableConfig {
        table: settings.table.clone(),
        region: settings.region.clone(),
        credentials: settings.credentials.clone(),
        endpoint: settings.dynamodb.clone(),
        attempt: TABLE_TRY,
        call: TABLE_CALL,
    }
}

fn addresses(settings: &Settings) -> aws_addresses::Config {
    aws_addresses::Config {
        bucket: settings.bucket.clone(),
        region: settings.region.clone(),
        credentials: settings.credentials.clone(),
        endpoint: settings.s3.clone(),
        public_url: settings.media_url.clone(),
    }
}

fn search(
    settings: &Settings,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn IdSource>,
) -> Option<OpenSearchConfig> {
    let found = settings.search.as_ref()?;
    let signing =
        Signing { credentials: settings.credentials.clone(), region: settings.region.clone() };
    Some(OpenSearchConfig {
        url: found.url.clone(),
        index: found.index.clone(),
        signing: found.url.starts_with("https:").then_some(signing),
        clock: clock.clone(),
        ids: ids.clone(),
    })
}
