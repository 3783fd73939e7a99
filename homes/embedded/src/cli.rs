//! The command line of `deepdive`.

use std::net::SocketAddr;
use std::path::PathBuf;

use api::http::addresses::PublicUrl;
use domain::account::Role;

use crate::config::{Flags, Settings, SettingsError};

/// A blog platform in one program.
#[derive(Debug, clap::Parser)]
#[command(name = "deepdive", version, about, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program does.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Serves the blog until it is asked to stop
    Serve(Box<Flags>),
    /// Manages accounts, while the server is stopped
    #[command(subcommand)]
    User(UserCommand),
    /// Copies the blog into an empty folder, while the server runs or not
    Backup(BackupFlags),
    /// Makes a data folder of a backup
    Restore(RestoreFlags),
    /// Writes the blog into a folder for another home, while the server is stopped
    Export(ExportFlags),
    /// Makes a data folder of what another home exported
    Import(ImportFlags),
    /// Looks for what is wrong with the data, while the server is stopped
    Check(CheckFlags),
    /// Lists the work behind posts, and tries again what failed
    #[command(subcommand)]
    Stages(StagesCommand),
    /// Fills the search index anew, while the server is stopped
    Reindex(ReindexFlags),
    /// Makes the demo blog, while the server is stopped
    Demo(DemoFlags),
    /// Tells in which form the data is, and finishes a migration
    Migrate(MigrateFlags),
}

/// Where the blog is.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct DataFlags {
    /// Where everything is kept
    #[arg(long, value_name = "DIR", env = "DEEPDIVE_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
}

impl DataFlags {
    /// The folder that is meant.
    ///
    /// # Errors
    /// [`SettingsError`] - when no folder is known.
    pub fn decide(&self) -> Result<PathBuf, SettingsError> {
        self.settings().map(|settings| settings.data_dir)
    }

    /// The settings of that folder.
    ///
    /// # Errors
    /// [`SettingsError`] - when no folder is known, or a setting is none.
    pub fn settings(&self) -> Result<Settings, SettingsError> {
        Settings::decide(Flags { data_dir: self.data_dir.clone(), ..Flags::default() })
    }
}

/// Flags of `deepdive backup`.
#[derive(Debug, clap::Args)]
pub struct BackupFlags {
    /// The blog.
    #[command(flatten)]
    pub data: DataFlags,
    /// Where the copy goes: a folder that is empty or not there
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
}

/// Flags of `deepdive restore`.
#[derive(Debug, clap::Args)]
pub struct RestoreFlags {
    /// The blog that is made: a folder that is empty or not there.
    #[command(flatten)]
    pub data: DataFlags,
    /// The backup
    #[arg(long, value_name = "FOLDER")]
    pub from: PathBuf,
}

/// Flags of `deepdive export`.
#[derive(Debug, clap::Args)]
pub struct ExportFlags {
    /// The blog.
    #[command(flatten)]
    pub data: DataFlags,
    /// Where it goes: a folder that is empty or not there, or in which this export broke off
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
}

/// Flags of `deepdive import`.
#[derive(Debug, clap::Args)]
pub struct ImportFlags {
    /// The blog that is made: a folder that is empty or not there, or in which this import broke off.
    #[command(flatten)]
    pub data: DataFlags,
    /// What was exported
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
}

/// Flags of `deepdive check`.
#[derive(Debug, clap::Args)]
pub struct CheckFlags {
    /// The blog.
    #[command(flatten)]
    pub data: DataFlags,
    /// Mend what can be mended
    #[arg(long)]
    pub repair: bool,
}

/// What can be done with stages.
#[derive(Debug, clap::Subcommand)]
pub enum StagesCommand {
    /// Prints those that are not done, a line each, while the server runs or not
    List(ListStagesFlags),
    /// Sets failed ones due again, while the server is stopped
    Retry(RetryStagesFlags),
    /// Lets held ones go on above the budget, while the server is stopped
    Confirm(ConfirmStagesFlags),
}

/// Flags of `deepdive stages list`.
#[derive(Debug, clap::Args)]
pub struct ListStagesFlags {
    /// The blog.
    #[command(flatten)]
    pub data: DataFlags,
    /// Only these; may be given several times
    #[arg(long, value_enum, value_delimiter = ',')]
    pub status: Vec<StatusName>,
}

/// Flags of `deepdive stages retry`.
#[derive(Debug, clap::Args)]
pub struct RetryStagesFlags {
    /// The blog.
    #[command(flatten)]
    pub data: DataFlags,
    /// All that have failed
    #[arg(long)]
    pub failed: bool,
    /// Names of stages, as the list prints them
    #[arg(value_name = "STAGE", required_unless_present = "failed")]
    pub stages: Vec<String>,
}

/// Flags of `deepdive stages confirm`.
#[derive(Debug, clap::Args)]
pub struct ConfirmStagesFlags {
    /// The blog.
    #[command(flatten)]
    pub data: DataFlags,
    /// All that are held
    #[arg(long)]
    pub held: bool,
    /// Names of stages, as the list prints them
    #[arg(value_name = "STAGE", required_unless_present = "held")]
    pub stages: Vec<String>,
}

/// Flags of `deepdive reindex`.
#[derive(Debug, clap::Args)]
pub struct ReindexFlags {
    /// The blog.
    #[command(flatten)]
    pub data: DataFlags,
    /// Folder of the Korean dictionary
    #[arg(long, value_name = "DIR", env = "DEEPDIVE_DICTIONARY")]
    pub dictionary: Option<PathBuf>,
}

/// Flags of `deepdive demo`.
#[derive(Debug, clap::Args)]
pub struct DemoFlags {
    /// The blog.
    #[command(flatten)]
    pub data: DataFlags,
    /// Remove the demo posts with all that belongs to them
    #[arg(long)]
    pub remove: bool,
}

/// Flags of `deepdive migrate`.
#[derive(Debug, clap::Args)]
pub struct MigrateFlags {
    /// The blog.
    #[command(flatten)]
    pub data: DataFlags,
    /// Let this release write its newest form; older releases refuse the folder then
    #[arg(long)]
    pub finish: bool,
}

/// A status as the command line spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum StatusName {
    /// Due, or due after a wait.
    Pending,
    /// Waits for confirmation.
    Held,
    /// Claimed by a worker.
    Running,
    /// Goes on elsewhere.
    Waiting,
    /// Made.
    Ready,
    /// Already there.
    Skipped,
    /// Given up.
    Failed,
    /// Due for a minute, and nobody looked.
    Overdue,
    /// Whatever its status is.
    All,
}

/// What can be done with accounts.
#[derive(Debug, clap::Subcommand)]
pub enum UserCommand {
    /// Makes an account and prints its id, or with --token an access token
    Create(CreateUserFlags),
    /// Prints a line for each account: address, role, nickname, id
    List(ListUsersFlags),
    /// Changes what a person may do, with all their sessions and access tokens
    SetRole(SetRoleFlags),
    /// Sets a new password, and ends all sessions and access tokens of the account
    ResetPassword(ResetPasswordFlags),
    /// Prints a link by which a person chooses a new password, once and within an hour
    ResetLink(ResetLinkFlags),
}

/// Flags of `deepdive user reset-link`.
#[derive(Debug, clap::Args)]
pub struct ResetLinkFlags {
    /// Where everything is kept
    #[arg(long, value_name = "DIR", env = "DEEPDIVE_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// The person's address
    #[arg(long)]
    pub email: String,
    /// Where the blog is for the world, as `serve` is told [default: http://, and where it listens]
    #[arg(long, value_name = "URL", env = "DEEPDIVE_PUBLIC_URL")]
    pub public_url: Option<PublicUrl>,
    /// Where it listens, as `serve` is told [default: 127.0.0.1:4000]
    #[arg(long, value_name = "ADDRESS", env = "DEEPDIVE_LISTEN")]
    pub listen: Option<SocketAddr>,
}

/// Flags of `deepdive user list`.
#[derive(Debug, clap::Args)]
pub struct ListUsersFlags {
    /// Where everything is kept
    #[arg(long, value_name = "DIR", env = "DEEPDIVE_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
}

/// Flags of `deepdive user set-role`.
#[derive(Debug, clap::Args)]
pub struct SetRoleFlags {
    /// Where everything is kept
    #[arg(long, value_name = "DIR", env = "DEEPDIVE_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// The person's address
    #[arg(long)]
    pub email: String,
    /// What they may do from now on
    #[arg(long, value_enum)]
    pub role: RoleName,
}

/// Flags of `deepdive user reset-password`.
#[derive(Debug, clap::Args)]
pub struct ResetPasswordFlags {
    /// Where everything is kept
    #[arg(long, value_name = "DIR", env = "DEEPDIVE_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// The person's address
    #[arg(long)]
    pub email: String,
    /// Read the password from standard input, up to the end of its first line
    #[arg(long, required = true)]
    pub password_stdin: bool,
}

/// Flags of `deepdive user create`.
#[derive(Debug, clap::Args)]
pub struct CreateUserFlags {
    /// Where everything is kept; made when it is not there
    #[arg(long, value_name = "DIR", env = "DEEPDIVE_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// The person's address
    #[arg(long)]
    pub email: String,
    /// Read the password from standard input, up to the end of its first line
    #[arg(long, required = true)]
    pub password_stdin: bool,
    /// What they may do
    #[arg(long, value_enum, default_value = "author")]
    pub role: RoleName,
    /// Print a personal access token, valid for 365 days, with all scopes
    #[arg(long)]
    pub token: bool,
}

/// A role as the command line spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum RoleName {
    /// Reads.
    Reader,
    /// Writes posts.
    Author,
    /// Runs the blog.
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Reader => Role::Reader,
            RoleName::Author => Role::Author,
            RoleName::Admin => Role::Admin,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_flags_of_the_outside_contract_are_understood() {
        let line = "deepdive serve --data-dir D --listen 127.0.0.1:0 --no-demo \
            --public-url https://blog.example --trusted-proxies 10.0.0.0/8,::1";
        let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
        let Command::Serve(flags) = cli.command else { panic!("{cli:?}") };
        assert_eq!(flags.no_demo, Some(true));
        assert_eq!(flags.trusted_proxies.map(|proxies| proxies.len()), Some(2));

        let line =
            "deepdive user create --data-dir D --email a@b.c --password-stdin --role admin --token";
        let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
        let Command::User(UserCommand::Create(flags)) = cli.command else { panic!("{cli:?}") };
        assert_eq!((flags.role, flags.token), (RoleName::Admin, true));
    }

    #[test]
    fn the_commands_of_the_operator_are_understood() {
        for line in [
            "backup --data-dir D --to B",
            "restore --from B --data-dir D",
            "export --data-dir D F",
            "import F --data-dir D",
            "check --data-dir D --repair",
            "stages list --status failed,overdue --data-dir D",
            "stages retry --failed --data-dir D",
            "stages retry SPEECH:x IMAGE:y",
            "stages list --status held",
            "stages confirm --held --data-dir D",
            "stages confirm SPEECH:x",
            "reindex --data-dir D",
            "migrate --data-dir D --finish",
            "demo --data-dir D --remove",
            "user reset-link --data-dir D --email a@b.c --public-url https://blog.example",
        ] {
            let words = std::iter::once("deepdive").chain(line.split_whitespace());
            Cli::try_parse_from(words).unwrap();
        }
        assert!(Cli::try_parse_from(["deepdive", "stages", "retry"]).is_err());
        assert!(Cli::try_parse_from(["deepdive", "stages", "confirm"]).is_err());
    }

    #[test]
    fn a_password_is_never_taken_from_the_command_line() {
        for line in [
            "deepdive user create --data-dir D --email a@b.c --role admin",
            "deepdive user reset-password --data-dir D --email a@b.c",
        ] {
            assert!(Cli::try_parse_from(line.split_whitespace()).is_err());
        }
    }
}
