use crate::model::{App, Call, Model};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Kind;
use crate::value::Origin;

declare_rule! {
    /// Checks that an app and those that it calls run near each other.
    ///
    /// ## Why
    ///
    /// Within a region a call takes a millisecond, between continents a quarter of a second, and a page makes dozens of
    /// them. Apps that call each other are best placed together. It is easily missed, because each file by itself is
    /// right: one was launched from Frankfurt and the other from Sydney.
    ///
    /// Two regions are near when the cities are less than 1,500 km apart, as those of Europe are, and one pair of near
    /// regions is enough.
    ///
    /// A spec says where machines run. Of a plain fly.toml `primary_region` is looked at, where a deploy creates
    /// machines.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = ["fra"]
    ///
    /// [app.web.env]
    /// API_URL = "http://my-api.internal:8080"
    ///
    /// [app.api]
    /// regions = ["syd", "nrt"]
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = ["fra"]
    ///
    /// [app.web.env]
    /// API_URL = "http://my-api.internal:8080"
    ///
    /// [app.api]
    /// regions = ["syd", "ams"]
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,files,bad
    /// # --- web/fly.toml
    /// app = "my-web"
    /// primary_region = "fra"
    ///
    /// [env]
    /// API_URL = "http://my-api.flycast"
    ///
    /// # --- api/fly.toml
    /// app = "my-api"
    /// primary_region = "syd"
    /// ```
    ///
    /// ```toml,files,good
    /// # --- web/fly.toml
    /// app = "my-web"
    /// primary_region = "fra"
    ///
    /// [env]
    /// API_URL = "http://my-api.flycast"
    ///
    /// # --- api/fly.toml
    /// app = "my-api"
    /// primary_region = "fra"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/regions
    /// - Fly.io, networking/private-networking
    static RULE = {
        name: "distant-app",
        code: "FA326",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (caller, app) in model.apps.iter().enumerate() {
        let used = app.uses.iter().filter(|used| used.target.kind == Kind::App);
        let used = used.map(|used| (used.target.index, used.target.origin));
        let written = |call: &&Call<'_>| call.zone.is_private() && call.value.origin.is_written();
        let called = cx.calls.from(caller).iter().filter(written);
        let calls = used.chain(called.filter_map(|call| Some((call.called?, call.value.origin))));
        let mut told: Vec<usize> = Vec::new();
        for (index, at) in calls {
            let other = &model.apps[index];
            let (here, there) = (regions(app), regions(other));
            let far = |a: &&str| there.iter().all(|b| cx.facts.far(a, b));
            let apart = !here.is_empty() && !there.is_empty() && here.iter().all(far);
            if index != caller && apart && !told.contains(&index) {
                told.push(index);
                let message = format!("`{}` is far from `{}`, which it calls", app.name.value, other.name.value);
                cx.about(caller)
                    .report(at, message)
                    .label(format!("from {} to {}", here.join(", "), there.join(", ")))
                    .related_in(other.file, Origin::written(other.header), "the app that is called")
                    .help("let both run in one region or near it, or waive this if calls are few and nobody waits for them");
            }
        }
    }
}

/// Where machines of an app run, as far as it is said.
fn regions(app: &App) -> Vec<&str> {
    if app.is_plain() {
        return app.primary_region.iter().map(|region| region.as_str()).collect();
    }
    app.regions().into_iter().map(|region| region.as_str()).collect()
}
