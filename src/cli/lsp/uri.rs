//! Paths and the URIs that an editor has for them.

use std::path::{Path, PathBuf};

use super::super::place;
use crate::diag::emit;

/// The path of a `file:` URI, from the current folder on where it lies below it; none for what lies in no file.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // The host, which is mostly left out.
    let path = &rest[rest.find('/')?..];
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits =
                std::str::from_utf8(&digits).ok().filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let mut path = String::from_utf8(bytes).ok().filter(|path| !path.contains('\0'))?;
    if cfg!(windows) && path.as_bytes().get(2) == Some(&b':') {
        path.remove(0);
    }
    Some(shown(Path::new(&path)))
}

/// A path as `flyarch lint` would be given it.
pub(super) fn shown(path: &Path) -> PathBuf {
    let whole = place::plain(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    let here = std::env::current_dir().ok();
    let below = here.and_then(|here| whole.strip_prefix(here).map(Path::to_path_buf).ok());
    below.filter(|below| *below != Path::new("")).unwrap_or(whole)
}

/// The URI of a path.
pub(super) fn of(path: &Path) -> String {
    let whole = place::plain(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
    emit::uri(&whole.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_are_paths_and_back() {
        for uri in ["file:///a/b%20c/%C3%BC.toml", "file:///spec.toml"] {
            assert_eq!(of(&path(uri).unwrap()), uri);
        }
        assert_eq!(path("file://localhost/a.toml"), path("file:///a.toml"));
        assert_eq!(path("file:///a/../b.toml"), Some("/b.toml".into()));
        for uri in
            ["untitled:Untitled-1", "file://", "file:///%", "file:///%zz", "file:///%ff", "file:///%00", "file:///%+1"]
        {
            assert_eq!(path(uri), None, "{uri}");
        }
    }
}
