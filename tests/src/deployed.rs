//! The blog that `cargo xtask test --aws` deployed, as one suite after the other has it to itself.
//!
//! What only the emulator under it can do is asked of `tests/servers/ministack/control.py`.

use std::sync::{Arc, LazyLock};

use serde_json::{Value, json};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::PASSWORD;

/// Where the emulator is, when the suites are to use the deployed blog.
const VARIABLE: &str = "DEEPDIVE_DEPLOYED";

/// There is one blog: tests of a process wait for each other.
static TURN: LazyLock<Arc<Mutex<()>>> = LazyLock::new(Arc::default);

/// The blog, until it is dropped.
#[derive(Clone)]
pub(crate) struct Deployed {
    /// Where it is for its readers.
    pub(crate) url: String,
    emulator: Arc<str>,
    _turn: Arc<OwnedMutexGuard<()>>,
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
        let mut blog = Deployed { url: String::new(), emulator, _turn: turn };
        let made = blog.ask("anew", json!({})).await;
        if !arguments.is_empty() {
            blog.ask("settings", json!({ "settings": settings(arguments) })).await;
        }
        made["url"].as_str().expect("an address").clone_into(&mut blog.url);
        Some(blog)
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
const TOLD: [&str; 4] = ["--sign-up", "--speech-price", "--summary-price", "--currency"];

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
