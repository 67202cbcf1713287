use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no app relies on LiteFS Cloud for its backups.
    ///
    /// ## Why
    ///
    /// LiteFS Cloud, the service that kept backups of LiteFS databases, ended on 15 October 2024. `LITEFS_CLOUD_TOKEN`
    /// still makes LiteFS try: there is no backup, and an entry in the log that nobody reads. What is in its place is a
    /// job that runs `litefs export` to a bucket.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.wiki]
    /// secrets = ["LITEFS_CLOUD_TOKEN", "SESSION_KEY"]
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki]
    /// secrets = ["SESSION_KEY"]
    /// ```
    ///
    /// ```toml,bad
    /// [app.wiki.env]
    /// LITEFS_CLOUD_CLUSTER = "wiki" # the cluster at litefs cloud
    /// ```
    ///
    /// ```toml,good
    /// [app.wiki.env]
    /// # the cluster at litefs cloud
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, litefs/cloud-backups
    /// - Fly.io, litefs/backup
    static RULE = {
        name: "litefs-cloud",
        code: "FA546",
        group: Group::Reliability,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

const PREFIX: &str = "LITEFS_CLOUD";

fn check(app: &App, cx: &mut Cx<'_>) {
    let secret = app.secrets.iter().map(|secret| &secret.name).find(|name| name.starts_with(PREFIX));
    let variable = app.toml.env.iter().find(|(name, value)| name.starts_with(PREFIX) && value.origin.is_written());
    let (at, edit) = match (secret, variable) {
        (Some(name), _) => (name.origin, cx.edits().remove_entry(name.range(), name.range())),
        (None, Some((name, value))) => (name.origin, cx.edits().remove_entry(name.range(), value.range())),
        (None, None) => return,
    };
    let fix = cx.unsafe_fix("remove it", edit);
    let ended = cx.facts.litefs.cloud_retired;
    cx.report(at, format!("the databases of `{}` have no backup", app.name.value))
        .label(format!("LiteFS Cloud ended on {ended}"))
        .help("remove it, and run `litefs export` to a bucket every day")
        .fix(fix);
}
