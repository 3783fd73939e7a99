//! What a password is to Cognito.
//!
//! Cognito takes no blanks and no more than 256 characters (`PasswordType` of its model is `[\S]+`), and says
//! nothing of Hangul; to us every text is a password. So each is sent in letters that Cognito takes, whole while
//! there is room, and else as its hash. Two passwords are never sent alike.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use sha2::{Digest, Sha256};

/// Before a whole one. Long enough that the shortest pool's policy takes the shortest password.
const WHOLE: &str = "base64:";
/// Before a hash.
const HASH: &str = "sha256:";
/// Bytes of a password that is sent whole: with what stands before it, 255 characters.
const ROOM: usize = 186;

/// As Cognito gets it.
pub(crate) fn sent(password: &str) -> String {
    if password.len() <= ROOM {
        format!("{WHOLE}{}", BASE64.encode(password))
    } else {
        format!("{HASH}{}", BASE64.encode(Sha256::digest(password)))
    }
}

/// The password that a trigger of Cognito is told of; `None` when it was sent as its hash, or is none of ours.
pub fn told(sent: &str) -> Option<String> {
    let bytes = BASE64.decode(sent.strip_prefix(WHOLE)?).ok()?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cognito_takes_every_password() {
        let long = "긴 비밀번호 ".repeat(100);
        for password in ["", " ", "a\0b", "비밀번호 \u{1f511}", &"x".repeat(186), &long] {
            let sent = sent(password);
            assert!((6..=256).contains(&sent.len()), "{password:?} is {} long", sent.len());
            assert!(sent.chars().all(|one| one.is_ascii_graphic()), "{sent}");
        }
    }

    #[test]
    fn a_trigger_is_told_a_password_that_was_sent_whole() {
        for password in ["", "correct horse battery", "비밀번호 \u{1f511}", &"x".repeat(186)] {
            assert_eq!(told(&sent(password)).as_deref(), Some(password));
        }
        assert_eq!(told(&sent(&"x".repeat(187))), None);
        for foreign in ["", "correct horse", "base64:?", "base64:/w"] {
            assert_eq!(told(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn every_character_counts_and_what_looks_like_one_that_was_sent_is_another() {
        let long = "x".repeat(200);
        assert_ne!(sent(&long), sent(&format!("{}y", &long[..199])));
        assert_ne!(sent("secret"), sent(&sent("secret")));
        assert_ne!(sent(&long), sent(&sent(&long)));
    }
}
