use crate::diag::fix::string_literal;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the content of a file is not encoded twice.
    ///
    /// ## Why
    ///
    /// The reference asks for base64 in `raw_value`. flyctl encodes the text once more before it sends it, so that
    /// the file in the machine holds the base64 and not the content. The rule finds values that are base64 of
    /// readable text.
    ///
    /// `local_path` with a file in the repository has no such question.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.files]]
    /// guest_path = "/etc/motd"
    /// raw_value = "aGVsbG8gd29ybGQh"
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.files]]
    /// guest_path = "/etc/motd"
    /// raw_value = "hello world!"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/config.go
    static RULE = {
        name: "encoded-raw-value",
        code: "FA649",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// Shorter words are base64 by chance.
const SHORTEST: usize = 12;

fn check(app: &App, cx: &mut Cx<'_>) {
    for file in &app.toml.files {
        let taken = file.local_path.is_none() && file.secret_name.is_none();
        let Some(value) = file.raw_value.as_ref().filter(|value| taken && value.len() >= SHORTEST) else { continue };
        let Some(text) = decoded(value.trim_end()) else { continue };
        let fix =
            cx.unsafe_fix("write the text itself", Some(cx.edits().replace(value.range(), string_literal(&text))));
        let path = file.guest_path.as_ref().map_or("a file", |path| path.as_str());
        cx.report(value.origin, format!("`{path}` of `{}` will hold base64, not the text", app.name.value))
            .label("flyctl encodes it once more")
            .help("write the text itself, or put it into a file: `local_path`")
            .fix(fix);
    }
}

/// The readable text that a text is the base64 of.
fn decoded(text: &str) -> Option<String> {
    let body = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - body.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for b in body.bytes() {
        let six = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        (bits, held) = ((bits << 6) | u32::from(six), held + 6);
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    let readable = |c: char| !c.is_control() || matches!(c, '\n' | '\t' | '\r');
    (text.chars().all(readable) && text.is_ascii()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn texts_in_base64() {
        assert_eq!(decoded("aGVsbG8gd29ybGQK").as_deref(), Some("hello world\n"));
        assert_eq!(decoded("e30=").as_deref(), Some("{}"));
        for text in ["hello world!", "listen_port_", "aGVsbG8", "////////////", "password=1234"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }
}
