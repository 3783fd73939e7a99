//! Who may hold a socket: reads the payload of `connection_init`.
//!
//! A socket never authenticates by cookie, so another site's page has nothing to hijack. It brings a
//! key as `{"Authorization": "Bearer ..."}`, a one-time ticket as `{"ticket": "..."}`, or nothing
//! and is a guest's.

use std::sync::Arc;

use async_trait::async_trait;
use domain::account::Identity;
use domain::ports::Clock;
use realtime::{Admitted, Denied};
use schema::Client;
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::identity::{Authenticator, Credential};

/// Makes what an executor knows of who asks.
pub type MakeViewer<V> = Arc<dyn Fn(Option<Identity>, Client) -> V + Send + Sync>;

/// Admits to one socket.
pub struct Admission<V> {
    /// Knows whose a key or ticket is.
    pub authenticator: Arc<dyn Authenticator>,
    /// For the session's end.
    pub clock: Arc<dyn Clock>,
    /// Makes the viewer.
    pub viewer: MakeViewer<V>,
    /// The other end.
    pub client: Client,
}

#[async_trait]
impl<V: Send + Sync> realtime::Authenticator<V> for Admission<V> {
    #[tracing::instrument(name = "socket.admit", skip_all, fields(request.id = self.client.request_id))]
    async fn authenticate(&self, payload: Map<String, Value>) -> Result<Admitted<V>, Denied> {
        let identity = match credential(&payload)? {
            None => None,
            Some(credential) => {
                let found =
                    self.authenticator.authenticate(&credential).await.map_err(|error| {
                        let error = &error as &dyn std::error::Error;
                        tracing::error!(error, "authentication failed");
                        Denied("Authentication is unavailable".to_owned())
                    })?;
                Some(found.ok_or_else(Denied::default)?)
            }
        };
        Ok(admitted(identity, self.client.clone(), &*self.clock, &self.viewer))
    }
}

/// Somebody who was authenticated, or a guest, as the engine of `realtime` knows them.
pub(super) fn admitted<V>(
    identity: Option<Identity>,
    client: Client,
    clock: &dyn Clock,
    viewer: &MakeViewer<V>,
) -> Admitted<V> {
    let expires_at = identity
        .as_ref()
        .and_then(|identity| Instant::now().checked_add(identity.expires_at.since(clock.now())));
    Admitted {
        session: identity.as_ref().map(|identity| identity.key.as_str().into()),
        user: identity.as_ref().map(|identity| identity.user.as_str().into()),
        viewer: Arc::new(viewer(identity, client)),
        expires_at,
        ack: None,
    }
}

/// What the payload shows; a payload that shows something and not rightly is denied.
fn credential(payload: &Map<String, Value>) -> Result<Option<Credential>, Denied> {
    let mut found = None;
    for (name, value) in payload {
        let text = value.as_str().map(str::trim);
        let credential = match name.to_ascii_lowercase().as_str() {
            _ if value.is_null() => continue,
            "authorization" => {
                text.and_then(|text| text.split_once(' ')).and_then(|(scheme, key)| {
                    scheme
                        .eq_ignore_ascii_case("bearer")
                        .then(|| Credential::Bearer(key.trim().into()))
                })
            }
            "ticket" => text.map(|ticket| Credential::Ticket(ticket.to_owned())),
            _ => continue,
        };
        let credential = credential.ok_or_else(Denied::default)?;
        if found.replace(credential).is_some() {
            return Err(Denied("One of Authorization and ticket".to_owned()));
        }
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn read(json: serde_json::Value) -> Result<Option<Credential>, Denied> {
        credential(json.as_object().unwrap())
    }

    #[test]
    fn a_key_or_a_ticket_or_nothing_is_shown() {
        let bearer = Credential::Bearer("dd_pat_x".to_owned());
        assert_eq!(read(serde_json::json!({})), Ok(None));
        assert_eq!(read(serde_json::json!({"client": "web", "ticket": null})), Ok(None));
        assert_eq!(
            read(serde_json::json!({"Authorization": "Bearer dd_pat_x"})),
            Ok(Some(bearer.clone()))
        );
        assert_eq!(read(serde_json::json!({"authorization": "bearer dd_pat_x"})), Ok(Some(bearer)));
        assert_eq!(
            read(serde_json::json!({"ticket": "t"})),
            Ok(Some(Credential::Ticket("t".to_owned())))
        );
    }

    #[test]
    fn who_shows_something_wrongly_is_not_taken_for_a_guest() {
        for payload in [
            serde_json::json!({"Authorization": "dd_pat_x"}),
            serde_json::json!({"Authorization": "Basic x"}),
            serde_json::json!({"Authorization": 7}),
            serde_json::json!({"ticket": ["t"]}),
            serde_json::json!({"ticket": "t", "Authorization": "Bearer x"}),
        ] {
            assert!(read(payload.clone()).is_err(), "{payload}");
        }
    }
}
