//! The port, over a user pool.

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::operation::admin_initiate_auth::AdminInitiateAuthError;
use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, MessageActionType};
use domain::UserId;
use domain::ports::{Passwords, PortError};

use crate::config::{Config, client};
use crate::error::port_error;
use crate::sent::sent;

/// Longer than anybody types, as in the embedded home.
const LONGEST: usize = 1024;
/// Whom nobody is: no id of ours, so that the pool never has them.
const NOBODY: &str = "nobody";

/// Keeps passwords in a user pool, each under the id of its user.
///
/// Cognito itself bars a user for some seconds after five wrong passwords; a right one is false meanwhile, as for
/// who does not exist.
#[derive(Clone)]
pub struct CognitoPasswords {
    config: Config,
    client: Client,
}

impl CognitoPasswords {
    /// Connects when it is first asked.
    pub fn new(config: Config) -> Self {
        Self { client: client(&config), config }
    }

    /// False when the pool has no such user.
    async fn replace(&self, user: &UserId, password: &str) -> Result<bool, PortError> {
        let call = self.client.admin_set_user_password().user_pool_id(&self.config.pool);
        let call = call.username(user.as_str()).password(sent(password)).permanent(true);
        match call.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error.as_service_error().is_some_and(|e| e.is_user_not_found_exception()) =>
            {
                Ok(false)
            }
            Err(error) => Err(port_error(error, &self.config)),
        }
    }

    /// Makes a user of whom the pool knows no more than the id. That somebody else was faster is as good.
    async fn add(&self, user: &UserId) -> Result<(), PortError> {
        let call = self.client.admin_create_user().user_pool_id(&self.config.pool);
        let call = call.username(user.as_str()).message_action(MessageActionType::Suppress);
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error.as_service_error().is_some_and(|e| e.is_username_exists_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(port_error(error, &self.config)),
        }
    }

    async fn right(&self, name: &str, password: &str) -> Result<bool, PortError> {
        let Config { pool, client, .. } = &self.config;
        let call = self.client.admin_initiate_auth().user_pool_id(pool).client_id(client);
        let call = call
            .auth_flow(AuthFlowType::AdminUserPasswordAuth)
            .auth_parameters("USERNAME", name)
            .auth_parameters("PASSWORD", sent(password));
        match call.send().await {
            // What is given then opens nothing of ours. A user whose password was never set has a challenge instead.
            Ok(answer) => Ok(answer.authentication_result.is_some()),
            Err(error) if error.as_service_error().is_some_and(wrong) => Ok(false),
            Err(error) => Err(port_error(error, &self.config)),
        }
    }
}

fn wrong(error: &AdminInitiateAuthError) -> bool {
    error.is_not_authorized_exception()
        || error.is_user_not_found_exception()
        || error.is_user_not_confirmed_exception()
        || error.is_password_reset_required_exception()
}

#[async_trait]
impl Passwords for CognitoPasswords {
    async fn set(&self, user: &UserId, password: &str) -> Result<(), PortError> {
        if password.len() > LONGEST {
            let most = format!("a password has at most {LONGEST} bytes");
            return Err(PortError::Rejected(most));
        }
        if !self.replace(user, password).await? {
            self.add(user).await?;
            if !self.replace(user, password).await? {
                // Somebody removed the user in between.
                return Err(PortError::Conflict);
            }
        }
        Ok(())
    }

    async fn check(&self, user: Option<&UserId>, password: &str) -> Result<bool, PortError> {
        // Begins now. Whether Cognito verified something, asked a function of ours, or had nothing to do: the
        // clock does not tell.
        let wrong_takes = tokio::time::sleep(self.config.wrong_takes);
        let right = self.right(user.map_or(NOBODY, UserId::as_str), password).await?;
        if !right {
            wrong_takes.await;
        }
        Ok(right)
    }
}
