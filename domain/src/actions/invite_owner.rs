//! The way to the owner's account, for whoever runs the blog.

use crate::account::key_hash;
use crate::ports::{Accounts, IdSource, PortError};

/// What it needs of the world.
pub struct InviteOwner<'a> {
    /// Where people are kept.
    pub accounts: &'a dyn Accounts,
    /// The token.
    pub ids: &'a dyn IdSource,
}

impl InviteOwner<'_> {
    /// The token of a set-up link, until the blog has an owner: a new one each time, the old ones are void.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn run(&self) -> Result<Option<String>, PortError> {
        if self.accounts.has_owner().await? {
            return Ok(None);
        }
        let token = crate::Secret::from_bits(self.ids.secret()).reveal().to_owned();
        self.accounts.offer_set_up(&key_hash(&token)).await?;
        Ok(Some(token))
    }
}
