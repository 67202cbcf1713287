use std::collections::BTreeMap;

use crate::model::{App, Model, ServiceForm};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::{Port, Sourced};

declare_rule! {
    /// Checks that the files of one app for several environments send requests to the same port.
    ///
    /// ## Why
    ///
    /// `fly.staging.toml` begins as a copy of `fly.toml`. Later a port is changed in one of them; both are built from the same
    /// Dockerfile, so one of the two environments cannot answer any more, and which one is seen when it is deployed
    /// (<https://github.com/classmoji/classmoji/pull/60> compares such files by hand).
    ///
    /// Files in one folder are compared when their names or those of their apps say different environments, and when they are
    /// built from the same Dockerfile or image. Sizes, regions, limits and variables may differ as they like.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [http_service]
    /// internal_port = 8080
    ///
    /// # --- fly.staging.toml
    /// app = "my-web-staging"
    ///
    /// [http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [http_service]
    /// internal_port = 8080
    ///
    /// # --- fly.staging.toml
    /// app = "my-web-staging"
    ///
    /// [http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/staging-prod-isolation
    /// - Fly.io, networking/app-services
    static RULE = {
        name: "environments-differ",
        code: "FA698",
        group: Group::Correctness,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    // The first of each tier, of all that have a folder and what they are built from in common.
    let mut first: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (index, app) in model.apps.iter().enumerate().filter(|(_, app)| app.is_plain()) {
        let path = cx.path(app.file);
        let folder = path.rfind('/').map_or("", |at| &path[..at]).to_owned();
        let seen = first.entry((folder, sources(app))).or_default();
        let twin = seen.iter().map(|twin| &model.apps[*twin]).find(|twin| twin.tier != app.tier);
        if seen.iter().all(|other| model.apps[*other].tier != app.tier) {
            seen.push(index);
        }
        let (Some(twin), Some(port)) = (twin, port(app)) else { continue };
        let Some(of_twin) = self::port(twin).filter(|of_twin| of_twin.get() != port.get()) else { continue };
        let (name, other, file) = (&app.name.value, &twin.name.value, twin.file);
        let message = format!("`{name}` and `{other}` are one program, and get requests on different ports");
        cx.about(index)
            .report(port.origin, message)
            .related_in(file, of_twin.origin, "the other environment")
            .help("write the port on which it listens in both, or tell it the port with `PORT` in `[env]`");
    }
}

/// The port of a website, where it is said and the program is not told another one.
fn port(app: &App) -> Option<Sourced<Port>> {
    let service = app.services.iter().find(|service| service.form == ServiceForm::Http)?;
    let told = app.toml.env.get("PORT").is_some();
    service.internal_port.filter(|port| port.origin.is_written() && !told)
}

/// What an app is built from.
fn sources(app: &App) -> [Option<&str>; 3] {
    let build = app.toml.build.as_ref().map(|build| &*build.value);
    [
        build.and_then(|build| build.dockerfile.as_ref()).map(|path| path.as_str()),
        build.and_then(|build| build.image.as_ref()).map(|image| image.as_str()),
        build.and_then(|build| build.build_target.as_ref()).map(|target| target.as_str()),
    ]
}
