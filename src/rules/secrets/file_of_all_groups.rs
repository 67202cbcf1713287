use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::spec::Level;

declare_rule! {
    /// Checks that nobody relies on a file being written for one process group alone.
    ///
    /// ## Why
    ///
    /// `processes` in `[[files]]` is read and has no effect: flyctl puts the files together before it looks at
    /// groups, and every machine of the app gets all of them. A key that only the worker should hold lies in the
    /// machines that face the internet as well.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.shop]
    /// secrets = ["SIGNING_KEY"]
    /// processes = { web = "bin/web", worker = "bin/worker" }
    ///
    /// [[app.shop.files]]
    /// guest_path = "/etc/app/key"
    /// secret_name = "SIGNING_KEY"
    /// processes = ["worker"]
    /// ```
    ///
    /// ```toml,good
    /// [app.shop]
    /// secrets = ["SIGNING_KEY"]
    /// processes = { web = "bin/web", worker = "bin/worker" }
    ///
    /// [[app.shop.files]]
    /// guest_path = "/etc/app/key"
    /// secret_name = "SIGNING_KEY"
    /// ```
    ///
    /// ```toml,bad
    /// [app.tasks]
    /// processes = { web = "bin/web", worker = "bin/worker" }
    /// files = [{ guest_path = "/etc/jobs.yaml", local_path = "jobs.yaml", processes = ["worker"] }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/appconfig/config.go
    /// - flyctl, internal/appconfig/machines.go
    static RULE = {
        name: "file-of-all-groups",
        code: "FA648",
        group: Group::Security,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for file in &app.toml.files {
        let Some(named) = file.processes.as_ref().filter(|names| names.origin.is_written() && !names.is_empty()) else {
            continue;
        };
        let others = app.groups.iter().filter(|group| !named.iter().any(|name| name.value == group.name.value));
        let others: Vec<&str> = others.map(|group| group.name.as_str()).collect();
        if others.is_empty() {
            continue;
        }
        let edits = cx.edits();
        let edit = edits.key_of(named.range()).and_then(|key| edits.remove_entry(key, named.range()));
        let fix = cx.unsafe_fix("remove it", edit);
        let path = file.guest_path.as_ref().map_or("a file", |path| path.as_str());
        let message = format!("machines of {} get `{path}` of `{}` too", list(&others, "and"), app.name.value);
        cx.report(named.origin, message)
            .label("has no effect for files")
            .help("remove it; what only one group may read belongs in an app of its own")
            .fix(fix);
    }
}
