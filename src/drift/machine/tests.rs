//! What is expected of machines, beside what flyctl itself made of the same files: `flyctl.json` holds files with the
//! result of `appconfig.Config.ToMachineConfig` for each of their groups, of flyctl at ad0172f, without metadata.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::{Expected, differences, leaves};
use crate::diag::Diagnostics;
use crate::facts::FACTS;
use crate::fly_toml;
use crate::lower::files::lower;
use crate::source::{FileId, Source};

#[derive(Deserialize)]
struct Made {
    file: String,
    toml: String,
    machines: BTreeMap<String, Json>,
}

#[test]
fn flyctl_makes_the_same_machines() {
    let all: Vec<Made> = serde_json::from_str(include_str!("flyctl.json")).unwrap();
    let mut groups = 0;
    for Made { file, toml, machines } in all {
        let source = Source::new("fly.toml", toml);
        let mut diagnostics = Diagnostics::default();
        let reading = fly_toml::read(&source, FileId(0), &mut diagnostics).unwrap();
        let app = lower(reading.config, &source, FileId(0), None, &FACTS, &mut diagnostics).unwrap();
        let Some(expected) = Expected::of(&app) else { continue };
        for group in &app.groups {
            let made = leaves(&machines[group.name.as_str()]);
            assert_eq!(differences(&expected.machine(&app, group, &FACTS), &made), [], "{file}: {}", group.name.value);
            // Nothing is left out that flyctl says.
            assert!(made.len() >= 2, "{file}: {made:?}");
            groups += 1;
        }
    }
    assert!(groups >= 10, "{groups} groups");
}

#[test]
fn every_value_counts() {
    let all: Vec<Made> = serde_json::from_str(include_str!("flyctl.json")).unwrap();
    let made: Vec<_> = all.iter().flat_map(|made| made.machines.values()).map(leaves).collect();
    for runs in &made {
        for path in runs.keys() {
            let mut other = runs.clone();
            other.insert(path.clone(), "something else".to_owned());
            let found = differences(runs, &other);
            assert_eq!(found.len(), 1, "{path}: {found:?}");
        }
    }
}
