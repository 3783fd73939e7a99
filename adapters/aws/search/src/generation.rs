//! Which index stands behind the name, made when there is none.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::analysis;
use crate::client::Client;
use crate::error::Failure;

/// Whoever makes an index may meet others who do; after so many looks something else is wrong.
const LOOKS: u32 = 4;

/// An index, behind its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Generation {
    /// Its own name, which ends in its number.
    pub(crate) index: String,
    /// Told apart from one of the same name that was made earlier.
    uuid: String,
    /// The fingerprint of how it takes text apart.
    pub(crate) analysis: String,
}

impl Generation {
    /// The index and its analysis in one word.
    pub(crate) fn name(&self) -> String {
        format!("{}-{}-{}", self.index, self.analysis, self.uuid)
    }

    /// The name of the index that comes after this one.
    pub(crate) fn next_index(&self, alias: &str) -> String {
        let number = self.index.rsplit('-').next().and_then(|number| number.parse::<u64>().ok());
        index_name(alias, number.unwrap_or_default() + 1)
    }
}

pub(crate) fn index_name(alias: &str, number: u64) -> String {
    format!("{alias}-{number}")
}

/// The index that the name stands for.
pub(crate) async fn find(client: &Client, alias: &str) -> Result<Option<Generation>, Failure> {
    let answer = client.json(Method::GET, alias, None).await?;
    if answer.status == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    let body = answer.ok()?;
    let indices = body.as_object().filter(|indices| indices.len() == 1);
    let (index, made) = indices
        .and_then(|indices| indices.iter().next())
        .ok_or(Failure::Unreadable("the one index behind the name"))?;
    let uuid = made["settings"]["index"]["uuid"].as_str();
    let analysis = made["mappings"]["_meta"]["analysis"].as_str();
    Ok(Some(Generation {
        index: index.clone(),
        uuid: uuid.ok_or(Failure::Unreadable("an index's uuid"))?.to_owned(),
        analysis: analysis.unwrap_or("unknown").to_owned(),
    }))
}

/// The index that the name stands for; an empty one when there was none. However many do this at once,
/// one index is made: its name is the same for all, and the name that it stands behind is given to it as
/// it is made.
pub(crate) async fn find_or_make(client: &Client, alias: &str) -> Result<Generation, Failure> {
    for _ in 0..LOOKS {
        if let Some(generation) = find(client, alias).await? {
            return Ok(generation);
        }
        make(client, &index_name(alias, 1), alias).await?;
    }
    Err(Failure::Unreadable("the index that was made"))
}

/// Makes an empty index that stands behind a name. It is no error when an index of that name is there.
pub(crate) async fn make(client: &Client, index: &str, alias: &str) -> Result<(), Failure> {
    let mut body = analysis::index();
    body["aliases"] = json!({ alias: {} });
    let answer = client.json(Method::PUT, index, Some(&body)).await?;
    if answer.refuses("resource_already_exists_exception") {
        return Ok(());
    }
    let made: Value = answer.ok()?;
    tracing::info!(search.index = index, made = %made["acknowledged"], "an index was made");
    Ok(())
}
