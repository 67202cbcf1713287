//! Paths and names that end up in commands and in paths of the result: what they may be made of.

use super::super::SecretSource;
use crate::fly_toml::FlyToml;
use crate::lower::{INVALID_NAME, INVALID_PATH, LowerCx};
use crate::model::Secret;
use crate::source::one_line;
use crate::value::{Origin, Sourced};

/// Checks the paths of an app. Those that flyarch joins with others must be relative, or the result would mean another
/// file, and on every machine a different one.
pub(super) fn check(source: Option<&Sourced<String>>, toml: &FlyToml, secrets: &[Secret], cx: &mut LowerCx<'_>) {
    if let Some(source) = source {
        joined(source, source.origin, "the build context", cx);
    }
    for secret in secrets {
        if let SecretSource::File(path) = &secret.source {
            joined(path, path.origin, "the file of a secret", cx);
        }
    }
    let build = toml.build.as_ref();
    let compose = build.and_then(|build| build.compose.as_ref()).and_then(|compose| compose.file.as_ref());
    let image = build.and_then(|build| build.image.as_ref());
    let dockerfile = build.and_then(|build| build.dockerfile.as_ref());
    let ignorefile = build.and_then(|build| build.ignorefile.as_ref());
    let local = toml.files.iter().filter_map(|file| file.local_path.as_ref());
    for text in [image, dockerfile, ignorefile, compose].into_iter().flatten().chain(local) {
        printable(text, text.origin, cx);
    }
    for mount in &toml.mounts {
        let Some(name) = &mount.source else { continue };
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        if name.is_empty() || !name.bytes().all(fits) {
            let shown = one_line(name);
            cx.report
                .error(INVALID_NAME, name.origin, format!("`{shown}` is no name for a volume"))
                .label("expected small letters, digits and underscores")
                .help(match suggestion(name) {
                    Some(name) => format!("write `source = \"{name}\"`"),
                    None => "give it a name such as \"data\"; the path goes into `destination`".to_owned(),
                });
        }
    }
}

/// A path that is joined with the folder of the spec.
fn joined(path: &str, at: Origin, what: &str, cx: &mut LowerCx<'_>) {
    if !printable(path, at, cx) {
        return;
    }
    let drive = matches!(path.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    if path.starts_with(['/', '\\', '~']) || drive {
        cx.report
            .error(INVALID_PATH, at, format!("{what} has a path of one machine"))
            .label("not relative to the spec")
            .help("write the path from the folder of the spec, such as \"services/web\" or \"../web\"");
    } else if path.is_empty() {
        cx.report
            .error(INVALID_PATH, at, format!("{what} has an empty path"))
            .help("write the path from the folder of the spec; \".\" is that folder");
    }
}

/// Whether a text has no control characters; reports it otherwise.
fn printable(text: &str, at: Origin, cx: &mut LowerCx<'_>) -> bool {
    let Some(control) = text.chars().find(|c| c.is_control()) else { return true };
    cx.report
        .error(INVALID_PATH, at, format!("a path with the control character U+{:04X}", u32::from(control)))
        .label("no file is meant by this")
        .help("remove it; was it pasted from somewhere?");
    false
}

/// A name that could be meant: `my-data` is `my_data`.
fn suggestion(name: &str) -> Option<String> {
    let name = name.to_lowercase().replace(['-', '.', ' '], "_");
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (!name.is_empty() && name.bytes().all(fits)).then_some(name)
}
