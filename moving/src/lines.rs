//! Files of lines, compressed with zstd.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use domain::post::hex;
use sha2::{Digest, Sha256};

use crate::error::FolderError;
use crate::files::private_file;
use crate::manifest::Part;

/// zstd's own middle way.
const LEVEL: i32 = 3;
/// A line is longer than this only where somebody made it so: a row has at most 400 KB, twice that where its
/// bytes are spelled in base64 and its text in escapes.
const LINE_BYTES: u64 = 4 * 1024 * 1024;

/// Writes lines into files of a folder, each of about so many bytes before they are compressed.
pub struct Writer {
    folder: PathBuf,
    name: &'static str,
    part_bytes: usize,
    open: Option<Open>,
    parts: Vec<Part>,
}

struct Open {
    file: String,
    lines: u64,
    bytes: usize,
    out: zstd::Encoder<'static, Hashing<BufWriter<File>>>,
}

impl Writer {
    /// Writes nothing yet.
    pub fn new(folder: &Path, name: &'static str, part_bytes: usize) -> Self {
        Writer { folder: folder.to_owned(), name, part_bytes, open: None, parts: vec![] }
    }

    /// Writes a line.
    ///
    /// # Errors
    /// `Io`.
    pub fn line(&mut self, line: &[u8]) -> Result<(), FolderError> {
        let full = self.open.as_ref().is_some_and(|open| open.bytes >= self.part_bytes);
        if full {
            self.close()?;
        }
        let folder = self.folder.clone();
        let io = |source| FolderError::Io { path: folder, source };
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.begin()?,
        };
        open.out.write_all(line).and_then(|()| open.out.write_all(b"\n")).map_err(io)?;
        open.lines += 1;
        open.bytes += line.len() + 1;
        self.open = Some(open);
        Ok(())
    }

    /// Ends the last file; all are on the disk then.
    ///
    /// # Errors
    /// `Io`.
    pub fn finish(mut self) -> Result<Vec<Part>, FolderError> {
        self.close()?;
        Ok(self.parts)
    }

    fn begin(&self) -> Result<Open, FolderError> {
        let file = format!("{}-{:06}.ndjson.zst", self.name, self.parts.len() + 1);
        let path = self.folder.join(&file);
        let out = private_file(&path).map_err(FolderError::io(&path))?;
        let out = zstd::Encoder::new(Hashing::new(BufWriter::new(out)), LEVEL);
        let out = out.map_err(FolderError::io(&path))?;
        Ok(Open { file, lines: 0, bytes: 0, out })
    }

    fn close(&mut self) -> Result<(), FolderError> {
        let Some(Open { file, lines, out, .. }) = self.open.take() else { return Ok(()) };
        let path = self.folder.join(&file);
        let ended = || -> io::Result<Hashing<BufWriter<File>>> {
            let mut hashing = out.finish()?;
            hashing.inner.flush()?;
            hashing.inner.get_ref().sync_all()?;
            Ok(hashing)
        };
        let Hashing { hash, length, .. } = ended().map_err(FolderError::io(&path))?;
        self.parts.push(Part { file, lines, length, sha256: hex(&hash.finalize()) });
        Ok(())
    }
}

/// Reads the lines of a file, and compares it with what the manifest says of it when it has met them all.
///
/// # Errors
/// `Damaged`; or what `meet` fails with, none standing for a line that is none.
pub fn read(
    folder: &Path,
    part: &Part,
    mut meet: impl FnMut(&[u8]) -> Option<()>,
) -> Result<(), FolderError> {
    let path = folder.join(&part.file);
    let damaged = || FolderError::damaged(&path);
    // Only names that were given by a writer: a manifest leads nowhere else.
    if part.file.contains('/') || part.file.starts_with('.') {
        return Err(damaged());
    }
    let file = File::open(&path).map_err(|_| damaged())?;
    let mut hashing = Hashing::new(BufReader::new(file));
    let mut lines = 0;
    {
        let packed = zstd::Decoder::new(&mut hashing).map_err(|_| damaged())?;
        let mut unpacked = BufReader::new(packed);
        let mut line = vec![];
        loop {
            line.clear();
            let read = (&mut unpacked).take(LINE_BYTES).read_until(b'\n', &mut line);
            if read.map_err(|_| damaged())? == 0 {
                break;
            }
            if line.pop() != Some(b'\n') {
                return Err(damaged());
            }
            meet(&line).ok_or_else(damaged)?;
            lines += 1;
        }
    }
    // What is behind the end of the compressed bytes is damage, too.
    io::copy(&mut hashing, &mut io::sink()).map_err(|_| damaged())?;
    let Hashing { hash, length, .. } = hashing;
    let same = lines == part.lines && length == part.length && hex(&hash.finalize()) == part.sha256;
    if same { Ok(()) } else { Err(damaged()) }
}

/// Hashes and counts what goes through it.
struct Hashing<T> {
    inner: T,
    hash: Sha256,
    length: u64,
}

impl<T> Hashing<T> {
    fn new(inner: T) -> Self {
        Hashing { inner, hash: Sha256::new(), length: 0 }
    }

    fn note(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
    }
}

impl<T: Write> Write for Hashing<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.note(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Read> Read for Hashing<T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(bytes)?;
        self.note(&bytes[..n]);
        Ok(n)
    }
}
