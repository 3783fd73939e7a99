//! What an account may be called, and what a password may be: the same rules wherever one is chosen.

use crate::actions::Refusal;

/// An address as it is stored: trimmed, in lower case.
///
/// # Errors
/// `Invalid` when it is no address.
pub(super) fn email(text: &str) -> Result<String, Refusal> {
    let email = text.trim().to_lowercase();
    let plausible = email.len() <= 254
        && !email.chars().any(|c| c.is_whitespace() || c.is_control())
        && email.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && !host.is_empty() && !host.contains('@')
        });
    if plausible {
        Ok(email)
    } else {
        Err(Refusal::invalid("email", "this is not an e-mail address"))
    }
}

/// A nickname as it is stored: trimmed, 2 to 20 characters.
///
/// # Errors
/// `Invalid`.
pub(super) fn nickname(text: &str) -> Result<String, Refusal> {
    let nickname = text.trim().to_owned();
    if !(2..=20).contains(&nickname.chars().count()) || nickname.chars().any(char::is_control) {
        return Err(Refusal::invalid("nickname", "a nickname has 2 to 20 characters"));
    }
    Ok(nickname)
}

/// A few words about somebody: trimmed, at most 160 characters, on as many lines as they like.
///
/// # Errors
/// `Invalid`.
pub(super) fn bio(text: &str) -> Result<String, Refusal> {
    let bio = text.trim().to_owned();
    if bio.chars().count() > 160 || bio.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Refusal::invalid("bio", "a bio has at most 160 characters"));
    }
    Ok(bio)
}

/// Checks a new password; `field` is its name in the input.
///
/// # Errors
/// `Invalid`.
pub(super) fn password(field: &'static str, password: &str) -> Result<(), Refusal> {
    if (10..=200).contains(&password.chars().count()) {
        Ok(())
    } else {
        Err(Refusal::invalid(field, "a password has 10 to 200 characters"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_lower_case_and_without_spaces_around_it() {
        assert_eq!(email(" Kim@Example.org ").as_deref(), Ok("kim@example.org"));
        for bad in ["", "kim", "@example.org", "kim@", "k im@example.org", "a@b@c", "a\n@b.c"] {
            assert!(email(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_and_words_are_counted_in_characters_and_not_in_bytes() {
        assert_eq!(nickname(" 김작가 ").as_deref(), Ok("김작가"));
        assert!(nickname("가").is_err() && nickname(&"가".repeat(21)).is_err());
        assert!(bio(&"가".repeat(160)).is_ok() && bio(&"가".repeat(161)).is_err());
        assert!(bio("two\nlines").is_ok() && bio("a\u{7}bell").is_err());
        assert!(password("password", &"가".repeat(10)).is_ok());
        assert!(password("password", "123456789").is_err());
    }
}
