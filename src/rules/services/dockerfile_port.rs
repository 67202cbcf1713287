use crate::fly_toml::Protocol;
use crate::model::{App, Model, Service};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::value::{Origin, Port, Sourced};

declare_rule! {
    /// Checks that the image listens on the port to which the proxy sends requests.
    ///
    /// ## Why
    ///
    /// The proxy reaches a machine on `internal_port`. What the Dockerfile says with `ENV PORT` or `EXPOSE` is where the program
    /// most probably listens; when it is another port, the deploy waits for a machine that never becomes healthy, and every
    /// request ends with an error. flyctl compares the two at the first `fly launch` only
    /// (<https://github.com/superfly/flyctl/issues/1270>).
    ///
    /// `PORT` in `[env]` overrides the image's, and `workload.listen_port` of a spec all of them. A Dockerfile that names no
    /// port, or the right one among others, says nothing.
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
    /// # --- Dockerfile
    /// FROM node:22-slim
    /// ENV PORT=3000
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [http_service]
    /// internal_port = 3000
    ///
    /// # --- Dockerfile
    /// FROM node:22-slim
    /// ENV PORT=3000
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [http_service]
    /// internal_port = 8080
    ///
    /// [env]
    /// PORT = 8080
    ///
    /// # --- Dockerfile
    /// FROM node:22-slim
    /// EXPOSE 3000
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/app-services
    /// - Docker, reference/dockerfile
    static RULE = {
        name: "dockerfile-port",
        code: "FA800",
        group: Group::Correctness,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(of_model),
    }
}

fn check(app: &App, index: usize, cx: &mut Cx<'_>) {
    let Some((dockerfile, stage)) = cx.model.image(index) else { return };
    if app.workload.listen_port.is_some() || app.toml.env.get("PORT").is_some() || app.litefs.is_some() {
        return;
    }
    let port_of = |value: &str| value.parse::<u16>().ok();
    let variables = stage.iter().filter(|i| i.name == "ENV").flat_map(|i| i.variables());
    let said = variables.rev().find(|(name, ..)| *name == "PORT");
    let known: Vec<(u16, TextRange)> = match said {
        Some((_, value, range)) => port_of(value).map(|port| (port, range)).into_iter().collect(),
        None => stage.iter().flat_map(|i| i.ports()).collect(),
    };
    let tcp = |service: &&Service| service.protocol == Protocol::Tcp;
    let wanted: Vec<Sourced<Port>> = app.services.iter().filter(tcp).filter_map(|s| s.internal_port).collect();
    let is_known = |port: &Sourced<Port>| known.iter().any(|(known, _)| *known == port.get());
    let (Some(&(first, at)), Some(port)) = (known.first(), wanted.first()) else { return };
    if !port.origin.is_written() || wanted.iter().any(is_known) {
        return;
    }
    let fix = if known.len() == 1 && wanted.len() == 1 {
        let edit = cx.edits().replace(port.range(), first.to_string());
        cx.unsafe_fix(format!("send requests to port {first}"), Some(edit))
    } else {
        None
    };
    let (file, name) = (dockerfile.file, &app.name.value);
    cx.report(port.origin, format!("nothing in the image of `{name}` is known to listen on port {}", port.value))
        .label("requests are sent here")
        .related_in(file, Origin::written(at), "the image listens here")
        .help(format!("write `internal_port = {first}`, or let the program listen on {}", port.value))
        .fix(fix);
}

fn of_model(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        check(app, index, cx.about(index));
    }
}
