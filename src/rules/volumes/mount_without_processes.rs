use crate::diag::fix::string_literal;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that a mount of an app with several process groups says for which groups it is.
    ///
    /// ## Why
    ///
    /// A mount without `processes` is for one group alone: the one that is called `app`, or else the first by name.
    /// Machines of the others have no volume, and what they write at the same path lies on their root file system,
    /// until the next deploy. Nothing says so, neither flyctl nor the machine.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.shop]
    /// processes = { web = "bin/web", worker = "bin/worker" }
    ///
    /// [[app.shop.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ```toml,good
    /// [app.shop]
    /// processes = { web = "bin/web", worker = "bin/worker" }
    ///
    /// [[app.shop.mounts]]
    /// processes = ["web"]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/processgroups.go
    static RULE = {
        name: "mount-without-processes",
        code: "FA504",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.groups.len() < 2 {
        return;
    }
    for mount in &app.toml.mounts {
        let Some(names) = mount.processes.as_ref().filter(|names| !names.origin.is_written()) else { continue };
        let Some(only) = names.value.first() else { continue };
        let others = app.groups.iter().map(|group| group.name.as_str()).filter(|name| *name != only.as_str());
        let others: Vec<&str> = others.collect();
        let name = mount.source.as_ref().map_or("", |source| source.as_str());
        let literal = format!("[{}]", string_literal(only));
        let edit = cx.edits().insert_entry(mount.range(), "processes", &literal);
        let fix = cx.safe_fix(format!("say that it is for {}", only.value), edit);
        cx.report(Origin::written(mount.range()), format!("only machines of `{}` get a volume `{name}`", only.value))
            .label(format!("none for {}", list(&others, "and")))
            .help(format!("say for which groups it is; as flyctl reads it now, processes = {literal}"))
            .fix(fix);
    }
}
