//! Idempotency keys: a client's name for one request, so that it may be sent again.

use async_graphql::{InputType, Result, Value};
use domain::actions::IdempotencyKey;
use domain::post::hex;
use sha2::{Digest, Sha256};

use crate::error::Code;

/// The longest key, in characters.
const KEY_CHARS: usize = 100;

/// The key of a request, with the hash that tells another request under the same key: SHA-256 of the
/// mutation's name and its input without the key, written in the order of the schema.
///
/// # Errors
/// `BAD_USER_INPUT` - when it is empty or too long.
pub(crate) fn idempotency_key<I: InputType>(
    mutation: &str,
    input: &I,
    key: Option<&String>,
) -> Result<Option<IdempotencyKey>> {
    let Some(key) = key else { return Ok(None) };
    if !(1..=KEY_CHARS).contains(&key.chars().count()) {
        let message = format!("an idempotency key has 1 to {KEY_CHARS} characters");
        return Err(Code::BadUserInput.error(message));
    }
    let mut request = input.to_value();
    if let Value::Object(fields) = &mut request {
        fields.shift_remove("idempotencyKey");
    }
    let request = hex(&Sha256::digest(format!("{mutation}\n{request}")));
    Ok(Some(IdempotencyKey { key: key.clone(), request }))
}
