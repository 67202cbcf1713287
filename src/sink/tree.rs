//! What was written, read back, if nobody has changed it since.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::{Folders, MANIFEST, MAX_BYTES, SinkError, as_written, is_plain, read, read_manifest};

/// The most that is read of one tree, in bytes: that of a hundred thousand apps has a quarter of it.
const MAX_TREE_BYTES: usize = 1024 * 1024 * 1024;

/// Why a tree cannot be read.
#[derive(Debug)]
pub enum ReadError {
    /// The folder has no manifest.
    NoTree(PathBuf),
    /// Files that are not as they were written: their paths, and whether they are there at all.
    Changed(PathBuf, Vec<(String, bool)>),
    /// It has more bytes than are read.
    TooLarge(PathBuf),
    /// What else is in the way.
    Sink(SinkError),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTree(out) => write!(f, "{} has no {MANIFEST}: flyarch has built nothing there", out.display()),
            Self::Changed(out, files) => {
                write!(f, "{} is not as flyarch built it", out.display())?;
                for (path, exists) in files {
                    write!(f, "\n  {path} ({})", if *exists { "edited since" } else { "gone" })?;
                }
                f.write_str("\nwhat an edit means is not known: put it into the spec, and build again")
            }
            Self::TooLarge(out) => {
                write!(f, "{} has more than {} GB", out.display(), MAX_TREE_BYTES / 1024 / 1024 / 1024)
            }
            Self::Sink(SinkError::Io(path, error)) => write!(f, "cannot read {}: {error}", path.display()),
            Self::Sink(SinkError::Link(path)) => {
                write!(f, "{} is a link: what it leads to is not what flyarch built", path.display())
            }
            Self::Sink(SinkError::Manifest(path, why)) => write!(f, "{} {why}", path.display()),
            Self::Sink(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<SinkError> for ReadError {
    fn from(error: SinkError) -> Self {
        Self::Sink(error)
    }
}

/// All files of a tree, by path: those that the manifest names, each as it was written.
///
/// # Errors
///
/// When the folder has no manifest, when a file is not as it was written, and when the system refuses.
pub fn read_tree(out: &Path) -> Result<BTreeMap<String, String>, ReadError> {
    let mut folders = Folders::default();
    let (manifest, text) = read_manifest(out, false, &mut folders)?;
    if text.is_none() {
        return Err(ReadError::NoTree(out.to_owned()));
    }
    let (mut files, mut changed, mut bytes) = (BTreeMap::new(), Vec::new(), 0);
    for (path, known) in manifest.files {
        if !is_plain(&path) {
            let strange = io::Error::new(io::ErrorKind::InvalidData, format!("it names {path:?}"));
            return Err(SinkError::Io(out.join(MANIFEST), strange).into());
        }
        match read(out, &path, MAX_BYTES, &mut folders)? {
            Some(text) => match as_written(&text, &known) {
                Some(text) => {
                    bytes += text.len();
                    if bytes > MAX_TREE_BYTES {
                        return Err(ReadError::TooLarge(out.to_owned()));
                    }
                    files.insert(path, text.into_owned());
                }
                None => changed.push((path, true)),
            },
            None => changed.push((path, false)),
        }
    }
    if changed.is_empty() { Ok(files) } else { Err(ReadError::Changed(out.to_owned(), changed)) }
}
