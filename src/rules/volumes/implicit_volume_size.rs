use crate::diag::fix::string_literal;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that every volume has a size that somebody chose.
    ///
    /// ## Why
    ///
    /// Without `initial_size` a volume has 1 GB, whatever the app writes to it, and a full disk stops a database. The
    /// number differs between commands and has changed between versions of flyctl
    /// (<https://github.com/superfly/flyctl/issues/2868>, <https://github.com/superfly/flyctl/pull/3028>). A volume can
    /// grow later and cannot shrink: begin with what a year needs, or let it grow by itself.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ```toml,good
    /// [[app.db.mounts]]
    /// initial_size = "1gb"
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Fly.io, volumes/overview
    /// - flyctl, internal/command/deploy/machines.go
    static RULE = {
        name: "implicit-volume-size",
        code: "FA503",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    // One that grows by itself has a size that somebody chose: its limit.
    for mount in app.toml.mounts.iter().filter(|mount| mount.auto_extend_size_limit.is_none()) {
        let Some(size) = mount.initial_size.as_ref().filter(|size| !size.origin.is_written()) else { continue };
        let name = mount.source.as_ref().map_or("", |source| source.as_str());
        let literal = string_literal(size.as_str());
        let edit = cx.edits().insert_entry(mount.range(), "initial_size", &literal);
        let fix = cx.safe_fix(format!("say it: {literal}"), edit);
        cx.report(Origin::written(mount.range()), format!("nobody has said how large volumes `{name}` are"))
            .label(format!("{} GB, because nobody said otherwise", size.gigabytes()))
            .help(format!("add `initial_size`, such as {literal}, or as much as a year needs"))
            .fix(fix);
    }
}
