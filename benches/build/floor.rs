//! The floor: what a program costs that does the same job and nothing else. It reads the spec of [`super::spec`] into
//! plain types, checks it by hand, orders it, writes the same tree with `write!`, and knows no positions, no reasons,
//! no other spec and no earlier output.
//!
//! `main` makes sure that it writes the same files with about as many bytes.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::fmt::Write as _;
use std::path::Path;
use std::{cmp::Reverse, fs, io};

use serde::Deserialize;

const SETUP: &str = concat!(
    include_str!("../../src/render/script/setup.sh.j2"),
    include_str!("../../src/render/script/look.sh"),
    include_str!("../../src/render/script/act.sh"),
    include_str!("../../src/render/script/setup.sh"),
    include_str!("../../src/kinds/app/look.sh"),
    include_str!("../../src/kinds/app/functions.sh")
);
const VERIFY: &str = concat!(
    include_str!("../../src/render/script/verify.sh.j2"),
    include_str!("../../src/render/script/look.sh"),
    include_str!("../../src/render/script/verify.sh"),
    include_str!("../../src/kinds/app/look.sh"),
    include_str!("../../src/kinds/app/verify.sh")
);
const TEARDOWN: &str = concat!(
    include_str!("../../src/render/script/teardown.sh.j2"),
    include_str!("../../src/render/script/look.sh"),
    include_str!("../../src/render/script/act.sh"),
    include_str!("../../src/render/script/teardown.sh"),
    include_str!("../../src/kinds/app/teardown.sh")
);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    version: u32,
    project: Project,
    #[serde(default)]
    app: BTreeMap<String, App>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Project {
    name: String,
    org: String,
    regions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct App {
    name: String,
    regions: Vec<String>,
    #[serde(default)]
    uses: BTreeMap<String, String>,
    kill_signal: String,
    kill_timeout: String,
    build: Build,
    vm: Vm,
    http_service: HttpService,
    env: BTreeMap<String, String>,
    #[serde(default)]
    mounts: Vec<Mount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Build {
    image: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vm {
    size: String,
    memory: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HttpService {
    internal_port: u16,
    force_https: bool,
    auto_stop_machines: String,
    auto_start_machines: bool,
    #[serde(default)]
    min_machines_running: u32,
    concurrency: Concurrency,
    checks: Vec<Check>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Concurrency {
    r#type: String,
    soft_limit: u32,
    hard_limit: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    method: String,
    path: String,
    interval: String,
    timeout: String,
    grace_period: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mount {
    source: String,
    destination: String,
    initial_size: String,
    snapshot_retention: u32,
}

/// Parses all files below a folder, and looks at nothing in them.
pub(crate) fn parse(folder: &Path) {
    for entry in walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("a folder")) {
        if entry.file_type().is_file() {
            let text = fs::read_to_string(entry.path()).expect("a file");
            std::hint::black_box(toml::de::DeTable::parse(&text).expect("TOML"));
        }
    }
}

/// Builds `spec` into `out`, which must not be there.
pub(crate) fn build(spec: &Path, out: &Path) -> io::Result<()> {
    let text = fs::read_to_string(spec)?;
    let spec: Spec = toml::from_str(&text).map_err(io::Error::other)?;
    let order = check(&spec).map_err(io::Error::other)?;
    let mut files = render(&spec, &order);
    // A spec without templates and environments is what it says.
    files.push((".flyarch/resolved.toml".to_owned(), text));
    for (path, text) in files {
        let path = out.join(path);
        // One folder per app, as the tree wants it.
        fs::create_dir_all(path.parent().unwrap_or(out))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// The checks that people write by hand, and the order of deploys.
fn check(spec: &Spec) -> Result<Vec<&str>, String> {
    const REGIONS: [&str; 18] = [
        "ams", "arn", "bom", "cdg", "dfw", "ewr", "fra", "gru", "iad", "jnb", "lax", "lhr", "nrt", "ord", "sin", "sjc",
        "syd", "yyz",
    ];
    let name = |text: &str| {
        !text.is_empty()
            && text.len() <= 63
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if spec.version != 1 || !name(&spec.project.org) || spec.project.regions.is_empty() {
        return Err("the project is wrong".to_owned());
    }
    let mut names = BTreeSet::new();
    let mut waiting: BTreeMap<&str, usize> = BTreeMap::new();
    let mut dependents: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, app) in &spec.app {
        let fits = |ok: bool, what: &str| if ok { Ok(()) } else { Err(format!("app.{key}: {what}")) };
        fits(name(key) && name(&app.name) && names.insert(&app.name), "the name")?;
        fits(!app.regions.is_empty() && app.regions.iter().all(|r| REGIONS.contains(&r.as_str())), "the regions")?;
        fits(app.http_service.internal_port > 0, "the port")?;
        fits(app.http_service.concurrency.soft_limit < app.http_service.concurrency.hard_limit, "the limits")?;
        fits(app.vm.memory.ends_with("mb"), "the memory")?;
        let variable = |key: &String| key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        fits(app.env.keys().all(variable), "the variables")?;
        fits(app.mounts.iter().all(|m| m.destination.starts_with('/') && m.snapshot_retention <= 60), "the mounts")?;
        waiting.entry(key).or_default();
        for target in app.uses.values() {
            let target = target.strip_prefix("app.").unwrap_or("");
            fits(spec.app.contains_key(target), "the reference")?;
            *waiting.entry(key).or_default() += 1;
            dependents.entry(target).or_default().push(key);
        }
    }
    let mut ready: BinaryHeap<Reverse<&str>> =
        waiting.iter().filter(|(_, n)| **n == 0).map(|(key, _)| Reverse(*key)).collect();
    let mut order = Vec::new();
    while let Some(Reverse(key)) = ready.pop() {
        order.push(key);
        for dependent in dependents.get(key).into_iter().flatten() {
            let left = waiting.get_mut(dependent).expect("every key waits");
            *left -= 1;
            if *left == 0 {
                ready.push(Reverse(dependent));
            }
        }
    }
    if order.len() == spec.app.len() { Ok(order) } else { Err("a cycle".to_owned()) }
}

fn render(spec: &Spec, order: &[&str]) -> Vec<(String, String)> {
    let mut files = Vec::with_capacity(spec.app.len() + 4);
    let mut steps = Steps::default();
    for (key, app) in &spec.app {
        files.push((format!("{key}/fly.toml"), fly_toml(spec, app)));
        let org = &spec.project.org;
        steps.add(key, "create", &["app", &app.name, "''"], &["apps", "create", &app.name, "--org", org]);
    }
    for (key, app) in &spec.app {
        let name = app.name.as_str();
        let v4 = ["ips", "allocate-v4", "--shared", "-a", name];
        steps.add(key, "ip-shared-v4", &["address", name, "shared_v4", "''"], &v4);
        steps.add(key, "ip-v6", &["address", name, "v6", "''"], &["ips", "allocate-v6", "-a", name]);
    }
    for (key, app) in &spec.app {
        for (mount, region) in app.mounts.iter().flat_map(|m| app.regions.iter().map(move |r| (m, r))) {
            let (name, source) = (app.name.as_str(), mount.source.as_str());
            let size = mount.initial_size.trim_end_matches("gb");
            let days = mount.snapshot_retention.to_string();
            let call = ["volumes", name, source, region, "1", size, &days, "true"];
            #[rustfmt::skip]
            let command = [
                "volumes", "create", source, "-a", name, "--region", region, "--size", size, "--snapshot-retention",
                &days, "--scheduled-snapshots=true", "--vm-size", &app.vm.size, "--vm-memory", &app.vm.memory, "--yes",
            ];
            steps.add(key, &format!("volumes-{source}-{region}"), &call, &command);
        }
    }
    for key in order {
        let (name, file) = (spec.app[*key].name.as_str(), format!("./{key}/fly.toml"));
        let command = ["deploy", "..", "-c", &file, "-a", name, "--ha=false", "--no-public-ips", "--yes"];
        steps.add(key, "deploy", &["deploy", name, &file, "''"], &command);
    }
    for (key, app) in &spec.app {
        for region in &app.regions {
            let command = ["scale", "count", "app=1", "--region", region, "-a", &app.name, "--yes"];
            steps.add(key, &format!("scale-app-{region}"), &["machines", &app.name, "app", region, "1"], &command);
        }
    }
    for (key, app) in &spec.app {
        let machines: Vec<String> = app.regions.iter().map(|region| format!("machines:app:{region}:1")).collect();
        steps.add(key, "verify", &["verify", &app.name, &machines.join(" "), "address:shared_v4", "address:v6"], &[]);
    }
    let mut teardown = String::new();
    for (key, app) in spec.app.iter().rev() {
        let name = &app.name;
        let _ = writeln!(
            teardown,
            "step app.{key}/destroy remove_app {name} -- \"$FLY\" apps destroy {name} --yes  # spec.toml:1"
        );
    }
    files.push(("setup.sh".to_owned(), format!("{SETUP}{}", steps.script)));
    files.push(("verify.sh".to_owned(), format!("{VERIFY}{}", steps.checks)));
    files.push(("teardown.sh".to_owned(), format!("{TEARDOWN}{teardown}")));
    files.push(("plan.json".to_owned(), format!("{{\"version\":1,\"steps\":[{}\n]}}\n", steps.json)));
    files.push(("ARCHITECTURE.md".to_owned(), architecture(spec)));
    files.push(("secrets.env.example".to_owned(), format!("# Secrets of {}: none.\n", spec.project.name)));
    files
}

#[derive(Default)]
struct Steps {
    script: String,
    checks: String,
    json: String,
}

impl Steps {
    fn add(&mut self, key: &str, id: &str, call: &[&str], command: &[&str]) {
        let fly = if command.is_empty() { "" } else { " -- \"$FLY\" " };
        let (words, rest) = (call.join(" "), command.join(" "));
        let _ = writeln!(self.script, "step app.{key}/{id} {words}{fly}{rest}  # spec.toml:1");
        let _ = writeln!(self.checks, "check app.{key}/{id} {words}  # spec.toml:1");
        let comma = if self.json.is_empty() { "" } else { "," };
        let (call, command) = (call.join("\",\""), command.join("\",\""));
        let _ = write!(
            self.json,
            "{comma}\n{{\"id\":\"app.{key}/{id}\",\"phase\":\"a phase\",\"line\":1,\"call\":[\"{call}\"],\"command\":[\"fly\",\"{command}\"]}}"
        );
    }
}

fn fly_toml(spec: &Spec, app: &App) -> String {
    let mut out = String::with_capacity(1536);
    let http = &app.http_service;
    let _ = write!(
        out,
        "# Generated from spec.toml. Do not edit: change the spec, then run `flyarch build`, and commit both.\n\n\
         app = '{}'\nprimary_region = '{}'\nkill_signal = '{}'\nkill_timeout = '{}'\n\n[build]\n  image = '{}'\n\n\
         [deploy]\n  strategy = 'rolling'\n  max_unavailable = 0.33\n  wait_timeout = '5m0s'\n\n[env]\n",
        app.name, app.regions[0], app.kill_signal, app.kill_timeout, app.build.image
    );
    for (variable, value) in &app.env {
        let _ = writeln!(out, "  {variable} = '{value}'");
    }
    for (variable, target) in &app.uses {
        let used = &spec.app[&target["app.".len()..]];
        let _ = writeln!(out, "  {variable} = 'http://{}.internal:{}'", used.name, used.http_service.internal_port);
    }
    for mount in &app.mounts {
        let _ = write!(
            out,
            "\n[[mounts]]\n  source = '{}'\n  destination = '{}'\n  initial_size = '{}'\n  snapshot_retention = {}\n  \
             scheduled_snapshots = true\n  processes = ['app']\n",
            mount.source, mount.destination, mount.initial_size, mount.snapshot_retention
        );
    }
    let _ = write!(
        out,
        "\n[http_service]\n  internal_port = {}\n  force_https = {}\n  auto_stop_machines = '{}'\n  \
         auto_start_machines = {}\n  min_machines_running = {}\n  processes = ['app']\n\n  [http_service.concurrency]\n    \
         type = '{}'\n    hard_limit = {}\n    soft_limit = {}\n",
        http.internal_port,
        http.force_https,
        http.auto_stop_machines,
        http.auto_start_machines,
        http.min_machines_running,
        http.concurrency.r#type,
        http.concurrency.hard_limit,
        http.concurrency.soft_limit
    );
    for check in &http.checks {
        let _ = write!(
            out,
            "\n  [[http_service.checks]]\n    interval = '{}'\n    timeout = '{}'\n    grace_period = '{}'\n    \
             method = '{}'\n    path = '{}'\n",
            check.interval, check.timeout, check.grace_period, check.method, check.path
        );
    }
    let _ =
        write!(out, "\n[[vm]]\n  size = '{}'\n  memory = '{}'\n  processes = ['app']\n", app.vm.size, app.vm.memory);
    out
}

fn architecture(spec: &Spec) -> String {
    let (mut diagram, mut table) = (String::new(), String::new());
    for (key, app) in &spec.app {
        let regions = app.regions.join(" ×1, ");
        let node = key.replace('-', "_");
        let _ = writeln!(diagram, "  app_{node}[\"{key}<br/>{regions} ×1\"]\n  internet --> app_{node}");
        for (variable, target) in &app.uses {
            let _ = writeln!(diagram, "  app_{node} -- {variable} --> {}", target.replace(['.', '-'], "_"));
        }
        let (name, size, memory) = (&app.name, &app.vm.size, &app.vm.memory);
        let _ = writeln!(table, "| {key} | `{name}` | public | app | {regions} ×1 | {size}, {memory} |  |");
        for mount in &app.mounts {
            let (source, size) = (&mount.source, &mount.initial_size);
            let _ = writeln!(table, "| {key} | {source} | {} | 3 | {size} | daily |", mount.destination);
        }
    }
    format!("# {}\n\n{diagram}\n{table}", spec.project.name)
}
