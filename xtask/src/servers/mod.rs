//! The servers that the AWS home is tested against: parts that nobody here wrote, on 127.0.0.1.
//!
//! Each has a module that fetches it, once, into the user's cache, and starts it on a free port. Their
//! fixtures are in `tests/servers`. A server ends with the [`Server`] that stands for it.

mod dynamodb;
mod dynoxide;
mod ministack;
mod opensearch;

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::step;
use crate::workspace::Workspace;

pub use ministack::{MiniStack, REGION as MINISTACK_REGION};

/// After so long a server that has not answered is not going to.
const STARTS_WITHIN: Duration = Duration::from_secs(90);
/// A server may take so long to end by itself.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// A server that runs. Dropping it ends it and removes what it kept.
pub struct Server {
    child: Child,
    run: PathBuf,
    /// Where it answers, without a slash at its end.
    pub url: String,
    /// The variable in which tests look for `url`.
    pub variable: &'static str,
}

/// All of them.
pub struct Servers {
    /// AWS's own DynamoDB, for tests.
    pub dynamodb: Server,
    /// Another that speaks its protocol.
    pub dynoxide: Server,
    /// An account of AWS.
    pub account: Account,
}

/// What a blog is deployed to.
pub struct Account {
    /// What stands in for AWS.
    pub aws: MiniStack,
    /// A node of OpenSearch.
    pub opensearch: Server,
}

impl Account {
    /// Fetches what is missing, and starts both.
    ///
    /// # Errors
    /// One of them cannot be fetched or does not start; the message says what it needs.
    pub fn start(workspace: &Workspace) -> Result<Account> {
        Ok(Account {
            aws: step("server: MiniStack", || ministack::start(workspace))?,
            opensearch: step("server: OpenSearch", || opensearch::start(workspace))?,
        })
    }
}

impl Servers {
    /// Fetches what is missing, and starts all of them.
    ///
    /// # Errors
    /// One of them cannot be fetched or does not start; the message says what it needs.
    pub fn start(workspace: &Workspace) -> Result<Servers> {
        Ok(Servers {
            dynamodb: step("server: DynamoDB Local", || dynamodb::start(workspace))?,
            dynoxide: step("server: dynoxide", || dynoxide::start(workspace))?,
            account: Account::start(workspace)?,
        })
    }

    /// The variables in which tests look for them.
    pub fn variables(&self) -> [(&'static str, &str); 4] {
        let Account { aws, opensearch } = &self.account;
        let servers = [&self.dynamodb, &self.dynoxide, &aws.server, opensearch];
        servers.map(|server| (server.variable, server.url.as_str()))
    }
}

/// What stands in for AWS, alone.
///
/// # Errors
/// It cannot be fetched, or does not start; the message says what it needs.
pub fn aws(workspace: &Workspace) -> Result<MiniStack> {
    ministack::start(workspace)
}

impl Server {
    /// Starts a program that may keep things in the folder `run` (see [`run_folder`]), and waits until
    /// `answers` knows where it answers: the function says nothing while it is too early.
    ///
    /// # Errors
    /// It cannot be started, or ends, or does not answer in time; the message holds what it said last.
    fn start(
        variable: &'static str,
        run: PathBuf,
        mut command: Command,
        mut answers: impl FnMut() -> Option<String>,
    ) -> Result<Server> {
        let log = run.join("log");
        let output = fs::File::create(&log).context("make the log of a server")?;
        let program = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let child = command.spawn().with_context(|| format!("start {program}"))?;
        let mut server = Server { child, run, url: String::new(), variable };
        let deadline = Instant::now() + STARTS_WITHIN;
        while Instant::now() < deadline {
            if let Some(status) = server.child.try_wait().context("look at a server")? {
                bail!("{program} ended with {status}:\n{}", last_lines(&log));
            }
            if let Some(url) = answers() {
                server.url = url;
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("{program} did not answer within {STARTS_WITHIN:?}:\n{}", last_lines(&log))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is asked first: what it started itself ends with it then.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let deadline = Instant::now() + ENDS_WITHIN;
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.run);
    }
}

/// A new folder for what a server keeps while it runs.
fn run_folder(name: &str) -> Result<PathBuf> {
    let folder = std::env::temp_dir().join(own_name(name));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
    Ok(folder)
}

/// A name that no other server has.
fn own_name(name: &str) -> String {
    static SERVERS: AtomicU32 = AtomicU32::new(0);
    let number = SERVERS.fetch_add(1, Ordering::Relaxed);
    format!("deepdive-{name}-{}-{number}", std::process::id())
}

/// A port that nobody listens on, for a server that is told its own. It does not start when somebody else was faster.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("find a free port")?;
    Ok(listener.local_addr()?.port())
}

/// A program of the Java 17 that the servers need. A newer one will not do for OpenSearch.
///
/// # Errors
/// There is none; the message says where it is looked for.
pub fn java(program: &str) -> Result<Command> {
    let named = std::env::var_os("JAVA_HOME").map(PathBuf::from);
    let debian = PathBuf::from("/usr/lib/jvm/java-17-openjdk-amd64");
    for home in named.into_iter().chain([debian]) {
        let file = home.join("bin").join(program);
        if file.is_file()
            && fs::read_to_string(home.join("release")).is_ok_and(|text| text.contains("\"17."))
        {
            return Ok(Command::new(file));
        }
    }
    bail!(
        "the tests of the AWS home need a JDK 17 (Debian: openjdk-17-jdk-headless), in JAVA_HOME or where \
         Debian has it"
    )
}

fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
