//! Makes the changes. What they are is settled before.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Changes, MANIFEST, SinkError};
use crate::render::Artifact;
use crate::spread;

/// What the names of temporary files begin with.
const TEMPORARY: &str = ".flyarch-";

/// Makes the changes: all of them, or none when one cannot be prepared.
///
/// # Errors
///
/// When the system refuses something, or when files of others would be lost.
pub fn write(changes: &Changes<'_>) -> Result<(), SinkError> {
    changes.allowed()?;
    if changes.is_empty() {
        return Ok(());
    }
    if changes.exists { write_changed(changes) } else { write_new(changes) }
}

/// Into a folder that is not there yet: a new one beside it, then one rename.
fn write_new(changes: &Changes<'_>) -> Result<(), SinkError> {
    let out = &changes.out;
    let parent = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let made: Vec<PathBuf> = parent.ancestors().take_while(|folder| !folder.exists()).map(Path::to_owned).collect();
    let written = write_beside(changes, &parent);
    if written.is_err() {
        // From the innermost out, as far as they are empty.
        for folder in &made {
            let _ = fs::remove_dir(folder);
        }
    }
    written
}

fn write_beside(changes: &Changes<'_>, parent: &Path) -> Result<(), SinkError> {
    let out = &changes.out;
    // What is said of a file names the place that it was meant for, not the one where it is put first.
    let at = |path: &str| {
        let path = if path.is_empty() { out.clone() } else { out.join(path) };
        move |error| SinkError::Io(path, error)
    };
    fs::create_dir_all(parent).map_err(at(""))?;
    let new = temporary(true).tempdir_in(parent).map_err(at(""))?;
    let files = changes.files.iter().map(|(path, file)| (path.as_str(), file));
    let all: Vec<(&str, &Artifact)> = files.chain([(MANIFEST, &changes.manifest)]).collect();
    // A folder at a time: its files are neighbours in a sorted list.
    let folders: Vec<&[(&str, &Artifact)]> = all.chunk_by(|(a, _), (b, _)| folder_of(a) == folder_of(b)).collect();
    let written = spread::map(&folders, |files| {
        let folder = folder_of(files[0].0);
        fs::create_dir_all(new.path().join(folder)).map_err(at(folder))?;
        for (path, file) in *files {
            create(&new.path().join(path), file).map_err(at(path))?;
        }
        Ok(())
    });
    written.into_iter().collect::<Result<(), SinkError>>()?;
    // From here on the folder is no temporary one.
    let new = new.keep();
    fs::rename(&new, out).map_err(|error| {
        let _ = fs::remove_dir_all(&new);
        SinkError::Io(out.clone(), error)
    })
}

/// Into a folder that is there: every changed file beside its place, then all renames, then removals. The manifest is
/// the last: whatever happens before, it names all files that are flyarch's.
fn write_changed(changes: &Changes<'_>) -> Result<(), SinkError> {
    let out = &changes.out;
    let mut staged = Vec::with_capacity(changes.stale.len());
    let mut manifest = None;
    let mut made = Vec::new();
    let prepared = (|| {
        for (path, _) in &changes.stale {
            let file = if path == MANIFEST { &changes.manifest } else { &changes.files[path] };
            let target = out.join(path);
            let folder = target.parent().unwrap_or(out).to_owned();
            let at = |error| SinkError::Io(target.clone(), error);
            if !folder.is_dir() {
                fs::create_dir_all(&folder).map_err(at)?;
                made.push(folder.clone());
            }
            let mut new = temporary(file.executable).tempfile_in(&folder).map_err(at)?;
            new.write_all(file.text.as_bytes()).map_err(at)?;
            if path == MANIFEST {
                manifest = Some((new, target));
            } else {
                staged.push((new, target));
            }
        }
        Ok(())
    })();
    if let Err(error) = prepared {
        // Files that were staged remove themselves.
        drop(staged);
        drop(manifest);
        made.iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
        return Err(error);
    }
    for (new, target) in staged {
        new.persist(&target).map_err(|error| SinkError::Io(target.clone(), error.error))?;
    }
    for path in &changes.modes {
        let target = out.join(path);
        set_executable(&target, changes.files[path].executable)
            .map_err(|error| SinkError::Io(target.clone(), error))?;
    }
    for (path, _) in &changes.surplus {
        let target = out.join(path);
        fs::remove_file(&target).map_err(|error| SinkError::Io(target.clone(), error))?;
        // The folder of an app that is gone goes with it, unless something else is in it.
        if let Some(folder) = target.parent().filter(|folder| *folder != out.as_path()) {
            let _ = fs::remove_dir(folder);
        }
    }
    if let Some((new, target)) = manifest {
        new.persist(&target).map_err(|error| SinkError::Io(target.clone(), error.error))?;
    }
    Ok(())
}

/// The folder of a file below the output folder; empty for the output folder itself.
fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A maker of temporary files and folders with the permissions of lasting ones: as the umask leaves them. Those of
/// `tempfile` itself are for their maker alone.
#[cfg(unix)]
fn temporary(executable: bool) -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY).permissions(fs::Permissions::from_mode(if executable { 0o777 } else { 0o666 }));
    builder
}

#[cfg(not(unix))]
fn temporary(_: bool) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    builder
}

/// Makes a file that is not there yet.
fn create(path: &Path, file: &Artifact) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if file.executable {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o777);
    }
    options.open(path)?.write_all(file.text.as_bytes())
}

/// Who may read a file may run it, or nobody may.
#[cfg(unix)]
fn set_executable(path: &Path, executable: bool) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path)?.permissions().mode();
    let run = 0o111 & (mode >> 2);
    fs::set_permissions(path, fs::Permissions::from_mode(if executable { mode | run } else { mode & !0o111 }))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn set_executable(_: &Path, _: bool) -> io::Result<()> {
    Ok(())
}
