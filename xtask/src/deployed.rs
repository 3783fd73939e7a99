//! The blog as it is deployed: its functions and its web client behind MiniStack's API Gateway and CloudFront, made
//! there by `infra`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::functions;
use crate::process::{call, output, step};
use crate::servers::{Account, MINISTACK_REGION};
use crate::setup::npm;
use crate::workspace::Workspace;

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
    /// What CloudFront calls it, which nothing here but MiniStack knows.
    pub edge: String,
    /// The link by which its owner is made.
    pub set_up_link: String,
    /// Name of its table.
    pub table: String,
    /// Id of its user pool.
    pub pool: String,
}

/// Checks what `infra` makes, without making it.
///
/// # Errors
/// Its packages cannot be had, or a test failed.
pub fn templates(workspace: &Workspace) -> Result<()> {
    packages(workspace)?;
    let infra = workspace.root.join("infra");
    step("infra: types, templates", || {
        for script in ["check", "test"] {
            call(Command::new("npm").args(["run", "--silent", script]).current_dir(&infra))?;
        }
        Ok(())
    })
}

/// Fetches what `infra` is run by.
///
/// # Errors
/// Its packages cannot be had.
pub fn packages(workspace: &Workspace) -> Result<()> {
    step("infra: npm packages", || npm::install(&workspace.root.join("infra")))
}

/// Lays out the functions that are compiled as they are sent, and looks what is in them.
///
/// # Errors
/// One of them contains what it must not.
pub fn functions(workspace: &Workspace) -> Result<PathBuf> {
    let programs = workspace.target.join("release");
    // Not where those are that an owner deploys.
    let functions = workspace.memory("functions");
    functions::lay_out(workspace, &functions, |name| programs.join(format!("deepdive-{name}")))?;
    step("functions: what is in them", || {
        for name in functions::NAMES {
            let program = functions.join(name).join("bootstrap");
            functions::contents::check(name, &program)?;
            // What a debugger needs is not sent.
            output(Command::new("strip").arg(program))?;
        }
        Ok(())
    })?;
    Ok(functions)
}

/// Deploys the blog as an owner would, with these functions (see [`functions`]). The packages of `infra` are there
/// (see [`packages`]).
///
/// # Errors
/// A part cannot be fetched or deployed; the message says which.
pub fn deploy(workspace: &Workspace, account: &Account, functions: &Path) -> Result<Deployed> {
    let Account { aws, opensearch } = account;
    let infra = workspace.root.join("infra");
    let cdk = |arguments: &[&str]| {
        let mut command = Command::new("npx");
        command.args(["--no-install", "cdk"]).args(arguments).current_dir(&infra);
        command.args(["--context", &format!("functions={}", functions.display())]);
        command.args(["--context", &format!("searchUrl={}", opensearch.url)]);
        command.args(["--context", &format!("architecture={}", architecture())]);
        // Readers are to sign up there.
        command.args(["--context", "signUp=open"]);
        command.arg("--output").arg(workspace.target.join("cdk.out"));
        command.envs(aws.environment()).env("CI", "true");
        command
    };
    step("infra: bootstrap", || {
        call(&mut cdk(&["bootstrap", "--quiet", &format!("aws://{ACCOUNT}/{MINISTACK_REGION}")]))
    })?;
    let outputs = workspace.target.join("deployed.json");
    let outputs = outputs.to_string_lossy();
    step("infra: deploy", || {
        let never = ["--require-approval", "never", "--outputs-file", &outputs];
        call(cdk(&["deploy", "--all"]).args(never))
    })?;
    let told = aws.script(SCRIPT, &[&outputs])?;
    let mut told = told.lines().map(str::to_owned);
    let mut next = || told.next().context("the blog does not say where it is");
    Ok(Deployed {
        url: next()?,
        sockets: next()?,
        edge: next()?,
        set_up_link: next()?,
        table: next()?,
        pool: next()?,
    })
}

/// This machine's processor, as Lambda calls it.
pub fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" }
}
