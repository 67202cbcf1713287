use crate::model::{App, Group as ProcessGroup};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that several log shippers share their work.
    ///
    /// ## Why
    ///
    /// Fly.io's log shipper reads the log stream of a whole organisation. With `QUEUE` set, machines share the
    /// stream; without it each of them ships every line, and the store at the other end holds, shows and charges
    /// everything as many times as there are machines.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.logs]
    /// build = { image = "ghcr.io/superfly/fly-log-shipper:v0.0.11" }
    /// regions = { iad = 2 }
    /// ```
    ///
    /// ```toml,good
    /// [app.logs]
    /// env = { QUEUE = "my-logs" }
    /// build = { image = "ghcr.io/superfly/fly-log-shipper:v0.0.11" }
    /// regions = { iad = 2 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, monitoring/exporting-logs
    static RULE = {
        name: "log-shipper-queue",
        code: "FA674",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(image) = app.toml.build.as_ref().and_then(|build| build.image.as_ref()) else { return };
    let names = &cx.facts.names;
    let queue = names.log_shipper.queue;
    let machines: u32 = app.groups.iter().map(ProcessGroup::machines).sum();
    let shared = app.toml.env.get(queue).is_some() || app.secrets.iter().any(|secret| secret.name.as_str() == queue);
    if machines < 2 || shared || !names.is_log_shipper(image) {
        return;
    }
    let name = &app.name.value;
    let edit = if app.toml.env.is_empty() {
        cx.insert_in_app(app, &[("env", &format!("{{ {queue} = \"{name}\" }}"))])
    } else {
        None
    };
    let fix = cx.unsafe_fix("let them share the stream", edit);
    cx.report(image.origin, format!("every log line is shipped {machines} times by `{name}`"))
        .label(format!("{machines} machines, and no {queue}"))
        .help(format!("give them one name for the stream: `{queue} = \"{name}\"` in `{}`", app.table("env")))
        .fix(fix);
}
