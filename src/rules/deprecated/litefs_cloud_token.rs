use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that nobody counts on backups by LiteFS Cloud.
    ///
    /// ## Why
    ///
    /// LiteFS Cloud was shut down in October 2024. An app with `LITEFS_CLOUD_TOKEN` runs on, and its database has had
    /// no backup since. Snapshots of the volume, or Litestream to a bucket, take its place.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// LITEFS_CLOUD_TOKEN = "$TOKEN"
    /// LOG_LEVEL = "info"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// LOG_LEVEL = "info"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, litefs/cloud-backups
    /// - Fly.io, litefs/index
    static RULE = {
        name: "litefs-cloud-token",
        code: "FA686",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

const TOKEN: &str = "LITEFS_CLOUD_TOKEN";

fn check(app: &App, cx: &mut Cx<'_>) {
    let variable = app.toml.env.get(TOKEN).filter(|(_, value)| value.origin.is_written());
    let secret = app.secrets.iter().find(|secret| secret.name.as_str() == TOKEN);
    let (at, edit) = match (variable, secret) {
        (Some((name, value)), _) => (name.origin, cx.edits().remove_entry(name.range(), value.range())),
        (None, Some(secret)) => (secret.name.origin, cx.edits().remove_item(secret.name.range())),
        (None, None) => return,
    };
    let fix = cx.unsafe_fix("remove the token", edit);
    cx.report(at, format!("nobody takes backups of `{}` with this token", app.name.value))
        .label("LiteFS Cloud is no more")
        .help("remove it, and see to backups: snapshots of the volume, or Litestream to a bucket")
        .fix(fix);
}
