use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that every process group that starts LiteFS has a volume for it.
    ///
    /// ## Why
    ///
    /// LiteFS keeps its own copy of each database in a folder, and fetches from the primary what it lacks. Without a
    /// volume every deploy begins with nothing: if all nodes are replaced the databases are gone, and with `fly deploy`
    /// all nodes are.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.wiki]
    /// processes = { app = "litefs mount" }
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki]
    /// processes = { app = "litefs mount" }
    ///
    /// [[app.wiki.mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, litefs/getting-started-fly
    static RULE = {
        name: "litefs-without-volume",
        code: "FA544",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for group in app.groups.iter().filter(|group| group.mount.is_none()) {
        let Some(command) = group.command.as_ref().filter(|command| command.contains("litefs mount")) else { continue };
        cx.report(
            command.origin,
            format!("the databases of `{}` are gone when all machines are replaced", app.name.value),
        )
        .label("LiteFS without a volume")
        .help(format!(
            "add {} with destination = \"/var/lib/litefs\", the `data.dir` of litefs.yml",
            app.list_of_tables("mounts")
        ));
    }
}
