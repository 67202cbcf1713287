use crate::kinds::app::Access;
use crate::model::{App, Model};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Sourced, addresses};

declare_rule! {
    /// Checks that an app which others reach over Flycast does not send them to HTTPS.
    ///
    /// ## Why
    ///
    /// Flycast speaks plain HTTP: the private network is encrypted as it is, and there is no certificate for a `.flycast` name.
    /// With `force_https` the proxy answers every call with a redirect to an address that no client can open.
    ///
    /// On plain files this looks for addresses of an app in the variables of the others.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.api]
    /// access = "private"
    ///
    /// [app.api.http_service]
    /// internal_port = 3000
    /// force_https = true
    /// ```
    ///
    /// ```toml,good
    /// [app.api]
    /// access = "private"
    ///
    /// [app.api.http_service]
    /// internal_port = 3000
    /// force_https = false
    /// ```
    ///
    /// ```toml,files,bad
    /// # --- web/fly.toml
    /// app = "my-web"
    ///
    /// [env]
    /// API_URL = "http://my-api.flycast"
    ///
    /// # --- api/fly.toml
    /// app = "my-api"
    ///
    /// [http_service]
    /// internal_port = 3000
    /// force_https = true
    /// ```
    ///
    /// ```toml,files,good
    /// # --- web/fly.toml
    /// app = "my-web"
    ///
    /// [env]
    /// API_URL = "http://my-api.flycast"
    ///
    /// # --- api/fly.toml
    /// app = "my-api"
    ///
    /// [http_service]
    /// internal_port = 3000
    /// force_https = false
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/flycast
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "force-https-on-flycast",
        code: "FA343",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Both(of_spec, of_files),
    }
}

const ENDING: &str = ".flycast";

fn of_spec(app: &App, cx: &mut Cx<'_>) {
    if app.access.value == Access::Private
        && let Some(force) = forced(app)
    {
        let fix = cx.safe_fix("answer plain HTTP", Some(cx.edits().replace(force.range(), "false")));
        cx.report(force.origin, format!("callers of `{}` are sent to HTTPS, which Flycast has not", app.name.value))
            .label("no call gets through")
            .related(app.access.origin, "reached over Flycast")
            .help("write `force_https = false`: the private network is encrypted as it is")
            .fix(fix);
    }
}

/// Which addresses an app has no plain file says: that another one calls it there, does.
fn of_files(model: &Model, cx: &mut Cx<'_>) {
    if model.project.is_some() {
        return;
    }
    let mut names: Option<Vec<(&str, usize)>> = None;
    let mut told: Vec<usize> = Vec::new();
    for caller in &model.apps {
        for (_, value) in caller.toml.env.iter().filter(|(_, value)| value.as_str().contains(ENDING)) {
            let names = names.get_or_insert_with(|| model.app_names());
            for address in addresses(value.as_str(), ENDING).filter(|address| address.scheme == Some("http")) {
                let Ok(at) = names.binary_search_by_key(&address.name, |(name, _)| name) else { continue };
                let index = names[at].1;
                // The redirect is that of port 80.
                let Some(force) = forced(&model.apps[index]).filter(|_| matches!(address.port, None | Some(80))) else {
                    continue;
                };
                if told.contains(&index) {
                    continue;
                }
                told.push(index);
                let cx = cx.about(index);
                let fix = cx.unsafe_fix("answer plain HTTP", Some(cx.edits().replace(force.range(), "false")));
                cx.report(force.origin, format!("`{}` is sent to HTTPS, which Flycast has not", caller.name.value))
                    .label("its calls do not get through")
                    .related_in(caller.file, value.origin, "the call")
                    .help("write `force_https = false`; a public part belongs into an app of its own")
                    .fix(fix);
            }
        }
    }
}

fn forced(app: &App) -> Option<Sourced<bool>> {
    // Who comes by TLS is not sent anywhere.
    let mut ports = app.services.iter().flat_map(|service| &service.ports).filter(|port| port.http && !port.tls);
    ports.find_map(|port| port.force_https.filter(|force| force.value))
}
