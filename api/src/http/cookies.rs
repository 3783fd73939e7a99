//! The session cookie.

use axum::http::{HeaderMap, HeaderValue, header};
use schema::SessionCookie;

/// Name of the cookie that holds a session's key.
pub const SESSION: &str = "deepdive_session";

/// Reads the session's key. The first of several counts.
pub fn session(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == SESSION && !value.is_empty())
        .map(|(_, value)| value)
}

/// Writes what becomes of the cookie; `None` to leave it, and for a key that no cookie can hold.
pub fn set(word: &SessionCookie, secure: bool) -> Option<HeaderValue> {
    let (token, max_age) = match word {
        SessionCookie::Keep => return None,
        SessionCookie::Set { token, max_age } => (token.as_str(), max_age.as_secs()),
        SessionCookie::Clear => ("", 0),
    };
    if !token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')) {
        tracing::error!("a session key has characters that no cookie can hold");
        return None;
    }
    let secure = if secure { "; Secure" } else { "" };
    let cookie =
        format!("{SESSION}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    let mut value = HeaderValue::from_str(&cookie).ok()?;
    value.set_sensitive(true);
    Some(value)
}
