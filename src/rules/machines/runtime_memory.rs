use crate::diag::fix::string_literal;
use crate::model::{self, App};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that machines have the memory that Rails, the JVM, MySQL and MongoDB need to start and to serve.
    ///
    /// ## Why
    ///
    /// The smallest machine has 256 MB. A Rails app takes most of that before the first request, and a JVM, which also
    /// asks the machine how large its heap may be, more than all of it. The kernel then kills the process in the middle
    /// of a request, the machine starts again, and the logs say "Out of memory" to whoever looks. 512 MB are the least
    /// that such an app lives in.
    ///
    /// MySQL and MongoDB end while they start.
    ///
    /// What runs is told by the image of a database, by the commands of the file: `rails`, `puma`, `sidekiq` or `java`,
    /// and by variables such as `RAILS_ENV`. Machines without `[[vm]]` are for `missing-vm`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// processes = { app = "bin/rails server" }
    ///
    /// [app.web.vm]
    /// size = "shared-cpu-1x"
    /// memory = "256mb"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// processes = { app = "bin/rails server" }
    ///
    /// [app.web.vm]
    /// size = "shared-cpu-1x"
    /// memory = "512mb"
    /// ```
    ///
    /// ```toml,bad
    /// [app.api.env]
    /// JAVA_OPTS = "-Dserver.port=8080"
    ///
    /// [app.api.vm]
    /// size = "shared-cpu-1x"
    /// ```
    ///
    /// ```toml,good
    /// [app.api.env]
    /// JAVA_OPTS = "-Dserver.port=8080"
    ///
    /// [app.api.vm]
    /// memory = "512mb"
    /// size = "shared-cpu-1x"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, machines/guides-examples/machine-sizing
    /// - Fly.io, apps/going-to-production
    static RULE = {
        name: "runtime-memory",
        code: "FA577",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// In MiB: what `fly launch` gives such apps at least.
const ENOUGH: u32 = 512;
const PROGRAMS: [(&str, &str); 6] = [
    ("rails", "Rails"),
    ("puma", "Rails"),
    ("sidekiq", "Rails"),
    ("rake", "Rails"),
    ("java", "the JVM"),
    ("catalina.sh", "the JVM"),
];
const VARIABLES: [(&str, &str); 6] = [
    ("RAILS_ENV", "Rails"),
    ("RAILS_MAX_THREADS", "Rails"),
    ("RAILS_SERVE_STATIC_FILES", "Rails"),
    ("JAVA_OPTS", "the JVM"),
    ("JAVA_TOOL_OPTIONS", "the JVM"),
    ("SPRING_PROFILES_ACTIVE", "the JVM"),
];

fn check(app: &App, cx: &mut Cx<'_>) {
    let variable = VARIABLES.iter().find_map(|(name, runtime)| Some((app.toml.env.get(*name)?.0.origin, *runtime)));
    // Postgres lives in less.
    let database = app.database_image(cx.facts).filter(|(image, _)| image.option.starts_with("--"));
    let database = database.map(|(image, at)| (at.origin, image.name));
    let mut told = None;
    for group in &app.groups {
        let Some(guest) = app.guest(group, cx.facts).filter(|guest| guest.memory_mb < ENOUGH) else { continue };
        let Some((evidence, runtime)) = program(group).or(variable).or(database) else { continue };
        let Some(vm) = group.vm.filter(|vm| told.replace(*vm) != Some(*vm)).and_then(|vm| app.toml.vm.get(vm)) else {
            continue;
        };
        let literal = string_literal(&format!("{ENOUGH}mb"));
        let edits = cx.edits();
        let (at, edit) = match (&vm.memory, vm.memory_mb.filter(|memory| memory.value > 0)) {
            (_, Some(number)) => (number.origin, Some(edits.replace(number.range(), ENOUGH.to_string()))),
            (Some(text), None) => (text.origin, Some(edits.replace(text.range(), literal.as_str()))),
            (None, None) => (Origin::written(vm.range()), edits.insert_entry(vm.range(), "memory", &literal)),
        };
        let fix = cx.unsafe_fix(format!("have {ENOUGH} MB of memory"), edit);
        cx.report(at, format!("{} MB of memory are too few for {runtime}", guest.memory_mb))
            .label("the kernel will end the process")
            .related(evidence, format!("this is {runtime}"))
            .help(format!("have `memory = {literal}` or more"))
            .fix(fix);
    }
}

/// What the command of a group starts.
fn program(group: &model::Group) -> Option<(Origin, &'static str)> {
    let command = group.command.as_ref()?;
    let mut names = command.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
    let (_, runtime) = names.find_map(|name| PROGRAMS.iter().find(|(program, _)| *program == name))?;
    Some((command.origin, runtime))
}
