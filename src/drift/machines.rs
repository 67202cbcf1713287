//! How many machines there are, where; those of jobs; and those that nobody declared (`machines`, `surplus` and
//! `surplus_jobs` in `kinds/app/functions.sh`, `kinds/app/jobs.sh`).

use std::collections::BTreeMap;

use super::deploy::of_job;
use super::machine::leaves;
use super::{Class, Cx, Finding, HIDDEN, Next, command, only, words};
use crate::diag::form::count;
use crate::guest::Guest;
use crate::live::{Dump, Machine};
use crate::model::App;
use crate::plan::StepText;

/// What marks the machine of a job.
const JOB: &str = "flyarch_job";

fn machines(cx: &Cx<'_>, app: &App) -> Option<Vec<Machine>> {
    let machines = cx.app(&app.name)?.machines.as_ref()?;
    Some(machines.iter().filter(|machine| !machine.is_passing()).cloned().collect())
}

pub(super) fn scale(cx: &mut Cx<'_>, app: &App, text: &StepText<'_>) {
    let name = app.name.as_str();
    let [_, _, group, region, wanted, ..] = words(&text.call)[..] else { return };
    let Some(all) = machines(cx, app) else {
        return cx.not_dumped(Dump::Machines, name, format!("the machines of {name}"));
    };
    let wanted: u32 = wanted.parse().unwrap_or_default();
    let is_here =
        |machine: &&Machine| machine.is_of_platform() && machine.group() == Some(group) && machine.region == region;
    let have = u32::try_from(all.iter().filter(is_here).count()).unwrap_or(u32::MAX);
    if have == wanted {
        return;
    }
    let scale = command(words(&text.command));
    let finding = Finding::new(
        if have < wanted { Class::Missing } else { Class::Undeclared },
        name,
        format!("machines of {group} in {region}"),
    )
    .of(app.reference())
    .expected(wanted.to_string())
    .runs(have.to_string())
    .at(cx.at_step(text));
    cx.add(if have < wanted {
        finding.then(Next::Adds, "`setup.sh` makes what is missing.").person(format!("{scale} does this alone."))
    } else {
        finding
            .then(Next::Tells, "`setup.sh` says so, and destroys the surplus with --allow-scale-down alone.")
            .person(format!("Say {have} in the spec; or {scale} takes {} away.", count(have - wanted, "machine")))
    });
}

pub(super) fn job(cx: &mut Cx<'_>, app: &App, at: usize, text: &StepText<'_>) {
    let name = app.name.as_str();
    let [_, _, key, region, every, run, digest] = words(&text.call)[..] else { return };
    let Some(all) = machines(cx, app) else {
        return cx.not_dumped(Dump::Machines, name, format!("the machines of {name}"));
    };
    let finding = |class: Class, what: String| Finding::new(class, name, what).of(app.reference()).at(cx.at_step(text));
    let mut ours = all.iter().filter(|machine| machine.metadata(JOB) == Some(key));
    let Some(machine) = ours.next() else {
        let finding = finding(Class::Missing, format!("the machine of the job {key}"))
            .then(Next::Adds, "`setup.sh` makes it, and it runs at once for the first time.")
            .person(format!("{} does this alone.", only(&app.reference(), &text.id)));
        return cx.add(finding);
    };
    let Some(config) = machine.config() else {
        return cx.unknown(format!("the configuration of the job {key} of {name}"), "its host does not answer");
    };
    let mut found = Vec::new();
    let mut compare = |what: &str, want: String, have: String, next: Next, then: &str| {
        if want != have {
            found.push(
                finding(Class::Changed, format!("{what} of the job {key}"))
                    .expected(want)
                    .runs(have)
                    .then(next, then)
                    .person(format!("{} does this alone.", only(&app.reference(), &text.id))),
            );
        }
    };
    let back = "`setup.sh` gives its machine what the spec says.";
    let field = |name: &str| config.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    compare(
        "the region",
        region.to_owned(),
        machine.region.clone(),
        Next::PutsBack,
        "`setup.sh` makes the machine anew: it cannot move.",
    );
    compare("the interval", every.to_owned(), field("schedule"), Next::PutsBack, back);
    let runs = config.get("init").and_then(|init| init.get("cmd")).map_or_else(|| "[]".to_owned(), ToString::to_string);
    if run != runs {
        compare("the command", cx.shown("command", run), cx.program(&runs), Next::PutsBack, back);
    }
    // The script looks at the digest of the settings that it gave, which an update by hand does not change.
    let declared = &app.jobs[at];
    let kept = machine.metadata("flyarch_settings") == Some(digest);
    let (next, then) = if kept {
        (
            Next::Nothing,
            "`setup.sh` does not see it: the machine still carries the mark of the settings that it was given.",
        )
    } else {
        (Next::PutsBack, back)
    };
    let have = of_job(config);
    let env: BTreeMap<String, String> =
        app.variables_of_jobs().map(|(name, value)| (format!("env.{name}"), value.to_owned())).collect();
    let has = leaves_of_env(&have);
    let before = found.len();
    let names: std::collections::BTreeSet<&String> = env.keys().chain(has.keys()).collect();
    for path in names {
        let (want, have) = (env.get(path), has.get(path));
        if want == have {
            continue;
        }
        let variable = path.trim_start_matches("env.");
        let shown = |value: Option<&String>| match value {
            None => "nothing".to_owned(),
            Some(_) if want.is_none() => HIDDEN.to_owned(),
            Some(value) => cx.shown(variable, value),
        };
        found.push(
            finding(Class::Changed, format!("the variable {variable} of the job {key}"))
                .expected(shown(want))
                .runs(shown(have))
                .then(next, then)
                .person("To keep it, write it into the spec."),
        );
    }
    if let Some(guest) = Guest::of(&declared.vm, cx.facts) {
        let guest = serde_json::json!({"guest": {"cpu_kind": guest.kind, "cpus": guest.cpus,
            "memory_mb": guest.memory_mb}});
        let want = leaves(&guest).remove("guest").unwrap_or_default();
        let runs = have.get("guest").cloned().unwrap_or_else(|| want.clone());
        if want != runs {
            found.push(
                finding(Class::Changed, format!("the size of the job {key}"))
                    .expected(want)
                    .runs(runs)
                    .then(next, then)
                    .person("To keep it, write it into the spec."),
            );
        }
    }
    if !kept && found.len() == before {
        found.push(
            finding(Class::Changed, format!("the mark of the settings of the job {key}"))
                .expected(digest)
                .runs(machine.metadata("flyarch_settings").unwrap_or("none"))
                .then(Next::PutsBack, back)
                .person(format!("{} does this alone.", only(&app.reference(), &text.id))),
        );
    }
    for other in ours {
        found.push(stray(cx, app, other, format!("a second machine of the job {key}")));
    }
    for finding in found {
        cx.add(finding);
    }
}

fn leaves_of_env(leaves: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    // flyctl marks what `machine run` starts.
    let of_env = leaves.iter().filter(|(path, _)| path.starts_with("env.") && *path != "env.FLY_PROCESS_GROUP");
    of_env.map(|(path, value)| (path.clone(), value.clone())).collect()
}

fn stray(cx: &Cx<'_>, app: &App, machine: &Machine, what: String) -> Finding {
    let name = app.name.as_str();
    let is_job = machine.metadata(JOB).is_some();
    let (next, then) = if is_job {
        (Next::Tells, "`setup.sh` says so, and destroys it with --allow-scale-down alone. It goes on running.")
    } else {
        (Next::Nothing, "Neither `setup.sh` nor a deploy looks at it: it goes on running, and costs what it costs.")
    };
    Finding::new(Class::Undeclared, name, what)
        .of(app.reference())
        .runs(format!("{} in {}, {}", machine.id, machine.region, machine.state))
        .at(cx.at(app.header))
        .then(next, then)
        .person(format!(
            "{} takes it away.",
            command(["fly", "machine", "destroy", &machine.id, "--force", "-a", name])
        ))
}

/// Machines of groups, regions and jobs that nobody declared, and of no group at all.
pub(super) fn surplus(cx: &mut Cx<'_>, app: &App) {
    let name = app.name.as_str();
    let Some(all) = machines(cx, app) else { return };
    let mut elsewhere: BTreeMap<(String, String), u32> = BTreeMap::new();
    let mut found = Vec::new();
    for machine in &all {
        if let Some(job) = machine.metadata(JOB) {
            if !app.jobs.iter().any(|declared| declared.key.as_str() == job) {
                found.push(stray(cx, app, machine, format!("a machine of a job {job}")));
            }
            continue;
        }
        let group = machine.group().filter(|_| machine.is_of_platform());
        let Some(group) = group else {
            found.push(stray(cx, app, machine, "a machine that no deploy made".to_owned()));
            continue;
        };
        let declared = app.groups.iter().find(|declared| declared.name.as_str() == group);
        let is_placed = declared
            .is_some_and(|declared| declared.placement.iter().any(|(region, _)| region.as_str() == machine.region));
        if !is_placed {
            *elsewhere.entry((group.to_owned(), machine.region.clone())).or_default() += 1;
        }
    }
    for ((group, region), number) in elsewhere {
        let known = app.groups.iter().find(|declared| declared.name.as_str() == group);
        let (next, then) = if known.is_some() {
            (Next::Tells, "`setup.sh` names them, and leaves them; a deploy updates them with the others.".to_owned())
        } else {
            let then = "A deploy destroys machines of a group that fly.toml does not have. `setup.sh` refuses to deploy \
                        without --allow-scale-down while they are there.";
            (Next::Tells, then.to_owned())
        };
        let target = format!("{group}=0");
        let words = ["fly", "scale", "count", &target, "--region", &region, "-a", name, "--yes"];
        let range = known.map_or(app.header, |group| group.name.range());
        found.push(
            Finding::new(Class::Undeclared, name, format!("machines of {group} in {region}"))
                .of(app.reference())
                .expected("none")
                .runs(number.to_string())
                .at(cx.at(range))
                .then(next, then)
                .person(format!("Declare them, or take them away: {}.", command(words))),
        );
    }
    for finding in found {
        cx.add(finding);
    }
}
