//! People and keys.

use std::time::Duration;

use domain::Timestamp;
use domain::UserId;
use domain::account::{KeyKind, KeyRecord, Role, User};
use domain::ports::{Accounts, AddUserError, PortError};

use crate::blog::{BATCH, Blog, port};
use crate::demo::VACANT;
use crate::keys;
use crate::rows;
use crate::table::{
    Change as Field, Condition, Consistency, Item, Key, Query, SortRange, TTL, TableError, Value,
    Write,
};

/// Keys of one kind that are read at once; nobody has as many.
const KEYS: u32 = 1_000;

/// Kept a while after its end, so that a late reader is told rather than surprised.
const AFTERLIFE: Duration = Duration::from_secs(3600);

#[async_trait::async_trait]
impl Accounts for Blog {
    async fn add(&self, user: &User, set_up: Option<&str>) -> Result<(), AddUserError> {
        let address = rows::item(keys::email(&user.email), &user.id)?;
        let mut writes = vec![
            // Only the owner is ever given an id that was there: that of the demo's author.
            Write::Put(
                rows::item(keys::user(&user.id), user)?,
                match set_up {
                    Some(_) => Condition::Any(vec![Condition::Absent, vacant()]),
                    None => Condition::Absent,
                },
            ),
            Write::Put(address, Condition::Absent),
        ];
        if let Some(hash) = set_up {
            let owner = rows::item(keys::site("OWNER"), &user.id)?;
            writes.push(Write::Put(owner, Condition::Absent));
            let right = Condition::Equals("hash", Value::S(hash.to_owned()));
            writes.push(Write::Delete(keys::site("SETUP"), right));
            // The index names authors: the next start fills it with the owner's name.
            writes.push(Write::Delete(keys::site("SEARCH"), Condition::Always));
        }
        match self.transact(writes).await {
            Ok(()) => Ok(()),
            Err(TableError::ConditionFailed(failed)) => {
                let failed = |write| failed.iter().any(|failed| failed.write == write);
                Err(match () {
                    () if failed(2) => AddUserError::OwnerExists,
                    () if failed(3) => AddUserError::WrongSetUpToken,
                    () => AddUserError::EmailTaken,
                })
            }
            Err(error) => Err(port(error).into()),
        }
    }

    async fn has_owner(&self) -> Result<bool, PortError> {
        Ok(self.row(&keys::site("OWNER")).await?.is_some())
    }

    async fn offer_set_up(&self, hash: &str) -> Result<(), PortError> {
        let row = rows::item(keys::site("SETUP"), &())?;
        let row = rows::with(row, "hash", Value::S(hash.to_owned()));
        self.write(Write::Put(row, Condition::Always)).await.map_err(port).map(drop)
    }

    async fn user(&self, id: &UserId) -> Result<Option<User>, PortError> {
        let row = self.row(&keys::user(id)).await?;
        row.as_ref().map(rows::entity).transpose()
    }

    async fn change(&self, old: &User, new: &User) -> Result<bool, PortError> {
        let Some(row) = self.row(&keys::user(&old.id)).await? else { return Ok(false) };
        if rows::entity::<User>(&row)? != *old {
            return Ok(false);
        }
        // As it is written, which may be in an older form than it would be now.
        let unchanged = unchanged(&row);
        let fields = vec![Field::Set(rows::DOC, rows::doc(new)?)];
        match self.write(Write::Update(keys::user(&old.id), fields, unchanged)).await {
            Ok(_) => Ok(true),
            Err(TableError::ConditionFailed(_)) => Ok(false),
            Err(error) => Err(port(error)),
        }
    }

    async fn vacant_author(&self, set_up: &str) -> Result<Option<UserId>, PortError> {
        let Some(offered) = self.row(&keys::site("SETUP")).await? else { return Ok(None) };
        if rows::string(&offered, "hash") != Some(set_up) {
            return Ok(None);
        }
        let Some(demo) = self.demo().await? else { return Ok(None) };
        let profile = self.row(&keys::user(&demo.author)).await?;
        let free = profile.is_some_and(|row| row.attributes.contains_key(VACANT));
        Ok(free.then_some(demo.author))
    }

    async fn by_email(&self, email: &str) -> Result<Option<User>, PortError> {
        let Some(row) = self.row(&keys::email(email)).await? else { return Ok(None) };
        let id: UserId = rows::entity(&row)?;
        let Some(row) = self.row(&keys::user(&id)).await? else { return Ok(None) };
        rows::entity(&row).map(Some)
    }

    async fn add_key(&self, key: &KeyRecord) -> Result<(), PortError> {
        self.transact(new_key(key)?).await.map_err(port)
    }

    async fn key(&self, hash: &str) -> Result<Option<KeyRecord>, PortError> {
        let Some(row) = self.row(&keys::key(hash)).await? else { return Ok(None) };
        let key: KeyRecord = rows::entity(&row)?;
        Ok(Some(key).filter(|key| key.expires_at > self.clock.now()))
    }

    async fn use_key(
        &self,
        hash: &str,
        used_at: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), PortError> {
        let Some(row) = self.row(&keys::key(hash)).await? else { return Ok(()) };
        let old: KeyRecord = rows::entity(&row)?;
        let key = KeyRecord { expires_at, last_used_at: Some(used_at), ..old };
        match self.transact(changed_key(&row, &key)?).await {
            // Revoked, or used by another request: either is as good.
            Ok(()) | Err(TableError::ConditionFailed(_) | TableError::Conflict) => Ok(()),
            Err(error) => Err(port(error)),
        }
    }

    async fn keys_of(&self, user: &UserId, kind: KeyKind) -> Result<Vec<KeyRecord>, PortError> {
        let Some(Key { pk, sk }) = keys::key_of_user(user, kind, "") else { return Ok(vec![]) };
        let query = Query {
            index: None,
            partition: pk,
            range: SortRange::Prefix(sk),
            ascending: true,
            limit: KEYS,
            start: None,
            consistency: Consistency::Strong,
        };
        let page = self.page(&query).await?;
        let keys = page.items.iter().map(rows::entity).collect::<Result<Vec<KeyRecord>, _>>()?;
        let now = self.clock.now();
        Ok(keys.into_iter().filter(|key| key.expires_at > now).collect())
    }

    async fn remove_keys(&self, keys: &[KeyRecord]) -> Result<(), PortError> {
        for some in keys.chunks(BATCH / 2) {
            let mut writes = vec![];
            for key in some {
                writes.push(Write::Delete(keys::key(&key.hash), Condition::Always));
                let beside = keys::key_of_user(&key.user, key.kind, &key.hash);
                writes.extend(beside.map(|beside| Write::Delete(beside, Condition::Always)));
            }
            self.transact(writes).await.map_err(port)?;
        }
        Ok(())
    }

    async fn set_role_of_keys(&self, keys: &[KeyRecord], role: Role) -> Result<(), PortError> {
        for key in keys {
            let Some(row) = self.row(&keys::key(&key.hash)).await? else { continue };
            let key = KeyRecord { role, ..rows::entity(&row)? };
            self.transact(changed_key(&row, &key)?).await.map_err(port)?;
        }
        Ok(())
    }

    async fn take_key(&self, hash: &str) -> Result<bool, PortError> {
        let Some(row) = self.row(&keys::key(hash)).await? else { return Ok(false) };
        let key: KeyRecord = rows::entity(&row)?;
        let mut writes = vec![Write::Delete(keys::key(hash), Condition::Present)];
        if let Some(beside) = keys::key_of_user(&key.user, key.kind, hash) {
            writes.push(Write::Delete(beside, Condition::Always));
        }
        match self.transact(writes).await {
            Ok(()) => Ok(true),
            Err(TableError::ConditionFailed(_)) => Ok(false),
            Err(error) => Err(port(error)),
        }
    }

    async fn count_attempt(
        &self,
        name: &str,
        window: Duration,
        now: Timestamp,
    ) -> Result<u32, PortError> {
        let seconds = i64::try_from(window.as_secs()).unwrap_or(i64::MAX).max(1);
        let number = now.seconds().div_euclid(seconds);
        let ends = number.saturating_add(1).saturating_mul(seconds);
        let fields = vec![Field::Add("count", 1), Field::Set(TTL, Value::N(ends))];
        let update = Write::Update(keys::rate(name, number), fields, Condition::Always);
        let row = self.write(update).await.map_err(port)?;
        match row.as_ref().and_then(|row| row.attributes.get("count")) {
            Some(Value::N(count)) => Ok(u32::try_from(*count).unwrap_or(u32::MAX)),
            _ => Ok(u32::MAX),
        }
    }
}

/// A key's rows, changed, if they are still as they were read and the key was not revoked.
fn changed_key(old: &Item, key: &KeyRecord) -> Result<Vec<Write>, PortError> {
    let fields = vec![
        Field::Set(rows::DOC, rows::doc(key)?),
        Field::Set(TTL, Value::N(key.expires_at.plus(AFTERLIFE).seconds())),
    ];
    let mut writes = vec![Write::Update(old.key.clone(), fields.clone(), unchanged(old))];
    if let Some(beside) = keys::key_of_user(&key.user, key.kind, &key.hash) {
        writes.push(Write::Update(beside, fields, Condition::Present));
    }
    Ok(writes)
}

/// That a row says what it said when it was read.
fn unchanged(row: &Item) -> Condition {
    match row.attributes.get(rows::DOC) {
        Some(doc) => Condition::Equals(rows::DOC, doc.clone()),
        None => Condition::Present,
    }
}

/// The rows of a key that nobody had before.
pub(crate) fn new_key(key: &KeyRecord) -> Result<Vec<Write>, PortError> {
    let ends = Value::N(key.expires_at.plus(AFTERLIFE).seconds());
    let row = rows::with(rows::item(keys::key(&key.hash), key)?, TTL, ends.clone());
    let mut writes = vec![Write::Put(row, Condition::Absent)];
    if let Some(beside) = keys::key_of_user(&key.user, key.kind, &key.hash) {
        let row = rows::with(rows::item(beside, key)?, TTL, ends);
        writes.push(Write::Put(row, Condition::Always));
    }
    Ok(writes)
}

/// A profile that nobody has yet.
fn vacant() -> Condition {
    Condition::Equals(VACANT, Value::Bool(true))
}

impl Blog {
    pub(crate) async fn row(&self, key: &Key) -> Result<Option<Item>, PortError> {
        self.table.get(key, Consistency::Strong).await.map_err(port)
    }
}
