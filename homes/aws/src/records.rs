//! The table, and what every function needs beside it.

use std::sync::Arc;

use aws_table::DynamoTable;
use domain::ports::{Clock, IdSource, PortError};
use domain::usage::Prices;
use embedded_system::{SystemClock, SystemIds};
use store::Blog;
use workers::Jobs;

use crate::config::{Environment, SettingsError};

/// Posts, people, events; time and chance.
pub struct Records {
    /// Posts, people, events.
    pub blog: Blog,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub ids: Arc<dyn IdSource>,
    /// The table itself.
    pub table: Arc<DynamoTable>,
    /// What Polly and Bedrock ask for.
    pub prices: Prices,
}

/// Why a function does not start: for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A setting.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Bucket or addresses.
    #[error(transparent)]
    Addresses(#[from] aws_addresses::ConfigError),
    /// The mail server's address.
    #[error(transparent)]
    MailServer(#[from] embedded_mail::NotASmtpUrl),
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

impl Records {
    /// Opens the records: some reads of the table.
    ///
    /// # Errors
    /// [`OpenError`]
    pub async fn open(environment: &Environment) -> Result<Self, OpenError> {
        let prices = environment.prices()?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let ids: Arc<dyn IdSource> = Arc::new(SystemIds::new(clock.clone())?);
        let table = Arc::new(DynamoTable::new(&environment.table()?, clock.clone()));
        let epoch = domain::Secret::from_bits(ids.secret());
        let blog = Blog::open(table.clone(), clock.clone(), epoch.reveal()).await?;
        if let Some(newer) = blog.newer_rows().await? {
            return Err(newer.into());
        }
        Ok(Records { blog, clock, ids, table, prices })
    }

    /// What does jobs over them.
    pub fn jobs(&self) -> Jobs {
        Jobs {
            posts: Arc::new(self.blog.clone()),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
            prices: self.prices.clone(),
            // Nobody watches in this process.
            shown: Arc::new(|_| {}),
        }
    }
}
