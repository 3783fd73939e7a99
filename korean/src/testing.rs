//! The installed dictionary, for tests.

use std::env;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crate::{Analyzer, Dictionary};

/// Where tests look: `DEEPDIVE_DICTIONARY`, else where setup installs it.
pub(crate) fn folder() -> PathBuf {
    if let Some(folder) = env::var_os("DEEPDIVE_DICTIONARY") {
        return folder.into();
    }
    let data = env::var_os("XDG_DATA_HOME").map(PathBuf::from).unwrap_or_else(|| {
        PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".local/share")
    });
    data.join("deepdive/mecab-ko-dic")
}

/// One analyzer for all tests of the process.
pub(crate) fn analyzer() -> Analyzer {
    static ANALYZER: OnceLock<Analyzer> = OnceLock::new();
    ANALYZER
        .get_or_init(|| match Dictionary::open(&folder()) {
            Ok(dictionary) => Analyzer::new(Arc::new(dictionary)),
            Err(error) => panic!(
                "this test needs the Korean dictionary; `cargo xtask setup` installs it: {error}"
            ),
        })
        .clone()
}
