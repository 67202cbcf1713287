use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that no app owns two buckets.
    ///
    /// ## Why
    ///
    /// A bucket comes with credentials, and `fly storage create` makes them secrets of its app, under names that are
    /// the same for every bucket: `AWS_ACCESS_KEY_ID`, `BUCKET_NAME` and so on. When one of the names is taken flyctl
    /// sets none of them, prints them once, and calls it a success. The app would then read and write the first bucket
    /// with every key that it has.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// uses = { UPLOADS = "bucket.uploads", BACKUPS = "bucket.backups" }
    ///
    /// [bucket.uploads]
    ///
    /// [bucket.backups]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// uses = { UPLOADS = "bucket.uploads" }
    ///
    /// [app.backup]
    /// uses = { BACKUPS = "bucket.backups" }
    ///
    /// [bucket.uploads]
    ///
    /// [bucket.backups]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/command/extensions/core/core.go
    /// - Fly.io, tigris/index
    static RULE = {
        name: "two-buckets",
        code: "FA560",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (at, bucket) in model.buckets.iter().enumerate() {
        let Some(first) = model.buckets[..at].iter().find(|earlier| earlier.owner.value == bucket.owner.value) else {
            continue;
        };
        let owner = &model.apps[bucket.owner.value];
        cx.report(
            Origin::written(bucket.header),
            format!("`{}` gets no credentials for a second bucket", owner.name.value),
        )
        .label("its secrets have the names of the first")
        .related(Origin::written(first.header), "the first bucket")
        .help(
            "let another app own one of them (`owner`), or keep both kinds of files in one bucket under two prefixes",
        );
    }
}
