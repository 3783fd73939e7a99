//! OpenSearch: a node of the kind that its own tests use, with Korean, from Maven.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::{Server, java, own_name, run_folder};
use crate::fetched::{cache, made_once};
use crate::process::{call, in_path, output};
use crate::workspace::Workspace;

/// The variable in which tests look for its address.
const VARIABLE: &str = "DEEPDIVE_OPENSEARCH_URL";
/// Its version, as `pom.xml` has it.
const VERSION: &str = "2.19.5";
/// Counts how often the way was changed in which its folder is made.
const MADE: &str = "1";
const MAVEN_PLUGIN: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy";
/// Memory that goes away by itself: tests write much that nobody reads again.
const MEMORY: &str = "/dev/shm";

/// Fetches and starts it.
///
/// # Errors
/// No Maven or JDK 17; it cannot be fetched, or does not start.
pub fn start(workspace: &Workspace) -> Result<Server> {
    let fixtures = workspace.root.join("tests/servers/opensearch");
    let home = cache("opensearch")?.join(format!("{VERSION}-{MADE}"));
    made_once(&home, |folder| make_home(&fixtures, folder))?;

    let run = memory_folder()?;
    for folder in ["config", "data", "logs", "tmp"] {
        fs::create_dir(run.join(folder)).context("make a folder for OpenSearch")?;
    }
    for file in ["opensearch.yml", "log4j2.properties"] {
        fs::copy(fixtures.join(file), run.join("config").join(file))
            .with_context(|| format!("copy {file}"))?;
    }
    let command = if is_root()? { as_nobody(&home, &run)? } else { node(&home, &run)? };
    let ports = run.join("logs/http.ports");
    Server::start(VARIABLE, run, command, || {
        let ports = fs::read_to_string(&ports).ok()?;
        let address = ports.lines().next()?;
        healthy(address).then(|| format!("http://{address}"))
    })
}

/// The node, small and quick to start.
fn node(home: &Path, run: &Path) -> Result<Command> {
    let mut node = java("java")?;
    let setting = |name: &str, path: PathBuf| format!("{name}={}", path.display());
    node.current_dir(home)
        .args(["-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
        .args(["-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData"])
        .args(["-Dfile.encoding=UTF-8", "-Djava.awt.headless=true", "-Dio.netty.noUnsafe=true"])
        .args(["-Djava.security.manager=allow", "-Dopensearch.networkaddress.cache.ttl=60"])
        .args(["-Dlog4j.shutdownHookEnabled=false", "-Dlog4j2.disable.jmx=true"])
        .args(["-Dopensearch.distribution.type=zip", "-Dopensearch.bundled_jdk=false"])
        .arg(setting("-Djava.io.tmpdir", run.join("tmp")))
        .arg(setting("-Djna.tmpdir", run.join("tmp")))
        .arg(setting("-Dopensearch.path.home", home.to_owned()))
        .arg(setting("-Dopensearch.path.conf", run.join("config")))
        .arg("--class-path")
        .arg(home.join("lib/*"))
        .arg("org.opensearch.bootstrap.OpenSearch")
        .arg(setting("-Epath.data", run.join("data")))
        .arg(setting("-Epath.logs", run.join("logs")));
    Ok(node)
}

/// The node as a user with no rights: it does not run as root. That user need not be able to look into
/// root's cache, so it gets a copy of the node.
fn as_nobody(home: &Path, run: &Path) -> Result<Command> {
    ensure!(
        in_path("setpriv"),
        "OpenSearch does not run as root, and `setpriv` (Debian: util-linux), by which it would run as \
         `nobody`, is not there"
    );
    let copy = run.join("home");
    call(Command::new("cp").arg("-r").arg(home).arg(&copy))?;
    call(Command::new("chown").args(["-R", "nobody:"]).arg(run))?;
    let node = node(&copy, run)?;
    let mut nobody = Command::new("setpriv");
    nobody
        .current_dir(&copy)
        .args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"])
        .arg(node.get_program())
        .args(node.get_args());
    Ok(nobody)
}

fn is_root() -> Result<bool> {
    Ok(output(Command::new("id").arg("-u"))?.trim() == "0")
}

/// A new folder for what it keeps while it runs: in memory, where there is such a place.
fn memory_folder() -> Result<PathBuf> {
    let folder = Path::new(MEMORY).join(own_name("opensearch"));
    let _ = fs::remove_dir_all(&folder);
    match fs::create_dir(&folder) {
        Ok(()) => Ok(folder),
        Err(_) => run_folder("opensearch"),
    }
}

fn healthy(address: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut connection = TcpStream::connect(address)?;
        connection.set_read_timeout(Some(Duration::from_secs(5)))?;
        connection.write_all(b"GET /_cluster/health HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask()
        .is_ok_and(|answer| answer.starts_with("HTTP/1") && answer.contains("\"status\":\"green\""))
}

/// Fetches a node, and lays its modules and the Korean plugin out as it wants to find them.
fn make_home(fixtures: &Path, home: &Path) -> Result<()> {
    ensure!(in_path("mvn"), "OpenSearch comes by Maven (Debian: maven)");
    let fetched = home.join("fetched");
    let mut maven = Command::new("mvn");
    maven
        .args(["--batch-mode", "--no-transfer-progress", "--quiet", "--file"])
        .arg(fixtures.join("pom.xml"))
        .arg(MAVEN_PLUGIN)
        .arg(format!("-Dout={}", fetched.display()));
    call(&mut maven).context("fetch OpenSearch")?;

    call(java("jar")?.current_dir(&fetched).arg("xf").arg(format!("opensearch-{VERSION}.zip")))?;
    let unpacked = fetched.join(format!("opensearch-{VERSION}"));
    for part in ["bin", "config", "lib", "modules", "plugins"] {
        match fs::rename(unpacked.join(part), home.join(part)) {
            // It may be empty, and then it is not in the archive.
            Err(_) if !unpacked.join(part).exists() => fs::create_dir(home.join(part)),
            moved => moved,
        }
        .with_context(|| format!("lay out {part} of OpenSearch"))?;
    }

    let filters = home.join("modules/analysis-common");
    move_jar(&fetched, "analysis-common", &filters)?;
    describe(&filters, "org.opensearch.analysis.common.CommonAnalysisPlugin")?;

    let korean = home.join("plugins/analysis-nori");
    let nori = move_jar(&fetched, "lucene-analysis-nori", &korean)?;
    let classes = fetched.join("classes");
    let class_path = format!("{}/lib/*:{}", home.display(), nori.display());
    call(
        java("javac")?
            .args(["--release", "11", "-nowarn", "-proc:none", "-cp", &class_path, "-d"])
            .args([&classes, &fixtures.join("NoriPlugin.java")]),
    )?;
    let plugin = korean.join("deepdive-nori.jar");
    call(java("jar")?.arg("cf").arg(&plugin).arg("-C").arg(&classes).arg("."))?;
    describe(&korean, "deepdive.NoriPlugin")?;
    fs::remove_dir_all(&fetched).context("remove what was fetched")
}

/// Moves the one jar of this name, of whatever version, into a folder of its own.
fn move_jar(fetched: &Path, name: &str, folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("create {}", folder.display()))?;
    for entry in fs::read_dir(fetched).context("look at what was fetched")? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        if file.starts_with(name) && file.ends_with(".jar") {
            let place = folder.join(&file);
            fs::rename(fetched.join(&file), &place).with_context(|| format!("move {file}"))?;
            return Ok(place);
        }
    }
    anyhow::bail!("Maven did not bring {name}")
}

/// Says what a module or plugin is, as OpenSearch wants to be told.
fn describe(folder: &Path, class: &str) -> Result<()> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let text = format!(
        "name={name}\ndescription={name}\nversion={VERSION}\nopensearch.version={VERSION}\n\
         java.version=11\nclassname={class}\n"
    );
    fs::write(folder.join("plugin-descriptor.properties"), text)
        .with_context(|| format!("describe {name}"))
}
