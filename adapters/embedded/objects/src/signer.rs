//! The secret of the store, and what it signs.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use domain::ports::IdSource;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The block of SHA-256, the longest key that HMAC takes as it is.
const SECRET_BYTES: usize = 64;

/// What a signature is for: one of one kind is never good for the other.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    /// An upload ticket.
    Upload,
    /// The address of an object.
    Address,
}

impl Purpose {
    fn prefix(self) -> &'static [u8] {
        match self {
            Purpose::Upload => b"deepdive upload 1\0",
            Purpose::Address => b"deepdive address 1\0",
        }
    }
}

/// Signs with HMAC-SHA-256.
pub struct Signer {
    secret: [u8; SECRET_BYTES],
}

impl Signer {
    /// Reads the secret from its file; draws and stores one, readable by its owner only, if there is
    /// none. None is returned when the file does not hold a secret.
    ///
    /// # Errors
    /// The file system's.
    pub fn open(file: &Path, ids: &dyn IdSource) -> io::Result<Option<Self>> {
        match std::fs::read(file) {
            Ok(bytes) => Ok(bytes.try_into().ok().map(|secret| Self { secret })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut secret = [0; SECRET_BYTES];
                for part in secret.chunks_exact_mut(16) {
                    part.copy_from_slice(&ids.secret().to_be_bytes());
                }
                store(file, &secret)?;
                Ok(Some(Self { secret }))
            }
            Err(error) => Err(error),
        }
    }

    /// Signs a message.
    pub fn sign(&self, purpose: Purpose, message: &[u8]) -> Vec<u8> {
        self.mac(purpose, message).finalize().into_bytes().to_vec()
    }

    /// Whether a signature is that of a message; takes as long for each wrong one.
    pub fn verify(&self, purpose: Purpose, message: &[u8], signature: &[u8]) -> bool {
        self.mac(purpose, message).verify_slice(signature).is_ok()
    }

    fn mac(&self, purpose: Purpose, message: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new(&self.secret.into());
        mac.update(purpose.prefix());
        mac.update(message);
        mac
    }
}

/// Renamed into place, so that a crash leaves either no secret or a whole one.
fn store(file: &Path, secret: &[u8]) -> io::Result<()> {
    let fresh = file.with_extension("new");
    let mut out =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    out.write_all(secret)?;
    out.sync_all()?;
    std::fs::rename(&fresh, file)?;
    match file.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
