use crate::fly_toml::RestartPolicy;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that a number of retries belongs to a policy that counts them.
    ///
    /// ## Why
    ///
    /// `retries` says how often a machine that failed is started again, with `policy = "on-failure"`. With `always` it is
    /// started without end, and with `never` not at all: the number reads like a limit, and is none.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.worker.restart]]
    /// policy = "always"
    /// retries = 5
    /// ```
    ///
    /// ```toml,good
    /// [[app.worker.restart]]
    /// policy = "always"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, machines/guides-examples/machine-restart-policy
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "retries-without-on-failure",
        code: "FA394",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for restart in &app.toml.restart {
        let Some(retries) = restart.retries.filter(|_| restart.policy.value != RestartPolicy::OnFailure) else {
            continue;
        };
        let what = match restart.policy.value {
            RestartPolicy::Always => "is started again without end",
            RestartPolicy::Never => "is never started again",
            RestartPolicy::OnFailure => continue,
        };
        let fix = cx.unsafe_fix("remove it", cx.edits().remove(retries.range()));
        cx.report(retries.origin, format!("`{}` {what}, whatever `retries` says", app.name.value))
            .label("for `on-failure`")
            .related(restart.policy.origin, "the policy")
            .help("remove `retries`, or write `policy = \"on-failure\"`")
            .fix(fix);
    }
}
