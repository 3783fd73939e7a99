//! The dictionary of one folder, opened and checked.

use std::hash::{Hash, Hasher};
use std::path::Path;

use crate::DictionaryError;
use crate::chars::Chars;
use crate::file::damaged;
use crate::lexicon::{Lexicon, Token};
use crate::matrix::Matrix;
use crate::user_words::{self, NounIds, UserWords};

/// Changes with every change of this crate that makes other terms of the same text.
const ANALYSIS_VERSION: u32 = 1;

/// mecab-ko-dic, compiled, memory-mapped: opening reads a few pages, use reads more as it goes.
///
/// The files must not be changed while it is open; replacing the folder by a rename is fine.
pub struct Dictionary {
    pub(crate) words: Lexicon,
    pub(crate) unknown: Lexicon,
    /// Tokens for unknown words, by kind of their first character.
    pub(crate) unknown_tokens: Vec<Vec<Token>>,
    pub(crate) matrix: Matrix,
    pub(crate) chars: Chars,
    pub(crate) user: UserWords,
}

impl Dictionary {
    /// Opens the folder that holds `sys.dic`, `unk.dic`, `matrix.bin` and `char.bin`.
    ///
    /// # Errors
    /// [`DictionaryError::Missing`] when a file is not there; its text says what to install.
    /// [`DictionaryError::Damaged`] when lengths, versions or sections do not fit together: what
    /// passes this may give wrong words if bytes are damaged deeper inside, but never panics.
    pub fn open(folder: &Path) -> Result<Self, DictionaryError> {
        let words = Lexicon::open(&folder.join("sys.dic"))?;
        let unknown = Lexicon::open(&folder.join("unk.dic"))?;
        let matrix_path = folder.join("matrix.bin");
        let matrix = Matrix::open(&matrix_path)?;
        let chars = Chars::open(&folder.join("char.bin"))?;
        if matrix.ids() != words.ids || matrix.ids() != unknown.ids {
            return Err(damaged(&matrix_path, "it belongs to another dictionary"));
        }
        let unknown_tokens: Vec<Vec<Token>> = chars
            .kinds
            .iter()
            .map(|kind| unknown.tokens_of(kind).filter_map(|n| unknown.token(n)).collect())
            .collect();
        if unknown_tokens.iter().all(Vec::is_empty) {
            return Err(damaged(&folder.join("unk.dic"), "it does not fit char.bin"));
        }
        let ids = noun_ids(&words)
            .ok_or_else(|| damaged(&folder.join("sys.dic"), "it lacks the commonest nouns"))?;
        let user = UserWords::new(user_words::SOURCE, ids);
        Ok(Self { words, unknown, unknown_tokens, matrix, chars, user })
    }

    /// Names what decides the terms of a text: this crate's analysis, the dictionary's make, the user
    /// words. Equal for equal files on every machine.
    pub fn fingerprint(&self) -> String {
        let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
        ANALYSIS_VERSION.hash(&mut hash);
        hash.write(&(self.words.n_tokens() as u64).to_le_bytes());
        hash.write(&self.matrix.ids().0.to_le_bytes());
        hash.write(&self.matrix.ids().1.to_le_bytes());
        hash.write(user_words::SOURCE.as_bytes());
        format!("{:016x}", hash.finish())
    }
}

/// How common nouns connect, read off two that every dictionary has.
fn noun_ids(words: &Lexicon) -> Option<NounIds> {
    let noun = |word: &str| {
        words
            .tokens_of(word)
            .filter_map(|number| words.token(number))
            .find(|token| words.feature(token.feature).starts_with("NNG,"))
    };
    Some(NounIds { closed: noun("사람")?, open: noun("나무")? })
}

/// FNV-1a: the standard library's hasher may change with the compiler.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::testing;

    /// Copies the small files and links the large ones, so that a test may damage the small.
    fn copy() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in ["sys.dic", "unk.dic", "matrix.bin", "char.bin"] {
            fs::copy(testing::folder().join(name), folder.path().join(name)).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_without_a_dictionary_says_what_to_run() {
        let folder = tempfile::tempdir().unwrap();
        let error = Dictionary::open(folder.path()).err().unwrap();
        assert!(matches!(error, DictionaryError::Missing { .. }), "{error}");
        assert!(error.to_string().contains("cargo xtask setup"), "{error}");
    }

    #[test]
    fn cut_and_foreign_files_are_refused() {
        let folder = copy();
        for name in ["sys.dic", "unk.dic", "matrix.bin", "char.bin"] {
            let path = folder.path().join(name);
            let whole = fs::read(&path).unwrap();
            for damage in [&[][..], &whole[..3], &whole[..whole.len() - 1], &[0x41; 4096]] {
                // A new file each time: the old one may still be mapped.
                fs::remove_file(&path).unwrap();
                fs::write(&path, damage).unwrap();
                let error = Dictionary::open(folder.path()).err().unwrap();
                assert!(matches!(error, DictionaryError::Damaged { .. }), "{name}: {error}");
            }
            fs::remove_file(&path).unwrap();
            fs::write(&path, whole).unwrap();
        }
        assert!(Dictionary::open(folder.path()).is_ok());
    }

    #[test]
    fn bytes_damaged_deep_inside_never_panic() {
        let folder = copy();
        let path = folder.path().join("sys.dic");
        let mut bytes = fs::read(&path).unwrap();
        // Everything after the header, in strides, so that trie, tokens and features are all hit.
        for at in (72..bytes.len()).step_by(61) {
            bytes[at] ^= 0xa5;
        }
        fs::remove_file(&path).unwrap();
        fs::write(&path, bytes).unwrap();
        // Opening may refuse it; if it does not, analysis still ends and covers the text.
        if let Ok(dictionary) = Dictionary::open(folder.path()) {
            let analyzer = crate::Analyzer::new(std::sync::Arc::new(dictionary));
            let text = "형태소 분석기를 만들었습니다. Rust로 검색했습니다.";
            assert!(!analyzer.analyze(text).is_empty());
            analyzer.index_terms(text);
        }
    }

    #[test]
    fn the_fingerprint_is_the_same_for_the_same_files() {
        let again = Dictionary::open(&testing::folder()).unwrap();
        assert_eq!(testing::analyzer().fingerprint(), again.fingerprint());
    }
}
