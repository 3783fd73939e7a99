//! An object as a line of JSON: what it is, and where its bytes are.

use domain::media::ObjectKey;
use domain::ports::ObjectInfo;
use domain::post::hex;

/// What is known of an object.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ObjectLine {
    /// Its key: the path of its file below `objects`, too.
    pub key: String,
    /// Bytes.
    pub length: u64,
    /// Media type.
    #[serde(rename = "type")]
    pub content_type: String,
    /// Of the bytes, in hexadecimal.
    pub sha256: String,
}

impl ObjectLine {
    /// Tells an object.
    pub fn of(key: &ObjectKey, info: &ObjectInfo) -> Self {
        ObjectLine {
            key: key.to_string(),
            length: info.length,
            content_type: info.content_type.clone(),
            sha256: hex(&info.sha256),
        }
    }

    /// Writes it, without a line break.
    ///
    /// # Errors
    /// Never in practice.
    pub fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// Reads what [`ObjectLine::write`] wrote, with its key; none of anything else.
    pub fn read(line: &[u8]) -> Option<(ObjectKey, Self)> {
        let line: ObjectLine = serde_json::from_slice(line).ok()?;
        Some((ObjectKey::parse(&line.key).ok()?, line))
    }

    /// Whether this is what a store has.
    pub fn is(&self, info: &ObjectInfo) -> bool {
        let ObjectLine { length, content_type, sha256, .. } = self;
        *length == info.length && *content_type == info.content_type && *sha256 == hex(&info.sha256)
    }
}
