use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that an app that names an endpoint of Tigris also has keys for it.
    ///
    /// ## Why
    ///
    /// Every request to a bucket is signed with two keys. `uses = { UPLOADS = "bucket.uploads" }` sets them for the app
    /// that owns the bucket; for a bucket that was made elsewhere they are secrets of the app. With the endpoint alone
    /// every upload answers "access denied".
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// S3_ENDPOINT = "https://t3.storage.dev"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// secrets = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
    ///
    /// [app.web.env]
    /// S3_ENDPOINT = "https://t3.storage.dev"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, tigris/index
    static RULE = {
        name: "bucket-without-keys",
        code: "FA566",
        group: Group::Correctness,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

const ENDPOINTS: [&str; 2] = ["fly.storage.tigris.dev", "t3.storage.dev"];

fn check(app: &App, cx: &mut Cx<'_>) {
    let named = |text: &str| ENDPOINTS.iter().any(|endpoint| text.contains(endpoint));
    let mut env = app.toml.env.iter().filter(|(_, value)| value.origin.is_written());
    let Some((_, value)) = env.find(|(_, value)| named(value.as_str())) else { return };
    // Any secret that could be a key is one: they have many names.
    let key =
        |name: &str| ["KEY", "SECRET", "TOKEN", "CREDENTIAL"].iter().any(|word| name.to_uppercase().contains(word));
    if app.secrets.iter().any(|secret| key(&secret.name)) {
        return;
    }
    let index = cx.model.apps.iter().position(|other| std::ptr::eq(other, app));
    if cx.model.buckets.iter().any(|bucket| Some(bucket.owner.value) == index) {
        return;
    }
    cx.report(value.origin, format!("`{}` has no keys for its bucket", app.name.value))
        .label("an endpoint alone opens nothing")
        .help("let it own the bucket (`uses = { … = \"bucket.…\" }`), or list its keys in `secrets`");
}
