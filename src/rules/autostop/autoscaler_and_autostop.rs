use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that the metrics autoscaler and the proxy do not both decide about the machines of one app.
    ///
    /// ## Why
    ///
    /// With `FAS_CREATED_MACHINE_COUNT` the autoscaler creates machines when there is work and destroys them when there is
    /// none. The proxy, with `auto_stop_machines`, stops machines that have no requests; those with work from a queue have
    /// none. Each undoes what the other has done, and work is cut off in the middle.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.scaler.env]
    /// FAS_APP_NAME = "my-jobs"
    /// FAS_CREATED_MACHINE_COUNT = "min(50, depth / 2)"
    ///
    /// [app.jobs.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "stop"
    /// ```
    ///
    /// ```toml,good
    /// [app.scaler.env]
    /// FAS_APP_NAME = "my-jobs"
    /// FAS_CREATED_MACHINE_COUNT = "min(50, depth / 2)"
    ///
    /// [app.jobs.http_service]
    /// internal_port = 3000
    /// auto_stop_machines = "off"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/autoscale-by-metric
    static RULE = {
        name: "autoscaler-and-autostop",
        code: "FA366",
        group: Group::Reliability,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for scaler in &model.apps {
        let Some((_, count)) = scaler.toml.env.get("FAS_CREATED_MACHINE_COUNT") else { continue };
        let Some((_, target)) = scaler.toml.env.get("FAS_APP_NAME") else { continue };
        let Some(index) = model.apps.iter().position(|app| app.name.as_str() == target.as_str()) else { continue };
        let app = &model.apps[index];
        let Some(service) = app.services.iter().find(|service| app.stops(service)) else { continue };
        let stop = service.auto_stop;
        let cx = cx.about(index);
        let fix = cx.unsafe_fix("leave it to the autoscaler", Some(cx.edits().replace(stop.range(), "\"off\"")));
        cx.report(stop.origin, format!("two decide about the machines of `{}`", app.name.value))
            .label("stops those without requests")
            .related_in(scaler.file, count.origin, "creates them for work")
            .help("write `auto_stop_machines = \"off\"`, or scale with FAS_STARTED_MACHINE_COUNT alone")
            .fix(fix);
    }
}
