//! What to do when something is to be changed or has gone wrong, with the commands that do it, in the names of this
//! architecture.

mod data;
mod regions;
mod tokens;

use std::fmt::Write as _;

use super::super::engine::quote;
use super::super::{RenderCx, deployed};
use super::{DRAWABLE, counted, plain};
use crate::fly_toml::FlyToml;
use crate::model::{App, Model};

pub(super) fn runbook(out: &mut String, cx: RenderCx<'_>) {
    out.push_str(
        "\n## Runbook\n\n\
         Commands are for this folder; words in capitals are to be filled in.\n\n\
         **Set up, or mend:** `./setup.sh --dry-run` shows what is missing, `./setup.sh` adds it. Both may be repeated.\n\n\
         **Look:** `./verify.sh` compares what runs with this page, and changes nothing.\n\n\
         **Take down:** `./teardown.sh --dry-run` shows what would go; what holds data stays unless its kind is named.\n\n\
         **First in an incident:** <https://status.flyio.net> says whether it is Fly.io, and mails whoever subscribes there.\n",
    );
    tokens::tokens(out, cx);
    super::jobs::replace_token(out, cx.model);
    rollback(out, cx);
    stops(out, cx.model);
    regions::lost(out, cx);
    data::volumes(out, cx.model);
    data::postgres(out, cx.model);
    certificates(out, cx.model);
}

/// Commands as a block of their own.
pub(super) fn block(out: &mut String, lines: &[String]) {
    let _ = write!(out, "\n```sh\n{}\n```\n", lines.join("\n"));
}

fn has_release_command(toml: &FlyToml) -> bool {
    toml.deploy.as_ref().is_some_and(|deploy| deploy.release_command.is_some())
}

fn rollback(out: &mut String, cx: RenderCx<'_>) {
    if cx.model.apps.is_empty() {
        return;
    }
    out.push_str(
        "\n### Roll back\n\n\
         Fly.io has no command that does it: an earlier image is deployed again, as long as the registry has it.\n\
         Configuration, secrets and the database's schema stay as they are now.",
    );
    if cx.model.apps.iter().any(|app| has_release_command(&app.toml)) {
        out.push_str(" The release command is left out: the earlier\nimage does not know the schema.");
    }
    out.push('\n');
    let mut lines = Vec::new();
    for app in deployed(cx).take(DRAWABLE) {
        let (name, key) = (&app.name.value, &app.key.value);
        let skip = if has_release_command(&app.toml) { " --skip-release-command" } else { "" };
        let deploy = format!("fly deploy -c {key}/fly.toml -a {name} --image IMAGE{skip} --yes");
        match &app.image_from {
            Some(builder) => lines.push(format!("{deploy}  # the one of {}", cx.model.apps[builder.value].name.value)),
            None => lines.extend([format!("fly releases --image -a {name}"), deploy]),
        }
    }
    block(out, &lines);
    if cx.model.apps.len() > DRAWABLE {
        let _ = writeln!(out, "\n{} more in the same way.", cx.model.apps.len() - DRAWABLE);
    }
}

/// What each app gets at a stop: those that get the same in one row.
fn stops(out: &mut String, model: &Model) {
    let mut rows: Vec<(String, Vec<&str>)> = Vec::new();
    for app in &model.apps {
        let signal = app.toml.kill_signal.as_ref().map_or("", |signal| signal.value.0.as_str());
        let timeout = app.toml.kill_timeout.as_ref().map(|timeout| timeout.value.to_string()).unwrap_or_default();
        let drain = app.workload.drain_seconds.map_or(String::new(), |drain| format!("{}s", drain.value));
        let row = format!("{} | {timeout} | {drain}", plain(signal));
        match rows.iter_mut().find(|(other, _)| *other == row) {
            Some((_, apps)) => apps.push(&app.key.value),
            None => rows.push((row, vec![&app.key.value])),
        }
    }
    if rows.is_empty() {
        return;
    }
    out.push_str(
        "\n### Stops\n\n\
         Every deploy, scale-down and move to another host stops machines: the proxy sends them nothing new, the main\n\
         process gets the signal, and whatever still runs when the time is over is killed.\n\n\
         | signal | time to finish | needed, as the spec says | apps |\n| --- | --- | --- | --- |\n",
    );
    for (row, apps) in rows {
        let _ = writeln!(out, "| {row} | {} |", some(&apps));
    }
    if let Some(app) = model.apps.first() {
        block(
            out,
            &[
                format!("fly machine list -a {}", app.name.value),
                format!("fly machine stop MACHINE_ID -a {}", app.name.value),
                format!("fly logs --no-tail -a {}", app.name.value),
            ],
        );
    }
}

/// Names; of many the first ones, and how many there are.
fn some(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    let shown = names[..names.len().min(SHOWN)].join(", ");
    if names.len() > SHOWN { format!("{shown}, {} more", names.len() - SHOWN) } else { shown }
}

fn certificates(out: &mut String, model: &Model) {
    let hosts: Vec<(&App, &str)> =
        model.apps.iter().flat_map(|app| app.domains.iter().map(move |domain| (app, domain.as_str()))).collect();
    let Some((app, host)) = hosts.first() else { return };
    out.push_str(
        "\n### Certificates\n\n\
         The table of domains says which records to publish, and `setup` shows their values. Fly.io renews a certificate\n\
         for as long as one of `AAAA`, `_acme-challenge` and `_fly-ownership` is there. `check` asks again at once.\n",
    );
    let mut lines = vec![format!("fly ips list -a {}", app.name.value)];
    lines.push(format!("fly certs setup {} -a {}", quote(host), app.name.value));
    let checks = hosts.iter().take(DRAWABLE);
    lines.extend(checks.map(|(app, host)| format!("fly certs check {} -a {}", quote(host), app.name.value)));
    block(out, &lines);
    if hosts.len() > DRAWABLE {
        let _ = writeln!(out, "\n{} in the same way.", counted(hosts.len() - DRAWABLE, "more host", "more hosts"));
    }
}
