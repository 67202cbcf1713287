use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that names of volumes are not too long.
    ///
    /// ## Why
    ///
    /// Names of volumes have a limit that no page of Fly.io mentions: beyond 30 characters the API refuses them, in the
    /// middle of the first deploy. The number comes from error reports, so this is a warning.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.db.mounts]]
    /// source = "customer_uploads_of_the_shop_in_europe"
    /// destination = "/data"
    /// ```
    ///
    /// ```toml,good
    /// [[app.db.mounts]]
    /// source = "customer_uploads_europe"
    /// destination = "/data"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, elixir/advanced-guides/sqlite3
    /// - Fly.io, volumes/overview
    static RULE = {
        name: "volume-name-length",
        code: "FA506",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let most = cx.facts.volumes.name_length_max;
    for name in app.toml.mounts.iter().filter_map(|mount| mount.source.as_ref()).filter(|name| name.len() > most) {
        cx.report(name.origin, "Fly.io may refuse a volume of this name")
            .label(format!("{} characters, {most} at most", name.len()))
            .help("take a shorter one: it only has to differ within the app");
    }
}
