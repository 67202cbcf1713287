use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that no variable of an app has the name of a secret that its bucket sets.
    ///
    /// ## Why
    ///
    /// `fly storage create` sets five secrets for the app that owns a bucket, from `AWS_ACCESS_KEY_ID` to
    /// `BUCKET_NAME`. When the app already has a secret of one of these names, flyctl sets none of the five, and the
    /// app has keys that do not fit each other. A variable of that name in `[env]` is hidden by the secret: it has no
    /// effect, and tells readers something that is not so.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// uses = { UPLOADS = "bucket.uploads" }
    ///
    /// [app.web.env]
    /// AWS_REGION = "eu-central-1"
    /// LOG_LEVEL = "info"
    ///
    /// [bucket.uploads]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// uses = { UPLOADS = "bucket.uploads" }
    ///
    /// [app.web.env]
    /// LOG_LEVEL = "info"
    ///
    /// [bucket.uploads]
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// uses = { UPLOADS = "bucket.uploads" }
    /// secrets = ["AWS_ACCESS_KEY_ID"]
    ///
    /// [bucket.uploads]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/command/extensions/core/core.go
    /// - Fly.io, tigris/index
    static RULE = {
        name: "bucket-variable",
        code: "FA561",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (at, bucket) in model.buckets.iter().enumerate() {
        // The secrets are there once, whatever the number of buckets.
        if model.buckets[..at].iter().any(|earlier| earlier.owner.value == bucket.owner.value) {
            continue;
        }
        let app = &model.apps[bucket.owner.value];
        let sets = |name: &str| cx.facts.bucket_secrets.contains(&name);
        let header = Origin::written(bucket.header);
        let secrets: Vec<_> = app.secrets.iter().filter(|secret| sets(&secret.name)).collect();
        let env = app.toml.env.iter().filter(|(_, value)| value.origin.is_written());
        let env: Vec<_> = env.filter(|(name, _)| sets(name)).collect();
        for secret in secrets {
            let name = &secret.name.value;
            cx.about(bucket.owner.value)
                .report(secret.name.origin, format!("with `{name}` there, flyctl sets no secret of the bucket"))
                .label("the bucket brings this one")
                .related(header, "the bucket")
                .help("leave it to the bucket; keys of another store belong under another name");
        }
        for (name, value) in env {
            let cx = cx.about(bucket.owner.value);
            let fix = cx.safe_fix("remove it: the secret counts", cx.edits().remove_entry(name.range(), value.range()));
            cx.warn(name.origin, format!("`{}` has no effect: the bucket sets a secret of this name", name.value))
                .label("hidden by the secret")
                .related(header, "the bucket")
                .help("remove it; settings of another store belong under another name")
                .fix(fix);
        }
    }
}
