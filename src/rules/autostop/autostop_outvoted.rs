use crate::fly_toml::AutoStop;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that no service keeps awake the machines that another one wants stopped.
    ///
    /// ## Why
    ///
    /// A machine can have several services, and the proxy takes the least that any of them asks for: off before stop, and stop
    /// before suspend. A service without `auto_stop_machines` says off. So a second service, for metrics or for another port,
    /// quietly switches off what the first one says, and all machines run and are billed around the clock.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "stop"
    /// min_machines_running = 1
    ///
    /// [[app.web.services]]
    /// internal_port = 9000
    /// protocol = "tcp"
    /// ports = [{ port = 9000, handlers = ["tls"] }]
    /// ```
    ///
    /// ```toml,good
    /// [app.web.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "stop"
    /// min_machines_running = 1
    ///
    /// [[app.web.services]]
    /// auto_stop_machines = "stop"
    /// min_machines_running = 1
    /// internal_port = 9000
    /// protocol = "tcp"
    /// ports = [{ port = 9000, handlers = ["tls"] }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/command/deploy/machines_deploymachinesapp.go
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "autostop-outvoted",
        code: "FA360",
        group: Group::Cost,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for service in app.services.iter().filter(|service| service.auto_stop.value != AutoStop::Off) {
        let stop = service.auto_stop;
        let outvoted = |&&group: &&usize| app.auto_stop(group) < stop.value;
        let Some(&group) = service.groups.iter().find(outvoted) else { continue };
        // Who says "off" has said it; of two different words one may be meant for the other group.
        let other = app.services.iter().find(|other| {
            let silent = !other.auto_stop.origin.is_written() && !app.is_stray(other);
            silent && other.groups.contains(&group) && other.auto_stop.value < stop.value
        });
        let Some(other) = other else { continue };
        let (word, least) = (format!("\"{}\"", stop.value), service.min_machines_running);
        let number = least.value.to_string();
        let mut entries = vec![("auto_stop_machines", word.as_str())];
        if least.value > 0 && !other.min_machines_running.origin.is_written() {
            entries.push(("min_machines_running", &number));
        }
        let edit = cx.edits().insert_entries(other.at, &entries);
        let fix = cx.unsafe_fix("say the same in the other service", edit);
        let what = if stop.value == AutoStop::Suspend { "suspended" } else { "stopped" };
        cx.report(
            stop.origin,
            format!("idle machines of `{}` are not {what}: another service says off", app.name.value),
        )
        .label("has no effect")
        .related(Origin::written(other.at), "says nothing, which is off")
        .help(format!("write `auto_stop_machines = \"{}\"` there too, or remove it here", stop.value))
        .fix(fix);
        return;
    }
}
