//! What looks like a secret: by the name of its variable, by the format of known tokens, as a password in a URL, or by
//! being random.
//!
//! Two readers: the rule `secret-in-env`, which must not cry wolf, and the excerpts of messages, which must not show
//! a secret whatever they are about.

use toml_parser::lexer::TokenKind;

use super::{Facts, SecretShape, SecretWord, TokenChars};
use crate::source::TextRange;

/// Why a value is taken for a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// The name of the variable says so.
    Named,
    /// It has the format of a known kind of token: what it is, with its article.
    Token(&'static str),
    /// A URL with a password before the host.
    UrlPassword,
    /// A URL with a secret among its parameters.
    UrlParameter,
    /// Random text of some length.
    Random,
}

/// Whether a value is a secret. `name` is that of its variable.
pub fn secret_in(facts: &Facts, name: &str, value: &str) -> Option<SecretKind> {
    let value = value.trim();
    if let Some((what, _)) = token_in(facts, value) {
        return Some(SecretKind::Token(what));
    }
    if let Some((scheme, rest)) = value.split_once("://") {
        return secret_in_url(facts, name, scheme, rest);
    }
    if is_path(value) || is_setting(value) {
        return None;
    }
    let words = Words::of(facts.secret_words, name);
    if words.public || words.harmless {
        return None;
    }
    // The name of a cookie, as Rails and Phoenix have it.
    if words.key_last && value.starts_with('_') && is_word(value) {
        return None;
    }
    // In the middle of a name the word may mean another thing (TOKEN_SYMBOL): then the value must not be a plain word.
    if words.secret_last || (words.secret && value.len() >= 8 && !is_word(value)) {
        return Some(SecretKind::Named);
    }
    (!words.identifier && is_random(value, words.keyed)).then_some(SecretKind::Random)
}

/// Whether a variable of this name holds a secret, as far as a name can tell.
pub fn is_secret_name(facts: &Facts, name: &str) -> bool {
    let words = Words::of(facts.secret_words, name);
    words.secret && !words.public && !words.harmless
}

/// A value as it may be shown: what looks like a secret is masked, as in excerpts. `name` is that of its variable or key.
pub fn masked_value(facts: &Facts, name: &str, value: &str) -> String {
    let line = format!("{name} = {value}");
    let ranges = scan(facts, &line);
    if ranges.is_empty() {
        return value.to_owned();
    }
    let start = line.len() - value.len();
    let (mut out, mut at) = (String::new(), start);
    for range in ranges.iter().map(|range| range.to_usize()) {
        let (from, to) = (range.start.max(at), range.end.max(at));
        out.push_str(line.get(at..from).unwrap_or(""));
        if to > from {
            out.push('•');
        }
        at = to;
    }
    out.push_str(line.get(at..).unwrap_or(""));
    out
}

/// The known kind of token that a text holds, with its article.
pub fn token_kind(facts: &Facts, text: &str) -> Option<&'static str> {
    token_in(facts, text).map(|(what, _)| what)
}

/// A text without the known tokens in it; none where it has none.
pub fn without_tokens(facts: &Facts, text: &str) -> Option<String> {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((_, range)) = token_in(facts, rest) {
        out.push_str(&rest[..range.start]);
        out.push_str("•••");
        rest = &rest[range.end..];
    }
    (rest.len() < text.len()).then(|| out + rest)
}

/// The first secret among the words of a command, with its place: a token, a URL with a secret, what follows a flag such
/// as `--password`, or the value of a variable. A word may be a script for a shell.
pub fn secret_in_words(facts: &Facts, words: &[&str]) -> Option<(usize, SecretKind)> {
    for (i, word) in words.iter().enumerate() {
        if let Some(what) = token_kind(facts, word) {
            return Some((i, SecretKind::Token(what)));
        }
        if word.contains(char::is_whitespace) {
            let inner: Vec<&str> = word.split_whitespace().map(|word| word.trim_matches(['"', '\''])).collect();
            if let Some((_, kind)) = secret_in_words(facts, &inner) {
                return Some((i, kind));
            }
            continue;
        }
        if word.contains("://")
            && let Some(kind @ (SecretKind::UrlPassword | SecretKind::UrlParameter)) = secret_in(facts, "", word)
        {
            return Some((i, kind));
        }
        if let Some((name, value)) = word.split_once('=') {
            let variable = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
            let named = if name.starts_with("--") { takes_secret(facts, name) } else { name.bytes().all(variable) };
            if let Some(kind) = secret_in(facts, name, value).filter(|_| named && !name.is_empty()) {
                return Some((i, kind));
            }
        } else if word.starts_with("--") && takes_secret(facts, word) {
            let value = words.get(i + 1).filter(|value| !value.starts_with('-'));
            if let Some(kind) = value.and_then(|value| secret_in(facts, word, value)) {
                return Some((i + 1, kind));
            }
        }
    }
    None
}

/// Whether what follows a command's flag of this name is a secret: `--db-password`. A plain `--secret` is not meant: the
/// tools of secret stores take the name of a secret there.
pub fn takes_secret(facts: &Facts, flag: &str) -> bool {
    let flag = flag.trim_start_matches('-');
    let words = Words::of(facts.secret_words, flag);
    words.secret_last && !words.public && !words.harmless && !flag.eq_ignore_ascii_case("secret")
}

/// The values in a TOML text that must not be shown. The text need not be valid.
#[expect(clippy::wildcard_enum_match_arm, reason = "brackets and blanks say nothing")]
pub fn scan(facts: &Facts, text: &str) -> Vec<TextRange> {
    let mut found = Vec::new();
    let mut last_name: Option<&str> = None;
    let mut key: Option<&str> = None;
    let mut after_equals = false;
    for token in toml_parser::Source::new(text).lex() {
        let span = token.span();
        let (start, end) = (span.start(), span.end());
        let raw = text.get(start..end).unwrap_or("");
        let is_blank = token.kind() == TokenKind::Whitespace;
        match token.kind() {
            TokenKind::Atom => {
                // A text without its quotes is no TOML, and a secret all the same.
                if after_equals && secret_in(facts, key.unwrap_or(""), raw).is_some() {
                    found.push(TextRange::new(start, end));
                }
                last_name = Some(raw);
            }
            TokenKind::Equals => key = last_name.take(),
            TokenKind::LiteralString
            | TokenKind::BasicString
            | TokenKind::MlLiteralString
            | TokenKind::MlBasicString => {
                let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
                let inner = raw.get(quotes..raw.len().saturating_sub(quotes)).unwrap_or("");
                let names_one = key == Some("secrets") && is_variable_name(inner) && token_in(facts, inner).is_none();
                if !names_one && secret_in(facts, key.unwrap_or(""), inner).is_some() {
                    found.push(TextRange::new(start + quotes, start + quotes + inner.len()));
                }
                last_name = Some(raw.trim_matches(['"', '\'']));
            }
            TokenKind::Comment => {
                if let Some((_, range)) = token_in(facts, raw) {
                    found.push(TextRange::new(start + range.start, end));
                }
            }
            TokenKind::Newline => (last_name, key) = (None, None),
            TokenKind::Comma | TokenKind::LeftCurlyBracket => last_name = None,
            _ => {}
        }
        after_equals = token.kind() == TokenKind::Equals || (after_equals && is_blank);
    }
    // Where the text is no TOML, a token may stand outside of all strings, in pieces.
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let mut at = 0;
        while let Some((_, range)) = line.get(at..).and_then(|rest| token_in(facts, rest)) {
            let here = TextRange::new(line_start + at + range.start, line_start + at + range.end);
            if !found.iter().any(|old: &TextRange| old.start <= here.start && here.end <= old.end) {
                found.push(here);
            }
            at += range.end;
        }
        line_start += line.len();
    }
    found.sort_unstable();
    found
}

/// Whether a text is the name of a variable as people write them: what `secrets = ["SESSION_KEY"]` lists. Letters and
/// digits without an underscore may be a value that somebody put there by mistake.
fn is_variable_name(text: &str) -> bool {
    let of_name = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(of_name)
        && (text.contains('_') || !text.bytes().any(|b| b.is_ascii_digit()))
}

/// The first known token in a text, and where it stands.
fn token_in(facts: &Facts, text: &str) -> Option<(&'static str, std::ops::Range<usize>)> {
    let bytes = text.as_bytes();
    let last = bytes.len().checked_sub(facts.secret_shortest)?;
    let mut boundary = true;
    let first = |shape: &SecretShape| shape.prefix.as_bytes()[0];
    for (i, &b) in bytes[..=last].iter().enumerate() {
        if boundary {
            let from = facts.secret_shapes.partition_point(|shape| first(shape) < b);
            for shape in facts.secret_shapes[from..].iter().take_while(|shape| first(shape) == b) {
                if let Some(length) = length_of(shape, &bytes[i..]) {
                    return Some((shape.what, i..i + length));
                }
            }
        }
        boundary = !(b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    }
    None
}

fn length_of(shape: &SecretShape, bytes: &[u8]) -> Option<usize> {
    let rest = bytes.strip_prefix(shape.prefix.as_bytes())?;
    let fits = |b: &u8| match shape.chars {
        TokenChars::Alnum => b.is_ascii_alphanumeric(),
        TokenChars::Word => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'),
        TokenChars::Hex => b.is_ascii_hexdigit(),
        TokenChars::Base64 => b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-' | b'.' | b','),
        TokenChars::Any => true,
    };
    let length = rest.iter().take_while(|b| fits(b)).count();
    (length >= shape.min).then_some(shape.prefix.len() + length)
}

fn secret_in_url(facts: &Facts, name: &str, scheme: &str, rest: &str) -> Option<SecretKind> {
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(authority_end);
    if let Some((user_info, _)) = authority.rsplit_once('@') {
        match user_info.split_once(':') {
            Some((_, password)) if !is_placeholder(password) => return Some(SecretKind::UrlPassword),
            // The key of a Sentry DSN stands where a user would.
            None if !scheme.is_empty() && is_secret_name(facts, name) => return Some(SecretKind::Named),
            _ => {}
        }
    }
    let query = tail.split_once('?').map_or("", |(_, query)| query);
    let query = query.split('#').next().unwrap_or("");
    let secret = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .any(|(key, value)| is_secret_name(facts, key) && !is_placeholder(value) && !is_setting(value));
    secret.then_some(SecretKind::UrlParameter)
}

/// Nothing, or what templates have in a secret's place.
fn is_placeholder(value: &str) -> bool {
    value.is_empty()
        || value.starts_with(['$', '<', '{', '%'])
        || value == "…"
        || value.bytes().all(|b| b == b'*' || b == b'x' || b == b'X' || b == b'.')
}

fn is_path(value: &str) -> bool {
    ["/", "./", "../", "~/", "file:", "sqlite:", "sqlite3:"].iter().any(|start| value.starts_with(start))
}

/// A switch or a number, which is no secret whatever its name.
fn is_setting(value: &str) -> bool {
    const SWITCHES: [&str; 13] = [
        "true", "false", "on", "off", "yes", "no", "enabled", "disabled", "none", "null", "required", "optional",
        "auto",
    ];
    is_placeholder(value)
        || SWITCHES.iter().any(|switch| value.eq_ignore_ascii_case(switch))
        || (value.len() < 12
            && value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b's' | b'm' | b'h' | b'd')))
}

fn is_word(value: &str) -> bool {
    value.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_' || b == b' ')
        || value.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
}

/// Whether a text is random: made of one run of token characters that change their class as often as chance would.
fn is_random(value: &str, keyed: bool) -> bool {
    let bytes = value.as_bytes();
    let body = bytes.strip_suffix(b"==").or_else(|| bytes.strip_suffix(b"=")).unwrap_or(bytes);
    if !(20..=1024).contains(&body.len()) || is_uuid(body) {
        return false;
    }
    if body.iter().all(u8::is_ascii_hexdigit) {
        // Hexadecimal digits are checksums and identifiers more often than keys.
        return keyed && body.len() >= 32 && entropy(body) >= 3.0;
    }
    if !body.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'_' | b'-')) {
        return false;
    }
    let class = |b: u8| match b {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    let mut counts = [0_usize; 4];
    for &b in body {
        counts[class(b)] += 1;
    }
    let changes = body.windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
    // Words and identifiers change class every four or more characters; base64 does so in two of three.
    counts[..3].iter().all(|&n| n > 0)
        && counts[3] * 6 <= body.len()
        && changes * 5 >= body.len() * 2
        && entropy(body) >= 3.5
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes
            .iter()
            .enumerate()
            .all(|(i, b)| if matches!(i, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() })
}

/// Shannon's entropy in bits per byte.
fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &b in bytes {
        counts[b as usize] += 1;
    }
    #[expect(clippy::cast_precision_loss, reason = "a thousand characters at most")]
    let total = bytes.len() as f64;
    counts.iter().filter(|&&n| n > 0).map(|&n| f64::from(n) / total).map(|p| -p * p.log2()).sum()
}

/// What the words of a name say.
#[derive(Clone, Copy, Debug, Default)]
struct Words {
    /// One of them means a secret.
    secret: bool,
    /// The last of them does.
    secret_last: bool,
    /// The last of them is `KEY`.
    key_last: bool,
    /// One of them makes what follows a key of some kind.
    keyed: bool,
    /// One of them says that everybody may know.
    public: bool,
    /// The last of them says that it is about a secret, not one.
    harmless: bool,
    /// The last of them says that it names something.
    identifier: bool,
}

impl Words {
    fn of(known: &[SecretWord], name: &str) -> Self {
        let mut this = Self::default();
        let mut before_is_keyed = false;
        let mut rest = name;
        while !rest.is_empty() {
            let (word, next) = split_word(rest);
            rest = next;
            if word.is_empty() {
                continue;
            }
            let key = word.eq_ignore_ascii_case("key") || word.eq_ignore_ascii_case("keys");
            let word = look_up(known, word);
            let says = |what: fn(&SecretWord) -> bool| word.is_some_and(what);
            this.secret_last = says(|word| word.secret) || (key && before_is_keyed);
            this.key_last = key;
            this.secret |= this.secret_last;
            before_is_keyed = says(|word| word.keyed);
            this.keyed |= before_is_keyed || key || this.secret_last;
            this.public |= says(|word| word.public);
            this.harmless = says(|word| word.harmless);
            this.identifier = says(|word| word.identifier);
        }
        this
    }
}

/// What is known of a word, in whatever case it is written.
fn look_up<'k>(known: &'k [SecretWord], word: &str) -> Option<&'k SecretWord> {
    let capitals = || word.bytes().map(|b| b.to_ascii_uppercase());
    let at = known.binary_search_by(|known| known.word.bytes().cmp(capitals())).ok()?;
    Some(&known[at])
}

/// The first word of a name and what follows: words end at `_`, `-`, `.` and before a capital behind a small letter.
fn split_word(name: &str) -> (&str, &str) {
    let bytes = name.as_bytes();
    for i in 0..bytes.len() {
        if matches!(bytes[i], b'_' | b'-' | b'.') {
            return (&name[..i], &name[i + 1..]);
        }
        if i > 0 && bytes[i].is_ascii_uppercase() && bytes[i - 1].is_ascii_lowercase() {
            return (&name[..i], &name[i..]);
        }
    }
    (name, "")
}

#[cfg(test)]
mod tests;
