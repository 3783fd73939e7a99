//! How an upload comes in.

use std::pin::pin;

use bytes::Bytes;
use domain::media::ObjectKey;
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use crate::FolderObjects;
use crate::error::{Fault, UploadRefused};
use crate::files::{Draft, Files};
use crate::ticket::{self, Ticket};

/// Pieces that may wait for the disk: bounds the memory of an upload.
const WAITING: usize = 8;

/// An upload that became an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadAccepted {
    /// Which object.
    pub key: ObjectKey,
}

impl FolderObjects {
    /// Takes the body of a request to `/uploads/{token}` and makes an object of it, atomically and
    /// durably. Only an upload that was accepted uses its ticket; of two at once one is accepted.
    ///
    /// `content_length` is what the request announces, if it does: a wrong one is refused before the
    /// body is read. A caller that drops this future leaves nothing behind.
    ///
    /// # Errors
    /// [`UploadRefused`], by reason. Nothing of the body remains, and an object that was there before
    /// is as it was.
    pub async fn accept_upload<E>(
        &self,
        token: &str,
        content_type: Option<&str>,
        content_length: Option<u64>,
        body: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<UploadAccepted, UploadRefused>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let ticket = self.admit(token, content_type, content_length).await?;
        let draft = self.receive(ticket.request.length, body).await?;

        let key = ticket.request.key.clone();
        let finished = self.work(move |_| Ok(draft.finish()?)).await?;
        if finished.sha256 != ticket.request.sha256 {
            return Err(UploadRefused::WrongChecksum);
        }
        let accepted = self.work(move |store| store.put_upload(&ticket, finished)).await?;
        if accepted { Ok(UploadAccepted { key }) } else { Err(UploadRefused::Used) }
    }

    /// Checks everything that can be checked before the body.
    async fn admit(
        &self,
        token: &str,
        content_type: Option<&str>,
        content_length: Option<u64>,
    ) -> Result<Ticket, UploadRefused> {
        let ticket = ticket::read(token, &self.store.signer).ok_or(UploadRefused::Altered)?;
        let request = &ticket.request;
        if self.store.clock.now() > request.expires_at {
            return Err(UploadRefused::Expired);
        }
        let right_type = content_type
            .is_some_and(|given| given.trim().eq_ignore_ascii_case(&request.content_type));
        if !right_type {
            return Err(UploadRefused::WrongType { expected: request.content_type.clone() });
        }
        if content_length.is_some_and(|length| length != request.length) {
            return Err(UploadRefused::WrongLength { expected: request.length });
        }
        let number = ticket.number;
        if self.work(move |store| store.used(number)).await? {
            return Err(UploadRefused::Used);
        }
        Ok(ticket)
    }

    /// Writes a body of exactly `length` bytes, and never more than that, to a draft.
    async fn receive<E>(
        &self,
        length: u64,
        body: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<Draft, UploadRefused>
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (pieces, waiting) = mpsc::channel(WAITING);
        let files = self.store.files.clone();
        let writing = spawn_blocking(move || write(&files, waiting));

        let mut body = pin!(body);
        let mut received = 0;
        while let Some(piece) = body.next().await {
            let piece = piece.map_err(|error| UploadRefused::BrokenOff(error.into()))?;
            received += piece.len() as u64;
            if received > length {
                return Err(UploadRefused::WrongLength { expected: length });
            }
            if pieces.send(piece).await.is_err() {
                // The writer has stopped, and says why below.
                break;
            }
        }
        drop(pieces);
        let draft = writing.await.map_err(Fault::from).and_then(|draft| draft);
        let draft = draft.map_err(domain::ports::PortError::from)?;
        if received == length {
            Ok(draft)
        } else {
            Err(UploadRefused::WrongLength { expected: length })
        }
    }
}

/// Writes pieces until there are no more. When the upload is given up, nobody takes the draft, and it
/// is removed.
fn write(files: &Files, mut waiting: mpsc::Receiver<Bytes>) -> Result<Draft, Fault> {
    let mut draft = files.draft()?;
    while let Some(piece) = waiting.blocking_recv() {
        draft.write(&piece)?;
    }
    Ok(draft)
}
