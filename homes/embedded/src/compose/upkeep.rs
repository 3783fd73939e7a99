//! What an operator does with a blog that no server has: checking, mending, filling the index anew.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use domain::Timestamp;
use domain::actions::{ActionError, ConfirmStages, RetryStage};
use domain::ports::{Clock, PortError};
use domain::stage::{Stage, StageId};
use embedded_objects::FolderObjects;
use embedded_search::TantivyIndex;
use embedded_system::SystemClock;
use embedded_table::{DataFolder, TableFile};
use store::{Check, Finding, HeldObject, Survey};
use workers::Search;

use super::backup::OBJECTS;
use super::{OpenHomeError, Records, korean};

/// Where the index lies in a data folder.
pub(super) const SEARCH: &str = "search";

/// Why upkeep did not go on.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// The data folder, also when a server has it.
    #[error(transparent)]
    Open(#[from] OpenHomeError),
    /// The index cannot be removed.
    #[error("the search index could not be removed")]
    Index(#[source] std::io::Error),
    /// No Korean dictionary.
    #[error(
        "the index needs the Korean dictionary, which is not installed: run `cargo xtask setup`"
    )]
    NoDictionary,
    /// A worker failed.
    #[error("the index was not filled: {0}")]
    Fill(String),
    /// An action failed.
    #[error("the blog could not be changed")]
    Action(#[from] ActionError),
    /// A port failed.
    #[error("the data folder could not be read")]
    Port(#[from] PortError),
}

/// A blog that no server has.
pub struct Upkeep {
    records: Records,
    objects: FolderObjects,
}

impl Upkeep {
    /// Opens a data folder, which must be there.
    ///
    /// # Errors
    /// [`OpenHomeError`] - also when a server has it.
    pub async fn open(data_dir: &Path) -> Result<Self, OpenHomeError> {
        DataFolder::look(data_dir)?;
        let records = Records::open(data_dir).await?;
        let folder = records.folder.folder(OBJECTS)?;
        let objects = FolderObjects::open(&folder, records.clock.clone(), records.ids.clone())?;
        Ok(Self { records, objects })
    }

    /// The blog and what it is made of.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// Images and audio.
    pub fn objects(&self) -> &FolderObjects {
        &self.objects
    }

    /// Removes the search index; the next start fills it.
    ///
    /// # Errors
    /// `Index`.
    pub fn drop_index(&self) -> Result<(), UpkeepError> {
        match fs::remove_dir_all(self.records.folder.path().join(SEARCH)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(UpkeepError::Index(error))
            }
            _ => Ok(()),
        }
    }

    /// Looks for what is wrong; with `repair` mends what can be mended. Gives what was found, each
    /// with whether it is mended.
    ///
    /// # Errors
    /// A failure of table or objects; what is wrong with the data is no error.
    pub async fn check(&self, repair: bool) -> Result<Vec<(Finding, bool)>, UpkeepError> {
        let check = Check {
            blog: &self.records.blog,
            walk: &*self.records.table,
            objects: &self.objects,
            ids: &*self.records.ids,
        };
        let held = self.objects.inventory().await?;
        let held: Vec<_> = held.into_iter().map(|(key, whole)| HeldObject { key, whole }).collect();
        let mut told = vec![];
        for finding in check.run(&held).await? {
            let mended = repair && check.repair(&finding).await?;
            told.push((finding, mended));
        }
        if repair {
            self.objects.remove_orphans().await?;
        }
        Ok(told)
    }

    /// What there is.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn survey(&self) -> Result<Survey, PortError> {
        Survey::of(&*self.records.table).await
    }

    /// Sets a stage due that failed, as its author could.
    ///
    /// # Errors
    /// A refusal, or a failure of the table.
    pub async fn retry(&self, stage: &Stage) -> Result<Stage, ActionError> {
        let Records { blog, clock, ids, .. } = &self.records;
        let action = RetryStage { posts: blog, clock: &**clock, ids: &**ids };
        let id: StageId = stage.id.clone();
        action.run(&stage.author, &id, None).await
    }

    /// Lets a held stage go on once, in its author's place.
    ///
    /// # Errors
    /// A refusal, or a failure of the table.
    pub async fn confirm(&self, stage: &Stage) -> Result<Vec<Stage>, ActionError> {
        let Records { blog, clock, ids, .. } = &self.records;
        let action = ConfirmStages { posts: blog, clock: &**clock, ids: &**ids };
        action.run(&stage.author, std::slice::from_ref(&stage.id), None).await
    }
}

/// What a look at a data folder shows.
#[derive(Debug)]
pub struct Look {
    /// Format of the folder.
    pub folder: u32,
    /// Format of the table's file.
    pub table: i64,
    /// What there is.
    pub survey: Survey,
    /// When it was looked.
    pub at: Timestamp,
}

/// Looks at a blog beside whoever has it.
///
/// # Errors
/// [`UpkeepError`].
pub async fn look(data_dir: &Path) -> Result<Look, UpkeepError> {
    let folder = DataFolder::look(data_dir).map_err(OpenHomeError::from)?;
    let file = TableFile::open(data_dir, Arc::new(SystemClock)).map_err(OpenHomeError::from)?;
    let table = file.format().map_err(OpenHomeError::from)?;
    Ok(Look { folder, table, survey: Survey::of(&file).await?, at: SystemClock.now() })
}

/// Drops the index and fills it from the posts. Gives how many are in it.
///
/// # Errors
/// [`UpkeepError`]; then the next start of the server fills it.
pub async fn reindex(data_dir: &Path, dictionary: Option<&Path>) -> Result<usize, UpkeepError> {
    let upkeep = Upkeep::open(data_dir).await?;
    let dictionary = korean(dictionary).ok_or(UpkeepError::NoDictionary)?;
    upkeep.drop_index()?;
    let records = &upkeep.records;
    let folder = records.folder.path().join(SEARCH);
    let index = TantivyIndex::open(&folder, Some(dictionary))?;
    let search = Search {
        blog: records.blog.clone(),
        renderer: Arc::new(content::MarkdownRenderer),
        index: Arc::new(index),
    };
    search.fill().await.map_err(|error| UpkeepError::Fill(error.to_string()))
}
