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
        let partition = keys::due_partition(kind);
        // Beyond any wait: written before the clock went back.
        let beyond = SortRange::Between(now.plus(LONGEST_WAIT).sortable(), "~".into());
        let now = SortRange::Between("0".into(), keys::due_until(now));
        let mut ids = vec![];
        // Housekeeping alone may wait longer than any wait: a week is not a clock that went back.
        for range in (!kind.internal()).then_some(beyond).into_iter().chain([now]) {
            ids.extend(self.stages_at(Index::Gsi1, &partition, range, limit).await?);
        }
        Ok(ids)
    }

    async fn probes(&self, now: Timestamp, limit: u32) -> Result<Vec<StageId>, PortError> {
        // Beyond any probe: written before the clock went back.
        let beyond = SortRange::Between(now.plus(LONGEST_PROBE).sortable(), "~".into());
        let due = SortRange::Between("0".into(), format!("{}~", now.sortable()));
        let mut ids = vec![];
        for range in [beyond, due] {
            ids.extend(self.stages_at(Index::Gsi2, keys::PROBES, range, limit).await?);
        }
        Ok(ids)
    }

    async fn held(&self, limit: u32) -> Result<Vec<StageId>, PortError> {
        let waiting = SortRange::Between("0".into(), keys::ARRIVED.into());
        self.stages_at(Index::Gsi2, keys::HELD, waiting, limit).await
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

impl Blog {
    /// Stages by their places in an index, the first ones first, at most `limit`. May be a moment late.
    pub(crate) async fn stages_at(
        &self,
        index: Index,
        partition: &str,
        range: SortRange,
        limit: u32,
    ) -> Result<Vec<StageId>, PortError> {
        let query = Query {
            index: Some(index),
            partition: partition.to_owned(),
            range,
            ascending: true,
            limit,
            start: None,
            consistency: Consistency::Eventual,
        };
        let page = self.page(&query).await?;
        Ok(page.items.iter().filter_map(|item| keys::parse_stage(&item.key)).collect())
    }
}
