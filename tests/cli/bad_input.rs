//! Input that is wrong, one case each: one message for one mistake, at its place, the right exit code, nothing written.
//!
//! What a terminal shows is in golden/diag. Read it as somebody who is new before it is blessed.

use serde_json::Value;

use super::world::{PROJECT, WEB, World, clean, fits, golden};

/// Runs a case, and compares what was found: `line:column rule` each.
#[track_caller]
fn case(name: &str, spec: impl AsRef<[u8]>, code: i32, expected: &[&str]) -> World {
    let world = World::with(spec);
    let run = world.run(&["build"]).exits(code);
    assert!(run.stderr.starts_with("nothing was written") && run.stderr.lines().count() == 1, "{run}");
    fits(&run.stdout);
    assert!(!run.stdout.contains(|c: char| c != '\n' && c.is_control()), "{run}");
    let report = world.run(&["build", "--format", "json"]).exits(code);
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    super::report::fits_the_schema(&report);
    let found: Vec<String> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| {
            let start = &d["location"]["start"];
            format!("{}:{} {}", start["line"], start["column"], d["rule"].as_str().unwrap())
        })
        .collect();
    assert_eq!(found, expected, "{run}");
    world.holds_only(&["spec.toml"]);
    golden(&format!("diag/{name}.txt"), &run.stdout);
    world
}

/// A spec with this line behind `[app.web]`, which is line 6.
fn app_with(line: &str) -> String {
    clean().replacen("[app.web]\n", &format!("[app.web]\n{line}\n"), 1)
}

/// A spec without apps, and this behind it, from line 6 on.
fn project_and(rest: &str) -> String {
    format!("{PROJECT}{rest}")
}

#[test]
fn no_toml() {
    case("not-toml", "hello there\nversion 1\n", 3, &["1:7 toml-syntax", "2:9 toml-syntax"]);
    case("json", "{ \"version\": 1, \"project\": {} }\n", 3, &["1:1 toml-syntax"]);
    case("yaml", "version: 1\nproject:\n  name: my\n", 3, &["1:8 toml-syntax", "2:9 toml-syntax", "3:9 toml-syntax"]);
    case("unclosed-string", "version = 1\n[project]\nname = \"my\norg = \"personal\"\n", 3, &["3:11 toml-syntax"]);
}

#[test]
fn no_utf8() {
    case("not-utf8", b"version = 1\n# caf\xe9\n", 3, &["2:6 not-utf8"]);
    case("utf16", b"\xff\xfev\0e\0r\0s\0i\0o\0n\0", 3, &["1:1 not-utf8"]);
}

#[test]
fn a_byte_order_mark_is_no_character() {
    case("bom", "\u{feff}versoin = 1\n[project]\nname = \"my\"\norg = \"personal\"\n", 1, &["1:1 unknown-key"]);
    let world = World::with(format!("\u{feff}{}", clean()));
    world.run(&["build"]).exits(0).prints_nothing();
}

#[test]
fn nothing_at_all() {
    case("empty", "", 1, &["1:1 missing-key"]);
    case("only-comments", "# to be done\n\n", 1, &["1:1 missing-key"]);
}

#[test]
fn defined_twice() {
    case("duplicate-key", project_and("name = \"again\"\n"), 3, &["6:1 toml-syntax"]);
    case("duplicate-table", project_and("[app.web]\n[app.api]\n[app.web]\n"), 3, &["8:6 toml-syntax"]);
}

#[test]
fn unknown_keys_at_every_level() {
    let spec = project_and(
        "nmae = \"my\"\n\
         [project.envs]\n\
         [app.web]\nkil_timeout = \"30s\"\n\
         [app.web.http_service]\ninternal_port = 8080\nforce_htps = true\n\
         [app.web.http_service.concurrency]\nsoft_limits = 3\n\
         [[app.web.http_service.checks]]\npaht = \"/\"\n\
         [app.web.http_service.checks.headers]\nanything = \"goes\"\n\
         [postgres.db]\nplann = \"basic\"\n\
         [redis.cache]\nevicton = true\n\
         [bucket.assets]\npubilc = true\n\
         [policy]\nlevel = {}\n\
         [postgress.other]\n",
    );
    let lines = [6, 7, 9, 12, 14, 16, 20, 22, 24, 26, 27].map(|line| {
        let column = match line {
            7 => 10,
            27 => 2,
            _ => 1,
        };
        format!("{line}:{column} unknown-key")
    });
    case("unknown-keys", spec, 1, &lines.each_ref().map(String::as_str));
}

#[test]
fn a_mistyped_key_that_must_be_there_is_one_mistake() {
    case("mistyped-required-key", "version = 1\n[projct]\nname = \"my\"\n", 1, &["2:2 unknown-key"]);
    case("missing-keys", "[project]\n", 1, &["1:1 missing-key", "1:1 missing-key", "1:1 missing-key"]);
}

#[test]
fn wrong_types() {
    let spec = "version = \"1\"\nproject = 3\n";
    case("wrong-types-top", spec, 1, &["1:11 wrong-type", "2:11 wrong-type"]);
    let spec = project_and(
        "[app.web]\nkill_signal = 9\nregions = \"iad\"\nuses = []\ndomains = \"shop.example.com\"\n\
         [app.web.http_service]\ninternal_port = \"8080\"\nforce_https = \"yes\"\nmin_machines_running = 1.5\n\
         [app.web.env]\nLIST = [1]\n",
    );
    let lines =
        ["7:15", "8:11", "9:8", "10:11", "12:17", "13:15", "14:24", "16:8"].map(|at| format!("{at} wrong-type"));
    case("wrong-types", spec, 1, &lines.each_ref().map(String::as_str));
}

#[test]
fn durations_and_sizes_without_a_unit() {
    case("duration-integer", clean().replace("\"15s\"", "15"), 1, &["19:12 missing-unit"]);
    // Beside another mistake of form.
    let spec = app_with("foo = 1").replace("\"15s\"", "15").replace("\"512mb\"", "512");
    let expected = ["7:1 unknown-key", "20:12 wrong-type", "25:10 wrong-type"];
    case("duration-integer-and-more", spec, 1, &expected);
    case("duration-words", clean().replace("\"15s\"", "\"15 seconds\""), 1, &["19:12 invalid-value"]);
}

#[test]
fn regions_that_are_none() {
    case("region-withdrawn", clean().replace("lhr", "mad"), 1, &["5:19 removed-region"]);
    case("region-unknown", clean().replace("lhr", "xyz"), 1, &["5:19 unknown-region"]);
    case("region-city", clean().replace("lhr", "London"), 1, &["5:19 invalid-value"]);
    case("region-capitals", clean().replace("lhr", "LHR"), 1, &["5:19 invalid-value"]);
    case("regions-empty", app_with("regions = {}"), 1, &["7:11 invalid-value"]);
}

#[test]
fn references_that_lead_nowhere() {
    let db = "[postgres.db]\nregion = \"iad\"\nplan = \"basic\"\nstorage_gb = 10\n";
    let uses = |what: &str| app_with(&format!("uses = {{ VARIABLE = \"{what}\" }}"));
    case("reference-unknown", uses("postgres.d") + db, 1, &["7:21 unknown-reference"]);
    case("reference-undeclared", uses("redis.sessions"), 1, &["7:21 unknown-reference"]);
    case("reference-form", uses("database"), 1, &["7:21 invalid-value"]);
    case("reference-self", uses("app.web"), 1, &["7:21 reference-cycle"]);
    let spec =
        project_and("[app.a]\nafter = [\"app.b\"]\n[app.b]\nafter = [\"app.c\"]\n[app.c]\nafter = [\"app.a\"]\n");
    case("reference-cycle", spec, 1, &["11:10 reference-cycle"]);
    let spec = project_and("[app.a]\nimage_from = \"app.a\"\n");
    case("image-from-self", spec, 1, &["7:14 reference-cycle"]);
}

#[test]
fn ways_into_a_cluster_that_are_none() {
    let spec = |uses: &str, more: &str| {
        let databases = "[postgres.db]\nplan = \"launch\"\n".to_owned() + more + "[redis.q]\n";
        app_with(&format!("uses = {{ URL = {{ {uses} }} }}")) + &databases
    };
    let of = |keys: &str| format!("of = \"postgres.db\", {keys}");
    let direct = of("url = \"direct\", username = \"fly-user\"");
    case("use-direct-as-somebody", spec(&direct, ""), 1, &["7:65 conflicting-keys"]);
    case("use-unknown-database", spec(&of("database = \"sums\""), ""), 1, &["7:49 wrong-reference"]);
    case("use-unknown-user", spec(&of("username = \"reader\""), ""), 1, &["7:49 wrong-reference"]);
    case("use-of-redis", spec("of = \"redis.q\", url = \"direct\"", ""), 1, &["7:40 conflicting-keys"]);
    case("use-unknown-url", spec(&of("url = \"replica\""), ""), 1, &["7:44 invalid-value"]);
    case("use-of-nothing", spec("url = \"direct\"", ""), 1, &["7:16 missing-key"]);
    let unmanaged = spec(&of("url = \"direct\""), "").replace("plan = \"launch\"", "engine = \"unmanaged\"");
    case("use-of-unmanaged", unmanaged, 1, &["7:44 conflicting-keys"]);
    let holds = "databases = [\"fly-db\", \"a\", \"a\"]\nusers = { fly-user = \"writer\", me = \"owner\" }\n";
    case("cluster-holds-role", spec("of = \"postgres.db\"", holds), 1, &["29:37 invalid-value"]);
    let expected =
        ["28:14 conflicting-keys", "28:29 conflicting-keys", "29:11 conflicting-keys", "30:25 conflicting-keys"];
    let holds = holds.replace("owner", "writer") + "extensions = [\"vector\", \"postgis\"]\n";
    case("cluster-holds", spec("of = \"postgres.db\"", &holds), 1, &expected);
    let expected = ["28:16 wrong-reference"];
    case("cluster-extension", spec("of = \"postgres.db\"", "extensions = { b = [\"vector\"] }\n"), 1, &expected);
}

#[test]
fn volumes_that_cannot_begin_so() {
    let spec = |line: &str| clean() + "[app.web.volume.data]\n" + line;
    let mounted = |line: &str| {
        let mount =
            "mounts = { source = \"data\", destination = \"/data\", initial_size = \"3gb\", snapshot_retention = 9 }";
        app_with(mount) + "[app.web.volume.data]\n" + line
    };
    case("volume-not-mounted", spec("from_snapshot = \"vs_a\"\n"), 1, &["25:17 wrong-reference"]);
    case("volume-of-nothing", mounted(""), 1, &["26:1 missing-key"]);
    let both = "from_snapshot = \"vs_a\"\nfork_of = \"vol_a\"\n";
    case("volume-of-two", mounted(both), 1, &["28:11 conflicting-keys"]);
    case("volume-id", mounted("fork_of = \"vs_a\"\n"), 1, &["27:11 invalid-value"]);
}

#[test]
fn two_apps_with_one_name() {
    let api = WEB.replace("app.web", "app.api");
    case("duplicate-name", app_with("name = \"my-api\"") + &api, 1, &["26:6 duplicate-name"]);
    let api = api.replacen("[app.api]\n", "[app.api]\nname = \"shop\"\n", 1);
    case("duplicate-name-written", app_with("name = \"shop\"") + &api, 1, &["27:8 duplicate-name"]);
}

#[test]
fn keys_that_would_leave_the_folder() {
    for (name, key) in [("key-parent", "../evil"), ("key-absolute", "/etc/cron.d/x"), ("key-blank", "we b")] {
        case(name, project_and(&format!("[app.\"{key}\"]\n")), 1, &["6:6 invalid-value"]);
    }
}

#[test]
fn counts_that_cannot_be() {
    let spec = app_with("regions = { iad = -1, lhr = 0, fra = 1e9, ams = 4294967295 }");
    let expected = ["7:19 invalid-value", "7:29 invalid-value", "7:38 wrong-type", "7:49 invalid-value"];
    case("counts", spec, 1, &expected);
    case("count-huge", app_with("regions = { iad = 99999999999999999999 }"), 1, &["7:19 invalid-value"]);
    case("count-negative", clean().replace("running = 1", "running = -1"), 1, &["15:24 invalid-value"]);
    case("count-infinite", app_with("regions = { iad = inf }"), 1, &["7:19 wrong-type"]);
}

#[test]
fn a_worker_without_processes() {
    let worker = "[app.worker]\nimage_from = \"app.web\"\nkill_signal = \"SIGTERM\"\nkill_timeout = \"30s\"\n\
                  vm = { size = \"shared-cpu-1x\", memory = \"512mb\" }\nrestart = [{ policy = \"always\" }]\n";
    case("worker-without-processes", clean() + worker, 1, &["26:14 worker-without-command"]);
}

#[test]
fn values_of_secrets() {
    const VALUE: &str = "correct-horse-battery";
    let cases = [
        ("secret-value", format!("secrets = {{ API_KEY = \"{VALUE}\" }}"), "7:13 wrong-type"),
        ("secret-value-number", "secrets = { API_KEY = 4711471147 }".to_owned(), "7:13 wrong-type"),
        ("secret-value-table", format!("secrets = {{ API_KEY = {{ value = \"{VALUE}\" }} }}"), "7:25 unknown-key"),
        (
            "secret-value-beside",
            format!("secrets = {{ K = {{ env = \"K\", value = \"{VALUE}\" }} }}"),
            "7:30 unknown-key",
        ),
        ("secret-value-in-list", format!("secrets = [\"API_KEY={VALUE}\"]"), "7:12 invalid-value"),
        ("secret-value-alone", format!("secrets = \"{VALUE}\""), "7:11 wrong-type"),
        ("secret-value-misnamed", format!("secret = {{ API_KEY = \"{VALUE}\" }}"), "7:1 unknown-key"),
    ];
    for (name, line, expected) in cases {
        let world = case(name, app_with(&line), 1, &[expected]);
        for format in ["full", "concise", "json"] {
            let run = world.run(&["build", "--format", format]);
            assert!(!run.to_string().contains(VALUE) && !run.to_string().contains("4711471147"), "{name}: {run}");
        }
    }
    let spec = clean() + &format!("[app.web.env]\nAPI_KEY = \"{VALUE}\"\n");
    let world = case("secret-in-env", spec, 1, &["26:1 secret-in-env"]);
    assert!(!world.run(&["lint", "--format", "json"]).to_string().contains(VALUE));
}

#[test]
fn names_for_a_shell() {
    let project = |name: &str| clean().replace("\"my\"", name);
    case("name-blank", project("\"my shop\""), 1, &["3:8 invalid-value"]);
    case("name-quote", project(r#""my\"; id; \"""#), 1, &["3:8 invalid-value"]);
    case("name-newline", project(r#""my\nid""#), 1, &["3:8 invalid-value"]);
    case("name-substitution", project("\"my$(id)\""), 1, &["3:8 invalid-value"]);
    let spec = clean() + "[app.web.processes]\n\"$(id)\" = \"run\"\n\"a b\" = \"run\"\n";
    case("name-of-group", spec, 1, &["26:1 invalid-value", "27:1 invalid-value"]);
    let spec = clean() + "[app.web.env]\n\"A B\" = \"x\"\n\"$(id)\" = \"x\"\n\"A\\nB\" = \"x\"\n";
    case("name-of-variable", spec, 1, &["26:1 invalid-name", "27:1 invalid-name", "28:1 invalid-name"]);
    case("name-of-domain", app_with("domains = [\"$(id).example.com\"]"), 1, &["7:12 invalid-value"]);
}

#[test]
fn control_characters_reach_no_terminal() {
    // An escape sequence: raw, where TOML does not allow it; and escaped, in a key and a value.
    let raw = format!("{PROJECT}x = \"\u{1b}[31m\" 1\n");
    case("control-raw", raw, 3, &["6:6 toml-syntax"]);
    let spec = project_and("\"\\u001b[31m\\nred\" = 1\n[app.web]\nkill_timeout = \"\\u001b[31m\"\n");
    case("control-escaped", spec, 1, &["6:1 unknown-key", "8:16 invalid-value"]);
    // Writing from right to left hides what is meant.
    case("control-bidi", project_and("\"a\\u202eb\" = 1 # \u{202e}x\n"), 1, &["6:1 unknown-key"]);
}

#[test]
fn the_other_formats() {
    let world = World::with(clean().replace("lhr", "mad").replace("\"/\"", "\"status\""));
    let concise = world.run(&["build", "--format", "concise"]).exits(1);
    golden("diag/other-formats.concise.txt", &concise.stdout);
    let json = world.run(&["build", "--format", "json"]).exits(1);
    golden("diag/other-formats.json", &json.stdout.replace(env!("CARGO_PKG_VERSION"), "[VERSION]"));
    let world = World::with(app_with("secrets = { API_KEY = \"correct-horse-battery\" }\nconsol_command = \"sh\""));
    let json = world.run(&["build", "--format", "json"]).exits(1);
    golden("diag/with-fix.json", &json.stdout.replace(env!("CARGO_PKG_VERSION"), "[VERSION]"));
}
