//! A blog of one's own: a server process over a data folder, or the deployed blog made as new.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

use crate::deployed::Deployed;
use crate::{Api, PASSWORD, patience};

/// The program under test.
pub fn program() -> PathBuf {
    let built = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/deepdive");
    std::env::var_os("DEEPDIVE_BIN").map_or_else(built, PathBuf::from)
}

/// A running blog; a process of this machine is ended, not gently, when it is dropped.
pub struct Server {
    /// Where it is for its readers, such as `http://127.0.0.1:PORT`.
    pub url: String,
    /// What its process has said so far.
    pub(crate) said: Arc<Mutex<String>>,
    pub(crate) home: Home,
    arguments: Vec<String>,
}

/// Where it runs.
pub(crate) enum Home {
    Process { child: Child, data: Arc<TempDir> },
    Deployed(Deployed),
}

impl Server {
    /// Starts a blog in which nothing was ever written.
    pub async fn start() -> Server {
        Server::start_with(&[]).await
    }

    /// The same, with further arguments.
    pub async fn start_with(arguments: &[&str]) -> Server {
        Stopped::new(arguments).await.start().await
    }

    /// Starts a blog with what is in a data folder of one machine, over which nothing runs: over that folder, or after
    /// the operator has moved it to where the blog is deployed.
    pub async fn start_over(data: Arc<TempDir>) -> Server {
        let mut stopped = Stopped::new(&[]).await;
        match &mut stopped.place {
            Place::Folder(folder, _) => *folder = data,
            Place::Deployed(_) => {
                let place = tempfile::tempdir().unwrap();
                let folder = place.path().join("export");
                let folder = folder.to_str().unwrap();
                let (code, said) = deepdive(&["export", folder], data.path()).await;
                assert_eq!(code, 0, "{said}");
                let (code, said) = stopped.operate(&["import", folder]).await;
                assert_eq!(code, 0, "{said}");
            }
        }
        stopped.start().await
    }

    async fn over(data: Arc<TempDir>, arguments: Vec<String>, port: u16) -> Server {
        let mut child = serve(data.path(), &arguments, port).spawn().expect("the program starts");
        let said: Arc<Mutex<String>> = Arc::default();
        let mut errors = BufReader::new(child.stderr.take().unwrap()).lines();
        let heard = said.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = errors.next_line().await {
                heard.lock().unwrap().push_str(&format!("{line}\n"));
            }
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = async {
            while let Ok(Some(line)) = lines.next_line().await {
                said.lock().unwrap().push_str(&format!("{line}\n"));
                if let Some(at) = line.find("http://127.0.0.1:") {
                    let port: String = line[at + "http://127.0.0.1:".len()..]
                        .chars()
                        .take_while(char::is_ascii_digit)
                        .collect();
                    return Some(format!("http://127.0.0.1:{port}"));
                }
            }
            None
        };
        let url = tokio::time::timeout(patience(), address).await.ok().flatten();
        let url = url.unwrap_or_else(|| panic!("no address:\n{}", said.lock().unwrap()));
        let heard = said.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                heard.lock().unwrap().push_str(&format!("{line}\n"));
            }
        });
        let server = Server { home: Home::Process { child, data }, url, said, arguments };
        server.until_ready().await;
        server
    }

    async fn until_ready(&self) {
        let client = reqwest::Client::new();
        crate::eventually("ready", async || {
            let answer = client.get(format!("{}/readyz", self.url)).send().await.ok()?;
            answer.status().is_success().then_some(())
        })
        .await;
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }

    fn process(&self) -> (&Child, &Arc<TempDir>) {
        match &self.home {
            Home::Process { child, data } => (child, data),
            Home::Deployed(_) => panic!("a deployed blog has no process and no folder of ours"),
        }
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.process().0.id().expect("a process that runs")
    }

    /// Where its data is.
    pub fn data(&self) -> &Path {
        self.process().1.path()
    }

    /// Ends it at once, as a power cut would: all processes, where it has several.
    pub async fn kill(mut self) -> Stopped {
        match &mut self.home {
            Home::Process { child, .. } => child.kill().await.unwrap(),
            Home::Deployed(blog) => blog.stop().await,
        }
        self.stopped()
    }

    /// Stops it as who moves it elsewhere does: gracefully, where that is a matter of processes.
    pub async fn rest(self) -> Stopped {
        match self.home {
            Home::Process { .. } => self.stop().await.0,
            Home::Deployed(_) => self.stopped(),
        }
    }

    /// Asks it to stop, and waits for that at most five seconds.
    pub async fn stop(mut self) -> (Stopped, std::process::ExitStatus) {
        let id = self.id().to_string();
        let Home::Process { child, .. } = &mut self.home else { unreachable!("it has an id") };
        Command::new("kill").args(["-TERM", &id]).status().await.unwrap();
        let status = tokio::time::timeout(Duration::from_secs(5), child.wait()).await;
        let status = status.expect("a graceful stop within five seconds").unwrap();
        (self.stopped(), status)
    }

    fn stopped(self) -> Stopped {
        let place = match &self.home {
            Home::Process { data, .. } => Place::Folder(data.clone(), self.port()),
            Home::Deployed(blog) => Place::Deployed(blog.clone()),
        };
        Stopped { place, arguments: self.arguments.clone() }
    }

    /// Another server over the same folder, which must not start: what it says, and its exit code.
    pub async fn second_over_same_data(&self) -> (i32, String) {
        let output = serve(self.data(), &self.arguments, 0).output().await.unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
    }

    /// A server over another folder on the same port, which must not start either.
    pub async fn second_on_same_port(&self) -> (i32, String) {
        let data = tempfile::tempdir().unwrap();
        let output = serve(data.path(), &[], self.port()).output().await.unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
    }

    /// A server with an author whose token the client carries.
    pub async fn with_author() -> (Server, Api) {
        Server::with_author_and(&[]).await
    }

    /// The same, with further arguments.
    pub async fn with_author_and(arguments: &[&str]) -> (Server, Api) {
        Server::with("author", arguments).await
    }

    /// A server with somebody of a role, whose token the client carries.
    pub async fn with(role: &str, arguments: &[&str]) -> (Server, Api) {
        let stopped = Stopped::new(arguments).await;
        let token = stopped.create_user("kim@example.com", role).await;
        let server = stopped.start().await;
        let api = Api::new(&server.url, Some(&token));
        (server, api)
    }
}

/// A blog that is not running; its data is kept.
pub struct Stopped {
    place: Place,
    arguments: Vec<String>,
}

/// Where its data is.
enum Place {
    /// And which port it had; 0 for none yet.
    Folder(Arc<TempDir>, u16),
    Deployed(Deployed),
}

impl Stopped {
    /// One in which nothing was ever written.
    pub async fn new(arguments: &[&str]) -> Stopped {
        let place = match Deployed::anew(arguments).await {
            Some(blog) => Place::Deployed(blog),
            None => Place::Folder(Arc::new(tempfile::tempdir().unwrap()), 0),
        };
        Stopped { place, arguments: arguments.iter().map(|&a| a.to_owned()).collect() }
    }

    /// Starts it again, on the port it had.
    pub async fn start(self) -> Server {
        match self.place {
            Place::Folder(data, port) => Server::over(data, self.arguments, port).await,
            // Its functions start when they are called.
            Place::Deployed(blog) => Server {
                url: blog.url.clone(),
                home: Home::Deployed(blog),
                said: Arc::default(),
                arguments: self.arguments,
            },
        }
    }

    /// Makes a user while nothing runs; their access token.
    pub async fn create_user(&self, email: &str, role: &str) -> String {
        match &self.place {
            Place::Folder(data, _) => create_user(data.path(), email, role).await,
            Place::Deployed(blog) => blog.create_user(email, role).await,
        }
    }

    /// Another blog of the same home, in which nothing was ever written. Only one is deployed: there, what was in this
    /// one is gone.
    pub async fn elsewhere(self) -> Stopped {
        let place = match self.place {
            Place::Folder(..) => Place::Folder(Arc::new(tempfile::tempdir().unwrap()), 0),
            Place::Deployed(mut blog) => {
                blog.empty().await;
                Place::Deployed(blog)
            }
        };
        Stopped { place, arguments: vec![] }
    }

    /// Runs a command of the operator's program on it: its exit code, and all that it said.
    pub async fn operate(&self, arguments: &[&str]) -> (i32, String) {
        match &self.place {
            Place::Folder(data, _) => deepdive(arguments, data.path()).await,
            Place::Deployed(blog) => ended(blog.command(arguments)).await,
        }
    }

    /// Where its data is.
    pub fn data(&self) -> &Path {
        match &self.place {
            Place::Folder(data, _) => data.path(),
            Place::Deployed(_) => panic!("a deployed blog has no folder of ours"),
        }
    }
}

/// Among the arguments of a server: the demo blog is wanted, which tests else do without.
pub const WITH_DEMO: &str = "with the demo";

fn serve(data: &Path, arguments: &[String], port: u16) -> Command {
    let mut command = Command::new(program());
    command
        // Nothing may be needed from the folder in which it is started.
        .current_dir(std::env::temp_dir())
        .args(["serve", "--data-dir"])
        .arg(data)
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .args(arguments.iter().filter(|argument| *argument != WITH_DEMO))
        .args((!arguments.iter().any(|argument| argument == WITH_DEMO)).then_some("--no-demo"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Makes a user with `deepdive user create`; the token that it prints.
pub async fn create_user(data: &Path, email: &str, role: &str) -> String {
    let mut child = Command::new(program())
        .current_dir(std::env::temp_dir())
        .args(["user", "create", "--email", email, "--role", role])
        .args(["--password-stdin", "--token", "--data-dir"])
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{PASSWORD}\n").as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let token = said.split_whitespace().find(|word| word.starts_with("dd_pat_"));
    token.unwrap_or_else(|| panic!("no token: {said}")).to_owned()
}

/// Runs a command of the program to its end: its exit code, and all that it said.
pub async fn deepdive(arguments: &[&str], data: &Path) -> (i32, String) {
    let mut command = Command::new(program());
    command.args(arguments).arg("--data-dir").arg(data);
    ended(command).await
}

async fn ended(mut command: Command) -> (i32, String) {
    command.current_dir(std::env::temp_dir()).stdin(Stdio::null());
    let output = command.output().await.expect("the program starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}
