//! Reading what an action needs: one batch.

use domain::event::Head;
use domain::ports::{KeptRevision, Loaded, PortError, Wanted};
use domain::post::RevisionFacts;
use domain::usage::Budgets;

use crate::blog::Blog;
use crate::keys;
use crate::rows;
use crate::table::{Item, Key};
use crate::usage;

impl Blog {
    pub(crate) async fn load_rows(&self, wanted: &Wanted) -> Result<Loaded, PortError> {
        let topic = wanted.head.as_ref().map(|user| format!("author:{user}"));
        let mut asked: Vec<Key> = vec![];
        if let Some(post) = &wanted.post {
            asked.push(keys::post(post));
            if wanted.body {
                asked.push(keys::body(post));
            }
            asked.extend(wanted.revision.map(|revision| keys::revision(post, revision)));
        }
        asked.extend(wanted.stages.iter().map(keys::stage));
        asked.extend(wanted.assets.iter().map(keys::asset));
        asked.extend(topic.as_deref().map(keys::head));
        asked.extend(wanted.idempotency.as_ref().map(|(user, key)| keys::idempotency(user, key)));

        if let Some((month, kind)) = wanted.usage {
            asked.extend([keys::usage(month, kind), keys::site("BUDGETS")]);
        }

        let items = self.rows(&asked).await?;
        let find = |key: &Key| items.iter().find(|item| item.key == *key);
        let mut loaded = Loaded::default();
        if let Some(post) = &wanted.post {
            loaded.post = find(&keys::post(post)).map(rows::entity).transpose()?;
            if wanted.body {
                loaded.body = find(&keys::body(post)).map(rows::read_text).transpose()?;
            }
            if let Some(revision) = wanted.revision {
                loaded.revision = find(&keys::revision(post, revision)).map(kept).transpose()?;
            }
        }
        for id in &wanted.stages {
            loaded.stages.extend(find(&keys::stage(id)).map(rows::entity).transpose()?);
        }
        for id in &wanted.assets {
            loaded.assets.extend(find(&keys::asset(id)).map(rows::entity).transpose()?);
        }
        if let Some(topic) = &topic {
            loaded.head = Some(self.read_head(find(&keys::head(topic)))?);
        }
        if let Some((user, key)) = &wanted.idempotency {
            loaded.done = find(&keys::idempotency(user, key)).map(rows::entity).transpose()?;
        }
        if let Some((month, kind)) = wanted.usage {
            let used = usage::read(month, kind, find(&keys::usage(month, kind)));
            let budgets = find(&keys::site("BUDGETS")).map(rows::entity::<Budgets>).transpose()?;
            loaded.usage = Some((used, budgets.unwrap_or_default()));
        }
        Ok(loaded)
    }

    /// Where a log ends: before its first event, at 0 of the blog's epoch.
    pub(crate) fn read_head(&self, item: Option<&Item>) -> Result<Head, PortError> {
        match item {
            Some(item) => rows::entity(item),
            None => Ok(Head { seq: 0, epoch: self.epoch.to_string(), tag: String::new() }),
        }
    }
}

/// A published revision. Rows of before title and tags were kept hold the body alone.
fn kept(item: &Item) -> Result<KeptRevision, PortError> {
    Ok(KeptRevision { facts: revision_facts(item)?, body: rows::read_text(item)? })
}

pub(crate) fn revision_facts(item: &Item) -> Result<Option<RevisionFacts>, PortError> {
    item.attributes.contains_key(rows::DOC).then(|| rows::entity(item)).transpose()
}
