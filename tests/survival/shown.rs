//! The command: what it shows, and what it is asked wrongly.

use std::fs;
use std::path::Path;

use flyarch::environments;
use flyarch::facts::FACTS;
use flyarch::source::Source;
use flyarch::survival::{regions, retire};
use flyarch::{Options, interpret};

use super::world::{World, golden};
use super::{HEAD, SERVICE};

/// Every spec of the repository, in every environment.
#[test]
fn every_spec_in_every_format() {
    let world = World::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let source = Source::new("spec.toml", text.clone());
        world.write("spec.toml", &text);
        for environment in environments::meant(&source, None).unwrap() {
            let options = Options { environment, ..Options::default() };
            let model = interpret(&source, &FACTS, &options).model.unwrap();
            for region in regions(&model) {
                retire(&model, &FACTS, &source, region);
            }
        }
        for format in ["text", "json", "markdown"] {
            world.run(&["simulate", "--lose-host", "--retire", "iad", "--format", format]).exits(0).says("");
            let run = world.run(&["simulate", "--format", format]).exits(0).says("");
            assert!(format != "json" || serde_json::from_str::<serde_json::Value>(&run.stdout).is_ok(), "{run}");
        }
    }
}

#[test]
fn what_is_shown() {
    let world = World::new();
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    for (spec, args) in [
        ("n-tier", &[][..]),
        ("every-key", &["--lose-region", "iad", "--lose-host"]),
        ("tenant-cells", &[]),
        ("two-organisations", &["--env", "staging", "--format", "markdown"]),
        ("photo-sharing", &["--retire", "ams"]),
        ("litefs", &["--format", "json", "--lose-host"]),
    ] {
        world.write("spec.toml", fs::read(specs.join(format!("{spec}.toml"))).unwrap());
        let run = world.run(&[&["simulate"], args].concat()).exits(0).says("");
        golden(&format!("simulate/{spec}.txt"), &run.stdout);
    }
}

#[test]
fn a_spec_in_several_files() {
    let world = World::with(format!("include = [\"apps/*.toml\"]\n{HEAD}regions = [\"iad\"]\n"));
    world.write("apps/web.toml", format!("# The shop.\n[app.web]\n{SERVICE}"));
    let run = world.run(&["simulate", "--lose-region", "iad"]).exits(0).says("");
    let run = run.mentions("change: in [app.web] (apps/web.toml:2)");
    assert!(run.stdout.contains("regions = { iad = 1, ewr = 1 }"), "{run}");
}

#[test]
fn what_is_asked_wrongly() {
    let world = World::with(format!("{HEAD}[app.web]\n{SERVICE}regions = {{ iad = 1 }}\n"));
    world
        .run(&["simulate", "--lose-region", "iat"])
        .exits(2)
        .says("error: there is no region `iat`; did you mean iad?");
    world.run(&["simulate", "--env", "staging"]).exits(2).prints_nothing();
    world.run(&["simulate", "absent.toml"]).exits(3).prints_nothing();
    world.run(&["simulate", "--exit-code"]).exits(1).mentions("down");
    world.run(&["simulate", "--exit-code", "--lose-region", "lhr"]).exits(0).mentions("everything goes on");
    world.write("spec.toml", "version = 1\nx = [");
    world.run(&["simulate"]).exits(3).prints_nothing();
    world.write("spec.toml", "version = 1\n[project]\nname = 1\n");
    world.run(&["simulate"]).exits(1).prints_nothing();
}
