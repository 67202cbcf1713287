//! Looks for values of secrets where none may be.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What values may look like: each form of each of them, as bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Needles(BTreeSet<Vec<u8>>);

impl Needles {
    /// Adds a value in all its forms: as it is, base64, URL-encoded, escaped as in JSON, and its longer lines.
    pub(super) fn add(&mut self, value: &str) {
        let json = serde_json::Value::from(value).to_string();
        let json = json.get(1..json.len() - 1).unwrap_or_default().to_owned();
        let mut forms = vec![value.to_owned(), json];
        // What programs leave as it is: by RFC 3986, and what browsers and old versions of jq leave too.
        for kept in ["-_.~", "-_.~!*'()"] {
            let percent = percent(value, kept);
            forms.extend([percent.to_lowercase(), percent.replace("%20", "+"), percent]);
        }
        forms.extend(value.lines().filter(|line| line.len() > 7).map(str::to_owned));
        forms.extend((0..3).map(|shift| base64(value.as_bytes(), shift)));
        // What is shorter is in many texts.
        self.0.extend(forms.into_iter().filter(|form| form.len() > 3).map(String::into_bytes));
    }

    /// The first form that is in some bytes.
    pub(super) fn find(&self, hay: &[u8]) -> Option<String> {
        let found = self.0.iter().find(|needle| memchr::memmem::find(hay, needle).is_some());
        found.map(|needle| String::from_utf8_lossy(needle).into_owned())
    }

    /// The first file below a folder that holds a form, and the form.
    pub(super) fn find_below(&self, folder: &Path) -> Option<(String, String)> {
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(path),
                    Ok(kind) if kind.is_file() => {
                        if let Some(form) = fs::read(&path).ok().and_then(|bytes| self.find(&bytes)) {
                            return Some((path.display().to_string(), form));
                        }
                    }
                    _ => {}
                }
            }
        }
        None
    }
}

fn percent(value: &str, kept: &str) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The middle of a value in base64, as it stands in a longer text at one of three places. The digits at both ends
/// depend on what is beside.
fn base64(bytes: &[u8], shift: usize) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let skipped = bytes.get((3 - shift) % 3..).unwrap_or_default();
    let mut out = String::new();
    for group in skipped.chunks_exact(3) {
        let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        out.extend([18, 12, 6, 0].iter().filter_map(|right| DIGITS.get(bits >> right & 63)).map(|d| char::from(*d)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Needles;

    #[test]
    fn all_forms_are_found() {
        let mut needles = Needles::default();
        needles.add("pa\"ss #w/rd é 0123456789");
        for hay in [
            "x pa\"ss #w/rd é 0123456789 y",
            "pa%22ss%20%23w%2Frd%20%C3%A9%200123456789",
            "pa%22ss%20%23w%2frd%20%c3%a9%200123456789",
            "{\"a\":\"pa\\\"ss #w/rd é 0123456789\"}",
            // `printf %s`, with none, one and two letters in front, through `base64`.
            "cGEic3MgI3cvcmQgw6kgMDEyMzQ1Njc4OQ==",
            "eHBhInNzICN3L3JkIMOpIDAxMjM0NTY3ODk=",
            "eHhwYSJzcyAjdy9yZCDDqSAwMTIzNDU2Nzg5",
        ] {
            assert!(needles.find(hay.as_bytes()).is_some(), "{hay}");
        }
        assert_eq!(needles.find(b"nothing of the kind: pa ss 0123456789"), None);
    }
}
