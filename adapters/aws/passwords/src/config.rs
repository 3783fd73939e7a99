//! Which pool, and as whom it is asked.

use std::time::Duration;

use aws_connections::{Bounds, settings};
use aws_credential_types::Credentials;
use aws_sdk_cognitoidentityprovider::Client;

/// A check of somebody whom the pool does not know waits for a function of ours, for which Cognito gives 5 s.
const BOUNDS: Bounds = Bounds {
    tries: 3,
    first_wait: Duration::from_millis(100),
    longest_wait: Duration::from_secs(1),
    connect: Duration::from_secs(3),
    first_byte: None,
    attempt: Duration::from_secs(7),
    call: Duration::from_secs(15),
};

/// How the pool is reached. The caller says all of it: nothing is read from the environment.
#[derive(Clone, Debug)]
pub struct Config {
    /// Id of the user pool. Its policy takes every password of 6 characters.
    pub pool: String,
    /// Id of its app client, which has no secret and lets `ADMIN_USER_PASSWORD_AUTH` in.
    pub client: String,
    /// The region of both, e.g. `ap-northeast-2`.
    pub region: String,
    /// As whom they are asked: `cognito-idp:AdminInitiateAuth`, `AdminSetUserPassword` and `AdminCreateUser` on
    /// the pool is all it takes.
    pub credentials: Credentials,
    /// Where Cognito answers, if not at Amazon's own address of the region.
    pub endpoint: Option<String>,
    /// What a wrong password takes at least, whoever's it is: longer than Cognito needs to find out.
    pub wrong_takes: Duration,
}

/// Connects when it is first asked.
pub(crate) fn client(config: &Config) -> Client {
    let Config { region, credentials, endpoint, .. } = config;
    Client::new(&settings(region, credentials, endpoint.as_deref(), &BOUNDS))
}
