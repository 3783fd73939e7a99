//! The blog as it is deployed: its functions behind MiniStack's API Gateway, made there by `infra`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{call, output, step};
use crate::servers::{MINISTACK_REGION, MiniStack};
use crate::setup::npm;
use crate::workspace::Workspace;

/// The functions: programs `deepdive-NAME` of the package `aws-home`.
const FUNCTIONS: [&str; 10] = [
    "http", "image", "notifier", "operator", "purge", "router", "search", "socket", "summary",
    "sweeper",
];

/// MiniStack has one account.
const ACCOUNT: &str = "000000000000";
/// What is asked there, beside what the CDK does.
const SCRIPT: &str = "blog.py";

/// What the tests have to know of a deployed blog.
pub struct Deployed {
    /// Where its doors are.
    pub url: String,
    /// Where its sockets are.
    pub sockets: String,
    /// The link by which its owner is made.
    pub set_up_link: String,
}

/// Checks what `infra` makes, without making it.
///
/// # Errors
/// Its packages cannot be had, or a test failed.
pub fn templates(workspace: &Workspace) -> Result<()> {
    let infra = workspace.root.join("infra");
    step("infra: npm packages", || npm::install(&infra))?;
    step("infra: types, templates", || {
        for script in ["check", "test"] {
            call(Command::new("npm").args(["run", "--silent", script]).current_dir(&infra))?;
        }
        Ok(())
    })
}

/// Deploys the blog as an owner would, with the functions that are compiled, and search at `search_url`. The
/// packages of `infra` are there (see [`templates`]).
///
/// # Errors
/// A part cannot be fetched or deployed; the message says which.
pub fn deploy(workspace: &Workspace, aws: &MiniStack, search_url: &str) -> Result<Deployed> {
    let infra = workspace.root.join("infra");
    let functions = lay_out(workspace)?;
    let cdk = |arguments: &[&str]| {
        let mut command = Command::new("npx");
        command.args(["--no-install", "cdk"]).args(arguments).current_dir(&infra);
        command.args(["--context", &format!("functions={}", functions.display())]);
        command.args(["--context", &format!("searchUrl={search_url}")]);
        command.args(["--context", &format!("architecture={}", architecture())]);
        command.arg("--output").arg(workspace.target.join("cdk.out"));
        command.envs(aws.environment()).env("CI", "true");
        command
    };
    step("infra: bootstrap", || {
        call(&mut cdk(&["bootstrap", "--quiet", &format!("aws://{ACCOUNT}/{MINISTACK_REGION}")]))?;
        aws.script(SCRIPT, &["prepare"]).map(drop)
    })?;
    let outputs = workspace.target.join("deployed.json");
    let outputs = outputs.to_string_lossy();
    step("infra: deploy", || {
        let never = ["--require-approval", "never", "--outputs-file", &outputs];
        call(cdk(&["deploy", "--all"]).args(never))
    })?;
    let told = aws.script(SCRIPT, &["where", &outputs])?;
    let [url, sockets, set_up_link] = told.lines().collect::<Vec<_>>()[..] else {
        bail!("the blog does not say where it is: {told}");
    };
    let [url, sockets, set_up_link] = [url, sockets, set_up_link].map(str::to_owned);
    Ok(Deployed { url, sockets, set_up_link })
}

/// A folder for each function, with its program under the name that Lambda starts.
fn lay_out(workspace: &Workspace) -> Result<PathBuf> {
    let functions = workspace.target.join("lambda");
    for name in FUNCTIONS {
        let folder = functions.join(name);
        fs::create_dir_all(&folder).context("make the folders of the functions")?;
        let program = workspace.target.join("release").join(format!("deepdive-{name}"));
        let bootstrap = folder.join("bootstrap");
        fs::copy(&program, &bootstrap).with_context(|| format!("copy {}", program.display()))?;
        // What a debugger needs is not sent.
        output(Command::new("strip").arg(&bootstrap))?;
    }
    Ok(functions)
}

/// What the functions are compiled for, as Lambda calls it.
fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}
