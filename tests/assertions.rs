//! `[[policy.assert]]`: what holds, what does not, and what means nothing.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

use std::fmt::Write as _;

use flyarch::assertions::{Type, attributes};
use flyarch::diag::{Diagnostic, Severity};
use flyarch::facts::FACTS;
use flyarch::source::Source;
use flyarch::spec::Subject;
use flyarch::{Options, check};
use proptest::prelude::*;

const SHOP: &str = r#"
version = 1

[project]
name = "shop"
org = "acme"
tier = "development"
regions = ["iad"]

[app.web]
regions = { iad = 2, lhr = 1 }
domains = ["shop.example.com"]
secrets = { SHARED = { file = "key" }, OWN = { env = "OWN" }, MADE = { generate = "hex32" } }
uses = { DATABASE_URL = "postgres.db" }
env = { API = "${app.api.url}" }
vm = { memory = "512mb" }

[app.web.http_service]
internal_port = 8080
force_https = true
auto_stop_machines = "stop"
min_machines_running = 1

[app.api]
access = "private"
mounts = { source = "data", destination = "/data", initial_size = "3gb" }
uses = { DATABASE_URL = "postgres.db" }

[app.api.http_service]
internal_port = 8080

[app.worker]

[postgres.db]
plan = "basic"

[redis.cache]

[bucket.files]
owner = "app.web"
"#;

/// The findings about assertions of a spec, for one of its environments.
fn found(spec: &str, environment: Option<&str>) -> Vec<Diagnostic> {
    let options = Options { environment: environment.map(str::to_owned), ..Options::default() };
    let mut all = check(&Source::new("spec.toml", spec), &FACTS, &options).diagnostics;
    all.retain(|found| found.rule.name.ends_with("-assertion"));
    all
}

fn assertion(quantor: &str, subject: &str, filter: &str, is: &str) -> String {
    let filter = if filter.is_empty() { String::new() } else { format!("where = '''{filter}'''\n") };
    format!(
        "{SHOP}\n[[policy.assert]]\n{quantor} = \"{subject}\"\n{filter}is = '''{is}'''\nbecause = \"it was agreed upon\"\n"
    )
}

/// Whose items break an assertion.
#[track_caller]
fn broken_by(quantor: &str, subject: &str, filter: &str, is: &str) -> Vec<String> {
    let found = found(&assertion(quantor, subject, filter, is), None);
    assert!(found.iter().all(|found| found.rule.name == "failed-assertion"), "{is}: {found:#?}");
    found.iter().map(|found| found.message.strip_suffix(": it was agreed upon").unwrap().to_owned()).collect()
}

#[test]
fn each_attribute_is_what_the_spec_says() {
    let holds = [
        ("app", "key == 'web'", "access == 'public' and name == 'shop-web' and machines == 3 and volumes == 0"),
        ("app", "key == 'web'", "addresses == ['shared_v4', 'v6'] and public_addresses == 2"),
        ("app", "key == 'web'", "regions == ['iad', 'lhr'] and primary_region == 'iad' and groups == ['app']"),
        ("app", "key == 'web'", "may_sleep and force_https and min_machines_running == 1 and services == 1"),
        ("app", "key == 'web'", "secrets == ['SHARED', 'OWN', 'MADE'] and uses == ['postgres.db']"),
        ("app", "key == 'web'", "calls == ['app.api'] and env contains 'API' and domains == ['shop.example.com']"),
        ("app", "key == 'web'", "health_checks == 0 and jobs == 0 and not litefs and not release_command"),
        ("app", "key == 'web'", "strategy == 'rolling' and network == '' and waivers == []"),
        ("app", "key == 'web'", "cost_floor > 2 and cost_ceiling > cost_floor and cost_ceiling < 30.5"),
        ("app", "key == 'api'", "addresses == ['flycast'] and public_addresses == 0 and volumes == 1"),
        ("app", "key == 'api'", "not survives_region and fatal_regions == ['iad'] and not survives_host"),
        ("app", "key == 'worker'", "access == 'internal' and services == 0 and not may_sleep and force_https"),
        (
            "group",
            "app == 'app.web'",
            "memory_mb == 512 and cpus == 1 and cpu_kind == 'shared' and serves and not stores",
        ),
        ("group", "app == 'app.api'", "name == 'app' and machines == 1 and regions == ['iad'] and stores"),
        ("volume", "", "name == 'data' and app == 'app.api' and size_gb == 3 and destination == '/data'"),
        ("volume", "", "snapshots and snapshot_days == 5 and not grows"),
        ("secret", "name == 'SHARED'", "source == 'file' and app == 'app.web' and shared_with == []"),
        ("secret", "name == 'MADE'", "source == 'generate'"),
        ("postgres", "", "key == 'db' and engine == 'managed' and plan == 'basic' and region == 'iad' and nodes == 0"),
        ("postgres", "", "used_by == ['app.web', 'app.api'] and replicas == [] and storage_gb >= 10 and version >= 16"),
        ("redis", "", "name == 'shop-cache' and not eviction and not prodpack and replicas == [] and used_by == []"),
        ("bucket", "", "owner == 'app.web' and not public and domain == ''"),
        ("project", "", "apps == 3 and regions == ['iad', 'lhr'] and name == 'shop' and org == 'acme'"),
        ("project", "", "tier == 'development' and environment == ''"),
    ];
    for (subject, filter, is) in holds {
        assert_eq!(broken_by("every", subject, filter, is), [""; 0], "{subject} where {filter}: {is}");
        // And it is about something: the contrary does not hold.
        assert!(!broken_by("no", subject, filter, is).is_empty(), "{subject} where {filter}: {is}");
    }
}

#[test]
fn operators_are_those_of_the_document() {
    for (is, broken) in [
        ("machines >= 2", &["app.api", "app.worker"][..]),
        ("machines < 3 and machines > 1", &["app.web", "app.api", "app.worker"]),
        ("machines <= 1 or machines != 1", &[]),
        ("not machines == 1", &["app.api", "app.worker"]),
        // `not` is stronger than `and`, and `and` than `or`.
        ("not may_sleep and access != 'private'", &["app.web", "app.api"]),
        ("key == 'web' or key == 'api' and access == 'public'", &["app.api", "app.worker"]),
        ("(key == 'web' or key == 'api') and access == 'public'", &["app.api", "app.worker"]),
        ("key in ['web', \"api\",]", &["app.worker"]),
        ("regions contains 'lhr'", &["app.api", "app.worker"]),
        ("machines == 3.0 or machines == 1.000000", &[]),
        ("true", &[]),
    ] {
        assert_eq!(broken_by("every", "app", "", is), broken, "{is}");
    }
    assert_eq!(broken_by("no", "app", "", "access == 'private'"), ["app.api"]);
}

#[test]
fn a_failure_shows_what_decides() {
    let spec = assertion("every", "app", "key == 'api'", "access == 'private' and (machines >= 2 or survives_region)");
    let [found] = &found(&spec, None)[..] else { panic!() };
    assert_eq!(found.primary.text, "`machines` is 1, `survives_region` is false, `fatal_regions` is [\"iad\"]");
    assert_eq!(&spec[found.primary.span.range.to_usize()], "[app.api]");
    assert_eq!(found.related[0].text, "does not hold here");
    assert!(spec[found.related[0].span.range.to_usize()].contains("machines >= 2"));
    assert_eq!(found.severity, Severity::Error);
    // Of what must not be, what makes it true.
    let [found] = &self::found(&assertion("no", "app", "", "regions contains 'lhr' or jobs > 7"), None)[..] else {
        panic!()
    };
    assert_eq!(found.primary.text, "`regions` is [\"iad\", \"lhr\"]");
}

#[test]
fn levels_are_those_of_rules() {
    let spec = |level: &str| format!("{}level = \"{level}\"\n", assertion("no", "app", "", "key == 'web'"));
    let severities = |level: &str| found(&spec(level), None).iter().map(|found| found.severity).collect::<Vec<_>>();
    assert_eq!(severities("warn"), [Severity::Warning]);
    assert_eq!(severities("error"), [Severity::Error]);
    assert_eq!(severities("allow"), []);
}

#[test]
fn environments_know_each_other() {
    let spec = format!(
        "{}\n[environment.production]\n[environment.staging]\n[environment.staging.app.web]\n\
         secrets = {{ SHARED = {{ file = \"key\" }}, OWN = {{ env = \"OWN\" }}, MADE = {{ generate = \"hex32\" }} }}\n\
         [environment.review.app.web]\nsecrets = {{ SHARED = {{ file = \"other\" }} }}\n",
        assertion("no", "secret", "environment == 'staging'", "shared_with contains 'production'")
    );
    let messages =
        |environment| found(&spec, Some(environment)).into_iter().map(|found| found.message).collect::<Vec<_>>();
    assert_eq!(messages("staging"), ["secret `SHARED` of app.web: it was agreed upon"]);
    assert_eq!(messages("production"), [""; 0]);
    assert_eq!(messages("review"), [""; 0]);
    // An environment with assertions of its own has those.
    let own = "\n[[environment.staging.policy.assert]]\nevery = \"project\"\nis = \"apps == 4\"\nbecause = \"four are what we have\"\n";
    let found = found(&format!("{spec}{own}"), Some("staging"));
    assert_eq!(found[0].message, "the project: four are what we have");
    assert_eq!(found.len(), 1);
}

#[test]
fn what_means_nothing_is_told_where_it_stands() {
    for (is, place, message) in [
        ("acces == 'private'", "acces", "an app has no `acces`"),
        ("access == 'privat'", "'privat'", "`access` is never \"privat\""),
        ("access in ['public', 'hidden']", "['public', 'hidden']", "`access` is never \"hidden\""),
        ("machines == 'three'", "machines == 'three'", "an expression compares what cannot be compared"),
        ("regions == 'iad'", "regions == 'iad'", "an expression compares what cannot be compared"),
        ("regions in 'iad'", "regions in 'iad'", "an expression compares what cannot be compared"),
        ("access < 'b'", "access < 'b'", "an expression compares what cannot be compared"),
        ("machines", "machines", "an expression compares what cannot be compared"),
        ("1 < machines < 3", "<", "an expression cannot be read"),
        ("machines = 3", "=", "an expression cannot be read"),
        ("may_sleep && litefs", "&", "an expression cannot be read"),
        ("may_sleep litefs", "litefs", "an expression cannot be read"),
        ("(may_sleep", "(", "an expression ends too soon"),
        ("machines >", ">", "an expression ends too soon"),
        ("key == \"web", "\"web", "a text has no end"),
        ("machines == 1.2.3", "1.2.3", "an expression cannot be read"),
        ("machines == 1.1234567", "1.1234567", "an expression cannot be read"),
        ("machines == 99999999999999999999", "99999999999999999999", "an expression cannot be read"),
        ("name == 'größer' and größer", "ö", "an expression cannot be read"),
        ("", "", "an expression ends too soon"),
    ] {
        let spec = assertion("every", "app", "", is);
        let [found] = &found(&spec, None)[..] else { panic!("{is}: {:#?}", found(&spec, None)) };
        assert_eq!((found.rule.name, found.severity), ("invalid-assertion", Severity::Error), "{is}");
        assert_eq!(found.message, message, "{is}");
        assert_eq!(&spec[found.primary.span.range.to_usize()], place, "{is}");
        assert!(found.help.is_some(), "{is}");
    }
    // Both expressions are read.
    assert_eq!(found(&assertion("every", "app", "wrong", "wrong"), None).len(), 2);
    for head in ["every = \"app\"\nno = \"app\"", ""] {
        let spec = format!("{SHOP}\n[[policy.assert]]\n{head}\nis = \"true\"\nbecause = \"it was agreed upon\"\n");
        assert_eq!(found(&spec, None)[0].rule.name, "invalid-assertion");
    }
    // In a string with escapes, the string.
    let spec = assertion("every", "app", "", "wrong").replace("'''wrong'''", "\"wr\\u006fng\"");
    let [found] = &found(&spec, None)[..] else { panic!() };
    assert_eq!(&spec[found.primary.span.range.to_usize()], "\"wr\\u006fng\"");
}

#[test]
fn many_failures_are_cut() {
    let mut spec = assertion("no", "app", "", "true");
    for n in 0..40 {
        let _ = write!(spec, "[app.n{n}]\n");
    }
    let found = found(&spec, None);
    assert_eq!(found.len(), 20);
    assert!(found.iter().any(|found| found.note.as_deref() == Some("and 23 more do not keep to it")));
}

/// An attribute has one type for every item: compared with itself it is equal, and never true and false at once.
#[test]
fn every_attribute_answers_for_every_item() {
    let specs = walkdir::WalkDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/specs")).into_iter().map(Result::unwrap);
    let specs = specs.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "toml"));
    let mut checked = 0;
    for spec in specs.map(|entry| std::fs::read_to_string(entry.path()).unwrap()) {
        let mut text = spec.clone();
        for subject in Subject::ALL {
            for attribute in attributes(subject) {
                let name = attribute.name;
                let is = match attribute.kind {
                    Type::Bool => format!("({name} == true or {name} == false) and ({name} or not {name})"),
                    Type::Number => format!("{name} >= 0 and {name} <= 1000000000"),
                    Type::Text(words) if !words.is_empty() => format!("{name} in {words:?}"),
                    Type::List(words) if !words.is_empty() => format!("{name} == {name} and not {name} != {name}"),
                    Type::Text(_) | Type::List(_) => format!("{name} == {name}"),
                };
                let _ = write!(
                    text,
                    "\n[[policy.assert]]\nevery = \"{subject}\"\nis = '{is}'\nbecause = \"{subject}.{name} answers\"\n"
                );
                checked += 1;
            }
        }
        let environment = flyarch::environments::names(&Source::new("spec.toml", spec.as_str())).into_iter().next();
        let found = found(&text, environment.as_deref());
        assert!(found.is_empty(), "{:#?}", &found[..1]);
    }
    assert!(checked > 1000, "{checked}");
}

/// The document has the table of the program.
#[test]
fn the_document_has_every_attribute() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/policy.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (head, rest) = text.split_once("<!-- attributes -->\n").unwrap();
    let (_, tail) = rest.split_once("<!-- /attributes -->").unwrap();
    let mut table = String::new();
    for subject in Subject::ALL {
        let _ = write!(table, "\n### `{subject}`\n\n| name | | |\n| --- | --- | --- |\n");
        for attribute in attributes(subject) {
            let words = match attribute.kind {
                Type::Text(words) | Type::List(words) if !words.is_empty() => {
                    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                    format!(" ({})", words.join(", "))
                }
                Type::Bool | Type::Number | Type::Text(_) | Type::List(_) => String::new(),
            };
            let _ = write!(table, "| `{}` | {}{words} | {} |\n", attribute.name, attribute.kind, attribute.says);
        }
    }
    let expected = format!("{head}<!-- attributes -->\n{table}\n<!-- /attributes -->{tail}");
    if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
        std::fs::write(path, &expected).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap() == expected, "docs/policy.md is stale: SNAPSHOTS=overwrite");
}

proptest! {
    /// Whatever is written, nothing breaks, and what is wrong is in the spec.
    #[test]
    fn any_text_is_read_or_refused(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("access".to_owned()), Just("machines".to_owned()), Just("regions".to_owned()), Just("==".to_owned()),
                Just("'public'".to_owned()), Just("[".to_owned()), Just("]".to_owned()), Just("(".to_owned()),
                Just(")".to_owned()), Just("and".to_owned()), Just("or".to_owned()), Just("not".to_owned()),
                Just("in".to_owned()), Just(",".to_owned()), Just("3.5".to_owned()), Just("\"".to_owned()),
                "\\PC{0,4}",
            ],
            0..40,
        ),
    ) {
        let is = parts.join(" ").replace('\'', "\"");
        let spec = assertion("every", "app", "", &is);
        for found in found(&spec, None) {
            prop_assert!(spec.get(found.primary.span.range.to_usize()).is_some());
        }
    }
}
