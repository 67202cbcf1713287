//! Paths of sources as other programs want them: with slashes, and as URIs.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A path with slashes, without `./` before it.
pub(super) fn slashed(path: &str) -> Cow<'_, str> {
    let mut path = if cfg!(windows) { Cow::Owned(path.replace('\\', "/")) } else { Cow::Borrowed(path) };
    while let Some(rest) = path.strip_prefix("./") {
        path = Cow::Owned(rest.trim_start_matches('/').to_owned());
    }
    path
}

/// A path as the reference of RFC 3986 that it is: relative, or of the scheme `file`.
pub(super) fn uri(path: &str) -> String {
    let path = slashed(path);
    let drive = cfg!(windows) && path.as_bytes().get(1) == Some(&b':');
    let mut out = match path.as_bytes() {
        [b'/', ..] => "file://".to_owned(),
        _ if drive => "file:///".to_owned(),
        _ => String::new(),
    };
    for byte in path.bytes() {
        // A colon in the first part of a relative reference would end a scheme.
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_uris() {
        let of = |path: &str| uri(path);
        assert_eq!(of("./apps/web/fly.toml"), "apps/web/fly.toml");
        assert_eq!(of("../spec.toml"), "../spec.toml");
        assert_eq!(of("a b/%0A\n/ü#?.toml"), "a%20b/%250A%0A/%C3%BC%23%3F.toml");
        assert_eq!(of("c:/x.toml"), if cfg!(windows) { "file:///c%3A/x.toml" } else { "c%3A/x.toml" });
        assert_eq!(of("/a/b.toml"), "file:///a/b.toml");
        assert_eq!(of(".//a"), "a");
    }
}
