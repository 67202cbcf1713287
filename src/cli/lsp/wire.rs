//! Messages on a stream: a header with the length, and JSON.
//!
//! Written here because it is little, and because a length is only believed up to a bound: what comes in is not trusted
//! with memory. Of the libraries for it `lsp-server` is kept well, and allocates whatever it is told; `lsp-types` had its
//! last release in 2024 and stands on libraries that have moved on.

use std::io::{self, BufRead, Read as _, Write};

use serde_json::Value;

use crate::source::MAX_BYTES;

/// The longest message: a document of the largest size, with every character escaped.
const LONGEST: usize = 6 * MAX_BYTES;

/// The longest header.
const LONGEST_HEADER: u64 = 8 * 1024;

fn wrong(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

/// Reads a message; none at the end of the stream. A message that is no JSON is an error within: the next one can be read.
pub(super) fn read(from: &mut impl BufRead) -> io::Result<Option<Result<Value, serde_json::Error>>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if from.by_ref().take(LONGEST_HEADER).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8(line).map_err(|_| wrong("a header that is no text"))?;
        let line = line.strip_suffix('\n').ok_or_else(|| wrong("a header without an end"))?.trim_end_matches('\r');
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or_else(|| wrong("a header without a colon"))?;
        if name.trim().eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<usize>().ok();
        }
    }
    let length = length.ok_or_else(|| wrong("a message without Content-Length"))?;
    if length > LONGEST {
        return Err(wrong(format!("a message of {length} bytes, of {LONGEST} at most")));
    }
    let mut body = Vec::new();
    // Grows with what comes, not with what is announced.
    if from.by_ref().take(length as u64).read_to_end(&mut body)? < length {
        return Ok(None);
    }
    Ok(Some(serde_json::from_slice(&body)))
}

/// Writes a message.
pub(super) fn write(to: &mut impl Write, message: &Value) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    write!(to, "Content-Length: {}\r\n\r\n", body.len())?;
    to.write_all(&body)?;
    to.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Result<Value, String>> {
        let mut from = text.as_bytes();
        let mut found = Vec::new();
        loop {
            match read(&mut from) {
                Ok(Some(message)) => found.push(message.map_err(|_| "no JSON".to_owned())),
                Ok(None) => return found,
                Err(error) => {
                    found.push(Err(error.to_string()));
                    return found;
                }
            }
        }
    }

    #[test]
    fn messages_follow_each_other() {
        let mut text = Vec::new();
        write(&mut text, &serde_json::json!({ "a": "é" })).unwrap();
        let text = String::from_utf8(text).unwrap();
        let both = format!("{text}content-length:3\r\nContent-Type: x\r\n\r\n[}}]{text}");
        let read = all(&both);
        assert_eq!(read.len(), 3);
        assert_eq!(read[0], read[2]);
        assert_eq!(read[1], Err("no JSON".to_owned()));
    }

    #[test]
    fn nothing_is_believed() {
        let told = |text: &str| all(text).pop().map(Result::unwrap_err);
        assert_eq!(
            told("Content-Length: 99999999999\r\n\r\n{").unwrap(),
            "a message of 99999999999 bytes, of 201326592 at most"
        );
        assert_eq!(told("Content-Length: -1\r\n\r\n").unwrap(), "a message without Content-Length");
        assert_eq!(told("hello\r\n").unwrap(), "a header without a colon");
        assert_eq!(told(&"x".repeat(9000)).unwrap(), "a header without an end");
        assert_eq!(told("Content-Length: 10\r\n\r\n{"), None, "the other side has gone");
    }
}
