use crate::diag::fix::string_literal;
use crate::fly_toml::{MachineCheck, Vm};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{BareUnit, Duration, Memory, Origin, Sourced, VolumeSize, go_duration};

declare_rule! {
    /// Checks that every duration and every size has its unit.
    ///
    /// ## Why
    ///
    /// A bare number is a duration in three units, depending on the place: seconds for `kill_timeout`, milliseconds in
    /// `[checks]` and the checks of `[[services]]`, nanoseconds everywhere else. Fly.io's reference says milliseconds;
    /// flyctl reads `interval = 15` of an `http_service` as 15 nanoseconds, and `wait_timeout = 300` gives up at once.
    /// Bare sizes mean MiB for memory and GB for volumes, where flyctl takes them at all.
    ///
    /// Nobody can know that by reading the file. Zero needs no unit. In a plain fly.toml it is a warning where the number
    /// means what it seems to mean, such as `kill_timeout = 5`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.http_service.checks]]
    /// path = "/healthz"
    /// interval = 15
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.http_service.checks]]
    /// path = "/healthz"
    /// interval = "15s"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// kill_timeout = 30 # as in the runbook
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// kill_timeout = "30s" # as in the runbook
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.vm]
    /// memory = 512
    /// ```
    ///
    /// ```toml,good
    /// [app.web.vm]
    /// memory = "512mb"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/patches.go
    static RULE = {
        name: "missing-unit",
        code: "FA305",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

const SECOND: i64 = 1_000_000_000;
const MILLISECOND: i64 = 1_000_000;

fn check(app: &App, cx: &mut Cx<'_>) {
    let toml = &app.toml;
    duration("kill_timeout", toml.kill_timeout, cx);
    if let Some(deploy) = &toml.deploy {
        duration("wait_timeout", deploy.wait_timeout, cx);
        duration("release_command_timeout", deploy.release_command_timeout, cx);
        if let Some(vm) = &deploy.release_command_vm {
            memory(vm, false, cx);
        }
    }
    for mount in &toml.mounts {
        volume("initial_size", mount.initial_size.as_ref(), true, cx);
        volume("auto_extend_size_increment", mount.auto_extend_size_increment.as_ref(), false, cx);
        volume("auto_extend_size_limit", mount.auto_extend_size_limit.as_ref(), false, cx);
    }
    if let Some(service) = &toml.http_service {
        for check in &service.checks {
            times(check.interval, check.timeout, check.grace_period, cx);
        }
        machine_checks(&service.machine_checks, cx);
    }
    for service in &toml.services {
        for check in &service.tcp_checks {
            times(check.interval, check.timeout, check.grace_period, cx);
        }
        for check in &service.http_checks {
            times(check.interval, check.timeout, check.grace_period, cx);
        }
        machine_checks(&service.machine_checks, cx);
    }
    for (_, check) in &toml.checks {
        times(check.interval, check.timeout, check.grace_period, cx);
    }
    machine_checks(&toml.machine_checks, cx);
    for vm in &toml.vm {
        memory(vm, true, cx);
    }
}

type Time<U> = Option<Sourced<Duration<U>>>;

fn times<U: BareUnit + Copy>(interval: Time<U>, timeout: Time<U>, grace_period: Time<U>, cx: &mut Cx<'_>) {
    duration("interval", interval, cx);
    duration("timeout", timeout, cx);
    duration("grace_period", grace_period, cx);
}

fn machine_checks(checks: &[Sourced<MachineCheck>], cx: &mut Cx<'_>) {
    for check in checks {
        duration("kill_timeout", check.kill_timeout, cx);
    }
}

fn duration<U: BareUnit + Copy>(key: &str, value: Time<U>, cx: &mut Cx<'_>) {
    let Some(value) = value.filter(|value| value.is_bare() && value.nanoseconds() != 0) else { return };
    let read = value.nanoseconds();
    let number = read / U::NANOSECONDS;
    // What flyctl reads is what was meant when it is a second or more. Else it was seconds, or, in the thousands, the
    // milliseconds that the reference promises for checks.
    let of_check = matches!(key, "interval" | "timeout" | "grace_period");
    let meant = match number {
        _ if read >= SECOND => read,
        1000.. if of_check => number.saturating_mul(MILLISECOND),
        _ => number.saturating_mul(SECOND),
    };
    let text = if meant % SECOND == 0 { format!("{}s", meant / SECOND) } else { go_duration(meant) };
    let unit = if number == 1 { value.bare_unit().trim_end_matches('s') } else { value.bare_unit() };
    report(key, value.origin, &format!("means {number} {unit} to flyctl"), &text, read == meant, cx);
}

fn memory(vm: &Vm, numbers: bool, cx: &mut Cx<'_>) {
    if let Some(size) = vm.memory.as_ref().filter(|size| size.is_bare() && size.mebibytes() != 0) {
        let read = sense(size.origin, &format!("{} MiB", size.mebibytes()), numbers, cx);
        report("memory", size.origin, &read, Memory::as_str(size), true, cx);
    }
}

fn volume(key: &str, size: Option<&Sourced<VolumeSize>>, numbers: bool, cx: &mut Cx<'_>) {
    if let Some(size) = size.filter(|size| size.is_bare() && size.gigabytes() != 0) {
        let read = sense(size.origin, &format!("{} GB", size.gigabytes()), numbers, cx);
        report(key, size.origin, &read, VolumeSize::as_str(size), true, cx);
    }
}

/// What flyctl makes of a bare size: in some places it takes no number, unless it is in quotes.
fn sense(at: Origin, amount: &str, numbers: bool, cx: &Cx<'_>) -> String {
    if numbers || cx.text(at).starts_with(['"', '\'']) {
        format!("means {amount} to flyctl")
    } else {
        "is no size to flyctl".to_owned()
    }
}

fn report(key: &str, at: Origin, read: &str, text: &str, certain: bool, cx: &mut Cx<'_>) {
    let literal = string_literal(text);
    let title = format!("write {literal}");
    let edit = Some(cx.edits().replace(at.range, literal.as_str()));
    let fix = if certain { cx.safe_fix(title, edit) } else { cx.unsafe_fix(title, edit) };
    let message = format!("`{key} = {}` {read}", cx.text(at));
    // What flyctl reads is what was meant: whoever has a plain file may know it, whoever writes a spec need not.
    let finding = if certain && cx.is_plain() && read.starts_with("means") {
        cx.warn(at, message)
    } else {
        cx.report(at, message)
    };
    finding
        .label("no unit")
        .help(if certain { format!("write {literal}") } else { format!("write the unit that you mean: {literal}") })
        .fix(fix);
}
