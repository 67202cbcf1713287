//! A spec of any size: apps as a platform team has them, with what no rule complains about.
//!
//! The same number gives the same text, everywhere.

use std::fmt::Write as _;

/// Where all apps run, so that none is far from those that it calls.
const COMMON: &str = "iad";
const REGIONS: [&str; 11] = ["ams", "arn", "bom", "cdg", "dfw", "ewr", "fra", "gru", "lhr", "nrt", "syd"];
/// Sizes with the memory that each may have, in MB: the least, and how often as much.
const SIZES: [(&str, u32, u32); 5] = [
    ("shared-cpu-1x", 256, 8),
    ("shared-cpu-2x", 512, 8),
    ("shared-cpu-4x", 1024, 8),
    ("performance-1x", 2048, 4),
    ("performance-2x", 4096, 4),
];

/// A spec of `apps` apps.
pub(crate) fn spec(apps: usize) -> String {
    let mut random = Random(7);
    let mut out = String::with_capacity(apps * 900);
    out.push_str("version = 1\n\n[project]\nname = \"acme\"\norg = \"acme\"\nregions = [\"iad\", \"lhr\"]\n");
    for i in 0..apps {
        app(i, &mut random, &mut out);
    }
    out
}

fn app(i: usize, random: &mut Random, out: &mut String) {
    let key = format!("svc-{i:05}");
    let first = random.below(REGIONS.len());
    let others = (0..=random.below(2)).map(|n| REGIONS[(first + n * 5) % REGIONS.len()]);
    let regions: Vec<&str> = std::iter::once(COMMON).chain(others).collect();
    let (size, least, times) = SIZES[random.below(SIZES.len())];
    let memory = least << random.below(times.ilog2() as usize + 1);
    let soft = [50, 100, 200][random.below(3)];
    let kind = ["requests", "connections"][random.below(2)];
    let level = ["debug", "info", "warn"][random.below(3)];
    let _ = write!(
        out,
        r#"
[app.{key}]
name = "{key}"
regions = {regions:?}
"#
    );
    let mut needs: Vec<usize> = (0..random.below(3)).filter(|_| i > 0).map(|_| random.below(i.max(1))).collect();
    needs.sort_unstable();
    needs.dedup();
    if !needs.is_empty() {
        let uses: Vec<String> = needs.iter().map(|n| format!("SVC_{n:05}_URL = \"app.svc-{n:05}\"")).collect();
        let _ = writeln!(out, "uses = {{ {} }}", uses.join(", "));
    }
    let (version, patch) = (i % 40, i % 7);
    let (port, database, cache) = (30_000 + i % 5000, i % 17, i % 9);
    let _ = write!(
        out,
        r#"kill_signal = "SIGTERM"
kill_timeout = "30s"
build = {{ image = "registry.example/{key}:v1.{version}.{patch}" }}
vm = {{ size = "{size}", memory = "{memory}mb" }}

[app.{key}.http_service]
internal_port = {port}
force_https = true
auto_stop_machines = "off"
auto_start_machines = true
concurrency = {{ type = "{kind}", soft_limit = {soft}, hard_limit = {hard} }}
checks = [{{ method = "GET", path = "/healthz", interval = "15s", timeout = "5s", grace_period = "10s" }}]

[app.{key}.env]
LOG_LEVEL = "{level}"
RUST_BACKTRACE = "1"
SERVICE_NAME = "{key}"
DATABASE_HOST = "db-{database}.internal"
CACHE_URL = "redis://cache-{cache}.internal:6379/0"
FEATURE_FLAGS = "new-ui,fast-path,region-pin"
PUBLIC_URL = "https://{key}.example.test/"
"#,
        hard = soft + 50,
    );
    if i.is_multiple_of(3) {
        let size = 1 + random.below(50);
        let _ = write!(
            out,
            r#"
[[app.{key}.mounts]]
source = "data"
destination = "/data"
initial_size = "{size}gb"
snapshot_retention = 14
"#
        );
    }
}

/// Knuth's linear congruential generator: what matters is that it never changes.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit as u64).unwrap_or(0)
    }
}
