//! Who may depend on whom. A new edge is a change of the architecture: it is made here, in the open,
//! and in ARCHITECTURE.md.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{no_offences, text, workspace};
use crate::aws;
use crate::process::{cargo, output};

/// For each crate, the crates of this workspace that it may depend on.
const EDGES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("korean", &[]),
    ("realtime", &[]),
    ("content", &["domain"]),
    ("store", &["domain"]),
    ("moving", &["domain", "store"]),
    ("schema", &["domain", "store", "realtime"]),
    ("sockets", &["domain", "store", "realtime"]),
    ("workers", &["domain", "store", "realtime"]),
    ("contract", &["domain", "store"]),
    ("imaging", &["domain"]),
    ("embedded-mail", &["domain"]),
    ("embedded-objects", &["domain"]),
    ("embedded-passwords", &["domain", "store"]),
    ("embedded-search", &["domain", "korean"]),
    ("embedded-speech", &["domain", "korean"]),
    ("embedded-summary", &["domain", "korean"]),
    ("embedded-system", &["domain"]),
    ("embedded-table", &["domain", "store"]),
    ("aws-addresses", &["domain"]),
    ("aws-connections", &[]),
    ("aws-functions", &["aws-connections"]),
    ("aws-objects", &["domain", "aws-addresses", "aws-connections"]),
    ("aws-passwords", &["domain", "aws-connections"]),
    ("aws-search", &["domain", "korean"]),
    ("aws-sockets", &["domain", "sockets", "aws-connections"]),
    ("aws-speech", &["domain", "aws-connections"]),
    ("aws-summary", &["domain", "aws-connections"]),
    ("aws-table", &["domain", "store", "aws-connections"]),
    ("api", &["domain", "store", "realtime", "schema"]),
    // The composition: it alone sees both sides of the ports.
    (
        "embedded-home",
        &[
            "api",
            "domain",
            "content",
            "korean",
            "store",
            "moving",
            "realtime",
            "schema",
            "workers",
            "imaging",
            "embedded-mail",
            "embedded-objects",
            "embedded-passwords",
            "embedded-search",
            "embedded-speech",
            "embedded-summary",
            "embedded-system",
            "embedded-table",
        ],
    ),
    (
        "aws-home",
        &[
            "api",
            "domain",
            "content",
            "store",
            "moving",
            "realtime",
            "schema",
            "sockets",
            "workers",
            "aws-addresses",
            "aws-functions",
            "aws-objects",
            "aws-passwords",
            "aws-search",
            "aws-sockets",
            "aws-speech",
            "aws-summary",
            "aws-table",
            "embedded-mail",
            "embedded-passwords",
            "embedded-system",
            "imaging",
        ],
    ),
    // What it measures, it sees from inside; nobody depends on it.
    (
        "deepdive-benches",
        &[
            "domain",
            "content",
            "korean",
            "store",
            "realtime",
            "schema",
            "contract",
            "imaging",
            "embedded-home",
            "embedded-objects",
            "embedded-passwords",
            "embedded-search",
            "embedded-summary",
            "embedded-system",
            "embedded-table",
            "api",
            "deepdive-tests",
        ],
    ),
    // These know the product from outside only.
    ("web-yew", &[]),
    ("deepdive-tests", &[]),
    ("deepdive-tests-aws", &["deepdive-tests"]),
    ("xtask", &[]),
    ("bundler", &[]),
];

/// Crates of others that would bring into a room what it may not do, by the start of their names.
const STRANGERS: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "tokio",
            "serde_json",
            "axum",
            "http",
            "hyper",
            "rusqlite",
            "reqwest",
            "getrandom",
            "rand",
            "jiff",
            "chrono",
        ],
    ),
    ("sockets", &["axum", "http", "hyper", "async-graphql", "rusqlite", "aws-"]),
    ("store", &["axum", "http", "hyper", "async-graphql", "rusqlite", "aws-"]),
    ("moving", &["axum", "http", "hyper", "rusqlite", "aws-"]),
    ("realtime", &["axum", "http", "hyper", "tokio-tungstenite", "rusqlite", "aws-"]),
    ("schema", &["axum", "http", "hyper", "tower", "rusqlite", "tantivy", "aws-"]),
    ("workers", &["axum", "hyper", "async-graphql", "rusqlite", "tantivy"]),
    ("api", &["rusqlite", "tantivy", "aws-", "clap"]),
    ("web-yew", &["tokio", "axum", "hyper", "async-graphql", "rusqlite"]),
];

/// Where errors without a type are good enough: programs that only print them.
const ANYHOW: &[&str] = &["xtask", "bundler", "deepdive-tests", "deepdive-benches"];

struct Member {
    name: String,
    manifest: String,
    license: String,
    published: bool,
    /// Normal and build dependencies; what tests need is their own affair.
    dependencies: Vec<String>,
    /// All of them, tests' included.
    all_dependencies: Vec<String>,
}

fn members() -> Vec<Member> {
    let metadata =
        output(cargo(&workspace()).args(["metadata", "--no-deps", "--format-version", "1"]))
            .unwrap();
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let names = |package: &Value, with_tests: bool| {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        dependencies
            .filter(|dependency| with_tests || dependency["kind"] != "dev")
            .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let member = |package: &Value| Member {
        name: package["name"].as_str().unwrap().to_owned(),
        manifest: package["manifest_path"].as_str().unwrap().to_owned(),
        license: package["license"].as_str().unwrap_or_default().to_owned(),
        published: package["publish"] != Value::Array(Vec::new()),
        dependencies: names(package, false),
        all_dependencies: names(package, true),
    };
    metadata["packages"].as_array().unwrap().iter().map(member).collect()
}

/// `from -> to` for each dependency that `refused` refuses.
fn edges(members: &[Member], refused: impl Fn(&Member, &str) -> bool) -> Vec<String> {
    let mut offences = Vec::new();
    for member in members {
        let bad = member.dependencies.iter().filter(|dependency| refused(member, dependency));
        offences.extend(bad.map(|dependency| format!("{} -> {dependency}", member.name)));
    }
    offences
}

#[test]
fn rooms_depend_only_on_the_rooms_that_the_map_allows() {
    let members = members();
    let unknown =
        members.iter().filter(|member| !EDGES.iter().any(|(name, _)| *name == member.name));
    no_offences(
        "crates that the table EDGES does not know",
        unknown.map(|member| member.name.clone()).collect(),
    );
    let ours = |name: &str| members.iter().any(|member| member.name == name);
    let allowed = |from: &str, to: &str| {
        EDGES.iter().any(|(name, edges)| *name == from && edges.contains(&to))
    };
    let offences = edges(&members, |member, to| ours(to) && !allowed(&member.name, to));
    no_offences("edges that the architecture forbids", offences);
}

#[test]
fn no_room_takes_in_a_library_for_what_it_may_not_do() {
    let offences = edges(&members(), |member, to| {
        let strangers =
            STRANGERS.iter().filter(|(name, _)| *name == member.name).flat_map(|(_, names)| *names);
        strangers.into_iter().any(|stranger| {
            to == *stranger || (stranger.ends_with('-') && to.starts_with(stranger))
        })
    });
    no_offences("libraries in the wrong room", offences);
}

#[test]
fn the_client_and_the_outside_tests_use_no_server_crate_even_in_tests() {
    let members = members();
    let mut offences = Vec::new();
    for member in members
        .iter()
        .filter(|member| ["web-yew", "deepdive-tests"].contains(&member.name.as_str()))
    {
        let ours = member
            .all_dependencies
            .iter()
            .filter(|name| members.iter().any(|other| other.name == **name));
        offences.extend(ours.map(|name| format!("{} -> {name}", member.name)));
    }
    no_offences("these see the product from outside", offences);
}

#[test]
fn errors_have_types_outside_the_tools() {
    let offences =
        edges(&members(), |member, to| to == "anyhow" && !ANYHOW.contains(&member.name.as_str()));
    no_offences("anyhow is for xtask and tests", offences);
}

#[test]
fn every_crate_is_under_both_licences_and_is_published_nowhere() {
    let bad = members()
        .into_iter()
        .filter(|member| member.license != "MIT OR Apache-2.0" || member.published);
    no_offences(
        "crates with another licence or without `publish = false`",
        bad.map(|member| member.name).collect(),
    );
}

#[test]
fn every_crate_inherits_the_lints_of_the_workspace() {
    let bad = members().into_iter().filter(|member| {
        !text(member.manifest.as_ref())
            .unwrap()
            .replace(' ', "")
            .contains("[lints]\nworkspace=true")
    });
    no_offences(
        "crates without `[lints] workspace = true`",
        bad.map(|member| member.name).collect(),
    );
}

/// A line for each crate in a build, in the form that cargo calls `format`.
fn tree(format: &str, what: &[&str]) -> Vec<String> {
    let form = ["tree", "--prefix", "none", "--no-dedupe", "--format", format];
    let printed = output(cargo(&workspace()).args(form).args(what)).unwrap();
    printed.lines().map(str::to_owned).collect()
}

#[test]
fn the_default_build_contains_no_aws_sdk() {
    let tree = tree("{p}", &["--edges", "normal,build"]);
    assert!(
        tree.iter().any(|line| line.starts_with("embedded-home ")),
        "the tree is not that of the default members:\n{tree:?}"
    );
    let aws = tree.iter().filter(|line| line.starts_with("aws-") || line.starts_with("lambda_"));
    no_offences("crates of the AWS home in the default build", aws.cloned().collect());
}

/// What is linked into each of them is checked when they are compiled: see `xtask/src/functions/contents.rs`.
#[test]
fn no_function_could_contain_what_one_process_keeps_its_blog_in() {
    let tree = tree("{p}", &["--edges", "normal,build", "--package", "aws-home"]);
    assert!(
        tree.iter().any(|line| line.starts_with("aws-sdk-dynamodb ")),
        "the tree is not that of the functions:\n{tree:?}"
    );
    let never = ["libsqlite3-sys ", "rusqlite ", "tantivy", "embedded-table ", "embedded-search "];
    let found = tree.iter().filter(|line| never.iter().any(|name| line.starts_with(name)));
    no_offences("crates of SQLite or tantivy in the functions", found.cloned().collect());
}

#[test]
fn every_crate_has_a_line_on_how_its_tests_are_compiled() {
    let lines = text("xtask/tests.toml".as_ref()).unwrap();
    let has_line = |name: &str| lines.lines().any(|line| line.starts_with(&format!("{name} = {{")));
    // Those of this tool have a profile of their own.
    let tools = ["xtask", "bundler"];
    let missing = members().into_iter().map(|member| member.name);
    let missing = missing.filter(|name| !tools.contains(&name.as_str()) && !has_line(name));
    no_offences("crates without a line in xtask/tests.toml", missing.collect());
}

/// Else cargo compiles it, and all that depends on it, once more for the tests.
#[test]
fn dependencies_of_the_program_have_no_other_features_in_the_tests() {
    let program = features(&["--edges", "normal,build", "--package", "embedded-home"]);
    no_offences(
        "dependencies with more features in the tests: name them in homes/embedded/Cargo.toml",
        program.difference(&features_in_tests()).cloned().collect(),
    );
}

/// The tests of the AWS home are compiled after those of one machine, into the same folder.
#[test]
fn dependencies_of_one_machine_have_no_other_features_in_the_tests_of_the_aws_home() {
    // With HTTP/2, which the SDKs ask for, the embedded home would speak it too, unasked.
    let differ = ["hyper ", "hyper-util ", "futures "];
    let name = |line: &str| line.split(" [").next().unwrap_or_default().to_owned();
    let one_machine = features_in_tests();
    let shared: BTreeSet<String> = one_machine.iter().map(|line| name(line)).collect();
    let mut aws = vec!["--edges", "normal,build,dev"];
    aws.extend(aws::CRATES.iter().flat_map(|name| ["--package", name]));
    let aws = features(&aws);
    let others = aws.difference(&one_machine).filter(|line| shared.contains(&name(line)));
    let others = others.filter(|line| !differ.iter().any(|name| line.starts_with(name)));
    no_offences(
        "dependencies with other features on one machine: name them in homes/aws or homes/embedded",
        others.cloned().collect(),
    );
}

fn features_in_tests() -> BTreeSet<String> {
    let mut tests = vec!["--edges", "normal,build,dev", "--workspace", "--exclude", "bundler"];
    tests.extend(aws::CRATES.iter().flat_map(|name| ["--exclude", name]));
    features(&tests)
}

/// The crates of others, each with its features.
fn features(what: &[&str]) -> BTreeSet<String> {
    tree("{p} [{f}]", what).into_iter().filter(|line| !line.contains("(/")).collect()
}

#[test]
fn the_bundler_makes_bindings_for_the_very_version_that_the_client_uses() {
    let lock = text("Cargo.lock".as_ref()).unwrap();
    let version = |name: &str| {
        let start = lock.find(&format!("name = \"{name}\"\nversion = \"")).expect(name);
        lock[start..].lines().nth(1).unwrap().to_owned()
    };
    assert_eq!(version("wasm-bindgen"), version("wasm-bindgen-cli-support"));
}
