use crate::model::{Call, Model};
use crate::rules::variables::each_call;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::{Level, Tier};
use crate::value::Origin;

declare_rule! {
    /// Checks that no app of a staging or development tier calls an app of production.
    ///
    /// ## Why
    ///
    /// The file for staging is mostly a copy of the one for production, and what is forgotten in it is an address. A
    /// rehearsal then writes into the real system: test orders, test mails, a migration that nobody announced.
    ///
    /// Looked at are `.internal`, `.flycast` and `.fly.dev` names in the variables of files that are given together. A
    /// file's tier is in its name (`fly.staging.toml`), its folder, or the name of its app (`my-web-staging`). In a spec
    /// all apps have one tier, and nothing is found.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-api"
    ///
    /// # --- fly.staging.toml
    /// app = "my-web-staging"
    ///
    /// [env]
    /// API_URL = "https://my-api.fly.dev"
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-api"
    ///
    /// # --- fly.staging.toml
    /// app = "my-web-staging"
    ///
    /// [env]
    /// API_URL = "https://my-api-staging.fly.dev"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/staging-prod-isolation
    static RULE = {
        name: "staging-uses-production",
        code: "FA324",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let of_production = |app: usize| model.apps[app].tier == Tier::Production;
    each_call(cx, |Call { caller, app, value, zone, name, called, .. }, cx| {
        let called = called.filter(|called| of_production(*called) && !of_production(*caller));
        let Some(other) = called.map(|called| &model.apps[called]).filter(|other| other.name.origin.is_written())
        else {
            return;
        };
        let tier = app.tier.as_str();
        cx.report(value.origin, format!("`{}` is for {tier}, and calls `{name}` of production", app.name.value))
            .label("what is tried here happens there")
            .related_in(other.file, Origin::written(other.header), "the app that is called")
            .help(format!("write the address of its counterpart, such as {name}-{tier}{}", zone.ending()));
    });
}
