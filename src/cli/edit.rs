//! Changes of files that people wrote: shown, or made so that a failure leaves the old file whole.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Failure;
use crate::facts::{FACTS, scan_for_secrets};
use crate::source::Source;

/// Shows what would change. Values of secrets are masked: a fix may be about one.
pub(super) fn difference(old: &Source, new: &Source, out: &mut dyn Write) -> io::Result<()> {
    let (old_text, new_text) = (masked(old.text()), masked(new.text()));
    let diff = similar::TextDiff::from_lines(&old_text, &new_text);
    write!(out, "{}", diff.unified_diff().context_radius(3).header(old.name(), old.name()))
}

/// A text with the values masked that look like secrets.
pub(super) fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in scan_for_secrets(&FACTS, text) {
        let range = range.to_usize();
        if range.start >= at {
            out.push_str(&text[at..range.start]);
            out.extend(text[range.clone()].chars().map(|c| if c == '\n' { c } else { '•' }));
            at = range.end;
        }
    }
    out.push_str(&text[at..]);
    out
}

/// Replaces a file by a new one beside it: a failure half-way leaves the old one whole.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::input(format!("cannot write {}: {error}", path.display()));
    // A link stays one: the file that it means is replaced.
    let target: PathBuf = fs::canonicalize(path).map_err(failed)?;
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix(".flyarch-").tempfile_in(folder).map_err(failed)?;
    new.write_all(text.as_bytes()).map_err(failed)?;
    let permissions = fs::metadata(&target).map_err(failed)?.permissions();
    fs::set_permissions(new.path(), permissions).map_err(failed)?;
    new.persist(&target).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Writes a file that is not there yet: a failure half-way leaves none.
pub(super) fn create(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::input(format!("cannot write {}: {error}", path.display()));
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new();
    #[cfg(unix)]
    new.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut new = new.prefix(".flyarch-").tempfile_in(folder).map_err(failed)?;
    new.write_all(text.as_bytes()).map_err(failed)?;
    new.persist_noclobber(path).map_err(|error| failed(error.error))?;
    Ok(())
}
