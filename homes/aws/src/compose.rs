//! What answers requests, put together: over DynamoDB, S3, OpenSearch and Cognito.

use std::sync::Arc;

use api::http::Doors;
use api::http::addresses::Addresses;
use api::http::health::TableReadiness;
use api::http::pages::Pages;
use api::http::reading::TableReading;
use api::identity::TableAuthenticator;
use api::socket::Subscriptions;
use aws_addresses::S3Addresses;
use aws_objects::S3Objects;
use content::MarkdownRenderer;
use domain::ports::{ContentRenderer, Objects};
use schema::guard::{Guard, Limits};
use schema::{Budget, Parts, Schema, SocketExecutor};
use store::CursorSigner;

use crate::config::{Environment, Site};
use crate::media::OnS3;
use crate::passwords::PoolPasswords;
use crate::records::{OpenError, Records};
use crate::search::index;

/// Cost that a client may ask of one process in a minute, as in the embedded home.
const COST_PER_MINUTE: u64 = 120_000;

/// What answers requests.
pub struct AwsHome {
    records: Records,
    schema: Schema,
    guard: Arc<Guard>,
    budget: Arc<Budget>,
    objects: Arc<dyn Objects>,
    /// Origin of the bucket, to which uploads go, and from which private media come.
    bucket: String,
    renderer: Arc<dyn ContentRenderer>,
    site: Site,
    searched: bool,
}

impl AwsHome {
    /// Opens the home: some reads of the table. Search is opened when somebody searches.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn open(environment: &Environment) -> Result<Self, OpenError> {
        let site = environment.site()?;
        let records = Records::open(environment).await?;
        let Records { blog, clock, ids, table, prices } = &records;
        let media = environment.media()?;
        let bucket = S3Addresses::new(media.clone(), clock.clone())?.origin().to_owned();
        // It reads itself where a sentence is in the sound; all else goes by addresses.
        let objects: Arc<dyn Objects> = Arc::new(S3Objects::new(media, clock.clone())?);
        let renderer: Arc<dyn ContentRenderer> = Arc::new(MarkdownRenderer);
        let search = index(environment, clock, ids)?;
        let searched = search.is_some();
        let schema = schema::build(Parts {
            blog: blog.clone(),
            objects: objects.clone(),
            search,
            passwords: Arc::new(PoolPasswords::open(environment, table.clone())?),
            renderer: renderer.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            signer: CursorSigner::of(blog, &**ids).await?,
            // There are none in this process.
            sockets: realtime::Sockets::new(),
            site_title: site.title.clone(),
            origin: site.public_url.origin(),
            sign_up_open: site.sign_up_open,
            prices: prices.clone(),
        });
        let guard = Guard::new(Limits::default(), &schema::sdl())
            .map_err(|error| OpenError::Schema(Box::new(error)))?;
        Ok(AwsHome {
            records,
            schema,
            guard: Arc::new(guard),
            budget: Arc::new(Budget::new(COST_PER_MINUTE)),
            objects,
            bucket,
            renderer,
            site,
            searched,
        })
    }

    /// The table, and what every function needs beside it.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// What executes operations that come over sockets, and renders their frames.
    pub fn executor(&self) -> SocketExecutor {
        SocketExecutor::new(self.schema.clone(), self.guard.clone(), self.budget.clone())
    }

    /// What stands behind the doors, with the web client `pages`.
    pub fn doors(&self, pages: Pages) -> Doors {
        let Records { blog, clock, ids, .. } = &self.records;
        let pages = pages.with_objects_at(&self.bucket).with_sockets_at(&self.site.socket_url);
        Doors {
            executor: Arc::new(self.schema.clone()),
            guard: self.guard.clone(),
            authenticator: Arc::new(TableAuthenticator {
                blog: blog.clone(),
                clock: clock.clone(),
            }),
            media: Arc::new(OnS3),
            readiness: Arc::new(TableReadiness(blog.clone())),
            ids: ids.clone(),
            addresses: Addresses {
                public: Some(self.site.public_url.clone()),
                trusted_proxies: Vec::new(),
            },
            budget: self.budget.clone(),
            pages: if self.searched { pages } else { pages.without_search() },
            reading: Arc::new(TableReading {
                blog: blog.clone(),
                objects: self.objects.clone(),
                renderer: self.renderer.clone(),
                site_title: self.site.title.clone(),
            }),
            subscriptions: Subscriptions::Elsewhere(self.site.socket_url.clone()),
            draft_statuses: false,
        }
    }
}
