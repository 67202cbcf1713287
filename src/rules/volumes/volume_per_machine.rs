use crate::kinds::app::{AppStep, source_of};
use crate::model::App;
use crate::plan::{Action, Arg, Plan, StepText};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that every machine with a mount finds a volume that was made for it, with the settings of its mount.
    ///
    /// ## Why
    ///
    /// A machine with a mount needs an unattached volume of that name in its region. Where there is none, flyctl makes
    /// one, and not the one that the file describes: `fly scale count` gives it snapshots for five days and the size
    /// of another volume, or 1 GB. So the script creates every volume itself, before the deploy and before the number
    /// of machines is set.
    ///
    /// This check proves it of each plan: for every group with a mount and every region there is an earlier step that
    /// creates volumes of that name there, as many as machines of all groups mount, with the size, the retention and
    /// the schedule of the mount. Volumes of one name are interchangeable, so two mounts of one name must agree on
    /// that. Nothing else in a spec can make the check fail; when it does, flyarch is wrong.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.db]
    /// processes = { leader = "db", follower = "db --follow" }
    ///
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// processes = ["leader"]
    ///
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// processes = ["follower"]
    /// snapshot_retention = 14
    /// ```
    ///
    /// ```toml,good
    /// [app.db]
    /// processes = { leader = "db", follower = "db --follow" }
    ///
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// processes = ["leader", "follower"]
    /// snapshot_retention = 14
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/command/scale/machine_defaults.go
    /// - flyctl, internal/command/deploy/machines_launchinput.go
    /// - Fly.io, launch/volume-storage
    static RULE = {
        name: "volume-per-machine",
        code: "FA104",
        group: Group::Reliability,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: false,
        check: Check::Plan(check),
    }
}

/// A step that makes volumes, in words: what is judged is what will be run.
struct Made<'m> {
    app: usize,
    step: usize,
    mount: usize,
    text: StepText<'m>,
}

fn check(plan: &Plan, cx: &mut Cx<'_>) {
    let apps = &cx.model.apps;
    let steps = || plan.steps.iter().enumerate();
    let mut made: Vec<Made<'_>> = Vec::new();
    for (at, step) in steps() {
        if let Action::App(AppStep::Volumes { mount, .. }) = step.action {
            made.push(Made { app: step.resource.index, step: at, mount, text: step.text(cx.model, cx.layout) });
        }
    }
    made.sort_by_key(|made| (made.app, made.step));
    // A mount is wrong in all regions alike: one finding.
    let mut told: Option<(usize, usize)> = None;
    for (at, step) in steps() {
        let index = step.resource.index;
        let (groups, only) = match step.action {
            Action::App(AppStep::Deploy) => (0..apps[index].groups.len(), None),
            Action::App(AppStep::Scale { group, region }) => (group..group + 1, Some(region)),
            Action::App(_) | Action::Postgres(_) | Action::Redis(_) | Action::Bucket(_) => continue,
        };
        let app = &apps[index];
        for group in &app.groups[groups] {
            let Some(mount) = group.mount.filter(|&mount| told != Some((index, mount))) else { continue };
            // A deploy makes machines in the primary region.
            let only = only.map(|region| &group.placement[region].0);
            let Some(region) = only.or(app.primary_region.as_ref()) else { continue };
            let from = made.partition_point(|made| made.app < index);
            let earlier = made[from..].iter().take_while(|made| made.app == index && made.step < at);
            if let Some((message, label, other)) = wrong(app, mount, region, earlier) {
                told = Some((index, mount));
                let place = |mount: usize| Origin::written(app.toml.mounts[mount].range());
                let finding = cx.about(index).report(place(mount), message).label(label);
                match other {
                    Some(other) => finding.related(place(other), "the first").help("volumes of one name are interchangeable: use one mount with `processes` for both groups, or two names"),
                    None => finding.help("this is a mistake of flyarch, not of the spec: please report it"),
                };
            }
        }
    }
}

/// What is wrong with the volumes that a mount finds in a region: a message, a label, and another mount of the name.
fn wrong<'m>(
    app: &App,
    mount: usize,
    region: &str,
    mut earlier: impl Iterator<Item = &'m Made<'m>>,
) -> Option<(String, &'static str, Option<usize>)> {
    let name = source_of(app, mount);
    let Some(made) = earlier.find(|made| word(made, "create") == name && word(made, "--region") == region) else {
        let message = format!("no volume `{name}` is made in {region} before its machines are");
        return Some((message, "flyctl would make one of its own accord", None));
    };
    let mounting = app.groups.iter().filter(|group| group.mount.is_some_and(|mount| source_of(app, mount) == name));
    let machines: u32 = mounting.map(|group| group.machines_in(region)).sum();
    let count = made.text.call.get(4).map(text).and_then(|count| count.parse().ok()).unwrap_or(0_u32);
    if count < machines {
        let message = format!("{count} volumes `{name}` in {region} for {machines} machines");
        return Some((message, "flyctl would make the others", None));
    }
    let section = &app.toml.mounts[mount];
    let days = section.snapshot_retention.map_or(0, |days| days.value);
    let gigabytes = section.initial_size.as_ref().map_or(1, |size| size.gigabytes());
    let scheduled = section.scheduled_snapshots.is_none_or(|scheduled| scheduled.value);
    let flag = if scheduled { "--scheduled-snapshots=true" } else { "--scheduled-snapshots=false" };
    let right = word(made, "--snapshot-retention").parse() == Ok(days)
        && word(made, "--size").parse() == Ok(gigabytes)
        && made.text.command.iter().any(|word| text(word) == flag);
    let other = (made.mount != mount).then_some(made.mount);
    let message = || format!("volumes `{name}` of `{}` are described twice, and differently", app.name.value);
    (!right).then(|| (message(), "another size or other snapshots", other))
}

/// The word behind another one in a step's command.
fn word<'m>(made: &'m Made<'_>, before: &str) -> &'m str {
    let mut words = made.text.command.iter().map(text).skip_while(|word| *word != before);
    words.nth(1).unwrap_or_default()
}

fn text<'m>(arg: &'m Arg<'_>) -> &'m str {
    if let Arg::Word(word) = arg { word } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::FACTS;
    use crate::model::Calls;
    use crate::plan::{Layout, plan};
    use crate::rules::cx::{Judging, Waivers, run_on_plan};
    use crate::source::{FileId, Source};
    use crate::{Options, compile, diag::Diagnostics};

    const SPEC: &str = "version = 1\n[project]\nname = \"my\"\norg = \"personal\"\n[app.db]\n\
        regions = { iad = 2, lhr = 1 }\nmounts = [{ source = \"data\", destination = \"/data\" }]\n";

    /// What the rule says after a change of the plan and its steps that make volumes: in iad, then in lhr.
    fn after(change: impl Fn(&mut Plan, [usize; 2])) -> Vec<String> {
        let source = Source::new("spec.toml", SPEC);
        let model = compile(&source, &FACTS, &Options { only_rule: Some(&RULE), ..Options::default() }).model.unwrap();
        let mut plan = plan(&model);
        let is = |at: &usize| matches!(plan.steps[*at].action, Action::App(AppStep::Volumes { .. }));
        let volumes: Vec<usize> = (0..plan.steps.len()).filter(is).collect();
        change(&mut plan, volumes.try_into().unwrap());
        let (layout, file) = (Layout::default(), FileId(0));
        let judging = Judging {
            facts: &FACTS,
            model: &model,
            calls: Calls::of(&model),
            usages: Vec::new(),
            layout: &layout,
            sources: &[&source],
            file,
            today: None,
            levels: &[],
            forbidden: &[],
        };
        let mut diagnostics = Diagnostics::default();
        run_on_plan(&judging, &plan, Waivers::default(), Some(&RULE), &mut diagnostics);
        diagnostics.finish().into_iter().map(|diagnostic| diagnostic.message).collect()
    }

    #[test]
    fn only_a_plan_that_leaves_volumes_to_flyctl_is_found() {
        let missing = |region| [format!("no volume `data` is made in {region} before its machines are")];
        assert_eq!(after(|_, _| {}), [""; 0]);
        assert_eq!(after(|plan, [iad, _]| _ = plan.steps.remove(iad)), missing("iad"));
        assert_eq!(after(|plan, [_, lhr]| _ = plan.steps.remove(lhr)), missing("lhr"));
        assert_eq!(after(|plan, [iad, lhr]| plan.steps[lhr] = plan.steps[iad]), missing("lhr"));
        // After the deploy is too late for the primary region, after the number of machines for every other.
        assert_eq!(after(|plan, [iad, _]| plan.steps[iad..].rotate_left(1)), missing("iad"));
        assert_eq!(after(|plan, [_, lhr]| plan.steps[lhr..].rotate_left(1)), missing("lhr"));
    }
}
