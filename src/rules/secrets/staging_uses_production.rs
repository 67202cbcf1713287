use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::{Level, Tier};
use crate::value::{Origin, addresses};

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

const ENDINGS: [&str; 3] = [".internal", ".flycast", ".fly.dev"];

fn check(model: &Model, cx: &mut Cx<'_>) {
    let known = |tier: fn(Tier) -> bool| model.apps.iter().any(|app| tier(app.tier));
    if !known(|tier| tier == Tier::Production) || !known(|tier| tier != Tier::Production) {
        return;
    }
    let production = model.apps.iter().enumerate().filter(|(_, app)| app.tier == Tier::Production);
    let production = production.filter(|(_, app)| app.name.origin.is_written());
    let mut production: Vec<(&str, usize)> = production.map(|(index, app)| (app.name.as_str(), index)).collect();
    production.sort_unstable();
    for (caller, app) in model.apps.iter().enumerate().filter(|(_, app)| app.tier != Tier::Production) {
        for (_, value) in app.toml.env.iter().filter(|(_, value)| value.origin.is_written()) {
            let hosts =
                ENDINGS.iter().flat_map(|ending| addresses(value.as_str(), ending).map(move |host| (host, ending)));
            let called = hosts.filter_map(|(host, ending)| {
                let name = host.name.rsplit('.').next().unwrap_or(host.name);
                let at = production.binary_search_by_key(&name, |(name, _)| name).ok()?;
                Some((production[at], ending))
            });
            if let Some(((name, index), ending)) = { called }.next() {
                let other = &model.apps[index];
                let message =
                    format!("`{}` is for {}, and calls `{name}` of production", app.name.value, app.tier.as_str());
                cx.about(caller)
                    .report(value.origin, message)
                    .label("what is tried here happens there")
                    .related_in(other.file, Origin::written(other.header), "the app that is called")
                    .help(format!(
                        "write the address of its counterpart, such as {name}-{}{ending}",
                        app.tier.as_str()
                    ));
            }
        }
    }
}
