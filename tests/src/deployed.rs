//! The blog that `cargo xtask test --aws` deployed, as one suite after the other has it to itself.
//!
//! What only the emulator under it can do is asked of `tests/servers/ministack/control.py`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use tokio::process::Command;
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::PASSWORD;
use crate::server::program;

/// Where the emulator is, when the suites are to use the deployed blog.
const VARIABLE: &str = "DEEPDIVE_DEPLOYED";

/// There is one blog: tests of a process wait for each other.
static TURN: LazyLock<Arc<Mutex<()>>> = LazyLock::new(Arc::default);

/// The blog, until it is dropped.
#[derive(Clone)]
pub(crate) struct Deployed {
    /// Where it is for its readers.
    pub(crate) url: String,
    /// By which names the operator's program finds it.
    names: Names,
    emulator: Arc<str>,
    _turn: Arc<OwnedMutexGuard<()>>,
}

/// What the account calls its parts.
#[derive(Clone, Default)]
struct Names {
    table: String,
    bucket: String,
    region: String,
}

/// Whether the suites are to use the deployed blog.
pub fn is_deployed() -> bool {
    emulator().is_some()
}

fn emulator() -> Option<String> {
    std::env::var(VARIABLE).ok()
}

impl Deployed {
    /// Waits for the blog, and makes it as new; none when suites are to start programs of this machine.
    pub(crate) async fn anew(arguments: &[&str]) -> Option<Deployed> {
        let emulator: Arc<str> = emulator()?.into();
        let turn = Arc::new(TURN.clone().lock_owned().await);
        let names = Names::default();
        let mut blog = Deployed { url: String::new(), names, emulator, _turn: turn };
        blog.empty().await;
        if !arguments.is_empty() {
            blog.ask("settings", json!({ "settings": settings(arguments) })).await;
        }
        Some(blog)
    }

    /// Makes it as one to which nothing was ever written.
    pub(crate) async fn empty(&mut self) {
        let made = self.ask("anew", json!({})).await;
        let told = |what: &str| made[what].as_str().expect("a name").to_owned();
        self.url = told("url");
        self.names = Names { table: told("table"), bucket: told("bucket"), region: told("region") };
    }

    /// Ends all processes of all functions.
    pub(crate) async fn stop(&self) {
        self.ask("stop", json!({})).await;
    }

    /// Makes an account; its access token.
    pub(crate) async fn create_user(&self, email: &str, role: &str) -> String {
        let command = json!({
            "command": "createUser", "email": email, "password": PASSWORD, "role": role, "token": true,
        });
        let made = self.ask("operator", command).await;
        made["token"].as_str().unwrap_or_else(|| panic!("no token: {made:#}")).to_owned()
    }

    /// The link by which the owner's account is made.
    pub(crate) async fn set_up_link(&self) -> String {
        let made = self.ask("operator", json!({ "command": "setUpLink" })).await;
        made["setUpLink"].as_str().expect("a link: it has no owner").to_owned()
    }

    /// All that its functions have logged.
    pub(crate) async fn log(&self) -> String {
        self.ask("logs", json!({})).await["said"].as_str().expect("lines").to_owned()
    }

    /// The most memory that each process of a function has had, in bytes, by its id.
    pub(crate) async fn memory(&self) -> HashMap<u32, usize> {
        serde_json::from_value(self.ask("memory", json!({})).await).expect("numbers")
    }

    /// The keys of what is in its bucket.
    pub(crate) async fn objects(&self) -> Vec<String> {
        let mut told = self.ask("objects", json!({})).await;
        serde_json::from_value(told["keys"].take()).expect("keys")
    }

    /// The operator's program with a command for this blog.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let Names { table, bucket, region } = &self.names;
        let mut command = Command::new(program().with_file_name("deepdive-aws"));
        command.args(arguments).args(["--table", table, "--bucket", bucket]);
        // The key that may do anything.
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        command.env("AWS_REGION", region).env("AWS_ENDPOINT_URL", &*self.emulator);
        command
    }

    async fn ask(&self, command: &str, what: Value) -> Value {
        let url = format!("{}/_deepdive/{command}", self.emulator);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.post(url).json(&what).send().await.expect("the emulator answers");
        let status = answer.status();
        let said: Value = answer.json().await.expect("JSON");
        assert!(status.is_success(), "{command}: {said:#}");
        said
    }
}

/// What the functions are told by variables as `deepdive serve` is by arguments.
const TOLD: [&str; 8] = [
    "--sign-up",
    "--speech-price",
    "--summary-price",
    "--currency",
    "--korean-voice",
    "--english-voice",
    "--smtp-url",
    "--mail-from",
];

fn settings(arguments: &[&str]) -> Value {
    let pairs = arguments.chunks(2).map(|pair| match pair {
        [name, value] if TOLD.contains(name) => {
            let name = name.trim_start_matches('-').replace('-', "_").to_uppercase();
            (format!("DEEPDIVE_{name}"), json!(value))
        }
        other => panic!("nothing on AWS is told by {other:?}"),
    });
    Value::Object(pairs.collect())
}
