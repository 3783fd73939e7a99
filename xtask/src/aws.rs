//! The tests of the AWS home.

use anyhow::Result;

use crate::deployed;
use crate::process::{call, cargo_test, step};
use crate::servers::Servers;
use crate::setup;
use crate::web;
use crate::workspace::Workspace;

/// The crates that contain an AWS SDK, which the README's commands do not compile.
pub const CRATES: [&str; 11] = [
    "aws-addresses",
    "aws-connections",
    "aws-functions",
    "aws-home",
    "aws-objects",
    "aws-search",
    "aws-sockets",
    "aws-speech",
    "aws-summary",
    "aws-table",
    "deepdive-tests-aws",
];

/// Checks the templates, bundles the web client, starts the servers, deploys the blog, has every adapter prove itself against the
/// servers, and tests the blog from outside.
///
/// # Errors
/// A server cannot be had, the blog cannot be deployed, or a test failed.
pub fn test(workspace: &Workspace) -> Result<()> {
    deployed::templates(workspace)?;
    setup::compilers(workspace)?;
    setup::browser(workspace)?;
    web::run(workspace)?;
    let servers = Servers::start(workspace)?;
    // In one call, as all tests: asked one by one, cargo compiles what they share again for each.
    let tests = || {
        let mut tests = cargo_test(workspace);
        tests.args(CRATES.iter().flat_map(|name| ["--package", name]));
        tests
    };
    step("functions and tests: compile", || call(tests().arg("--no-run")))?;
    let blog = deployed::deploy(workspace, &servers.aws, &servers.opensearch.url)?;
    let mut tests = tests();
    tests.arg("--no-fail-fast").envs(servers.variables());
    tests.env("DEEPDIVE_BLOG_URL", &blog.url).env("DEEPDIVE_BLOG_SOCKETS", &blog.sockets);
    tests.env("DEEPDIVE_BLOG_EDGE", &blog.edge).env("DEEPDIVE_SET_UP_LINK", &blog.set_up_link);
    step("tests: the AWS home", || call(&mut tests))
}
