//! Requests for mails, and one-time links.

use domain::mail::{LinkRecord, MailPurpose, MailRequest};
use domain::ports::{MailRequests, PortError};

use crate::blog::{Blog, port};
use crate::keys;
use crate::rows;
use crate::table::{Condition, Consistency, Item, Query, SortRange, TTL, TableError, Value, Write};

/// The attribute that a link's use compares.
const ID: &str = "id";

#[async_trait::async_trait]
impl MailRequests for Blog {
    async fn ask(&self, request: &MailRequest) -> Result<(), PortError> {
        let put = Write::Put(row(request)?, Condition::Always);
        self.write(put).await.map_err(port).map(drop)
    }

    async fn requests(&self, limit: u32) -> Result<Vec<MailRequest>, PortError> {
        let query = Query {
            index: None,
            partition: keys::MAILS.to_owned(),
            range: SortRange::All,
            ascending: true,
            limit,
            start: None,
            consistency: Consistency::Strong,
        };
        let page = self.page(&query).await?;
        let requests = page.items.iter().map(rows::entity);
        let now = self.clock.now();
        let open = |request: &MailRequest| request.expires_at > now;
        Ok(requests.collect::<Result<Vec<_>, _>>()?.into_iter().filter(open).collect())
    }

    async fn request(
        &self,
        purpose: MailPurpose,
        email: &str,
    ) -> Result<Option<MailRequest>, PortError> {
        let row = self.row(&keys::mail(purpose, email)).await?;
        row.as_ref().map(rows::entity).transpose()
    }

    async fn change_request(
        &self,
        old: &MailRequest,
        new: Option<&MailRequest>,
    ) -> Result<bool, PortError> {
        let unchanged = Condition::Equals(rows::DOC, rows::doc(old)?);
        let write = match new {
            Some(new) => Write::Put(row(new)?, unchanged),
            None => Write::Delete(keys::mail(old.purpose, &old.email), unchanged),
        };
        match self.write(write).await {
            Ok(_) => Ok(true),
            Err(TableError::ConditionFailed(_)) => Ok(false),
            Err(error) => Err(port(error)),
        }
    }

    async fn add_link(&self, link: &LinkRecord) -> Result<(), PortError> {
        let row = rows::item(keys::link(&link.hash), link)?;
        let row = rows::with(row, TTL, Value::N(link.expires_at.seconds()));
        self.write(Write::Put(row, Condition::Absent)).await.map_err(port).map(drop)
    }

    async fn link(&self, hash: &str) -> Result<Option<LinkRecord>, PortError> {
        let row = self.row(&keys::link(hash)).await?;
        let link: Option<LinkRecord> = row.as_ref().map(rows::entity).transpose()?;
        Ok(link.filter(|link| link.expires_at > self.clock.now()))
    }

    async fn use_up(&self, link: &LinkRecord) -> Result<bool, PortError> {
        let same = Condition::Equals(ID, Value::S(link.request.to_string()));
        let writes = vec![
            Write::Delete(keys::mail(link.purpose, &link.email), same),
            Write::Delete(keys::link(&link.hash), Condition::Present),
        ];
        match self.transact(writes).await {
            Ok(()) => Ok(true),
            Err(TableError::ConditionFailed(_)) => Ok(false),
            Err(error) => Err(port(error)),
        }
    }
}

fn row(request: &MailRequest) -> Result<Item, PortError> {
    let row = rows::item(keys::mail(request.purpose, &request.email), request)?;
    let row = rows::with(row, ID, Value::S(request.id.to_string()));
    Ok(rows::with(row, TTL, Value::N(request.expires_at.seconds())))
}
