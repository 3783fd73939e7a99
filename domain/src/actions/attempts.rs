//! Counting what may not be tried too often.

use std::time::Duration;

use crate::account::key_hash;
use crate::actions::{ActionError, Refusal};
use crate::ports::{Accounts, Clock};

/// Who asks, as far as accounts care.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// Any number for where they are: limits of attempts are counted for it.
    pub network: u64,
    /// The program that asks, as people call it.
    pub client: Option<String>,
}

/// How often something may be tried.
pub(super) struct Limit {
    pub name: &'static str,
    pub most: u32,
    pub window: Duration,
}

const QUARTER: Duration = Duration::from_secs(15 * 60);
const HOUR: Duration = Duration::from_secs(3600);

/// Tries to sign in to one account.
pub(super) const SIGN_IN: Limit = Limit { name: "sign-in", most: 10, window: QUARTER };
/// Tries to sign in from one network, whatever accounts they are for. More than one person may sit
/// behind an address.
pub(super) const SIGN_IN_FROM: Limit = Limit { name: "sign-in-from", most: 100, window: QUARTER };
/// Mails that one address is sent, of each kind.
pub(super) const MAIL: Limit = Limit { name: "mail", most: 3, window: HOUR };
/// Mails that one network asks for.
pub(super) const MAIL_FROM: Limit = Limit { name: "mail-from", most: 20, window: HOUR };
/// One-time links that one network tries.
pub(super) const LINK_FROM: Limit = Limit { name: "link-from", most: 30, window: QUARTER };

/// Counts a try. By hash: addresses have no place in a rate limit's key.
///
/// # Errors
/// `Refused(TooManyAttempts)`.
pub(super) async fn count(
    accounts: &dyn Accounts,
    clock: &dyn Clock,
    limit: &Limit,
    of: &str,
) -> Result<(), ActionError> {
    let Limit { name, most, window } = *limit;
    let now = clock.now();
    let name = format!("{name}:{}", key_hash(of));
    if accounts.count_attempt(&name, window, now).await? > most {
        return Err(Refusal::TooManyAttempts { retry_at: now.plus(window) }.into());
    }
    Ok(())
}
