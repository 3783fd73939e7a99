//! Installs what building, running and testing need, and says what it could not install.
//!
//! Each part looks first and does nothing when its thing is there. What the product cannot be built
//! without is an error; everything else is reported at the end, with what it means and how to get it.

mod debian;
pub mod dictionary;
pub mod npm;
mod toolchain;

use anyhow::Result;

use crate::process::step;
use crate::report;
use crate::web;
use crate::workspace::Workspace;

/// How much is to be installed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// What building and running the product needs.
    Product,
    /// The tools of the tests, too.
    Everything,
    /// What the servers are made with that the AWS home is tested against, too.
    Aws,
}

/// Something that could not be installed here, and that the product can do without.
#[derive(Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its name.
    pub what: String,
    /// Why it could not be installed.
    pub reason: String,
    /// What does not work without it.
    pub consequence: &'static str,
    /// What a person can do.
    pub remedy: String,
}

/// Looks for the compilers and installs what is missing.
///
/// # Errors
/// The product cannot be built on this machine as it is; the message says what is needed.
pub fn run(workspace: &Workspace, scope: Scope) -> Result<()> {
    compilers(workspace)?;
    install(workspace, scope)
}

/// Looks for what this machine has to bring.
///
/// # Errors
/// One of them is not there; the message names it.
pub fn compilers(workspace: &Workspace) -> Result<()> {
    step("set up: compilers", || toolchain::check(workspace))
}

/// Installs what is missing.
///
/// # Errors
/// The web client cannot be built on this machine as it is; the message says what is needed.
pub fn install(workspace: &Workspace, scope: Scope) -> Result<()> {
    browser(workspace)?;
    let mut missing = step("set up: system packages", || debian::install(scope))?;
    missing.extend(step("set up: Korean dictionary", || dictionary::install(workspace))?);
    report::missing(&missing);
    Ok(())
}

/// Installs what the web client is made with.
///
/// # Errors
/// It cannot be built on this machine as it is; the message says what is needed.
pub fn browser(workspace: &Workspace) -> Result<()> {
    step("set up: Rust standard library for the browser", || {
        toolchain::install_std(workspace, web::TARGET)
    })?;
    step("set up: npm packages", || npm::install(&workspace.root))
}

/// Makes compiling for another processor possible.
///
/// # Errors
/// It cannot be done on this machine as it is; the message says what is needed.
pub fn standard_library(workspace: &Workspace, target: &str) -> Result<()> {
    step(&format!("set up: Rust standard library for {target}"), || {
        toolchain::install_std(workspace, target)
    })
}
