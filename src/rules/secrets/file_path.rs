use crate::diag::fix::string_literal;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that every entry of `files` has an absolute path to write to.
    ///
    /// ## Why
    ///
    /// Fly.io writes the content into each machine before the program starts, at `guest_path`. Without a path, with
    /// one that is not absolute or with the path of a folder there is nowhere to write, and the machine is refused.
    /// `fly config validate` does not look.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.files]]
    /// guest_path = "etc/app/settings.yaml"
    /// local_path = "settings.yaml"
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.files]]
    /// guest_path = "/etc/app/settings.yaml"
    /// local_path = "settings.yaml"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/config.go
    static RULE = {
        name: "file-path",
        code: "FA645",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for file in &app.toml.files {
        let Some(path) = file.guest_path.as_ref().filter(|path| !path.is_empty()) else {
            cx.report(
                Origin::written(file.range()),
                format!("a file of `{}` has no place in the machine", app.name.value),
            )
            .label("no guest_path")
            .help("say where it belongs: `guest_path = \"/etc/app/settings.yaml\"`");
            continue;
        };
        let folder = path.ends_with('/');
        if path.starts_with('/') && !folder {
            continue;
        }
        let absolute = string_literal(&format!("/{}", path.trim_start_matches("./")));
        let edit = (!folder && !path.starts_with("..")).then(|| cx.edits().replace(path.range(), absolute.as_str()));
        let fix = cx.unsafe_fix(format!("write {absolute}"), edit);
        let (label, help) = if folder {
            ("a folder", "add the name of the file".to_owned())
        } else {
            ("not absolute", format!("begin with a slash: `guest_path = {absolute}`"))
        };
        cx.report(path.origin, format!("no file can be written to `{}` in `{}`", path.value, app.name.value))
            .label(label)
            .help(help)
            .fix(fix);
    }
}
