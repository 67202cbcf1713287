use crate::kinds::app::{Generator, SecretSource};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a secret which becomes a file holds base64.
    ///
    /// ## Why
    ///
    /// Fly.io decodes the value of a secret from base64 before it writes the file. Of a certificate or of a JSON
    /// document as it is nothing readable is left: the machine does not start, or the program finds rubbish. setup.sh
    /// sets a secret to exactly what its source holds.
    ///
    /// The rule knows two sources that hold no base64: files of formats which are plain text, and hexadecimal digits
    /// that flyarch makes.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.secrets.TLS_KEY]
    /// file = "keys/tls.pem"
    ///
    /// [[app.web.files]]
    /// guest_path = "/etc/app/tls.pem"
    /// secret_name = "TLS_KEY"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.secrets.TLS_KEY]
    /// command = ["base64", "-w0", "keys/tls.pem"]
    ///
    /// [[app.web.files]]
    /// guest_path = "/etc/app/tls.pem"
    /// secret_name = "TLS_KEY"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, apps/secrets
    static RULE = {
        name: "file-secret-not-base64",
        code: "FA644",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

/// Formats that are text.
const TEXT: [&str; 12] =
    [".pem", ".crt", ".cer", ".key", ".json", ".yaml", ".yml", ".toml", ".conf", ".ini", ".txt", ".xml"];

fn check(app: &App, cx: &mut Cx<'_>) {
    for file in &app.toml.files {
        let Some(name) = &file.secret_name else { continue };
        let Some(secret) = app.secrets.iter().find(|secret| secret.name.as_str() == name.as_str()) else { continue };
        let (what, help) = match &secret.source {
            SecretSource::File(path) if TEXT.iter().any(|ending| path.ends_with(ending)) => (
                "the file as it is",
                format!("encode it: `command = [\"base64\", \"-w0\", \"{}\"]` in place of `file`", path.value),
            ),
            SecretSource::Generate(Generator::Hex16 | Generator::Hex32 | Generator::Hex64) => {
                ("hexadecimal digits", "write `generate = \"base64\"`".to_owned())
            }
            SecretSource::Env(_)
            | SecretSource::File(_)
            | SecretSource::Command(_)
            | SecretSource::Generate(_)
            | SecretSource::Token(_)
            | SecretSource::Manual(_) => continue,
        };
        cx.report(name.origin, format!("the file of `{}` in `{}` will be rubbish", name.value, app.name.value))
            .label("decoded from base64")
            .related(secret.name.origin, what)
            .help(help);
    }
}
