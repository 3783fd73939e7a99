//! What stands beside the table in these tests.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use domain::UserId;
use domain::media::ObjectKey;
use domain::ports::{
    Object, ObjectInfo, Objects, Passwords, PortError, SearchDocument, SearchHit, SearchHits,
    SearchIndex, SearchQuery, TextPiece, UploadRequest, UploadTicket,
};
use parking_lot::Mutex;

/// Objects in memory. An address says whether it ends.
#[derive(Default)]
pub struct MemoryObjects(Mutex<HashMap<ObjectKey, Object>>);

#[async_trait]
impl Objects for MemoryObjects {
    async fn put(&self, key: &ObjectKey, bytes: &[u8], of: &str) -> Result<(), PortError> {
        let object = Object { bytes: bytes.to_vec(), content_type: of.to_owned() };
        self.0.lock().insert(key.clone(), object);
        Ok(())
    }

    async fn get(&self, key: &ObjectKey) -> Result<Option<Object>, PortError> {
        Ok(self.0.lock().get(key).cloned())
    }

    async fn info(&self, _: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        Ok(None)
    }

    async fn delete(&self, key: &ObjectKey) -> Result<(), PortError> {
        self.0.lock().remove(key);
        Ok(())
    }

    async fn keys_of(&self, owner: &str, limit: u32) -> Result<Vec<ObjectKey>, PortError> {
        let of_owner = |key: &&ObjectKey| key.as_str().split('/').next() == Some(owner);
        let mut keys: Vec<_> = self.0.lock().keys().filter(of_owner).cloned().collect();
        keys.sort();
        keys.truncate(limit as usize);
        Ok(keys)
    }

    async fn upload_ticket(&self, request: &UploadRequest) -> Result<UploadTicket, PortError> {
        Ok(UploadTicket {
            method: "PUT",
            url: format!("/uploads/{}", request.key),
            headers: vec![("content-type".to_owned(), request.content_type.clone())],
            expires_at: request.expires_at,
        })
    }

    async fn url(&self, key: &ObjectKey, valid_for: Option<Duration>) -> Result<String, PortError> {
        Ok(match valid_for {
            None => format!("/media/{key}"),
            Some(life) => format!("/media/{key}?for={}", life.as_secs()),
        })
    }
}

/// Passwords in the clear, as no adapter may keep them.
#[derive(Default)]
pub struct PlainPasswords(Mutex<HashMap<UserId, String>>);

#[async_trait]
impl Passwords for PlainPasswords {
    async fn set(&self, user: &UserId, password: &str) -> Result<(), PortError> {
        self.0.lock().insert(user.clone(), password.to_owned());
        Ok(())
    }

    async fn check(&self, user: Option<&UserId>, password: &str) -> Result<bool, PortError> {
        let passwords = self.0.lock();
        Ok(user.and_then(|user| passwords.get(user)).is_some_and(|known| known == password))
    }
}

/// Answers every question with what a test has put in, newest first, whatever became of it since.
#[derive(Default)]
pub struct StaleIndex(pub Mutex<Vec<domain::PostId>>);

#[async_trait]
impl SearchIndex for StaleIndex {
    fn generation(&self) -> String {
        "1".to_owned()
    }

    async fn put(&self, document: &SearchDocument) -> Result<(), PortError> {
        self.0.lock().push(document.post.clone());
        Ok(())
    }

    async fn remove(&self, _: &domain::PostId, _: u64) -> Result<(), PortError> {
        Ok(())
    }

    async fn search(&self, query: &SearchQuery) -> Result<SearchHits, PortError> {
        if query.text == "unset" {
            return Err(PortError::Denied("install the secret dictionary".to_owned()));
        }
        let piece = |text: &str| vec![TextPiece { text: text.to_owned(), matched: true }];
        let posts = self.0.lock();
        let hits = posts.iter().skip(query.offset as usize).take(query.limit as usize);
        let hit = |post: &domain::PostId| SearchHit {
            post: post.clone(),
            score: 1.5,
            title: piece("title"),
            excerpt: piece(&query.text),
        };
        Ok(SearchHits { hits: hits.map(hit).collect(), total: posts.len() as u64 })
    }
}
