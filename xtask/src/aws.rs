//! The tests of the AWS home.

use std::process::Command;

use anyhow::Result;

use crate::both;
use crate::deployed;
use crate::process::{Aside, call, cargo_test, step};
use crate::servers::Servers;
use crate::setup;
use crate::web;
use crate::workspace::Workspace;

/// The crates that contain an AWS SDK, which the README's commands do not compile.
pub const CRATES: &[&str] = &[
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
    OUTSIDE,
];

/// The package that tests the deployed blog from outside. Without it, cargo chooses the same features for the others.
const OUTSIDE: &str = "deepdive-tests-aws";

/// Checks the templates, bundles the web client, starts the servers, deploys the blog, has every adapter prove itself
/// against the servers, and tests the blog from outside: by tests of its own, and by those of the product.
///
/// # Errors
/// A server cannot be had, the blog cannot be deployed, or a test failed.
pub fn test(workspace: &Workspace) -> Result<()> {
    deployed::templates(workspace)?;
    let servers = start(workspace)?;
    let tests = |crates: &[&str]| {
        let mut tests = tests(workspace, crates);
        tests.arg("--no-fail-fast").envs(servers.variables());
        tests
    };
    // While nothing else is done: it measures.
    step("tests: from write to searchable", || {
        call(tests(CRATES).args(["--bench", "searchable"]))
    })?;
    // DynamoDB Local does one thing at a time, and whoever watches the deployed blog mostly waits.
    let title = "tests: adapters and functions of the AWS home";
    let others: Vec<&str> = CRATES.iter().copied().filter(|name| *name != OUTSIDE).collect();
    let mut adapters = tests(&others);
    adapters.args(["--lib", "--test", "*"]);
    let adapters = Aside::start(title, workspace.memory("adapters.log"), &mut adapters)?;
    let blog = deployed::deploy(workspace, &servers.aws, &servers.opensearch.url)?;
    let mut outside = tests(CRATES);
    outside.args(["--test", "deployed"]);
    outside.env("DEEPDIVE_BLOG_URL", &blog.url).env("DEEPDIVE_BLOG_SOCKETS", &blog.sockets);
    outside.env("DEEPDIVE_BLOG_EDGE", &blog.edge).env("DEEPDIVE_SET_UP_LINK", &blog.set_up_link);
    outside.env("DEEPDIVE_BLOG_TABLE", &blog.table).env("DEEPDIVE_BLOG_POOL", &blog.pool);
    let outside = step("tests: the deployed blog", || call(&mut outside));
    let product =
        step("tests: the product, in the AWS home", || both::run(workspace, servers.aws.url()));
    let adapters = adapters.wait();
    outside.and(product).and(adapters)
}

/// Starts the servers, deploys the blog, says where it is, and keeps it until the person presses Enter.
///
/// # Errors
/// A server cannot be had, or the blog cannot be deployed.
pub fn serve(workspace: &Workspace) -> Result<()> {
    deployed::packages(workspace)?;
    let servers = start(workspace)?;
    let blog = deployed::deploy(workspace, &servers.aws, &servers.opensearch.url)?;
    println!("\n    blog        http://localhost:{}", servers.aws.port());
    println!("    owner       {}", blog.set_up_link);
    println!("    emulator    {} (suites: DEEPDIVE_DEPLOYED)", servers.aws.url());
    println!("    search      {}", servers.opensearch.url);
    println!("    Enter ends it.");
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

fn start(workspace: &Workspace) -> Result<Servers> {
    setup::compilers(workspace)?;
    setup::browser(workspace)?;
    web::run(workspace)?;
    let servers = Servers::start(workspace)?;
    step("functions and tests: compile", || call(tests(workspace, CRATES).arg("--no-run")))?;
    Ok(servers)
}

/// In one call, as all tests: asked one by one, cargo compiles what they share again for each.
fn tests(workspace: &Workspace, crates: &[&str]) -> Command {
    let mut tests = cargo_test(workspace);
    tests.args(crates.iter().flat_map(|name| ["--package", name]));
    tests
}
