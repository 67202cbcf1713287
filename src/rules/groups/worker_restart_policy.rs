use crate::model::{App, Group as ProcessGroup};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that machines which no request can wake say what happens when their process ends.
    ///
    /// ## Why
    ///
    /// By default a machine is started again when its process fails, ten times within five minutes, and then left
    /// stopped; when the process ends without an error it is left stopped at once. A machine with a service is woken by
    /// the next request. A worker has none: it stays down until somebody notices that the queue has grown.
    ///
    /// A worker that should end, because it works through a list and is done, says so as well: `policy = "never"`, or
    /// `"on-failure"` with its number of `retries`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.jobs]
    /// processes = { worker = "node worker.js" }
    /// ```
    ///
    /// ```toml,good
    /// [app.jobs]
    /// restart = [{ policy = "always" }]
    /// processes = { worker = "node worker.js" }
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// processes = { web = "node server.js", worker = "node worker.js" }
    ///
    /// [app.web.http_service]
    /// processes = ["web"]
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// restart = [{ policy = "always", processes = ["worker"] }]
    /// processes = { web = "node server.js", worker = "node worker.js" }
    ///
    /// [app.web.http_service]
    /// processes = ["web"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, machines/guides-examples/machine-restart-policy
    /// - Fly.io, reference/configuration
    /// - <https://github.com/markmhendrickson/neotoma/issues/2279>
    static RULE = {
        name: "worker-restart-policy",
        code: "FA109",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    if app.groups.iter().any(stays_down) {
        missing(app, cx);
    }
}

fn stays_down(group: &ProcessGroup) -> bool {
    !group.serves && group.restart.is_none()
}

fn missing(app: &App, cx: &mut Cx<'_>) {
    let groups: Vec<&ProcessGroup> = app.groups.iter().filter(|group| stays_down(group)).collect();
    let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    let mut entries = vec![("policy", "\"always\"".to_owned())];
    if app.groups.len() > 1 {
        entries.push(("processes", format!("[\"{}\"]", names.join("\", \""))));
    }
    let list = |separator| entries.iter().map(|(k, v)| format!("{k} = {v}")).collect::<Vec<_>>().join(separator);
    let literal = format!("[{{ {} }}]", list(", "));
    // Beside entries for other groups the new one is for people to place.
    let edit = match app.is_plain() {
        _ if !app.toml.restart.is_empty() => None,
        true => cx.edits().append_table("[[restart]]", &entries),
        false => cx.edits().insert_entry(app.header, "restart", &literal),
    };
    let fix = cx.unsafe_fix("start it again whenever it ends", edit);
    let place =
        |group: &ProcessGroup| group.command.as_ref().map_or(Origin::written(app.header), |command| command.origin);
    let (retries, minutes) = (cx.facts.restart.retries, cx.facts.restart.window_minutes);
    let what = match names.as_slice() {
        [one] if app.groups.len() > 1 => format!("`{one}` of `{}` stays down once it ends", app.name.value),
        [_] => format!("`{}` stays down once it ends", app.name.value),
        many => format!("{} groups of `{}` stay down once they end", many.len(), app.name.value),
    };
    let way = if app.is_plain() {
        format!("`{}` with `{}`", app.list_of_tables("restart"), list("` and `"))
    } else {
        format!("`restart = {literal}`")
    };
    let mut finding = cx
        .report(place(groups[0]), what)
        .label("nothing starts it again")
        .note(format!(
            "after a failure it is started again {retries} times within {minutes} minutes, after a clean end never"
        ))
        .help(format!("say what should happen: {way}; or `policy = \"on-failure\"` if it may end"))
        .fix(fix);
    for group in &groups[1..] {
        finding = finding.related(place(group), "nor this one");
    }
}
