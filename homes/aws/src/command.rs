//! `deepdive-aws`: what an operator does with a deployed blog from their own machine.
//!
//! Region and credentials are the environment's, as of Amazon's own tools: `AWS_REGION` (or
//! `AWS_DEFAULT_REGION`), `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_objects::S3Objects;
use aws_table::{DynamoTable, DynamoTableConfig};
use content::MarkdownRenderer;
use domain::ports::{Clock, IdSource};
use domain::usage::{Currency, Price, Prices};
use embedded_system::{SystemClock, SystemIds};
use moving::told::{self, Lines};
use moving::{ExportError, Folder, FolderError, ImportError, PART_BYTES, Source, Target};

use crate::config::{Environment, SettingsError};

/// A transaction of some megabytes may go over a slow line.
const TABLE_TRY: Duration = Duration::from_secs(60);
/// All tries of a call.
const TABLE_CALL: Duration = Duration::from_secs(180);

/// Moves a blog to AWS and back.
#[derive(Debug, clap::Parser)]
#[command(name = "deepdive-aws", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program does.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Writes the deployed blog into a folder for another home, while nobody writes to it
    Export(MoveFlags),
    /// Brings what another home exported to a blog that was deployed and not used yet
    Import(ImportFlags),
}

/// What is imported, and what it would cost to let it go on.
#[derive(Debug, clap::Args)]
pub struct ImportFlags {
    /// Which blog, and which folder.
    #[command(flatten)]
    pub which: MoveFlags,
    /// What a million characters of speech cost, as the stack was told
    #[arg(long, value_name = "AMOUNT", default_value = "16")]
    pub speech_price: Price,
    /// What a million tokens that are summarised cost, as the stack was told
    #[arg(long, value_name = "AMOUNT", default_value = "1")]
    pub summary_price: Price,
    /// The currency of the prices
    #[arg(long, value_name = "CODE", default_value = "USD")]
    pub currency: Currency,
}

/// Which blog, and which folder.
#[derive(Debug, clap::Args)]
pub struct MoveFlags {
    /// Name of the blog's table
    #[arg(long)]
    pub table: String,
    /// Name of the bucket of its images and audio
    #[arg(long)]
    pub bucket: String,
    /// The folder: of an export, one that is empty or not there, or in which it broke off
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
}

/// Why the program did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The environment.
    #[error(
        "{0} is not set: the region and the credentials of this account are needed, as for Amazon's own \
         tools (`aws configure export-credentials --format env` prints credentials)"
    )]
    NotSet(&'static str),
    /// Another setting.
    #[error(transparent)]
    Settings(SettingsError),
    /// The bucket's name, or the region's.
    #[error(transparent)]
    Bucket(#[from] aws_objects::ConfigError),
    /// The machine gives no random numbers.
    #[error(transparent)]
    NoRandomness(#[from] embedded_system::NoRandomness),
    /// The machine gives no threads.
    #[error("the program cannot start")]
    Start(#[source] std::io::Error),
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The export.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The import.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Standard output.
    #[error("cannot print")]
    Print(#[from] std::io::Error),
}

impl From<SettingsError> for CommandError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Missing(name) => CommandError::NotSet(name),
            other => CommandError::Settings(other),
        }
    }
}

/// Does what it is asked to.
///
/// # Errors
/// [`CommandError`]
pub fn run(cli: Cli, out: &mut impl Write) -> Result<(), CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(CommandError::Start)?.block_on(async {
        match cli.command {
            Command::Export(flags) => export(&flags, out).await,
            Command::Import(flags) => import(&flags, out).await,
        }
    })
}

/// The blog on AWS.
struct Deployed {
    table: Arc<DynamoTable>,
    objects: S3Objects,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

impl Deployed {
    fn open(flags: &MoveFlags) -> Result<Self, CommandError> {
        let environment = Environment::of_an_operator(flags.table.clone(), flags.bucket.clone());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (attempt, call) = (TABLE_TRY, TABLE_CALL);
        let config = DynamoTableConfig { attempt, call, ..environment.table()? };
        Ok(Deployed {
            table: Arc::new(DynamoTable::new(&config, clock.clone())),
            objects: S3Objects::new(environment.media()?, clock.clone())?,
            ids: Arc::new(SystemIds::new(clock.clone())?),
            clock,
        })
    }
}

async fn export(flags: &MoveFlags, out: &mut impl Write) -> Result<(), CommandError> {
    let Deployed { table, objects, clock, ids } = Deployed::open(flags)?;
    let source = Source {
        table: &*table,
        walk: &*table,
        objects: &objects,
        clock: &*clock,
        ids: &*ids,
        part_bytes: PART_BYTES,
    };
    let manifest = moving::export(&source, &flags.folder).await?;
    told::exported(out, &manifest, &flags.folder)?;
    Ok(writeln!(
        out,
        "passwords of people who have signed in here are Cognito's, which gives none out: in another home they \
         choose new ones by a link, or are given one by the operator"
    )?)
}

async fn import(flags: &ImportFlags, out: &mut impl Write) -> Result<(), CommandError> {
    let folder = Folder::open(&flags.which.folder)?;
    let Deployed { table, objects, clock, ids } = Deployed::open(&flags.which)?;
    let lines = Lines::to(std::io::stderr());
    let hearer = |progress| lines.tell(progress);
    let target = Target {
        table: table.clone(),
        walk: &*table,
        objects: &objects,
        renderer: &MarkdownRenderer,
        clock,
        ids: &*ids,
        hearer: &hearer,
    };
    let arrived = folder.import(&target).await?;
    let currency = flags.currency.to_string();
    let prices = Prices { currency, speech: flags.speech_price, summary: flags.summary_price };
    Ok(told::imported(out, &arrived, &prices)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_blog_is_named_by_its_table_and_its_bucket() {
        let line = "deepdive-aws import F --table T --bucket B";
        let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
        assert!(matches!(cli.command, Command::Import(flags) if flags.which.table == "T"));
        for line in ["deepdive-aws export F --table T", "deepdive-aws export --table T --bucket B"]
        {
            assert!(Cli::try_parse_from(line.split_whitespace()).is_err(), "{line}");
        }
    }
}
