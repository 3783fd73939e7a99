//! MiniStack, which stands in for S3 and the other services of AWS.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{Server, free_port, run_folder};
use crate::fetched::{cache, made_once, python_packages};
use crate::process::output;
use crate::tools;
use crate::workspace::Workspace;

/// The variable in which tests look for its address.
const VARIABLE: &str = "DEEPDIVE_AWS_URL";
/// As `requirements.txt` has it; a test compares.
const VERSION: &str = "1.5.33";
/// What it is and what it needs, each with the hash of its bytes.
const REQUIREMENTS: &str = "tests/servers/ministack/requirements.txt";

/// The region that is asked for: it has all of them.
pub const REGION: &str = "us-east-1";
/// What is asked of it in Python, which its packages are for.
const SCRIPTS: &str = "tests/servers/ministack";
/// What starts it.
const START: &str = "start.py";

/// MiniStack, running.
pub struct MiniStack {
    /// Its process.
    pub server: Server,
    packages: PathBuf,
    scripts: PathBuf,
}

impl MiniStack {
    /// Where it answers.
    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// The port at which it answers.
    pub fn port(&self) -> &str {
        self.url().rsplit(':').next().unwrap_or_default()
    }

    /// How AWS's own tools find it, as who may do anything.
    pub fn environment(&self) -> [(&'static str, &str); 5] {
        [
            ("AWS_ENDPOINT_URL", self.url()),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            // The CDK reads the one, boto3 the other.
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
        ]
    }

    /// A script of its folder, which finds it; what the script prints.
    ///
    /// # Errors
    /// The script fails; the message holds what it said.
    pub fn script(&self, name: &str, arguments: &[&str]) -> Result<String> {
        let mut python = tools::python().context("there is no Python 3")?;
        python.arg(self.scripts.join(name)).args(arguments);
        output(python.env("PYTHONPATH", &self.packages).envs(self.environment()))
    }
}

/// Fetches and starts it.
pub fn start(workspace: &Workspace) -> Result<MiniStack> {
    let mut python = tools::python().context("MiniStack needs Python 3 (Debian: python3-pip)")?;
    // Some of the packages are compiled for one Python.
    let tag = "import sys; v = sys.version_info; print(f'{v.major}.{v.minor}', v >= (3, 11))";
    let tag = output(tools::python().context("there is no Python 3")?.args(["-c", tag]))?;
    let (python_version, known) =
        tag.trim().split_once(' ').context("ask Python for its version")?;
    ensure!(known == "True", "MiniStack needs Python 3.11 or newer, this is {python_version}");
    let packages = cache(&format!("ministack-{VERSION}-python{python_version}"))?;
    made_once(&packages, |folder| fetch(workspace, folder))?;

    let run = run_folder("ministack")?;
    let port = free_port()?;
    let url = format!("http://127.0.0.1:{port}");
    let scripts = workspace.root.join(SCRIPTS);
    python.arg(scripts.join(START)).current_dir(&run);
    for name in ["data", "state"] {
        std::fs::create_dir(run.join(name)).context("create the folders of MiniStack")?;
    }
    python
        .env("PYTHONPATH", &packages)
        // It would leave what it makes of our own files beside them.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("GATEWAY_PORT", port.to_string())
        // It would listen on all addresses, and for MQTT and SFTP too.
        .envs([("BIND_HOST", "127.0.0.1"), ("IOT_MTLS_ENABLED", "0"), ("SFTP_ENABLED", "0")])
        .env("MINISTACK_HOST", "localhost")
        // The functions that it runs find it there.
        .env("AWS_ENDPOINT_URL", &url)
        // Signatures and policies count, and who does not sign gets nothing. The key `test` may do anything.
        .env("AUTH", "true")
        .env("S3_DATA_DIR", run.join("data"))
        .env("STATE_DIR", run.join("state"))
        .env("TMPDIR", &run);
    let server = Server::start(VARIABLE, run, python, || answers(port).then(|| url.clone()))?;
    Ok(MiniStack { server, packages, scripts })
}

fn fetch(workspace: &Workspace, folder: &Path) -> Result<()> {
    println!("    downloading 20 MB");
    python_packages("MiniStack", &workspace.root.join(REQUIREMENTS), folder)
}

/// Whether it says that it is well.
fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(
            b"GET /_ministack/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
        )?;
        let mut head = [0; 12];
        stream.read_exact(&mut head)?;
        Ok(head == *b"HTTP/1.1 200")
    };
    ask().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::{REQUIREMENTS, SCRIPTS, VERSION};
    use crate::process::output;
    use crate::tools;

    #[test]
    fn what_mends_it_passes_its_own_tests() {
        let Some(mut python) = tools::python() else { return println!("skipped: no Python 3") };
        let scripts = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(SCRIPTS);
        // Nothing is written beside the sources.
        python.args(["-B", "-m", "unittest", "discover", "--pattern", "*_test.py"]);
        let said = output(python.current_dir(scripts));
        assert!(said.is_ok(), "{said:?}");
    }

    #[test]
    fn the_folder_in_the_cache_bears_the_version_that_is_put_there() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let requirements = std::fs::read_to_string(root.join(REQUIREMENTS)).unwrap_or_default();
        assert!(requirements.contains(&format!("\nministack=={VERSION} ")), "{requirements}");
    }
}
