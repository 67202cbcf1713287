//! The workflow that deploys, and the rules for alerts: of every spec, whatever stands in it.
//!
//! actionlint and promtool are those that `FLYARCH_ACTIONLINT` and `FLYARCH_PROMTOOL` name. Without them the tests say
//! that this part is skipped, and pass.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use flyarch::beside::{Beside, Job, Workflow};
use flyarch::facts::FACTS;
use flyarch::render::ArtifactSet;
use flyarch::source::{FileId, Source, Sources};
use flyarch::{Options, Surroundings, check_files, compile, environments};

use support::mutations;

/// The files of every spec, with a workflow and rules for alerts.
fn trees() -> Vec<ArtifactSet> {
    let mut trees = Vec::new();
    for spec in mutations::specs() {
        let wanted = "[project]\nci = \"github\"\nci_folder = \"infra\"\nalerts = true\n";
        let spec = if spec.contains("ci_folder") { spec } else { spec.replacen("[project]\n", wanted, 1) };
        let source = Source::new("infra/spec.toml", spec);
        let all = environments::meant(&source, None).unwrap();
        for environment in all.into_iter().filter(|name| name.as_deref() != Some(environments::PREVIEW)) {
            let options = Options { environment, ..Options::default() };
            trees.extend(compile(&source, &FACTS, &options).artifacts);
        }
    }
    assert!(trees.len() > 10);
    trees
}

fn one(spec: &str) -> ArtifactSet {
    let compilation = compile(&Source::new("spec.toml", spec), &FACTS, &Options::default());
    compilation.artifacts.unwrap_or_else(|| panic!("{:?}\n{spec}", compilation.diagnostics))
}

/// The workflow, as flyarch reads those of others.
fn workflow(text: &str) -> Workflow {
    let source = Source::new(".github/workflows/deploy.yml", text);
    let mut beside = Beside::read([(FileId(0), &source)], Vec::new(), false);
    beside.workflows.pop().unwrap_or_else(|| panic!("no workflow: {text}"))
}

fn deploy(job: &Job) -> Option<&str> {
    job.steps
        .iter()
        .filter_map(|step| step.run.as_ref())
        .map(|(run, _)| run.as_str())
        .find(|run| run.contains(" deploy "))
}

#[test]
fn every_app_has_a_job_with_a_token_of_its_own_behind_what_it_needs() {
    for files in trees() {
        let text = &files["deploy.yml"].text;
        let workflow = workflow(text);
        let apps: BTreeSet<&str> = files.keys().filter_map(|path| path.strip_suffix("/fly.toml")).collect();
        let mut done: BTreeSet<&str> = BTreeSet::new();
        let mut tokens: BTreeSet<&str> = BTreeSet::new();
        for job in &workflow.jobs {
            let key = job.key.0.as_str();
            for needed in &job.needs {
                assert!(done.contains(needed.as_str()), "{key} needs {needed}, which comes later or never\n{text}");
            }
            done.insert(key);
            let Some(app) = key.strip_prefix("deploy-") else { continue };
            assert!(job.needs.contains(&"check".to_owned()), "{text}");
            assert!(deploy(job).unwrap().contains(&format!("-c {app}/fly.toml")), "{text}");
            let of_job: BTreeSet<&str> = job
                .steps
                .iter()
                .flat_map(|step| &step.env)
                .filter(|(name, _)| name == "FLY_API_TOKEN")
                .map(|(_, (value, _))| value.as_str())
                .collect();
            let [token] = of_job.into_iter().collect::<Vec<_>>()[..] else { panic!("not one token: {text}") };
            assert!(tokens.insert(token), "{token} is of two apps\n{text}");
            let secret = token.strip_prefix("${{ secrets.").and_then(|rest| rest.strip_suffix(" }}")).unwrap();
            let page = &files["ARCHITECTURE.md"].text;
            assert!(page.contains(&format!("| gh secret set {secret}")), "nobody makes {secret}");
        }
        let jobs: BTreeSet<&str> = done.iter().filter_map(|job| job.strip_prefix("deploy-")).collect();
        assert_eq!(jobs, apps, "{text}");
        assert!(workflow.concurrency && text.contains("cancel-in-progress: false"));
        assert!(text.contains("\npermissions: {}\n"), "{text}");
    }
}

#[test]
fn its_own_rules_find_nothing_in_it() {
    for files in trees() {
        let mut sources = Sources::default();
        let mut of_apps = Vec::new();
        for (path, file) in files.iter().filter(|(path, _)| path.ends_with("/fly.toml")) {
            of_apps.push(sources.add(Source::new(path.as_str(), file.text.as_str())));
        }
        let beside = sources.add(Source::new(".github/workflows/deploy.yml", files["deploy.yml"].text.as_str()));
        let files_beside = [beside];
        let surroundings = Surroundings { files: &files_beside, complete: false };
        let found = check_files(&sources, &of_apps, surroundings, &FACTS, &Options::default()).diagnostics;
        let found: Vec<_> = found.iter().filter(|d| d.primary.span.file == beside).collect();
        assert!(found.is_empty(), "{found:#?}\n{}", files["deploy.yml"].text);
    }
}

#[test]
fn an_image_is_built_once() {
    let files = one(
        "version = 1\n[project]\nname = \"shop\"\norg = \"acme\"\ntier = \"development\"\nregions = [\"iad\"]\nci = \"github\"\n\
         [app.worker]\nimage_from = \"app.web\"\nprocesses = { app = \"work\" }\n[app.web]\n[app.alone]\n",
    );
    let workflow = workflow(&files["deploy.yml"].text);
    let jobs: BTreeMap<&str, &Job> = workflow.jobs.iter().map(|job| (job.key.0.as_str(), job)).collect();
    assert_eq!(jobs["deploy-worker"].needs, ["check", "deploy-web"]);
    assert_eq!(jobs["deploy-alone"].needs, ["check"]);
    assert!(deploy(jobs["deploy-worker"]).unwrap().contains(" --image \"$IMAGE\""));
    assert!(!deploy(jobs["deploy-web"]).unwrap().contains("--image"));
    let env = jobs["deploy-worker"].steps.iter().flat_map(|step| &step.env);
    let image: Vec<&str> = env.filter(|(name, _)| name == "IMAGE").map(|(_, (value, _))| value.as_str()).collect();
    assert_eq!(image, ["${{ needs.deploy-web.outputs.image }}"]);
}

#[test]
fn an_environment_has_a_workflow_of_its_own_and_a_preview_none() {
    let spec = "version = 1\n[project]\nname = \"shop\"\norg = \"acme\"\nregions = [\"iad\"]\nci = \"github\"\n\
                [app.web]\n[environment.staging]\ntier = \"development\"\nsuffix = \"-staging\"\n";
    let source = Source::new("spec.toml", spec);
    let layout = flyarch::plan::Layout::new("../..").with_output("out/staging");
    let options = Options { environment: Some("staging".to_owned()), layout, ..Options::default() };
    let files = compile(&source, &FACTS, &options).artifacts.unwrap();
    let text = &files["deploy.yml"].text;
    for line in [
        "    environment: 'staging'\n",
        "build spec.toml -o out --check --env staging'\n",
        "working-directory: 'out/staging'\n",
        "flyctl deploy ../.. -c web/fly.toml -a shop-web-staging ",
        "  group: deploy-shop-staging\n",
    ] {
        assert!(text.contains(line), "no {line} in {text}");
    }
    assert!(files["ARCHITECTURE.md"].text.contains("| gh secret set FLY_API_TOKEN_WEB --env staging\n"));
    let preview = Options { preview: Some("pr-1".parse().unwrap()), ..options };
    assert!(!compile(&source, &FACTS, &preview).artifacts.unwrap().contains_key("deploy.yml"));
}

#[test]
fn what_users_write_is_a_word() {
    for path in ["a b", "it's", "\"quoted\"", "a: b #c", "$(touch x)", "`id`", "- x", "über/\u{1f600}", "a\\b", "x; y"]
    {
        let literal = toml_edit::Value::from(path).to_string();
        let files = one(&format!(
            "version = 1\n[project]\nname = \"shop\"\norg = \"acme\"\ntier = \"development\"\nregions = [\"iad\"]\nci = \"github\"\n\
             [app.web]\nsource = {literal}\n"
        ));
        let text = &files["deploy.yml"].text;
        let workflow = workflow(text);
        let words = shlex::split(deploy(&workflow.jobs[1]).unwrap()).unwrap();
        assert_eq!(words[2], format!("../{path}"), "{text}");
        assert_eq!(words[3], "-c", "{text}");
    }
    // GitHub would put a secret in its place.
    let files = one(
        "version = 1\n[project]\nname = \"shop\"\norg = \"acme\"\ntier = \"development\"\nregions = [\"iad\"]\nci = \"github\"\n\
         [app.web]\nsource = \"$${{ secrets.OTHER }}\"\n",
    );
    let text = &files["deploy.yml"].text;
    assert!(!text.contains("${{ secrets.OTHER }}") && text.contains("${{ '${{' }} secrets.OTHER }}"), "{text}");
}

#[test]
fn a_workflow_stays_in_its_repository() {
    for (folder, fits) in
        [("infra/shop", true), (".", true), ("..", false), ("a/../../b", false), ("/srv", false), ("~/x", false)]
    {
        let spec = format!(
            "version = 1\n[project]\nname = \"shop\"\norg = \"acme\"\ntier = \"development\"\nregions = [\"iad\"]\nci = \"github\"\n\
             ci_folder = \"{folder}\"\n[app.web]\n"
        );
        let compilation = compile(&Source::new("spec.toml", spec), &FACTS, &Options::default());
        assert_eq!(compilation.artifacts.is_some(), fits, "{folder}: {:?}", compilation.diagnostics);
        let said = compilation.diagnostics.iter().any(|d| d.message == "`ci_folder` is no folder of a repository");
        assert_eq!(said, !fits, "{folder}");
    }
}

/// The metrics that Fly.io documents: monitoring/metrics, 2026-08-07.
const METRICS: [&str; 9] = [
    "fly_instance_up",
    "fly_instance_memory_mem_available",
    "fly_instance_memory_mem_total",
    "fly_volume_used_pct",
    "fly_app_concurrency",
    "fly_app_http_responses_count",
    "fly_app_http_response_time_seconds_bucket",
    "fly_edge_http_responses_count",
    "pg_replication_lag",
];

#[test]
fn alerts_are_of_metrics_that_there_are() {
    let mut seen = BTreeSet::new();
    for files in trees() {
        let text = &files["alerts.yml"].text;
        let mut parser = saphyr_parser::Parser::new_from_str(text);
        assert!(parser.by_ref().all(|event| event.is_ok()), "{text}");
        for line in text.lines().filter_map(|line| line.trim_start().strip_prefix("expr: ")) {
            let words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            for metric in words.filter(|word| word.starts_with("fly_") || word.starts_with("pg_")) {
                assert!(METRICS.contains(&metric), "{metric} is no metric of Fly.io: {line}");
                seen.insert(metric.to_owned());
            }
        }
    }
    assert_eq!(seen.len(), METRICS.len(), "{seen:?}");
}

#[test]
fn what_may_sleep_rings_nobody() {
    let files = |least: u32| {
        one(&format!(
            "version = 1\n[project]\nname = \"shop\"\norg = \"acme\"\ntier = \"development\"\nregions = {{ iad = 3 }}\nalerts = true\n\
             [app.web.http_service]\ninternal_port = 8080\nauto_stop_machines = \"stop\"\nmin_machines_running = {least}\n"
        ))
    };
    let rules = |least| {
        let text = files(least)["alerts.yml"].text.clone();
        (text.contains("alert: NoMachineUp"), text.contains("== 1) < 2"))
    };
    assert_eq!([rules(0), rules(1), rules(2)], [(false, false), (true, false), (true, true)]);
    let nothing = "version = 1\n[project]\nname = \"shop\"\norg = \"acme\"\nalerts = true\nregions = [\"iad\"]\n";
    assert!(one(nothing)["alerts.yml"].text.ends_with("\ngroups: []\n"));
}

/// Runs the program that a variable names over one file of every tree.
fn each(variable: &str, args: &[&str], file: &str, path: &str) {
    let Some(program) = std::env::var_os(variable) else {
        // Not by `println`, which the harness shows for failures alone.
        drop(writeln!(std::io::stderr(), "skipped: {variable} names no program"));
        return;
    };
    for files in trees() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
        std::fs::write(&path, &files[file].text).unwrap();
        let out = Command::new(&program).args(args).arg(&path).current_dir(folder.path()).output().unwrap();
        let said = [out.stdout, out.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        assert!(out.status.success() && !said.contains("FAILED"), "{said}\n{}", files[file].text);
    }
}

#[test]
fn actionlint_has_nothing_to_say() {
    each("FLYARCH_ACTIONLINT", &[], "deploy.yml", ".github/workflows/deploy.yml");
}

#[test]
fn promtool_has_nothing_to_say() {
    each("FLYARCH_PROMTOOL", &["check", "rules"], "alerts.yml", "alerts.yml");
}
