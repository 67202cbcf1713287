//! Addresses in text: a host of a certain ending, with what stands before and behind it.

use std::ops::Range;

/// A host in a text, such as that of `http://iad.my-api.internal:8080/path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address<'t> {
    /// What stands before `://`, where it does.
    pub scheme: Option<&'t str>,
    /// The host without the ending.
    pub name: &'t str,
    /// The port, where one is said.
    pub port: Option<u16>,
    /// From the scheme, or else the host, to the port.
    pub range: Range<usize>,
}

/// The addresses in a text whose host has this ending, such as `.internal`.
pub fn addresses<'t>(text: &'t str, ending: &'static str) -> impl Iterator<Item = Address<'t>> {
    text.match_indices(ending).filter_map(move |(at, _)| address(text, at, ending.len()))
}

/// The address whose ending stands at a place.
fn address(text: &str, ending: usize, length: usize) -> Option<Address<'_>> {
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let rest = &text[ending + length..];
    // `my.internal.example.com` and `my.internals` are other hosts.
    let mut next = rest.chars();
    match next.next() {
        Some('.') if next.next().is_some_and(|c| c.is_ascii_alphanumeric()) => return None,
        Some(c) if c != '.' && of_name(c) => return None,
        _ => {}
    }
    let start =
        text[..ending].rfind(|c| !of_name(c)).map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
    let name = &text[start..ending];
    if name.is_empty() {
        return None;
    }
    let digits = rest.strip_prefix(':').map_or("", |rest| &rest[..rest.bytes().take_while(u8::is_ascii_digit).count()]);
    let end = if digits.is_empty() { ending + length } else { ending + length + 1 + digits.len() };
    let mut before = &text[..start];
    if let Some(user) = before.strip_suffix('@') {
        let of_user = |c: char| !matches!(c, '/' | '@' | '"' | '\'' | '<' | '>') && !c.is_whitespace();
        before = user.trim_end_matches(of_user);
    }
    let scheme = before.strip_suffix("://").and_then(|before| {
        let of_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let scheme = &before[before.trim_end_matches(of_scheme).len()..];
        (!scheme.is_empty()).then_some(scheme)
    });
    let from = scheme.map_or(start, |scheme| before.len() - "://".len() - scheme.len());
    Some(Address { scheme, name, port: digits.parse().ok(), range: from..end })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Option<(Option<&str>, &str, Option<u16>, &str)> {
        let address = addresses(text, ".internal").next()?;
        Some((address.scheme, address.name, address.port, &text[address.range]))
    }

    #[test]
    fn addresses_in_values() {
        assert_eq!(
            first("http://my-api.internal:8080/x"),
            Some((Some("http"), "my-api", Some(8080), "http://my-api.internal:8080"))
        );
        assert_eq!(first("my-api.internal"), Some((None, "my-api", None, "my-api.internal")));
        assert_eq!(
            first("postgres://u:p@iad.my-db.internal:5432/x"),
            Some((Some("postgres"), "iad.my-db", Some(5432), "postgres://u:p@iad.my-db.internal:5432"))
        );
        assert_eq!(first("u@b.internal"), Some((None, "b", None, "b.internal")));
        assert_eq!(first("a b.internal. c"), Some((None, "b", None, "b.internal")));
        assert_eq!(addresses("a.internal:1,b.internal:2", ".internal").count(), 2);
    }

    #[test]
    fn what_is_no_such_host() {
        for text in
            ["my.internal.example.com", "my.internals", ".internal", "internal", "my.internal-api", "é.internal"]
        {
            assert_eq!(first(text), None, "{text}");
        }
    }
}
