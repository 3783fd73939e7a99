//! The port of the actions.

use domain::ports::{ApplyError, Change, Loaded, PortError, Posts, Wanted};
use domain::post::Revision;
use domain::stage::{LONGEST_PROBE, LONGEST_WAIT, StageId, StageKind};
use domain::{PostId, Timestamp};

use crate::blog::Blog;
use crate::keys;
use crate::rows;
use crate::table::{Consistency, Index, Query, SortRange, Start, Value};

#[async_trait::async_trait]
impl Posts for Blog {
    async fn load(&self, wanted: &Wanted) -> Result<Loaded, PortError> {
        self.load_rows(wanted).await
    }

    async fn apply(&self, change: Change) -> Result<(), ApplyError> {
        self.apply_change(change).await
    }

    async fn published_body(
        &self,
        post: &PostId,
        revision: Revision,
    ) -> Result<Option<String>, PortError> {
        let rows = self.rows(&[keys::revision(post, revision)]).await?;
        rows.first().map(rows::read_text).transpose()
    }

    async fn due(
        &self,
        kind: StageKind,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<StageId>, PortError> {
        let query = |range, ascending| Query {
            index: Some(Index::Gsi1),
            partition: keys::due_partition(kind),
            range,
            ascending,
            limit,
            start: None,
            consistency: Consistency::Eventual,
        };
        // Beyond any wait: written before the clock went back.
        let beyond = SortRange::Between(now.plus(LONGEST_WAIT).sortable(), "~".into());
        let now = SortRange::Between("0".into(), format!("{}~", now.sortable()));
        let mut ids = vec![];
        // Housekeeping alone may wait longer than any wait: a week is not a clock that went back.
        let early = (!kind.internal()).then(|| query(beyond, true));
        for query in early.into_iter().chain([query(now, true)]) {
            let page = self.page(&query).await?;
            ids.extend(page.items.iter().filter_map(|item| keys::parse_stage(&item.key)));
        }
        Ok(ids)
    }

    async fn probes(&self, now: Timestamp, limit: u32) -> Result<Vec<StageId>, PortError> {
        // Beyond any probe: written before the clock went back.
        let beyond = SortRange::Between(now.plus(LONGEST_PROBE).sortable(), "~".into());
        let due = SortRange::Between("0".into(), format!("{}~", now.sortable()));
        let mut ids = vec![];
        for range in [beyond, due] {
            let query = Query {
                index: Some(Index::Gsi2),
                partition: keys::PROBES.to_owned(),
                range,
                ascending: true,
                limit,
                start: None,
                consistency: Consistency::Eventual,
            };
            let page = self.page(&query).await?;
            ids.extend(page.items.iter().filter_map(|item| keys::parse_stage(&item.key)));
        }
        Ok(ids)
    }

    async fn held(&self, limit: u32) -> Result<Vec<StageId>, PortError> {
        let query = Query {
            index: Some(Index::Gsi2),
            partition: keys::HELD.to_owned(),
            range: SortRange::All,
            ascending: true,
            limit,
            start: None,
            consistency: Consistency::Eventual,
        };
        let page = self.page(&query).await?;
        Ok(page.items.iter().filter_map(|item| keys::parse_stage(&item.key)).collect())
    }

    async fn open_stages(
        &self,
        kind: StageKind,
        after: Option<String>,
    ) -> Result<(Vec<StageId>, Option<String>), PortError> {
        // A position is the sort key in the index, a line break, and the row's partition.
        let start = after.as_deref().and_then(|after| after.split_once('\n')).map(|(sort, pk)| {
            let key = crate::table::Key::new(pk, format!("STAGE#{}", kind.name()));
            Start::at_index(key, Value::S(sort.to_owned()))
        });
        let query = Query {
            index: Some(Index::Gsi1),
            partition: keys::due_partition(kind),
            range: SortRange::All,
            ascending: true,
            limit: 100,
            start,
            consistency: Consistency::Eventual,
        };
        let page = self.page(&query).await?;
        let next = page.next.and_then(|next| match next.index_sort {
            Some(Value::S(sort)) => Some(format!("{sort}\n{}", next.key.pk)),
            _ => None,
        });
        let ids = page.items.iter().filter_map(|item| keys::parse_stage(&item.key)).collect();
        Ok((ids, next))
    }
}
