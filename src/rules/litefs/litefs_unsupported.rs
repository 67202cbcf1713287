use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that production does not rely on LiteFS without having decided to.
    ///
    /// ## Why
    ///
    /// LiteFS copies SQLite databases between machines. It works, and Fly.io gives neither support nor guidance for it;
    /// it is before its version 1.0, is meant for databases below 10 GB and a hundred writes a second, and its service
    /// for backups has ended. Who runs it makes backups, watches over the lease, and repairs it alone. Managed Postgres
    /// is the supported way to a database that survives a machine.
    ///
    /// A waiver says that this was decided.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.wiki.mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    /// ```
    ///
    /// ```toml,good
    /// [[app.wiki.mounts]]
    /// source = "cache"
    /// destination = "/cache"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, litefs/index
    /// - Fly.io, litefs/faq
    static RULE = {
        name: "litefs-unsupported",
        code: "FA545",
        group: Group::Reliability,
        levels: Levels { production: Level::Warn, staging: Level::Allow, development: Level::Allow },
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(litefs) = app.litefs() else { return };
    cx.report(litefs, format!("nobody but you repairs the databases of `{}`", app.name.value))
        .label("LiteFS: not supported by Fly.io")
        .help(format!(
            "use Managed Postgres; or say that it was decided, and who makes backups: {}",
            app.waiver("litefs-unsupported")
        ));
}
