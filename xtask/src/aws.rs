//! The tests of the AWS home.

use std::process::Command;

use anyhow::Result;

use crate::both;
use crate::deployed;
use crate::process::{call, cargo_test, step};
use crate::servers::Servers;
use crate::setup;
use crate::web;
use crate::workspace::Workspace;

/// The crates that contain an AWS SDK, which the README's commands do not compile.
pub const CRATES: [&str; 12] = [
    "aws-addresses",
    "aws-connections",
    "aws-functions",
    "aws-home",
    "aws-objects",
    "aws-passwords",
    "aws-search",
    "aws-sockets",
    "aws-speech",
    "aws-summary",
    "aws-table",
    "deepdive-tests-aws",
];

/// Checks the templates, bundles the web client, starts the servers, deploys the blog, has every adapter prove itself
/// against the servers, and tests the blog from outside: by tests of its own, and by those of the product.
///
/// # Errors
/// A server cannot be had, the blog cannot be deployed, or a test failed.
pub fn test(workspace: &Workspace) -> Result<()> {
    deployed::templates(workspace)?;
    let (servers, blog) = start(workspace)?;
    let mut tests = tests(workspace);
    tests.arg("--no-fail-fast").envs(servers.variables());
    tests.env("DEEPDIVE_BLOG_URL", &blog.url).env("DEEPDIVE_BLOG_SOCKETS", &blog.sockets);
    tests.env("DEEPDIVE_BLOG_EDGE", &blog.edge).env("DEEPDIVE_SET_UP_LINK", &blog.set_up_link);
    tests.env("DEEPDIVE_BLOG_TABLE", &blog.table).env("DEEPDIVE_BLOG_POOL", &blog.pool);
    step("tests: the AWS home", || call(&mut tests))?;
    step("tests: the product, in the AWS home", || both::run(workspace, servers.aws.url()))
}

/// Starts the servers, deploys the blog, says where it is, and keeps it until the person presses Enter.
///
/// # Errors
/// A server cannot be had, or the blog cannot be deployed.
pub fn serve(workspace: &Workspace) -> Result<()> {
    deployed::packages(workspace)?;
    let (servers, blog) = start(workspace)?;
    println!("\n    blog        http://localhost:{}", servers.aws.port());
    println!("    owner       {}", blog.set_up_link);
    println!("    emulator    {} (suites: DEEPDIVE_DEPLOYED)", servers.aws.url());
    println!("    search      {}", servers.opensearch.url);
    println!("    Enter ends it.");
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

fn start(workspace: &Workspace) -> Result<(Servers, deployed::Deployed)> {
    setup::compilers(workspace)?;
    setup::browser(workspace)?;
    web::run(workspace)?;
    let servers = Servers::start(workspace)?;
    step("functions and tests: compile", || call(tests(workspace).arg("--no-run")))?;
    let blog = deployed::deploy(workspace, &servers.aws, &servers.opensearch.url)?;
    Ok((servers, blog))
}

/// In one call, as all tests: asked one by one, cargo compiles what they share again for each.
fn tests(workspace: &Workspace) -> Command {
    let mut tests = cargo_test(workspace);
    tests.args(CRATES.iter().flat_map(|name| ["--package", name]));
    tests
}
