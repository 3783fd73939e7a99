//! The index made anew, because the operator asks for it: search was switched on after posts were published, a new
//! version takes text apart in another way, or what is found is in doubt.

use std::sync::Arc;

use aws_search::OpenSearchIndex;
use content::MarkdownRenderer;
use lambda_runtime::Error;
use serde_json::{Value, json};
use workers::reindex::ListedPage;
use workers::{JobError, Search};

use crate::config::Environment;
use crate::records::Records;

/// Whether an event asks for it: `{"command": "reindex"}`.
pub fn is_asked(event: &Value) -> bool {
    event["command"] == "reindex"
}

/// Makes it: readers are answered by the former one meanwhile, and no change is missed. Says how many posts are in it.
/// One that breaks off leaves nothing behind, or what the next one goes on with.
///
/// # Errors
/// The blog is without search, or table or index failed: then the former one stays.
pub async fn run(environment: &Environment) -> Result<Value, Error> {
    let records = Records::open(environment).await?;
    let config = environment.search(records.clock.clone(), records.ids.clone())?;
    let config = config.ok_or("this blog was deployed without search: deploy it with search=on")?;
    let index = Arc::new(OpenSearchIndex::open(config).await?);
    let search = Search {
        blog: records.blog.clone(),
        renderer: Arc::new(MarkdownRenderer),
        index: index.clone(),
    };
    index.begin_rebuild().await?;
    let posts = match fill(&search, &index).await {
        Ok(posts) => posts,
        Err(error) => {
            if let Err(error) = index.abandon_rebuild().await {
                tracing::warn!(error = %error, "the index that was begun stays for the next attempt");
            }
            return Err(error.into());
        }
    };
    index.finish_rebuild().await?;
    Ok(json!({ "posts": posts }))
}

async fn fill(search: &Search, index: &OpenSearchIndex) -> Result<usize, JobError> {
    let (mut posts, mut after) = (0, None);
    loop {
        let ListedPage { documents, next } = search.listed(after).await?;
        index.fill(&documents).await?;
        posts += documents.len();
        after = next;
        if after.is_none() {
            return Ok(posts);
        }
    }
}
