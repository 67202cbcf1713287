//! Every line of `fly` that a script holds is one that flyctl takes: checked against the catalogue of its commands.
//! What flyctl itself says is in `tests/flyctl.rs`.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read, and fail by panicking")]

#[path = "support/fly_lines.rs"]
mod fly_lines;
mod support;

use std::cell::Cell;
use std::collections::BTreeSet;

use flyarch::sim::catalogue;
use proptest::prelude::*;

use support::invariants::compiled;
use support::{documents, mutations};

const SCRIPTS: [&str; 3] = ["setup.sh", "verify.sh", "teardown.sh"];

#[test]
fn all_lines_of_all_specs_are_in_the_catalogue() {
    let mut shapes = BTreeSet::new();
    for spec in mutations::specs() {
        let Some(artifacts) = compiled(&spec).artifacts else { continue };
        for script in SCRIPTS {
            for words in fly_lines::of(&artifacts[script].text) {
                let checked = catalogue::check(&words);
                assert!(
                    checked.is_ok(),
                    "fly {}: {}\n---- in {script} of\n{spec}",
                    words.join(" "),
                    checked.unwrap_err()
                );
                shapes.insert(fly_lines::shape(&words));
            }
        }
    }
    assert!(shapes.len() > 40, "{} shapes: {shapes:#?}", shapes.len());
}

/// The runbook of the page has lines for people, with words in capitals to be filled in.
#[test]
fn all_lines_of_all_runbooks_are_in_the_catalogue() {
    let mut shapes = BTreeSet::new();
    for spec in mutations::specs() {
        let Some(artifacts) = compiled(&spec).artifacts else { continue };
        let page = &artifacts["ARCHITECTURE.md"].text;
        let blocks = page.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
        let blocks = blocks.map(|block| block.replace("\\\n", " ")).collect::<Vec<_>>();
        for line in blocks.iter().flat_map(|block| block.lines()) {
            let command = line.split("  # ").next().unwrap().split(" | gh ").next().unwrap();
            let words = shlex::split(command).unwrap_or_else(|| panic!("no words: {line}"));
            // Its own script has its own tests.
            if words[0] == "./setup.sh" {
                continue;
            }
            let Some(("fly", words)) = words.split_first().map(|(fly, words)| (fly.as_str(), words)) else {
                panic!("no line of fly: {line}")
            };
            let checked = catalogue::check(words);
            assert!(checked.is_ok(), "{line}: {}\n---- in the runbook of\n{spec}", checked.unwrap_err());
            shapes.insert(fly_lines::shape(words));
        }
    }
    assert!(shapes.len() > 20, "{} shapes: {shapes:#?}", shapes.len());
}

/// A line that the catalogue refuses is refused: the test above can fail.
#[test]
fn a_wrong_line_is_not_in_the_catalogue() {
    for line in ["step a b -- \"$FLY\" apps create x --orgs y  # spec.toml:1", "must \"$FLY\" ips release -a \"$app\""]
    {
        let [words] = &fly_lines::of(line)[..] else { panic!("{line}") };
        assert!(catalogue::check(words).is_err(), "{words:?}");
    }
}

/// Free texts that become words of a command.
const FREE: [(&str, &str); 2] = [("[redis.cache]\nplan = @", "plan"), ("[[app.web.vm]]\nsize = @", "vm-size")];

#[test]
fn a_free_text_is_one_word() {
    for (part, flag) in FREE {
        let arrived = Cell::new(0);
        proptest!(support::cases(100), |(text in documents::words())| {
            let literal = toml_edit::Value::from(text.as_str()).to_string();
            let spec = format!(
                "version = 1\n[project]\nname = \"my\"\norg = \"personal\"\nregions = [\"iad\"]\ntier = \"development\"\n\
                 [app.web]\nbuild = {{ image = \"x:1\" }}\nmounts = {{ source = \"data\", destination = \"/data\" }}\n{}\n",
                part.replace('@', &literal)
            );
            let Some(artifacts) = compiled(&spec).artifacts else { return Ok(()) };
            let plan: serde_json::Value = serde_json::from_str(&artifacts["plan.json"].text).unwrap();
            for step in plan["steps"].as_array().unwrap() {
                let Some(command) = step["command"].as_array() else { continue };
                let words: Vec<&str> = command.iter().skip(1).map(|word| word.as_str().unwrap()).collect();
                let call = catalogue::check(&words);
                prop_assert!(call.is_ok(), "{words:?}: {}", call.unwrap_err());
                if let Some(value) = call.unwrap().text(flag) {
                    prop_assert_eq!(value, &text);
                    arrived.set(arrived.get() + 1);
                }
            }
        });
        // The size of a machine is one that Fly.io has: no other text arrives.
        assert!(arrived.get() > 0 || flag == "vm-size", "no text ever arrives at --{flag}");
    }
}
