//! Argon2id, as a pure function. Takes tens of milliseconds and 19 MB: never call it on a thread that
//! others wait for.

use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

/// OWASP's recommendation for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// How a hash of the present parameters begins.
const PRESENT: &str = "$argon2id$v=19$m=19456,t=2,p=1$";

/// A hash of the present parameters that is of no password that anybody could find: what is checked where there is
/// nothing to check. To hash one at each start would take as long as to check one.
pub const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes a password.
///
/// # Errors
/// The crate's own; none is known for these parameters.
pub fn hash(password: &str, salt: u128) -> Result<String, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2.hash_password_with_salt(password.as_bytes(), &salt.to_be_bytes())?;
    Ok(hash.to_string())
}

/// Whether a password is that of a hash, with the parameters that the hash names.
///
/// # Errors
/// The hash is none.
pub fn verify(password: &str, hash: &str) -> Result<bool, Error> {
    match Argon2::default().verify_password(password.as_bytes(), hash) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a hash was made with other parameters than new ones are.
pub fn outdated(hash: &str) -> bool {
    !hash.starts_with(PRESENT)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_new_hash_is_of_the_present_parameters() {
        let hash = hash("correct horse", 7).unwrap();
        assert!(!outdated(&hash), "{hash}");
        assert_eq!(verify("correct horse", &hash), Ok(true));
        assert_eq!(verify("correct Horse", &hash), Ok(false));
    }

    #[test]
    fn checking_nobodys_hash_takes_the_same_work_and_finds_nothing_right() {
        assert!(!outdated(NOBODYS));
        let new = hash("correct horse", 7).unwrap();
        assert_eq!(NOBODYS.len(), new.len(), "salt and hash are as long as others");
        assert_eq!(verify("", NOBODYS), Ok(false));
        assert_eq!(verify("correct horse", NOBODYS), Ok(false));
    }

    /// Made by the reference implementation, `argon2 somesalt -id -t 2 -k 65536 -p 1` of "password".
    #[test]
    fn a_hash_of_the_reference_implementation_is_understood_and_outdated() {
        let reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ\
            $CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert_eq!(verify("password", reference), Ok(true));
        assert_eq!(verify("Password", reference), Ok(false));
        assert!(outdated(reference));
    }

    #[test]
    fn what_is_no_hash_is_an_error() {
        assert!(verify("password", "password").is_err());
        assert!(verify("password", "").is_err());
    }
}
