//! The tests of the AWS home.

use std::process::Command;

use anyhow::{Result, ensure};

use crate::both;
use crate::deployed;
use crate::process::{Aside, call, cargo_test, step};
use crate::serve;
use crate::servers::{Account, Servers};
use crate::setup::{self, Scope};
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

/// Checks the templates, builds what a person runs on one machine, starts the servers, has every adapter prove itself
/// against them, deploys the blog, and tests it from outside: by tests of its own, and by those of the product.
///
/// Whoever watches a deployed blog mostly waits, and DynamoDB Local does one thing at a time. So the adapters are tested
/// meanwhile, and the blog is deployed to two accounts.
///
/// # Errors
/// A server cannot be had, the blog cannot be deployed, or a test failed.
pub fn test(workspace: &Workspace) -> Result<()> {
    deployed::templates(workspace)?;
    // The product's suites move blogs from one machine to where it is deployed.
    serve::set_up_and_build(workspace, Scope::Everything)?;
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
    let others: Vec<&str> = CRATES.iter().copied().filter(|name| *name != OUTSIDE).collect();
    let mut adapters = tests(&others);
    adapters.args(["--lib", "--test", "*"]);
    let title = "tests: adapters and functions of the AWS home";
    let adapters = Aside::start(title, workspace.memory("adapters.log"), &mut adapters)?;

    let functions = deployed::functions(workspace)?;
    let second = Account::start(workspace)?;
    let blog = deployed::deploy(workspace, &servers.account, &functions)?;
    deployed::deploy(workspace, &second, &functions)?;
    let mut outside = tests(CRATES);
    outside.args(["--test", "deployed"]);
    outside.env("DEEPDIVE_BLOG_URL", &blog.url).env("DEEPDIVE_BLOG_SOCKETS", &blog.sockets);
    outside.env("DEEPDIVE_BLOG_EDGE", &blog.edge).env("DEEPDIVE_SET_UP_LINK", &blog.set_up_link);
    outside.env("DEEPDIVE_BLOG_TABLE", &blog.table).env("DEEPDIVE_BLOG_POOL", &blog.pool);
    let outside = step("tests: the deployed blog", || call(&mut outside));
    let product = step("tests: the product, in the AWS home", || {
        both::run(workspace, [servers.account.aws.url(), second.aws.url()])
    });
    let (adapters, _) = adapters.wait()?;
    ensure!(adapters, "not all tests of the adapters passed");
    outside.and(product)
}

/// Starts the servers, deploys the blog, says where it is, and keeps it until the person presses Enter.
///
/// # Errors
/// A server cannot be had, or the blog cannot be deployed.
pub fn serve(workspace: &Workspace) -> Result<()> {
    deployed::packages(workspace)?;
    let Servers { account, .. } = &start(workspace)?;
    let blog = deployed::deploy(workspace, account, &deployed::functions(workspace)?)?;
    println!("\n    blog        http://localhost:{}", account.aws.port());
    println!("    owner       {}", blog.set_up_link);
    println!("    emulator    {} (suites: DEEPDIVE_DEPLOYED)", account.aws.url());
    println!("    search      {}", account.opensearch.url);
    println!("    Enter ends it.");
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

fn start(workspace: &Workspace) -> Result<Servers> {
    setup::run(workspace, Scope::Aws)?;
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
