//! The command line of `deepdive`.

use std::path::PathBuf;

use domain::account::Role;

use crate::config::Flags;

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
    fn a_password_is_never_taken_from_the_command_line() {
        for line in [
            "deepdive user create --data-dir D --email a@b.c --role admin",
            "deepdive user reset-password --data-dir D --email a@b.c",
        ] {
            assert!(Cli::try_parse_from(line.split_whitespace()).is_err());
        }
    }
}
