//! Rules about what is written in files.

use std::path::Path;

use super::{files, no_offences, text};

/// Package registries are the affair of the machine that builds: its own clients know them. (Written
/// in halves, or this file would break its own rule.)
const REGISTRIES: [[&str; 2]; 7] = [
    ["index.crates", ".io"],
    ["static.crates", ".io"],
    ["registry.npmjs", ".org"],
    ["pypi", ".org"],
    ["files.pythonhosted", ".org"],
    ["deb.debian", ".org"],
    ["static.rust-lang", ".org"],
];

/// Calls that only one place may make, and where that is. Tests are free.
const ONLY_THERE: [(&str, &str, &[&str]); 4] = [
    ("SystemTime::now", "time comes from the port Clock", &["adapters/embedded/system/", "xtask/"]),
    (
        "env::var",
        "the environment is read once, by the composition",
        // The voice is a program, found as programs are.
        &[
            "homes/aws/src/config.rs",
            "homes/embedded/src/config",
            "homes/embedded/src/compose.rs",
            "adapters/embedded/speech/src/espeak.rs",
            "xtask/",
        ],
    ),
    ("getrandom::", "identities come from the port IdSource", &["adapters/embedded/", "xtask/"]),
    ("thread::sleep", "wait on a condition with a deadline", &["xtask/"]),
];

fn rust_files() -> Vec<(String, String)> {
    let rust = files()
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    rust.filter_map(|path| Some((path.to_string_lossy().into_owned(), text(&path)?))).collect()
}

#[test]
fn no_file_names_a_package_registry() {
    let mut offences = Vec::new();
    for path in files() {
        let Some(text) = text(&path) else { continue };
        for registry in REGISTRIES.map(|halves| halves.concat()) {
            if text.contains(&registry) {
                offences.push(format!("{}: {registry}", path.display()));
            }
        }
    }
    no_offences("registry hosts", offences);
}

#[test]
fn time_chance_and_environment_come_in_through_their_doors() {
    let mut offences = Vec::new();
    for (path, text) in rust_files().into_iter().filter(|(path, _)| !is_test(path)) {
        for (call, reason, places) in ONLY_THERE {
            if !places.iter().any(|place| path.starts_with(place)) && in_code(&text, call) {
                offences.push(format!("{path}: {call} ({reason})"));
            }
        }
    }
    no_offences("calls in the wrong place", offences);
}

fn is_test(path: &str) -> bool {
    let folder =
        |name: &str| path.starts_with(&format!("{name}/")) || path.contains(&format!("/{name}/"));
    folder("tests")
        || folder("benches")
        || path.ends_with("/testing.rs")
        || path.ends_with("/tests.rs")
}

/// Whether the text stands before the tests of a file, and outside its comments.
fn in_code(text: &str, call: &str) -> bool {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().any(|line| line.split("//").next().unwrap_or_default().contains(call))
}

#[test]
fn files_have_names_that_say_what_is_in_them() {
    const NAMELESS: [&str; 6] = ["utils", "util", "helpers", "common", "misc", "manager"];
    let nameless = |path: &Path| {
        path.iter().any(|part| {
            let part = part.to_string_lossy();
            NAMELESS.contains(&part.strip_suffix(".rs").unwrap_or(&part))
        })
    };
    let bad = files().into_iter().filter(|path| nameless(path));
    no_offences(
        "files or folders without a name",
        bad.map(|path| path.display().to_string()).collect(),
    );
}

#[test]
fn tests_are_named_as_sentences() {
    let mut offences = Vec::new();
    for (path, text) in rust_files() {
        let names = text.lines().filter_map(|line| line.trim_start().split("fn test_").nth(1));
        offences
            .extend(names.map(|name| {
                format!("{path}: test_{}", name.split('(').next().unwrap_or_default())
            }));
    }
    no_offences(
        "tests named after the word test",
        offences.into_iter().filter(|line| !line.starts_with("xtask/src/tidy")).collect(),
    );
}

#[test]
fn a_call_in_a_comment_or_in_tests_is_no_offence() {
    assert!(in_code("let now = SystemTime::now();", "SystemTime::now"));
    assert!(!in_code("// never SystemTime::now here", "SystemTime::now"));
    assert!(!in_code("#[cfg(test)]\nmod tests { SystemTime::now() }", "SystemTime::now"));
}
