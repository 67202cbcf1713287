use crate::diag::{Applicability, Fix};
use crate::fly_toml::{Place, place_of_key};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Scalar, Sourced};

declare_rule! {
    /// Checks that no key of fly.toml has become a variable.
    ///
    /// ## Why
    ///
    /// In TOML everything below a header belongs to its table. A key of the file that is written at its end, below
    /// `[env]`, is a variable of the environment: the machine gets `kill_timeout=30s` in its environment, and five
    /// seconds to stop. Nothing is refused, and `fly config validate --strict` is content, because a variable may
    /// have any name.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// kill_signal = "SIGTERM"
    ///
    /// [app.web.env]
    /// LOG_LEVEL = "info"
    /// kill_timeout = "30s"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// kill_timeout = "30s"
    /// kill_signal = "SIGTERM"
    ///
    /// [app.web.env]
    /// LOG_LEVEL = "info"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/strict_validate.go
    static RULE = {
        name: "misplaced-key",
        code: "FA683",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    // Nearly all variables are in capitals, and no key is.
    let small = |name: &str| name.contains('_') && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    for (name, value) in app.toml.env.iter().filter(|(name, value)| value.origin.is_written() && small(name)) {
        let Some(place) = place_of_key(name) else { continue };
        let (label, help) = match place {
            Place::File if app.is_plain() => ("below [env]", "move it above the first table of the file".to_owned()),
            Place::File => ("below `env`", format!("move it to `[app.{}]`", app.key.value)),
            Place::HttpService => ("below `env`", format!("move it to `{}`", app.table("http_service"))),
        };
        let fix = if place == Place::File { fix(app, name, value, cx) } else { None };
        cx.report(
            name.origin,
            format!("`{}` of `{}` is a variable here, and has no effect", name.value, app.name.value),
        )
        .label(label)
        .help(help)
        .fix(fix);
    }
}

/// Moves the entry to where it belongs.
fn fix(app: &App, name: &Sourced<String>, value: &Sourced<Scalar>, cx: &Cx<'_>) -> Option<Fix> {
    // A variable of the project is that of other apps too.
    if value.range().start < app.header.start {
        return None;
    }
    let insert = cx.insert_in_app(app, &[(name, cx.text(value.origin))])?;
    let mut edits = vec![insert, cx.edits().remove_entry(name.range(), value.range())?];
    edits.sort_by_key(|edit| edit.span.range);
    Some(Fix { title: "move it there".to_owned(), applicability: Applicability::Unsafe, edits })
}
