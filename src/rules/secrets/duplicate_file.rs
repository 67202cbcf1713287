use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no two entries of `files` are written to one path.
    ///
    /// ## Why
    ///
    /// A path has one content. Of two entries for it one is lost, without a message. Somebody who writes two for two
    /// process groups is misled by the key `processes`: every machine of the app gets every file.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.files]]
    /// guest_path = "/etc/app/settings.yaml"
    /// local_path = "settings.yaml"
    ///
    /// [[app.web.files]]
    /// guest_path = "/etc/app/settings.yaml"
    /// local_path = "settings.production.yaml"
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.files]]
    /// guest_path = "/etc/app/settings.yaml"
    /// local_path = "settings.yaml"
    ///
    /// [[app.web.files]]
    /// guest_path = "/etc/app/settings.production.yaml"
    /// local_path = "settings.production.yaml"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/config.go
    static RULE = {
        name: "duplicate-file",
        code: "FA647",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for (i, file) in app.toml.files.iter().enumerate() {
        let Some(path) = &file.guest_path else { continue };
        let earlier = app.toml.files[..i].iter().filter_map(|file| file.guest_path.as_ref());
        if let Some(first) = { earlier }.find(|other| other.value == path.value) {
            cx.report(path.origin, format!("`{}` of `{}` can have one content only", path.value, app.name.value))
                .label("written twice")
                .related(first.origin, "written here too")
                .help("remove one of the two, or give it another path");
        }
    }
}
