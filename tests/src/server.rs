//! A server process of its own, on a free port, over a data folder of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

use crate::{Api, PATIENCE};

/// The program under test.
pub fn program() -> PathBuf {
    let built = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release/deepdive");
    std::env::var_os("DEEPDIVE_BIN").map_or_else(built, PathBuf::from)
}

/// A running server; ended, not gently, when it is dropped.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// What it has said so far.
    pub said: Arc<Mutex<String>>,
    data: Arc<TempDir>,
    arguments: Vec<String>,
}

impl Server {
    /// Starts over an empty data folder.
    pub async fn start() -> Server {
        Server::start_with(&[]).await
    }

    /// Starts over an empty data folder, with further arguments.
    pub async fn start_with(arguments: &[&str]) -> Server {
        let data = Arc::new(tempfile::tempdir().unwrap());
        let arguments: Vec<String> = arguments.iter().map(|&a| a.to_owned()).collect();
        Server::over(data, arguments, 0).await
    }

    /// Starts over a data folder that is there already.
    pub async fn start_over(data: Arc<TempDir>) -> Server {
        Server::over(data, vec![], 0).await
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
        let url = tokio::time::timeout(PATIENCE, address).await.ok().flatten();
        let url = url.unwrap_or_else(|| panic!("no address:\n{}", said.lock().unwrap()));
        let heard = said.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                heard.lock().unwrap().push_str(&format!("{line}\n"));
            }
        });
        let server = Server { child, url, said, data, arguments };
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

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id().expect("a process that runs")
    }

    /// Where its data is.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Ends it at once, as a power cut would.
    pub async fn kill(mut self) -> Stopped {
        self.child.kill().await.unwrap();
        self.stopped()
    }

    /// Asks it to stop, and waits for that at most five seconds.
    pub async fn stop(mut self) -> (Stopped, std::process::ExitStatus) {
        let id = self.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().await.unwrap();
        let status = tokio::time::timeout(Duration::from_secs(5), self.child.wait()).await;
        let status = status.expect("a graceful stop within five seconds").unwrap();
        (self.stopped(), status)
    }

    fn stopped(self) -> Stopped {
        let port = self.port();
        Stopped { data: self.data.clone(), arguments: self.arguments.clone(), port }
    }

    /// Another server over the same folder, which must not start: what it says, and its exit code.
    pub async fn second_over_same_data(&self) -> (i32, String) {
        let output = serve(self.data.path(), &self.arguments, 0).output().await.unwrap();
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
        let data = Arc::new(tempfile::tempdir().unwrap());
        let token = create_user(data.path(), "kim@example.com", "author").await;
        let arguments = arguments.iter().map(|&a| a.to_owned()).collect();
        let server = Server::over(data, arguments, 0).await;
        let api = Api::new(&server.url, Some(&token));
        (server, api)
    }
}

/// A server that is not running; its data is kept.
pub struct Stopped {
    data: Arc<TempDir>,
    arguments: Vec<String>,
    port: u16,
}

impl Stopped {
    /// Starts it again, on the port it had.
    pub async fn start(self) -> Server {
        Server::over(self.data, self.arguments, self.port).await
    }

    /// Makes a user while nothing runs.
    pub async fn create_user(&self, email: &str, role: &str) -> String {
        create_user(self.data.path(), email, role).await
    }

    /// Where its data is.
    pub fn data(&self) -> &Path {
        self.data.path()
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
    stdin.write_all(b"correct horse battery\n").await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let token = said.split_whitespace().find(|word| word.starts_with("dd_pat_"));
    token.unwrap_or_else(|| panic!("no token: {said}")).to_owned()
}

/// Runs a command of the program to its end: its exit code, and all that it said.
pub async fn deepdive(arguments: &[&str], data: &Path) -> (i32, String) {
    let output = Command::new(program())
        .current_dir(std::env::temp_dir())
        .args(arguments)
        .arg("--data-dir")
        .arg(data)
        .stdin(Stdio::null())
        .output()
        .await
        .expect("the program starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}
