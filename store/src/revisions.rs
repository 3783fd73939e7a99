//! The published revisions of a post that are kept.

use domain::PostId;
use domain::ports::PortError;
use domain::post::{Revision, RevisionFacts};

use crate::blog::Blog;
use crate::keys;
use crate::lists::{Listing, PageRequest};
use crate::load::revision_facts;
use crate::rows::corrupt;
use crate::table::{Consistency, Query, SortRange, Start};

/// A published revision, its body apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionRow {
    /// Its number.
    pub revision: Revision,
    /// None of revisions that were published before title and tags were kept.
    pub facts: Option<RevisionFacts>,
}

impl Blog {
    /// The kept revisions of a post, newest first: one query. Only for the post's author.
    ///
    /// # Errors
    /// A failure of the table, or `Corrupt`.
    pub async fn revisions(
        &self,
        post: &PostId,
        request: &PageRequest,
    ) -> Result<Listing<RevisionRow>, PortError> {
        let partition = keys::post(post).pk;
        let start = |position: &String| Start::at(crate::table::Key::new(&partition, position));
        let first = request.first.clamp(1, 100);
        let query = Query {
            index: None,
            partition: partition.clone(),
            range: SortRange::Prefix("REV#".into()),
            ascending: false,
            // One more tells whether any follow.
            limit: first + 1,
            start: request.after.as_ref().map(start),
            consistency: Consistency::Strong,
        };
        let page = self.page(&query).await?;
        let has_next = page.items.len() > first as usize;
        let rows = page.items.iter().take(first as usize).map(|item| {
            let revision = keys::parse_revision(&item.key).ok_or(corrupt(&item.key, "sk"))?;
            Ok((item.key.sk.clone(), RevisionRow { revision, facts: revision_facts(item)? }))
        });
        Ok(Listing { items: rows.collect::<Result<_, PortError>>()?, has_next })
    }
}
