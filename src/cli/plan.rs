//! `flyarch plan`

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::args::{CostFormat, Plan};
use super::include::{self, Meant};
use super::{CLEAN, FINDINGS, Failure, fly, input, live, print, refused, say};
use crate::drift::{self, Declared, Drift, Footing, compare};
use crate::environments;
use crate::facts::FACTS;
use crate::live::Dump;
use crate::model::Model;

pub(super) fn run(args: &Plan) -> Result<i32, Failure> {
    let spec = match include::read(&input::find(args.spec.as_deref())?)? {
        Ok(spec) => spec,
        Err(report) => return refused(&report),
    };
    let models = match spec.models(input::environments(spec.source(), args.env.as_deref())?) {
        Ok(models) => models,
        Err(report) => return refused(&report),
    };
    let apps: BTreeSet<&str> = models.iter().flat_map(|(_, model)| apps(model)).collect();
    let orgs: BTreeSet<&str> = models.iter().map(|(_, model)| model.project().org.as_str()).collect();
    let (apps, orgs): (Vec<&str>, Vec<&str>) = (apps.into_iter().collect(), orgs.into_iter().collect());
    if args.from.collect {
        print(&mut io::stdout().lock(), |out| collect(&apps, &orgs, out))?;
        return Ok(CLEAN);
    }
    let live = if let Some(folder) = &args.from.live {
        let of_apps = apps.iter().flat_map(|&app| Dump::OF_APP.map(|dump| (dump, app)));
        let of_orgs = orgs.iter().flat_map(|&org| Dump::OF_ORG.map(|dump| (dump, org)));
        let all: Vec<_> = [(Dump::Apps, "")].into_iter().chain(of_apps).chain(of_orgs).collect();
        live::read(folder, &all, "flyarch plan --collect")?
    } else {
        let mut notes = Vec::new();
        let live = fly::collect(&apps, &orgs, &mut notes)?;
        for note in notes {
            say(format_args!("note: {note}"));
        }
        live
    };
    // What belongs to another environment is declared too; one that means nothing declares nothing.
    let mut others = environments::meant(spec.source(), None).unwrap_or_default();
    others.retain(|environment| models.iter().all(|(meant, _)| meant != environment));
    let others: Vec<Meant> =
        others.into_iter().filter_map(|environment| spec.models(vec![environment]).ok()).flatten().collect();
    let names = |(environment, model): &Meant| (environment.clone(), drift::names(model).collect());
    let names: Vec<(Option<String>, BTreeSet<String>)> = models.iter().chain(&others).map(names).collect();
    let compared: Vec<(Drift, Footing)> = models
        .iter()
        .map(|(environment, model)| {
            let others = names.iter().filter(|(other, _)| other != environment);
            let elsewhere = others.flat_map(|(_, names)| names.iter().cloned()).collect();
            let declared = Declared { source: spec.source(), model, elsewhere: &elsewhere };
            let footing = Footing { project: model.project().name.value.to_string(), environment: environment.clone() };
            (compare(declared, &live, &FACTS), footing)
        })
        .collect();
    let each = |show: fn(&Drift, &Footing) -> String| {
        compared.iter().map(|(drift, footing)| show(drift, footing)).collect::<Vec<_>>().join("\n")
    };
    let text = match args.format {
        CostFormat::Text => each(drift::text),
        CostFormat::Json => drift::json(&compared),
        CostFormat::Markdown => each(drift::markdown),
    };
    print(&mut io::stdout().lock(), |out| out.write_all(text.as_bytes()))?;
    let differs = compared.iter().any(|(drift, _)| !drift.findings.is_empty() || !drift.unknown.is_empty());
    Ok(if args.exit_code && differs { FINDINGS } else { CLEAN })
}

/// The apps of a model, with those that Postgres clusters are.
fn apps(model: &Model) -> impl Iterator<Item = &str> {
    let clusters = model.postgres.iter().filter(|cluster| !cluster.is_managed());
    model.apps.iter().map(|app| app.name.as_str()).chain(clusters.map(|cluster| cluster.name.as_str()))
}

/// A script that makes the dumps. Names of apps and organisations are letters, digits and dashes.
fn collect(apps: &[&str], orgs: &[&str], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{HEAD}")?;
    writeln!(out, "look {} {}", Dump::Apps.path(""), line(Dump::Apps, ""))?;
    writeln!(out, "apps=({})", apps.join(" "))?;
    writeln!(out, "for app in ${{apps[@]+\"${{apps[@]}}\"}}; do")?;
    writeln!(out, "  # What is not there has nothing to dump.")?;
    writeln!(out, "  grep -qF \"\\\"Name\\\": \\\"$app\\\"\" \"$dir/{}\" || continue", Dump::Apps.path(""))?;
    writeln!(out, "  mkdir -p \"$dir/$app\"")?;
    for dump in Dump::OF_APP {
        let end = if dump == Dump::Config { " || unknown \"the configuration of $app\"" } else { "" };
        writeln!(out, "  look \"{}\" {}{end}", dump.path("$app"), line(dump, "\"$app\""))?;
    }
    writeln!(out, "done")?;
    writeln!(out, "orgs=({})", orgs.join(" "))?;
    writeln!(out, "for org in \"${{orgs[@]}}\"; do")?;
    for (dump, what) in Dump::OF_ORG.into_iter().zip(["Managed Postgres clusters", "Redis databases", "buckets"]) {
        let path = dump.path("$org");
        writeln!(out, "  look \"{path}\" {} || unknown \"the {what} of $org\"", line(dump, "\"$org\""))?;
    }
    writeln!(out, "done")
}

fn line(dump: Dump, of: &str) -> String {
    dump.line(of).replacen("fly", "\"$fly\"", 1)
}

const HEAD: &str = r#"#!/usr/bin/env bash
# Dumps what runs on Fly.io, for `flyarch plan --live`. It changes nothing there.
# The dumps hold the values of environment variables, and no value of a secret. Keep them out of repositories.
set -euo pipefail
umask 077
dir=${1:-live}
fly=$(command -v fly || command -v flyctl) || {
  echo 'flyctl is missing: https://fly.io/docs/flyctl/install' >&2
  exit 1
}
mkdir -p "$dir"

# look FILE COMMAND...: what the command prints; no file where it fails.
look() {
  local file=$dir/$1
  shift
  rm -f "$file"
  if "$@" </dev/null >"$file.part"; then
    mv "$file.part" "$file"
  else
    rm -f "$file.part"
    return 1
  fi
}

unknown() { echo "$1 will not be known" >&2; }
"#;
