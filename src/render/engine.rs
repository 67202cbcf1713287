//! Templates of shell scripts, and the one place that quotes.
//!
//! Every value that a template prints is quoted for the shell by default: forgetting is not possible. What is a piece
//! of script already is said to be so in Rust ([`fragment`]); templates do not mark a value as safe themselves
//! (`tests/tidy.rs`).

use std::borrow::Cow;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

/// Text for a comment.
pub(super) use crate::source::one_line as comment;

/// Bytes that mean themselves anywhere in a word. `app=2` and `lhr,nrt` are easier to review without quotes.
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut b = 0_usize;
    while b < 256 {
        let byte = b.to_le_bytes()[0];
        plain[b] = byte.is_ascii_alphanumeric()
            || matches!(byte, b'_' | b'-' | b'.' | b'/' | b':' | b'=' | b',' | b'@' | b'%' | b'+');
        b += 1;
    }
    plain
};

/// A word as the shell reads it. NUL cannot be in a word, nor in TOML, but a type does not say so.
pub(super) fn quote(word: &str) -> Cow<'_, str> {
    if !word.is_empty() && word.bytes().all(|b| PLAIN[b as usize]) {
        return Cow::Borrowed(word);
    }
    match shlex::try_quote(word) {
        Ok(quoted) => quoted,
        Err(_) => Cow::Owned(quote(&word.replace('\0', "")).into_owned()),
    }
}

/// A piece of script, made in Rust, that is printed as it is.
pub(super) fn fragment(script: String) -> Value {
    Value::from_safe_string(script)
}

/// Renders a template.
///
/// # Panics
///
/// When the template has a mistake: it is a part of the program, and rendered in its tests.
pub(super) fn render(template: &str, context: Value) -> String {
    match try_render(template, context) {
        Ok(text) => text,
        Err(error) => panic!("a template of this program is broken: {error:#}"),
    }
}

fn try_render(template: &str, context: Value) -> Result<String, Error> {
    let mut env = Environment::empty();
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|_| AutoEscape::Custom("sh".into()));
    env.set_formatter(format);
    env.add_function("comment", |text: &str| Value::from_safe_string(comment(text).into_owned()));
    env.render_str(template, context)
}

fn format(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let text = value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed);
    let text = if value.is_safe() { text } else { quote(&text).into_owned().into() };
    out.write_str(&text).map_err(|_| Error::from(ErrorKind::WriteFailure))
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::context;

    #[test]
    fn values_are_quoted_and_fragments_are_not() {
        let render = |value: &str| {
            render("a={{ a }} {{ f }} # {{ comment(a) }}", context! { a => value, f => fragment("$(x)".into()) })
        };
        assert_eq!(render("plain"), "a=plain $(x) # plain");
        assert_eq!(render("my app; rm -rf /"), "a='my app; rm -rf /' $(x) # my app; rm -rf /");
        assert_eq!(render("a\n$(b)"), "a='a\n$(b)' $(x) # a\u{fffd}$(b)");
        assert_eq!(render("o'brien"), "a=\"o'brien\" $(x) # o'brien");
    }

    #[test]
    fn an_empty_word_stays_a_word() {
        assert_eq!(quote(""), "''");
        assert_eq!(quote("a\0b"), "ab");
    }
}
