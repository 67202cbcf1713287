use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that every entry of `files` has one content.
    ///
    /// ## Why
    ///
    /// The content of a file is one of `local_path`, `secret_name` and `raw_value`. With none of them there is
    /// nothing to write. Of two flyctl takes the first in that order and drops the other without a word: a secret
    /// that should have been the content is then not, or a text in the repository takes its place.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.files]]
    /// guest_path = "/etc/app/key"
    /// secret_name = "APP_KEY"
    /// raw_value = "for tests"
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.files]]
    /// guest_path = "/etc/app/key"
    /// secret_name = "APP_KEY"
    /// ```
    ///
    /// ```toml,bad
    /// [[app.web.files]]
    /// guest_path = "/etc/app/key"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/config.go
    static RULE = {
        name: "file-content",
        code: "FA646",
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
    for file in &app.toml.files {
        // In the order in which flyctl looks at them.
        let contents =
            [("local_path", &file.local_path), ("secret_name", &file.secret_name), ("raw_value", &file.raw_value)];
        let contents: Vec<_> = contents
            .into_iter()
            .filter_map(|(key, value)| Some((key, value.as_ref().filter(|value| !value.is_empty())?.origin)))
            .collect();
        let path = file.guest_path.as_ref().map_or("a file", |path| path.as_str());
        match contents[..] {
            [] => {
                cx.report(Origin::written(file.range()), format!("`{path}` of `{}` has no content", app.name.value))
                    .label("nothing to write")
                    .help("add `local_path`, `secret_name` or `raw_value`");
            }
            [_] => {}
            [(taken, first), (dropped, second), ..] => {
                let edits = cx.edits();
                let edit = edits.key_of(second.range).and_then(|key| edits.remove_entry(key, second.range));
                let fix = cx.unsafe_fix(format!("remove {dropped}"), edit);
                cx.report(second, format!("`{path}` of `{}` never has this content", app.name.value))
                    .label(format!("flyctl drops {dropped}"))
                    .related(first, format!("because of {taken}"))
                    .help("keep one of the two")
                    .fix(fix);
            }
        }
    }
}
