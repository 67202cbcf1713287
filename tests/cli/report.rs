//! Reports for programs fit `schema/report.schema.json`, which is that of the types that write them.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use flyarch::diag::emit::{REPORT_SCHEMA, report_schema};
use jsonschema::Validator;
use serde_json::{Value, json};

use super::world::{REFERENCE, World};

fn schema() -> Value {
    serde_json::from_str(REPORT_SCHEMA).unwrap()
}

/// Made once: that costs more than all the reports.
static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| jsonschema::validator_for(&schema()).unwrap());

#[track_caller]
pub(crate) fn fits_the_schema(report: &Value) {
    let errors: Vec<String> = VALIDATOR.iter_errors(report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{report:#}");
}

#[test]
fn the_checked_in_schema_is_that_of_the_types() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/report.schema.json");
    let generated = serde_json::to_string_pretty(&report_schema()).unwrap() + "\n";
    if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
        fs::write(&path, &generated).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == generated,
        "schema/report.schema.json is stale: run SNAPSHOTS=overwrite cargo test --test cli"
    );
}

#[test]
fn the_schema_is_draft_7_and_describes_every_key() {
    fn described(name: &str, schema: &Value) {
        for (key, property) in schema["properties"].as_object().unwrap() {
            assert!(property["description"].is_string() || property["$ref"].is_string(), "{name}.{key}: {property}");
        }
    }
    let schema = schema();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert!(jsonschema::meta::is_valid(&schema));
    described("report", &schema);
    for (name, definition) in schema["definitions"].as_object().unwrap() {
        described(name, definition);
    }
}

#[test]
fn every_report_among_the_goldens_fits() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/diag");
    let mut seen = 0;
    for entry in fs::read_dir(golden).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            fits_the_schema(&serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap());
            seen += 1;
        }
    }
    assert!(seen >= 2, "golden/diag has no reports");
}

#[test]
fn a_report_with_every_part_fits() {
    let spec = REFERENCE.replace("[app.worker]\n", "[app.worker]\nkil_timeout = 3\nsecrets = { A = \"b\" }\n");
    for spec in [REFERENCE.to_owned(), spec, REFERENCE.replace("\"lhr\"", "\"mad\"").replace("iad = 2", "iad = 1")] {
        let run = World::with(spec).run(&["lint", "--format", "json"]);
        fits_the_schema(&serde_json::from_str(&run.stdout).unwrap());
    }
}

#[test]
fn what_is_no_report_does_not_fit() {
    let run = World::with(super::world::with_error()).run(&["lint", "--format", "json"]).exits(1);
    let good: Value = serde_json::from_str(&run.stdout).unwrap();
    fits_the_schema(&good);
    let validator = &*VALIDATOR;
    let wrong = [
        ("/version", json!(2)),
        ("/tool", json!("flyarch")),
        ("/diagnostics/0/severity", json!("fatal")),
        ("/diagnostics/0/code", json!("E1")),
        ("/diagnostics/0/rule", json!("Removed Region")),
        ("/diagnostics/0/location/start/line", json!(0)),
        ("/diagnostics/0/location", Value::Null),
        ("/diagnostics/0/fix/applicability", json!("maybe")),
    ];
    for (pointer, value) in wrong {
        let mut report = good.clone();
        *report.pointer_mut(pointer).unwrap() = value;
        assert!(!validator.is_valid(&report), "{pointer}");
    }
    for key in ["version", "tool", "diagnostics"] {
        let mut report = good.clone();
        report.as_object_mut().unwrap().remove(key);
        assert!(!validator.is_valid(&report), "without {key}");
    }
    // Programs that read version 1 must bear keys that it has not yet.
    let mut report = good;
    report["diagnostics"][0]["since"] = json!("1.0");
    assert!(validator.is_valid(&report));
}
