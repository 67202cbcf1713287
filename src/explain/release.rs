//! What must go well before a release is one, and what users see of it.
//!
//! Source: Fly.io, reference/configuration (`deploy`), reference/health-checks, blueprints/seamless-deployments; flyctl
//! `internal/command/deploy`.

use super::{Cx, seconds, unless_written};
use crate::diag::form::count;
use crate::diag::form::sentence;
use crate::fly_toml::Strategy;
use crate::model::Group;

const NANOSECONDS: i64 = 1_000_000_000;

fn strategy(cx: &Cx<'_>) -> (Strategy, &'static str) {
    let deploy = cx.app.toml.deploy.as_ref();
    let strategy = deploy.and_then(|deploy| deploy.strategy.as_ref());
    strategy.map_or((Strategy::Rolling, " (the default)"), |strategy| (strategy.value, unless_written(strategy)))
}

/// What is asked of a release, in the order in which it is.
pub(super) fn gates(cx: &Cx<'_>) -> Vec<String> {
    let deploy = cx.app.toml.deploy.as_ref();
    let mut out = Vec::new();
    if let Some(command) = deploy.and_then(|deploy| deploy.release_command.as_ref()) {
        let written = deploy.and_then(|deploy| deploy.release_command_timeout.as_ref());
        let limit = written.map_or(cx.facts.deploy.release_command_timeout_seconds, |t| t.nanoseconds() / NANOSECONDS);
        let limit = if limit == 0 { "as long as it takes".to_owned() } else { format!("within {}", seconds(limit)) };
        out.push(format!(
            "First `{}` runs in a machine of its own in {}, without a volume: {limit}, and with exit code 0. Otherwise \
             nothing is replaced.",
            command.value,
            cx.primary()
        ));
    }
    let (strategy, default) = strategy(cx);
    let tests = cx.app.machine_checks().count();
    if tests > 0 && matches!(strategy, Strategy::Rolling | Strategy::Canary) {
        out.push(format!(
            "For every machine that is replaced, {} in a machine that is thrown away; an exit code other than 0 ends the \
             deploy.",
            if tests == 1 { "a command tests the new image".to_owned() } else { format!("{tests} commands test the new image") }
        ));
    }
    let wait = deploy.and_then(|deploy| deploy.wait_timeout.as_ref());
    let wait = wait.map_or(cx.facts.deploy.wait_timeout_seconds, |time| time.nanoseconds() / NANOSECONDS);
    let checks = checks(cx);
    let healthy = if checks.is_empty() {
        "started, and not ended at once: there is no check, so one that answers nothing passes too".to_owned()
    } else {
        format!("started and passes {}", sentence(&checks))
    };
    out.push(match strategy {
        Strategy::Rolling => format!(
            "Machines are replaced a part at a time: rolling{default}. Each has {} until it has {healthy}. If one does \
             not, the deploy ends there: those before it have the new release, the others the old one.",
            seconds(wait)
        ),
        Strategy::Canary => format!(
            "One machine gets the new release first: canary{default}. It has {} until it has {healthy}; then the others \
             follow, a part at a time.",
            seconds(wait)
        ),
        Strategy::BlueGreen if checks.is_empty() => format!(
            "None ever passes: bluegreen{default} waits for a check, and there is none. flyctl ends such a deploy with an \
             error."
        ),
        Strategy::BlueGreen => format!(
            "A second set of machines is made beside the first: bluegreen{default}. Each has {} until it has {healthy}. \
             Only when all have, traffic goes to them, and the old ones are destroyed; otherwise the new ones are.",
            seconds(wait)
        ),
        Strategy::Immediate => format!(
            "Nothing gates it: with immediate{default} all machines are replaced at once, and no check is waited for."
        ),
    });
    out
}

/// The checks that a machine must pass.
fn checks(cx: &Cx<'_>) -> Vec<String> {
    let of_services: usize = cx.app.services.iter().map(|service| service.checks.len()).sum();
    let of_app = cx.app.toml.checks.iter().count();
    let places = [(of_services, "of its services"), (of_app, "of `[checks]`")];
    let places = places.into_iter().filter(|(number, _)| *number > 0);
    places.map(|(number, of)| format!("{} {of}", count(u32::try_from(number).unwrap_or(u32::MAX), "check"))).collect()
}

/// How many machines of a group are down at a time.
fn down_at_once(cx: &Cx<'_>, group: &Group) -> u32 {
    let share = cx.app.toml.deploy.as_ref().and_then(|deploy| deploy.max_unavailable.as_ref());
    let share = share.map_or(cx.facts.deploy.max_unavailable, |share| share.value.0);
    let machines = group.machines();
    if share >= 1.0 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 1 on it is a number; saturating"
        )]
        return (share as u32).min(machines);
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a small number, rounded up"
    )]
    let part = (f64::from(machines) * share).ceil() as u32;
    part.clamp(1, machines.max(1))
}

/// What users see of a deploy.
pub(super) fn meanwhile(cx: &Cx<'_>) -> Vec<String> {
    let mut out = Vec::new();
    let (strategy, _) = strategy(cx);
    for (_, group) in cx.groups().filter(|_| !cx.app.is_plain()) {
        let (machines, number) = (cx.machines_of(group), group.machines());
        out.push(match strategy {
            Strategy::BlueGreen => {
                format!("There are {} for a while, twice as many as before.", count(number * 2, "machine"))
            }
            Strategy::Immediate => format!("{machines} are all down at once, for as long as a start takes."),
            Strategy::Rolling | Strategy::Canary if number == 1 => {
                let gap = if group.serves { "nothing answers" } else { "nothing works" };
                format!("There is one machine: while it is replaced, {gap}.")
            }
            Strategy::Rolling | Strategy::Canary => {
                let down = down_at_once(cx, group);
                format!("{machines}: {down} of {number} at a time {} down.", if down == 1 { "is" } else { "are" })
            }
        });
    }
    if cx.app.is_plain() && strategy == Strategy::Immediate {
        out.push("All machines are down at once, for as long as a start takes.".to_owned());
    }
    // An empty word is none to flyctl.
    let signal = cx.app.toml.kill_signal.as_ref().filter(|signal| !signal.value.0.is_empty());
    let default = signal.map_or(" (the default)", unless_written);
    let signal = signal.map_or(cx.facts.shutdown.kill_signal, |signal| &signal.value.0);
    let time = cx.app.toml.kill_timeout.as_ref();
    let time_default = time.map_or(" (the default)", unless_written);
    let time = time.map_or(cx.facts.shutdown.kill_timeout_seconds, |time| time.nanoseconds() / NANOSECONDS);
    out.push(format!(
        "An old process gets {signal}{default} and has {}{time_default} to finish what it is doing; then it is ended.",
        seconds(time)
    ));
    if cx.app.groups.iter().any(|group| group.mount.is_some()) {
        out.push("A machine with a volume is updated where it is, and keeps the volume.".to_owned());
    }
    out
}
