use crate::fly_toml::{Share, Strategy};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that `max_unavailable` does something, and leaves machines running.
    ///
    /// ## Why
    ///
    /// `max_unavailable` says how many machines a rolling deploy may take at once: below one a share of the group,
    /// rounded up, from one a number. As much as the whole group means that nobody answers during each deploy. In a
    /// group of one machine that cannot be helped, and nothing is said.
    ///
    /// `bluegreen` and `immediate` do not look at it; flyctl prints a warning then, and so does this rule.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 2 }
    /// http_service = { internal_port = 3000 }
    ///
    /// [app.web.deploy]
    /// strategy = "rolling"
    /// max_unavailable = 2
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { iad = 2 }
    /// http_service = { internal_port = 3000 }
    ///
    /// [app.web.deploy]
    /// strategy = "rolling"
    /// max_unavailable = 0.33
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.deploy]
    /// strategy = "immediate"
    /// max_unavailable = 0.5
    /// ```
    ///
    /// ```toml,good
    /// [app.web.deploy]
    /// strategy = "immediate"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/command/deploy/deploy.go
    static RULE = {
        name: "max-unavailable",
        code: "FA661",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(deploy) = &app.toml.deploy else { return };
    let (Some(share), Some(strategy)) = (deploy.max_unavailable, deploy.strategy) else { return };
    if !share.origin.is_written() {
        return;
    }
    let edits = cx.edits();
    if matches!(strategy.value, Strategy::BlueGreen | Strategy::Immediate) {
        let edit = edits.key_of(share.range()).and_then(|key| edits.remove_entry(key, share.range()));
        let fix = cx.safe_fix("remove it", edit);
        cx.warn(share.origin, format!("`{}` does not look at `max_unavailable`", strategy.value))
            .label("has no effect")
            .related(strategy.origin, "the strategy")
            .help("remove it, or let machines be replaced by `rolling`")
            .fix(fix);
        return;
    }
    let all = app
        .groups
        .iter()
        .find(|group| group.serves && group.machines() > 1 && takes_all(share.value, group.machines()));
    let Some(group) = all else { return };
    let usual = cx.facts.deploy.max_unavailable;
    let edit = edits.replace(share.range(), usual.to_string());
    let fix = cx.unsafe_fix(format!("write {usual}, the default"), Some(edit));
    let message = format!(
        "a deploy of `{}` takes all {} machines of `{}` at once",
        app.name.value,
        group.machines(),
        group.name.value
    );
    cx.report(share.origin, message)
        .label("nobody answers then")
        .help(format!("leave some running: `max_unavailable = {usual}`, the default, or a smaller number"))
        .fix(fix);
}

/// Whether all machines of a group may be down at once.
fn takes_all(Share(share): Share, machines: u32) -> bool {
    let machines = f64::from(machines);
    let taken = if share < 1.0 { (share * machines).ceil() } else { share };
    taken >= machines
}
