//! Stands behind the doors that a bench does not open.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};

use api::http::health::Readiness;
use api::http::media::{Declared, Media, Opened, UploadError};
use api::http::pages::Files;
use api::http::reading::{Article, Card, Listed, Place, Reading};
use api::identity::{Authenticator, Credential};
use api::socket::Speak;
use api::socket::event_stream::{OpenStream, Texts};
use async_trait::async_trait;
use axum::body::BodyDataStream;
use domain::account::Identity;
use domain::media::ObjectKey;
use domain::ports::PortError;
use domain::{Slug, Tag, Timestamp};
use futures_util::{Sink, Stream};
use realtime::{Close, Incoming, Outgoing, Watermark};
use schema::Client;
use tokio_tungstenite::tungstenite::Error;

type IncomingFrames<'a> = Pin<Box<dyn Stream<Item = Incoming> + Send + 'a>>;
type OutgoingFrames<'a> = Pin<Box<dyn Sink<Outgoing, Error = Error> + Send + 'a>>;

/// Knows nobody, keeps nothing, speaks to no one.
pub struct Silence;

#[async_trait]
impl Authenticator for Silence {
    async fn authenticate(&self, _: &Credential) -> Result<Option<Identity>, PortError> {
        Ok(None)
    }
}

#[async_trait]
impl Media for Silence {
    async fn open(&self, _: &ObjectKey, _: Option<&str>) -> Result<Option<Opened>, PortError> {
        Ok(None)
    }

    async fn receive(&self, _: &str, _: Declared, _: BodyDataStream) -> Result<(), UploadError> {
        Err(UploadError::Ticket)
    }
}

#[async_trait]
impl Reading for Silence {
    fn site_title(&self) -> &str {
        "Deepdive"
    }

    async fn article(&self, _: &Slug) -> Result<Option<Article>, PortError> {
        Ok(None)
    }

    async fn newest(&self, _: &Listed, _: u32) -> Result<Vec<Card>, PortError> {
        Ok(vec![])
    }

    async fn newest_articles(&self, _: u32) -> Result<Vec<Article>, PortError> {
        Ok(vec![])
    }

    async fn tag(&self, _: &Tag) -> Result<Option<Tag>, PortError> {
        Ok(None)
    }

    async fn tags(&self, _: u32) -> Result<Vec<Tag>, PortError> {
        Ok(vec![])
    }

    async fn places(&self, _: Timestamp, _: Timestamp, _: u32) -> Result<Vec<Place>, PortError> {
        Ok(vec![])
    }
}

#[async_trait]
impl Readiness for Silence {
    async fn check(&self) -> Result<(), &'static str> {
        Ok(())
    }
}

#[async_trait]
impl Speak for Silence {
    fn message_limit(&self) -> usize {
        0
    }

    async fn speak(
        &self,
        _: &Client,
        _: IncomingFrames<'_>,
        _: OutgoingFrames<'_>,
    ) -> Option<Close> {
        None
    }

    fn registry(&self) -> &Arc<realtime::Sockets> {
        static EMPTY: LazyLock<Arc<realtime::Sockets>> = LazyLock::new(realtime::Sockets::new);
        &EMPTY
    }

    fn stream(
        &self,
        _: Watermark,
        _: Option<Identity>,
        _: Client,
        _: realtime::Request,
        _: Texts,
    ) -> Option<OpenStream> {
        None
    }
}

impl Files for Silence {
    fn get(&self, _: &str) -> Option<Cow<'static, [u8]>> {
        None
    }
}
