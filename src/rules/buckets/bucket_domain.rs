use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the host name of a bucket is not that of an app or of another bucket.
    ///
    /// ## Why
    ///
    /// A host name leads to one place: its record in the DNS points to the bucket or to the app. The other one never
    /// gets a request, and its certificate is not renewed.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// domains = ["www.example.com"]
    /// uses = { ASSETS = "bucket.assets" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [bucket.assets]
    /// public = true
    /// custom_domain = "www.example.com"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// domains = ["www.example.com"]
    /// uses = { ASSETS = "bucket.assets" }
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [bucket.assets]
    /// public = true
    /// custom_domain = "assets.example.com"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, tigris/index
    /// - Fly.io, networking/custom-domain
    static RULE = {
        name: "bucket-domain",
        code: "FA563",
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
        let Some(host) = &bucket.custom_domain else { continue };
        let app = model.apps.iter().flat_map(|app| &app.domains).find(|domain| *domain == host);
        let earlier = model.buckets[..at].iter().filter_map(|earlier| earlier.custom_domain.as_ref());
        let other = app.map(|domain| (domain.origin, "an app has it"));
        let mut others = earlier.filter(|other| *other == host).map(|other| (other.origin, "another bucket has it"));
        let Some((other, what)) = other.or_else(|| others.next()) else { continue };
        cx.report(host.origin, format!("`{}` cannot lead to two places", host.value))
            .label("a host name of a bucket")
            .related(other, what)
            .help("give the bucket a host name of its own, such as assets.example.com");
    }
}
