use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that a bucket with a host name of its own may be read by those who come to it.
    ///
    /// ## Why
    ///
    /// A host name such as `assets.example.com` is for browsers, which have no keys: of a bucket that is not public
    /// they get "access denied" for every file. Either the files are for everybody, and `public = true` says so, or
    /// they are not, and the app hands out signed URLs; then waiving this says why there is a name at all.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// uses = { ASSETS = "bucket.assets" }
    ///
    /// [bucket.assets]
    /// custom_domain = "assets.example.com"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// uses = { ASSETS = "bucket.assets" }
    ///
    /// [bucket.assets]
    /// custom_domain = "assets.example.com"
    /// public = true
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, tigris/index
    static RULE = {
        name: "private-bucket-domain",
        code: "FA564",
        group: Group::Correctness,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for bucket in model.buckets.iter().filter(|bucket| !bucket.public.value) {
        let Some(host) = &bucket.custom_domain else { continue };
        let finding = cx.report(host.origin, format!("visitors of {} may not read what is there", host.value));
        let finding = if bucket.public.origin.is_written() {
            finding.related(bucket.public.origin, "not public")
        } else {
            finding
        };
        finding.label("the bucket is not public").help(
            "write `public = true` if all of it is for everybody; else keep public files in a bucket of their own",
        );
    }
}
