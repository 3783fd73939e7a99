//! Identities: each kind a type of its own, so that one cannot stand where another is meant.

use std::fmt;

/// Crockford's base 32, lower case: no letter is mistaken for a digit, and text order is value order.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Writes 128 bits as 26 characters whose text order is the order of the values.
pub(crate) fn encode(bits: u128) -> String {
    (0..26).rev().map(|place| ALPHABET[((bits >> (place * 5)) & 31) as usize] as char).collect()
}

fn well_formed(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// A text that is not an id.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id has 26 characters of 0-9 and a-z without i, l, o, u")]
pub struct NotAnId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub struct $name(String);

        impl $name {
            /// Makes an id of 128 bits, as an [`IdSource`](crate::ports::IdSource) draws them.
            pub fn from_bits(bits: u128) -> Self {
                Self(encode(bits))
            }

            /// Reads an id that was written before.
            ///
            /// # Errors
            /// [`NotAnId`] - when the text has another length or alphabet.
            pub fn parse(text: &str) -> Result<Self, NotAnId> {
                if well_formed(text) { Ok(Self(text.to_owned())) } else { Err(NotAnId) }
            }

            /// The 26 characters.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A post, for its whole life: working copy, revisions and all.
    PostId
);
id!(
    /// A person with an account.
    UserId
);
id!(
    /// An uploaded image.
    AssetId
);
id!(
    /// A session or an access token, by the name that may be told.
    KeyId
);
id!(
    /// A request for a mail.
    MailId
);

/// 128 random bits that make an object's address unguessable. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Secret(String);

impl Secret {
    /// Makes a secret of 128 random bits.
    pub fn from_bits(bits: u128) -> Self {
        Self(encode(bits))
    }

    /// Reads a secret that was stored before.
    ///
    /// # Errors
    /// [`NotAnId`] - when the text has another length or alphabet.
    pub fn parse(text: &str) -> Result<Self, NotAnId> {
        if well_formed(text) { Ok(Self(text.to_owned())) } else { Err(NotAnId) }
    }

    /// The secret itself, for building an address.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_as_their_values_do() {
        let ids = [0, 1, 31, 32, u128::MAX / 2, u128::MAX].map(PostId::from_bits);
        assert!(ids.is_sorted());
        assert!(ids.iter().all(|id| PostId::parse(id.as_str()).as_ref() == Ok(id)));
    }

    #[test]
    fn a_text_of_another_alphabet_is_not_an_id() {
        assert_eq!(PostId::parse("../../../../../../etc/passwd"), Err(NotAnId));
        assert_eq!(PostId::parse("0000000000000000000000000l"), Err(NotAnId));
    }

    #[test]
    fn a_secret_does_not_print_itself() {
        assert_eq!(format!("{:?}", Secret::from_bits(7)), "Secret(..)");
    }
}
