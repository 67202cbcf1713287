//! What a deploy would do to the machines that run: their configuration beside the one that it would make, and whether
//! `setup.sh` would deploy at all (`why_deploy` in `kinds/app/functions.sh`).
//!
//! flyctl compares nothing: a deploy gives every machine the configuration of fly.toml, and what was set by `fly scale
//! vm`, `fly machine update` or in the dashboard is gone without a word (flyctl `internal/appconfig/machines.go`).

use std::collections::BTreeMap;

use super::machine::{Expected, Leaves, differences, leaves};
use super::{Class, Cx, Finding, HIDDEN, Next, only};
use crate::diag::Diagnostics;
use crate::diag::form::{count, sentence};
use crate::fly_toml::{self, FlyToml};
use crate::kinds::app::SecretSource;
use crate::live::{Dump, LiveApp, Machine};
use crate::model::{App, Group, Secret};
use crate::plan::StepText;
use crate::source::{FileId, Source, TextRange};
use crate::value::Sourced;

/// Whether the next run of the script deploys an app.
enum Deploys {
    /// Because of this.
    Yes(&'static str),
    No,
    /// What is not known decides.
    Unknown,
}

pub(super) fn step(cx: &mut Cx<'_>, app: &App, text: &StepText<'_>) {
    let name = app.name.as_str();
    let Some(live) = cx.app(name).cloned() else {
        cx.not_dumped(Dump::Machines, name, format!("the machines of {name}"));
        cx.not_dumped(Dump::Config, name, format!("the configuration that {name} was last deployed with"));
        return;
    };
    let released = live.config.as_deref().and_then(read);
    let has_machines = live.machines.as_ref().is_none_or(|all| all.iter().any(Machine::is_of_platform));
    match (&live.config, &released) {
        (None, _) if has_machines => {
            cx.not_dumped(Dump::Config, name, format!("the configuration that {name} was last deployed with"));
        }
        (Some(_), None) => {
            let why = "flyctl's own form of it is none that a fly.toml can have";
            cx.unknown(format!("the configuration that {name} was last deployed with"), why);
        }
        _ => {}
    }
    let changed = released.as_ref().map(|released| of_release(app, released));
    let deploys = deploys(app, &live, changed.as_deref());
    let covered = match (&live.machines, Expected::of(app)) {
        (None, _) => {
            cx.not_dumped(Dump::Machines, name, format!("the machines of {name}"));
            false
        }
        (Some(_), None) => {
            let why = "which `machine_config` or a compose file has a say in";
            cx.found.unseen.push(format!("the configuration of the machines of {name}, {why}"));
            false
        }
        (Some(machines), Some(expected)) => {
            for group in &app.groups {
                of_group(cx, app, group, machines, &expected, &deploys, text);
            }
            images(cx, app, machines, text);
            true
        }
    };
    release(cx, app, changed.unwrap_or_default(), covered, text);
}

/// The configuration of the last release. What flyctl prints is JSON of its own form, which flyctl reads again.
fn read(text: &str) -> Option<FlyToml> {
    let source = Source::new("fly.json", text);
    let reading = fly_toml::read(&source, FileId(0), &mut Diagnostics::default()).ok()?;
    Some(reading.config)
}

/// Where the last release and the rendered fly.toml do not mean the same: paths, what the spec says, and what was
/// released. The build is about the image, and flyctl does not keep it everywhere.
fn of_release(app: &App, released: &FlyToml) -> Vec<fly_toml::Difference> {
    let (mut wanted, mut released) = (app.toml.clone(), released.clone());
    for config in [&mut wanted, &mut released] {
        config.build = None;
        config.app = None;
    }
    fly_toml::differences(&wanted, &released)
}

fn deploys(app: &App, live: &LiveApp, changed: Option<&[fly_toml::Difference]>) -> Deploys {
    let waits = |status: &Option<String>| matches!(status.as_deref(), Some("Staged" | "Partial"));
    let is_set = |name: &str| live.secrets.iter().flatten().any(|secret| secret.name == name);
    let is_missing = |secret: &&Secret| live.secrets.is_some() && !is_set(secret.name.as_str());
    let by_hand = |secret: &&Secret| matches!(secret.source, SecretSource::Manual(_));
    // The script waits with the deploy until a person has set it.
    if app.secrets.iter().filter(is_missing).any(|secret| by_hand(&secret)) {
        return Deploys::No;
    }
    if changed.is_some_and(|changed| !changed.is_empty()) {
        return Deploys::Yes("the last release had another configuration");
    }
    if live.secrets.iter().flatten().any(|secret| waits(&secret.status)) {
        return Deploys::Yes("secrets wait for a deploy");
    }
    if app.secrets.iter().any(|secret| is_missing(&secret)) {
        return Deploys::Yes("a secret is missing, and a deploy carries it");
    }
    if changed.is_some() && live.secrets.is_some() { Deploys::No } else { Deploys::Unknown }
}

/// What differs, and on how many machines.
struct Difference {
    want: Option<String>,
    have: Option<String>,
    machines: Vec<String>,
}

fn of_group(
    cx: &mut Cx<'_>,
    app: &App,
    group: &Group,
    machines: &[Machine],
    expected: &Expected,
    deploys: &Deploys,
    text: &StepText<'_>,
) {
    let ours = |machine: &&Machine| {
        machine.is_of_platform() && !machine.is_passing() && machine.group() == Some(group.name.as_str())
    };
    let want = expected.machine(app, group, cx.facts);
    let mut found: BTreeMap<(String, Option<String>), Difference> = BTreeMap::new();
    let mut all = 0_u32;
    for machine in machines.iter().filter(ours) {
        all += 1;
        let Some(config) = machine.config() else {
            let what = format!("the configuration of the machine {} of {}", machine.id, app.name.value);
            cx.unknown(what, "its host does not answer");
            continue;
        };
        let mut runs = leaves(config);
        // flyctl sets it for what stands in for another machine.
        runs.remove("env.FLY_STANDBY_FOR");
        for (path, want, have) in differences(&want, &runs) {
            let of = found.entry((path, have.clone())).or_insert(Difference { want, have, machines: Vec::new() });
            of.machines.push(machine.id.clone());
        }
        kept(cx, app, machine, config);
    }
    for ((path, _), difference) in found {
        let finding = overwritten(cx, app, group, &path, &difference, all, deploys, text);
        cx.add(finding);
    }
}

/// What a deploy leaves as it is, and no fly.toml can say.
fn kept(cx: &mut Cx<'_>, app: &App, machine: &Machine, config: &serde_json::Value) {
    let schedule = config.get("schedule").and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
    let Some(schedule) = schedule else { return };
    let name = app.name.as_str();
    let words =
        ["fly", "machine", "update", &machine.id, "-a", name, "--machine-config", "{\"schedule\":\"\"}", "--yes"];
    let finding = Finding::new(Class::Changed, name, format!("the schedule of the machine {}", machine.id))
        .of(app.reference())
        .expected("none")
        .runs(schedule)
        .at(cx.at(app.header))
        .then(Next::Nothing, "`setup.sh` does not look at it, and a deploy keeps it.")
        .person(format!(
            "Declare what it does as a job (`[app.{}.schedule]`), and take it off the machine: {}.",
            app.key.value,
            super::command(words)
        ));
    cx.add(finding);
}

#[expect(clippy::too_many_arguments, reason = "what a finding is made of")]
fn overwritten(
    cx: &Cx<'_>,
    app: &App,
    group: &Group,
    path: &str,
    difference: &Difference,
    all: u32,
    deploys: &Deploys,
    text: &StepText<'_>,
) -> Finding {
    let name = app.name.as_str();
    let some = u32::try_from(difference.machines.len()).unwrap_or(u32::MAX);
    let on = match difference.machines.as_slice() {
        [one] if all == 1 => format!("the machine {one}"),
        _ if some == all => format!("all {all} machines of the group {}", group.name.value),
        [one] => format!("the machine {one}, 1 of {all} of the group {}", group.name.value),
        _ => format!("{some} of {all} machines of the group {}", group.name.value),
    };
    // The value of a variable that is only there was never meant to be read by others.
    let is_hidden = path.contains(".headers.") || (path.starts_with("env.") && difference.want.is_none());
    let variable = path.rsplit('.').next().unwrap_or(path);
    let shown = |value: &Option<String>| match value {
        None => "nothing".to_owned(),
        Some(_) if is_hidden => HIDDEN.to_owned(),
        Some(value) => cx.shown(variable, value),
    };
    let (next, then) = match deploys {
        Deploys::Yes(why) => (
            Next::PutsBack,
            format!("The next deploy puts it back without a word, and `setup.sh` is about to deploy: {why}."),
        ),
        Deploys::No => (
            Next::Nothing,
            "The next deploy puts it back without a word. `setup.sh` does not see it until it deploys for another reason."
                .to_owned(),
        ),
        Deploys::Unknown => (
            Next::Unknown,
            "The next deploy puts it back without a word; what is not known here says whether `setup.sh` deploys."
                .to_owned(),
        ),
    };
    let redeploy = format!("`setup.sh --redeploy --only {}/{}`", app.reference(), text.id);
    Finding::new(Class::Overwritten, name, format!("{} on {on}", in_words(path)))
        .of(app.reference())
        .expected(shown(&difference.want))
        .runs(match &difference.have {
            Some(words) if path.starts_with("init.") && words.starts_with('[') => cx.program(words),
            have => shown(have),
        })
        .at(cx.at(place(app, group, path)))
        .then(next, then)
        .person(format!("To keep it, write it into the spec. {redeploy} puts it back now."))
}

/// A path of the Machines API in the words of fly.toml.
fn in_words(path: &str) -> String {
    let steps: Vec<&str> = path.split('.').collect();
    match steps.as_slice() {
        ["env", name @ ..] => format!("the variable {}", name.join(".")),
        ["guest"] => "the size".to_owned(),
        ["restart"] => "the restart policy".to_owned(),
        ["init", "cmd"] => "the command".to_owned(),
        ["init", other] => format!("`{other}`"),
        ["stop_config", "signal"] => "`kill_signal`".to_owned(),
        ["stop_config", "timeout"] => "`kill_timeout`".to_owned(),
        ["checks", name] => format!("the check `{name}`"),
        ["checks", name, rest @ ..] => format!("`{}` of the check `{name}`", rest.join(".")),
        ["services", at] => format!("the {} service", nth(at)),
        ["services", at, rest @ ..] => {
            let rest = rest.join(".");
            let key = match rest.as_str() {
                "autostop" => "auto_stop_machines",
                "autostart" => "auto_start_machines",
                other => other,
            };
            format!("`{key}` of the {} service", nth(at))
        }
        ["mounts", at] => format!("the {} mount", nth(at)),
        ["mounts", at, key] => format!("`{key}` of the {} mount", nth(at)),
        ["metrics", ..] => "where metrics are scraped".to_owned(),
        ["files", path @ ..] => format!("the file {}", path.join(".")),
        _ => format!("`{path}`"),
    }
}

fn nth(at: &str) -> String {
    match at {
        "0" => "first".to_owned(),
        "1" => "second".to_owned(),
        "2" => "third".to_owned(),
        other => other.parse::<u32>().map_or_else(|_| other.to_owned(), |at| format!("{}th", at.saturating_add(1))),
    }
}

/// Where the spec says what a path holds; the table of the app where it says nothing.
fn place(app: &App, group: &Group, path: &str) -> TextRange {
    let toml = &app.toml;
    let steps: Vec<&str> = path.split('.').collect();
    let index = |at: &str| at.parse::<usize>().ok();
    let found = match steps.as_slice() {
        ["env", "PRIMARY_REGION"] => app.primary_region.as_ref().map(Sourced::range),
        ["env", name @ ..] => toml.env.get(name.join(".").as_str()).map(|(_, value)| value.range()),
        ["guest"] => group.vm.and_then(|at| toml.vm.get(at)).map(Sourced::range),
        ["init", "cmd"] => group.command.as_ref().map(Sourced::range),
        ["init", "swap_size_mb"] => toml.swap_size_mb.map(|size| size.range()),
        ["restart"] => group.restart.and_then(|at| toml.restart.get(at)).map(Sourced::range),
        ["stop_config", "signal"] => toml.kill_signal.as_ref().map(Sourced::range),
        ["stop_config", "timeout"] => toml.kill_timeout.map(|timeout| timeout.range()),
        ["checks", name, ..] => toml.checks.get(*name).map(|(_, check)| check.range()),
        ["services", at, ..] => {
            let serves = app.groups.iter().position(|other| other.name.value == group.name.value);
            let mut services =
                app.services.iter().filter(|service| serves.is_some_and(|at| service.groups.contains(&at)));
            index(at).and_then(|at| services.nth(at)).map(|service| service.at)
        }
        ["mounts", ..] => group.mount.and_then(|at| toml.mounts.get(at)).map(Sourced::range),
        ["metrics", ..] => toml.metrics.first().map(Sourced::range),
        ["files", path @ ..] => {
            let path = path.join(".");
            let is_it = |file: &&Sourced<fly_toml::File>| file.guest_path.as_ref().is_some_and(|at| **at == path);
            toml.files.iter().find(is_it).map(Sourced::range)
        }
        ["statics", at, ..] => index(at).and_then(|at| toml.statics.get(at)).map(Sourced::range),
        _ => None,
    };
    found.unwrap_or(app.header)
}

/// The repository and tag of an image, without the registry that it was fetched through and without its digest.
fn image_name(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    image.rsplit('/').next().unwrap_or(image)
}

/// Machines of one app that run different images; and images other than the declared one, or the builder's.
fn images(cx: &mut Cx<'_>, app: &App, machines: &[Machine], text: &StepText<'_>) {
    let name = app.name.as_str();
    let image = |machine: &Machine| machine.config()?.get("image")?.as_str().map(str::to_owned);
    let of = |machines: &[Machine]| -> BTreeMap<String, u32> {
        let mut all = BTreeMap::new();
        for image in machines.iter().filter(|m| m.is_of_platform() && !m.is_passing()).filter_map(image) {
            *all.entry(image_name(&image).to_owned()).or_default() += 1;
        }
        all
    };
    let runs = of(machines);
    let listed: Vec<String> = runs.iter().map(|(image, n)| format!("{image} on {}", count(*n, "machine"))).collect();
    let redeploy = format!("`setup.sh --redeploy --only {}/{}`", app.reference(), text.id);
    let mut finding = Finding::new(Class::Overwritten, name, "the image of its machines")
        .of(app.reference())
        .runs(sentence(&listed))
        .then(Next::Nothing, "`setup.sh` does not look at it; the next deploy gives all machines one image.")
        .person(format!("{redeploy} deploys now."));
    if runs.len() > 1 {
        finding = finding.expected("one image for all").at(cx.at(app.header));
        return cx.add(finding);
    }
    let Some(runs) = runs.keys().next() else { return };
    let declared = app.toml.build.as_ref().and_then(|build| build.image.as_ref());
    if let (Some(declared), None) = (declared, &app.image_from) {
        let wanted = image_name(declared);
        // Without a tag it is whichever the registry had at the time; a digest has no tag to compare.
        let has_tag = wanted.contains(':') && runs.contains(':');
        if has_tag && wanted != runs {
            let finding = finding.expected(wanted).at(cx.at(declared.range()));
            cx.add(finding);
        }
        return;
    }
    let Some(builder) = &app.image_from else { return };
    let builder_name = cx.model.apps[builder.value].name.as_str();
    let Some(of_builder) = cx.app(builder_name).and_then(|live| live.machines.as_ref()).map(|all| of(all)) else {
        return;
    };
    if of_builder.len() == 1 && !of_builder.contains_key(runs) {
        let wanted = of_builder.into_keys().next().unwrap_or_default();
        let finding = finding
            .expected(format!("{wanted}, which {builder_name} runs"))
            .at(cx.at(builder.range()))
            .then(Next::PutsBack, "`setup.sh` deploys when the last release of the builder has another image.");
        cx.add(finding);
    }
}

/// Keys of fly.toml that reach no machine, or all of them where no machine was looked at.
fn release(cx: &mut Cx<'_>, app: &App, changed: Vec<fly_toml::Difference>, covered: bool, text: &StepText<'_>) {
    const UNSEEN: [&str; 2] = ["deploy", "console_command"];
    for fly_toml::Difference { path, left, right } in changed {
        let key = path.split('.').next().unwrap_or(&path);
        // A table by itself says nothing.
        if covered && !UNSEEN.contains(&key) || [&left, &right].iter().any(|side| side.as_deref() == Some("{}")) {
            continue;
        }
        let name = path.rsplit('.').next().unwrap_or(&path);
        let shown = |value: &Option<String>| value.as_ref().map_or("nothing".to_owned(), |value| cx.shown(name, value));
        let range = match key {
            "deploy" => app.toml.deploy.as_ref().map(Sourced::range),
            "console_command" => app.toml.console_command.as_ref().map(Sourced::range),
            _ => None,
        };
        let finding = Finding::new(Class::Changed, app.name.as_str(), format!("`{path}` of the last release"))
            .of(app.reference())
            .expected(shown(&left))
            .runs(shown(&right))
            .at(cx.at(range.unwrap_or(app.header)))
            .then(Next::PutsBack, "`setup.sh` deploys with what the spec says.")
            .person(format!("{} does this alone.", only(&app.reference(), &text.id)));
        cx.add(finding);
    }
}

/// The leaves of a job's machine that its spec says.
pub(super) fn of_job(config: &serde_json::Value) -> Leaves {
    let mut all = leaves(config);
    all.retain(|path, _| path.starts_with("env.") || path == "guest");
    all
}
