//! DynamoDB Local: AWS's own program, from Maven.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{Server, java, run_folder};
use crate::fetched::{cache, made_once};
use crate::process::{call, in_path};
use crate::workspace::Workspace;

/// The variable in which tests look for its address.
const VARIABLE: &str = "DEEPDIVE_DYNAMODB_URL";
/// Its version, as `pom.xml` has it: each has a folder of its own in the cache.
const VERSION: &str = "3.1.0";
const MAVEN_PLUGIN: &str =
    "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";

/// Fetches and starts it. It keeps its tables in memory.
///
/// # Errors
/// No Maven or JDK 17; it cannot be fetched, or does not start.
pub fn start(workspace: &Workspace) -> Result<Server> {
    let fixtures = workspace.root.join("tests/servers/dynamodb");
    let jars = cache("dynamodb")?.join(VERSION);
    made_once(&jars, |folder| fetch(&fixtures, folder))?;

    let run = run_folder("dynamodb")?;
    let port = run.join("port");
    let mut command = java("java")?;
    command
        .args(["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"])
        .arg("-Dorg.eclipse.jetty.LEVEL=WARN")
        // SQLite, as a library for each system.
        .arg(format!("-Djava.library.path={}", jars.display()))
        .args(["--class-path".into(), jars.join("*")])
        // Java compiles a program of one file as it starts it.
        .args([&fixtures.join("OnLoopback.java"), &port]);
    Server::start(VARIABLE, run, command, || {
        let port = fs::read_to_string(&port).ok()?;
        Some(format!("http://127.0.0.1:{port}"))
    })
}

fn fetch(fixtures: &Path, folder: &Path) -> Result<()> {
    ensure!(in_path("mvn"), "DynamoDB Local comes by Maven (Debian: maven)");
    let mut maven = Command::new("mvn");
    maven
        .args(["--batch-mode", "--no-transfer-progress", "--quiet", "--file"])
        .arg(fixtures.join("pom.xml"))
        .arg(MAVEN_PLUGIN)
        .arg(format!("-DoutputDirectory={}", folder.display()));
    call(&mut maven).context("fetch DynamoDB Local")
}
