#![expect(clippy::disallowed_methods, reason = "this is the end that writes")]
//! Puts files on the disk: all of them or none, and never over something that it did not make.
//!
//! What it made is known by the manifest: the path and the hash of every file. A file that is not in it, or has
//! another hash, belongs to somebody else or was edited, and stays without `--force`. A file that equals what would be
//! written is left alone, with its time of modification.
//!
//! Nothing is synced to the disk file by file: the output can be built again, and waiting would cost more than the
//! whole build (docs/performance.md).

mod error;
mod tree;
mod write;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use error::{Claim, Foreign, SinkError};
pub use tree::{ReadError, read_tree};
pub use write::write;

use crate::render::{Artifact, ArtifactSet};
use crate::spread;

/// The path of the manifest below the output folder.
pub const MANIFEST: &str = ".flyarch/manifest.json";

/// The largest file to compare that is read, in bytes.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// The largest manifest that is read, in bytes: that of a hundred thousand apps has ten million.
const MAX_MANIFEST_BYTES: u64 = 64 * 1024 * 1024;

/// What was generated: path to hash.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Manifest {
    version: u32,
    generator: String,
    files: BTreeMap<String, String>,
}

/// What writing would do.
#[derive(Debug)]
pub struct Changes<'a> {
    out: PathBuf,
    files: &'a ArtifactSet,
    manifest: Artifact,
    /// Paths that are new or differ, with what stands there now.
    pub stale: Vec<(String, Option<String>)>,
    /// Paths that were generated and no longer are.
    pub surplus: Vec<(String, String)>,
    /// Paths whose text is right and whose permission to run is not.
    pub modes: Vec<String>,
    /// Files that are not flyarch's to change: unless forced, nothing is written.
    pub foreign: Vec<Foreign>,
    force: bool,
    /// Whether the output folder exists.
    exists: bool,
}

impl Changes<'_> {
    /// Whether everything is as it should be.
    pub fn is_empty(&self) -> bool {
        self.stale.is_empty() && self.surplus.is_empty() && self.modes.is_empty()
    }

    /// Whether nobody's work would be lost, or that was asked for.
    ///
    /// # Errors
    ///
    /// When [`write()`] would refuse.
    pub fn allowed(&self) -> Result<(), SinkError> {
        if self.force || self.foreign.is_empty() { Ok(()) } else { Err(SinkError::Foreign(self.foreign.clone())) }
    }

    /// Whether a path may be run, as it should be.
    pub fn is_executable(&self, path: &str) -> bool {
        self.files.get(path).is_some_and(|file| file.executable)
    }

    /// The text that a stale path will have; empty for one that goes.
    pub fn new_text(&self, path: &str) -> &str {
        let file = if path == MANIFEST { Some(&self.manifest) } else { self.files.get(path) };
        file.map_or("", |file| file.text.as_str())
    }
}

/// How files are compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Compare {
    /// Overwrite what is not flyarch's, or was edited.
    pub force: bool,
    /// The files are a part of all: others stay as they are.
    pub partial: bool,
}

/// Compares the files with what is in the output folder. Changes nothing.
///
/// # Errors
///
/// When the folder cannot be read, or has links where files or folders should be.
pub fn compare<'a>(out: &Path, files: &'a ArtifactSet, how: Compare) -> Result<Changes<'a>, SinkError> {
    let force = how.force;
    let exists = match fs::metadata(out) {
        Ok(meta) if meta.is_dir() => true,
        Ok(_) => return Err(SinkError::NotAFolder(out.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(SinkError::Io(out.to_owned(), error)),
    };
    let mut folders = Folders::default();
    let (old, old_text) = if exists { read_manifest(out, force, &mut folders)? } else { Default::default() };
    let mut changes = Changes {
        out: out.to_owned(),
        files,
        manifest: manifest(files, how.partial.then_some(&old)),
        stale: Vec::new(),
        surplus: Vec::new(),
        modes: Vec::new(),
        foreign: Vec::new(),
        force,
        exists,
    };
    if !exists {
        changes.stale = files.keys().map(|path| (path.clone(), None)).collect();
        changes.stale.push((MANIFEST.to_owned(), None));
        return Ok(changes);
    }
    for (path, file) in files {
        match read(out, path, MAX_BYTES, &mut folders)? {
            Some(text) if text == file.text => {
                if executable(&out.join(path)).is_some_and(|now| now != file.executable) {
                    changes.modes.push(path.clone());
                }
            }
            Some(text) => {
                let known = old.files.get(path);
                if known.is_none_or(|known| as_written(&text, known).is_none()) {
                    let why = if known.is_some() { Claim::Edited } else { Claim::NotGenerated };
                    changes.foreign.push(Foreign { path: path.clone(), why });
                }
                changes.stale.push((path.clone(), Some(text)));
            }
            None => changes.stale.push((path.clone(), None)),
        }
    }
    for (path, known) in &old.files {
        // The manifest is a file like others, and may say anything: only plain names below the folder count.
        if how.partial || files.contains_key(path) || !is_plain(path) {
            continue;
        }
        if let Some(text) = read(out, path, MAX_BYTES, &mut folders)? {
            if as_written(&text, known).is_none() {
                changes.foreign.push(Foreign { path: path.clone(), why: Claim::EditedSurplus });
            }
            changes.surplus.push((path.clone(), text));
        }
    }
    if old_text.as_deref() != Some(&changes.manifest.text) {
        changes.stale.push((MANIFEST.to_owned(), old_text));
    }
    Ok(changes)
}

/// The manifest of what lies there, and its text.
fn read_manifest(out: &Path, force: bool, folders: &mut Folders) -> Result<(Manifest, Option<String>), SinkError> {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    let refused = |why: String| SinkError::Manifest(out.join(MANIFEST), why);
    let text = match read(out, MANIFEST, MAX_MANIFEST_BYTES, folders) {
        Ok(None) => return Ok(Default::default()),
        Ok(Some(text)) => text,
        // Its text is of no use, and anything but the new one.
        Err(SinkError::Io(_, error)) if force && error.kind() == io::ErrorKind::FileTooLarge => {
            return Ok((Manifest::default(), Some(String::new())));
        }
        Err(SinkError::Io(_, error)) => return Err(refused(format!("cannot be read: {error}"))),
        Err(error) => return Err(error),
    };
    let manifest = match serde_json::from_str::<Manifest>(&text) {
        Ok(manifest) if manifest.version <= 1 => return Ok((manifest, Some(text))),
        Ok(_) => Err(refused("was written by a newer flyarch".to_owned())),
        // A newer one may have another form.
        Err(error) => Err(refused(match serde_json::from_str::<Version>(&text) {
            Ok(Version { version: 2.. }) => "was written by a newer flyarch".to_owned(),
            _ => format!("is no manifest: {error}"),
        })),
    };
    match manifest {
        Err(_) if force => Ok((Manifest::default(), Some(text))),
        manifest => manifest,
    }
}

/// The manifest of the files, and of `others` that stay.
fn manifest(files: &ArtifactSet, others: Option<&Manifest>) -> Artifact {
    let mut hashes = others.map(|others| others.files.clone()).unwrap_or_default();
    let files: Vec<_> = files.iter().collect();
    hashes.extend(spread::map(&files, |(path, file)| ((*path).clone(), hash(file.text.as_bytes()))));
    let manifest = Manifest { version: 1, generator: "flyarch".to_owned(), files: hashes };
    let mut text = serde_json::to_string_pretty(&manifest).unwrap_or_default();
    text.push('\n');
    Artifact { text, executable: false }
}

/// Folders below the output folder that have been looked at.
#[derive(Default)]
struct Folders(String);

/// The text of a file below the output folder, if there is one. No step on the way may be a link.
fn read(out: &Path, path: &str, most: u64, folders: &mut Folders) -> Result<Option<String>, SinkError> {
    if let Some((folder, _)) = path.rsplit_once('/')
        && folder != folders.0
    {
        let mut at = out.to_owned();
        for part in folder.split('/') {
            at.push(part);
            match fs::symlink_metadata(&at) {
                Ok(meta) if meta.file_type().is_symlink() => return Err(SinkError::Link(at)),
                Ok(meta) if !meta.is_dir() => return Err(SinkError::NotAFolder(at)),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(SinkError::Io(at, error)),
            }
        }
        folder.clone_into(&mut folders.0);
    }
    let target = out.join(path);
    match fs::symlink_metadata(&target) {
        Ok(meta) if meta.file_type().is_symlink() => return Err(SinkError::Link(target)),
        // Reading a named pipe would wait for ever.
        Ok(meta) if !meta.is_file() => return Err(SinkError::NotAFile(target)),
        Ok(meta) if meta.len() > most => return Err(SinkError::Io(target, io::ErrorKind::FileTooLarge.into())),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(SinkError::Io(target, error)),
    }
    let bytes = fs::read(&target).map_err(|error| SinkError::Io(target, error))?;
    // What is no text is nobody's of ours; that it differs is all that matters.
    Ok(Some(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())))
}

/// Whether a path is made of plain names below the output folder.
fn is_plain(path: &str) -> bool {
    let plain = |name: &str| {
        let mut parts = Path::new(name).components();
        matches!(parts.next(), Some(Component::Normal(only)) if only == name) && parts.next().is_none()
    };
    path.split('/').all(plain) && !path.contains(char::is_control)
}

/// The text that was written, if a file is what the manifest knows. git gives lines another end where it was told to, which
/// loses nothing.
fn as_written<'t>(text: &'t str, known: &str) -> Option<Cow<'t, str>> {
    if hash(text.as_bytes()) == known {
        return Some(Cow::Borrowed(text));
    }
    let plain = with_plain_ends(text)?;
    (hash(plain.as_bytes()) == known).then_some(Cow::Owned(plain))
}

/// A text with line feeds in place of CRLF, if it has any of those.
pub fn with_plain_ends(text: &str) -> Option<String> {
    text.contains("\r\n").then(|| text.replace("\r\n", "\n"))
}

fn hash(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

#[cfg(unix)]
fn executable(path: &Path) -> Option<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).ok().map(|meta| meta.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn executable(_: &Path) -> Option<bool> {
    None
}
