//! `flyarch cost`: golden estimates of real architectures, usage and prices from files, and how it ends.

use serde_json::Value;

use super::world::{REFERENCE, World, clean, golden};

/// The specs whose estimates are goldens.
const SPECS: [(&str, &str); 6] = [
    ("every-key", include_str!("../../specs/every-key.toml")),
    ("game-server", include_str!("../../specs/game-server.toml")),
    ("photo-sharing", include_str!("../../specs/photo-sharing.toml")),
    ("reference", REFERENCE),
    ("static-site", include_str!("../../specs/static-site.toml")),
    ("unmanaged-postgres", include_str!("../../specs/unmanaged-postgres.toml")),
];

const USAGE: &str = "\
[app.web]
root_gb = 0.5
egress_gb = { iad = 100, nrt = \"10.5\" }
private_gb = { lhr = 40 }
[redis.cache]
requests = 2_500_000
";

/// An app of one machine in one region, with a table of sizes.
fn machine(region: &str, vm: &str) -> String {
    format!(
        "version = 1\n[project]\nname = \"my\"\norg = \"personal\"\nregions = [\"{region}\"]\n[app.web]\nvm = {{ {vm} }}\n"
    )
}

#[test]
fn estimates_of_architectures() {
    for (name, spec) in SPECS {
        let run = World::with(spec).run(&["cost"]).exits(0).says("");
        golden(&format!("cost/{name}.txt"), &run.stdout);
    }
}

#[test]
fn estimates_for_programs_and_pull_requests() {
    let world = World::with(REFERENCE);
    world.write("usage.toml", USAGE);
    for (format, ending) in [("text", "txt"), ("json", "json"), ("markdown", "md")] {
        let run = world.run(&["cost", "spec.toml", "--usage", "usage.toml", "--format", format]).exits(0).says("");
        golden(&format!("cost/usage.{ending}"), &run.stdout);
    }
    let json = world.run(&["cost", "--format", "json"]).exits(0).stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["version"], &json["currency"]), (&Value::from(1), &Value::from("USD")));
    let redis =
        json["estimates"][0]["items"].as_array().unwrap().iter().find(|item| item["of"] == "redis.cache").unwrap();
    assert_eq!((&redis["ceiling"]["usd"], &redis["ceiling"]["complete"]), (&Value::Null, &Value::from(false)));
}

/// The examples of Fly.io's about/cost-management (2026-01-20), to the cent.
#[test]
fn the_vendors_examples_come_to_the_cent() {
    for (memory, count, usd) in [("256mb", 1, "2.32"), ("512mb", 1, "3.81"), ("1gb", 1, "6.79"), ("1gb", 3, "20.37")] {
        let spec = machine("sjc", &format!("size = \"shared-cpu-1x\", memory = \"{memory}\""))
            .replace("[\"sjc\"]", &format!("{{ sjc = {count} }}"));
        let json = World::with(spec).run(&["cost", "--format", "json"]).exits(0).stdout;
        let json: Value = serde_json::from_str::<Value>(&json).unwrap()["estimates"][0].take();
        let [item] = json["items"].as_array().unwrap().as_slice() else { panic!("{json:#}") };
        assert_eq!(item["ceiling"]["usd"], usd, "{memory}");
        assert_eq!((&item["price_date"], &item["confidence"]), (&"2026-01-20".into(), &"confirmed".into()));
        assert_eq!(json["total"]["floor"]["usd"], usd);
    }
}

#[test]
fn what_nobody_knows_is_unknown() {
    let spec = machine("iad", "size = \"a10\"");
    let run = World::with(spec).run(&["cost"]).exits(0);
    let total = run.stdout.lines().find(|line| line.starts_with("total")).unwrap();
    assert_eq!(total.split_whitespace().collect::<Vec<_>>(), ["total", "unknown", "unknown"], "{run}");
}

#[test]
fn prices_come_from_a_file() {
    let world = World::with(machine("sjc", "size = \"shared-cpu-1x\""));
    let prices = "[source.deal]\npage = \"our contract\"\ndate = \"2026-10-01\"\nconfidence = \"listed\"\n\
                  [price]\n\"machine.shared-cpu\" = { usd = \"1.75\", source = \"deal\" }\n\
                  [region]\nsjc = { ratio = 2, source = \"deal\" }\n";
    world.write("prices.toml", prices);
    let run = world.run(&["cost", "--prices", "prices.toml"]).exits(0).says("");
    // (1.75 + 0.25 × 5) × 2, with the price of memory as it is known.
    assert!(run.stdout.contains("6.00"), "{run}");
    assert!(run.stdout.contains("our contract") && run.stdout.contains("about/cost-management"), "{run}");
    world.write("prices.toml", prices.replace("usd = \"1.75\", ", ""));
    world.run(&["cost", "--prices", "prices.toml"]).exits(0).mentions("unknown");
    // The data of the project is such a file.
    let known = include_str!("../../src/facts/data/prices.toml");
    world.write("prices.toml", known);
    let run = world.run(&["cost", "--prices", "prices.toml"]).exits(0).says("");
    assert_eq!(run.stdout, world.run(&["cost"]).exits(0).stdout);
}

#[test]
fn files_that_are_wrong_are_refused() {
    let world = World::with(clean());
    for (option, text, says) in [
        ("--usage", "[app.wbe]\nroot_gb = 1\n", "error: extra.toml: the spec has no `app.wbe`"),
        ("--usage", "[app.web]\nroot = 1\n", "unknown field `root`"),
        ("--usage", "[app.web]\nroot_gb = -1\n", "expected a number that is not negative, such as 12.50"),
        ("--usage", "[app.web]\nroot_gb = 8.5\n", "`app.web.root_gb`: a root file system has 8 GB at most"),
        ("--usage", "[app.web]\nroot_gb = nan\n", "expected a number that is not negative, such as 12.50"),
        ("--usage", "[app.web]\negress_gb = { mars = 1 }\n", "expected a region code"),
        ("--usage", "[app.web]\nroot_gb = 1e300\n", "the number is too large"),
        (
            "--prices",
            "[price]\n\"volme\" = { usd = 1, source = \"x\" }\n",
            "error: extra.toml: there is no price `volme`",
        ),
        ("--prices", "[price]\n\"volume\" = { usd = 1, source = \"x\" }\n", "add [source.x]"),
        (
            "--prices",
            "[source.x]\npage = \"p\"\ndate = \"yesterday\"\nconfidence = \"listed\"\n",
            "the date of `source.x`: expected a date such as 2027-01-31",
        ),
        ("--prices", "prices", "TOML parse error"),
    ] {
        world.write("extra.toml", text);
        world.run(&["cost", option, "extra.toml"]).exits(2).prints_nothing().mentions(says);
    }
    for option in ["--usage", "--prices"] {
        world.run(&["cost", option, "none.toml"]).exits(3).prints_nothing().mentions("cannot read none.toml");
    }
}

#[test]
fn a_spec_that_means_nothing_has_no_price() {
    let world = World::with("version = 1\n");
    world.run(&["cost"]).exits(1).prints_nothing().mentions("error[missing-key]");
    world.write("spec.toml", "version = ");
    world.run(&["cost"]).exits(3).prints_nothing().mentions("error[toml-syntax]");
    world.write("spec.toml", b"\xff\xfe");
    world.run(&["cost"]).exits(3).prints_nothing();
    World::new().run(&["cost"]).exits(3).prints_nothing();
    // One that breaks rules has.
    let broken = World::with(clean().replace("[app.web]\n", "[app.web]\nregions = [\"iad\"]\n"));
    broken.run(&["lint"]).exits(1);
    broken.run(&["cost"]).exits(0).says("");
    assert_eq!(broken.pipe(clean(), &["cost", "-"]).exits(0).stdout, World::with(clean()).run(&["cost"]).stdout);
}

const ENVIRONMENTS: &str = "[environment.production]\n[environment.staging]\nsuffix = \"-staging\"\ntier = \"staging\"\n\
                            regions = [\"iad\"]\npolicy = { budget_usd = 1 }\n";

#[test]
fn every_environment_has_its_estimate() {
    let world = World::with(clean() + ENVIRONMENTS);
    let all = world.run(&["cost"]).exits(0).stdout;
    let [production, staging] =
        ["production", "staging"].map(|name| world.run(&["cost", "--env", name]).exits(0).stdout);
    assert_eq!(all, format!("{production}\n{staging}"));
    assert!(production.starts_with("my, production, US dollars a month\n"), "{production}");
    assert!(staging.contains("app.web (my-web-staging)") && staging.contains("exceeded by 2.20"), "{staging}");
    let json: Value = serde_json::from_str(&world.run(&["cost", "--format", "json"]).exits(0).stdout).unwrap();
    let names = json["estimates"].as_array().unwrap().iter().map(|estimate| estimate["environment"].as_str().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["production", "staging"]);
    world.run(&["cost", "--env", "stagging"]).exits(2).prints_nothing().mentions("did you mean staging?");
    world.run(&["lint"]).exits(1).mentions("error[over-budget]").mentions("only in staging");
}

#[test]
fn a_budget_is_kept() {
    let spec = |budget: &str| format!("{}[policy]\nbudget_usd = {budget}\n", clean());
    let world = World::with(spec("6.82"));
    // 3.195 in iad, and 1.134615385 times that in lhr: 3.20 and 3.63.
    world.run(&["build"]).exits(1).mentions("error[over-budget]").mentions("a month costs 6.83 USD");
    world.run(&["lint"]).exits(1).mentions("the budget; 0.01 too much").mentions("the largest: app.web 3.63 for");
    world.run(&["cost"]).exits(0).mentions("exceeded by 0.01");
    world.holds_only(&["spec.toml"]);
    let world = World::with(spec("6.83"));
    world.run(&["lint"]).exits(0);
    world.run(&["cost"]).exits(0).mentions("not exceeded");
    for wrong in ["0", "-1", "nan", "inf", "\"5\""] {
        World::with(spec(wrong)).run(&["lint"]).exits(1).mentions("budget_usd");
    }
}
