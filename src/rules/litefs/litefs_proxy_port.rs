use crate::beside::At;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Origin, Port, Sourced};

declare_rule! {
    /// Checks that requests reach the app through the proxy of LiteFS.
    ///
    /// ## Why
    ///
    /// LiteFS has a proxy of its own, which sends writes to the primary node and makes reads wait for what the same user has just
    /// written. It works only if `internal_port` is its port. When requests go to the app itself, writes on other nodes fail.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    /// primary_region = "fra"
    ///
    /// [http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "off"
    ///
    /// [[mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    ///
    /// # --- litefs.yml
    /// fuse:
    ///   dir: "/litefs"
    /// data:
    ///   dir: "/var/lib/litefs"
    /// proxy:
    ///   addr: ":8080"
    ///   target: "localhost:3000"
    /// lease:
    ///   type: "consul"
    ///   candidate: ${FLY_REGION == PRIMARY_REGION}
    ///   consul:
    ///     key: "litefs/${FLY_APP_NAME}"
    /// exec:
    ///   - cmd: "node server.js"
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    /// primary_region = "fra"
    ///
    /// [http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "off"
    ///
    /// [[mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    ///
    /// # --- litefs.yml
    /// fuse:
    ///   dir: "/litefs"
    /// data:
    ///   dir: "/var/lib/litefs"
    /// proxy:
    ///   addr: ":8080"
    ///   target: "localhost:3000"
    /// lease:
    ///   type: "consul"
    ///   candidate: ${FLY_REGION == PRIMARY_REGION}
    ///   consul:
    ///     key: "litefs/${FLY_APP_NAME}"
    /// exec:
    ///   - cmd: "node server.js"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, litefs/proxy
    static RULE = {
        name: "litefs-proxy-port",
        code: "FA814",
        group: Group::Reliability,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        let Some(litefs) = model.beside.runs_litefs(index) else { continue };
        let port = |at: &At| at.0.rsplit(':').next().and_then(|port| port.parse::<u16>().ok());
        let Some((addr, of_proxy)) = litefs.proxy_addr.as_ref().and_then(|at| port(at).map(|port| (at.1, port))) else {
            continue;
        };
        let of_app = litefs.proxy_target.as_ref().and_then(port);
        let wanted = app.services.iter().filter_map(|service| service.internal_port);
        // Of a file it is not known whether the app serves requests elsewhere too.
        let past = |wanted: &Sourced<Port>| Some(wanted.get()) == of_app || litefs.declared;
        let proxied = wanted.clone().any(|wanted| wanted.get() == of_proxy);
        let stray = wanted
            .clone()
            .find(past)
            .filter(|wanted| if Some(wanted.get()) == of_app { of_app != Some(of_proxy) } else { !proxied });
        if let Some(wanted) = stray {
            let edit = wanted
                .origin
                .is_written()
                .then(|| cx.about(index).edits().replace(wanted.range(), of_proxy.to_string()));
            let fix = cx.safe_fix("send requests to the proxy of LiteFS", edit);
            cx.about(index)
                .report(
                    wanted.origin,
                    format!("requests to `{}` go past LiteFS: writes fail on other nodes", app.name.value),
                )
                .label(if Some(wanted.get()) == of_app { "the app itself" } else { "not the proxy" })
                .related_in(litefs.file, Origin::written(addr), "the proxy of LiteFS")
                .help(format!("write `internal_port = {of_proxy}`"))
                .fix(fix);
        }
    }
}
