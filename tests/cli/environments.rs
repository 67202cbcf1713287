//! Templates, environments and values of other declarations, as a user meets them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::world::{World, golden};

/// Two environments of one architecture, with templates.
const SHOP: &str = include_str!("environments.toml");

fn with(old: &str, new: &str) -> World {
    assert!(SHOP.contains(old), "{old}");
    World::with(SHOP.replacen(old, new, 1))
}

/// The files of a folder that only its own environment decides about.
fn of<'t>(tree: &'t BTreeMap<String, Vec<u8>>, environment: &str) -> Vec<(&'t String, &'t Vec<u8>)> {
    tree.iter().filter(|(path, _)| path.starts_with(&format!("{environment}/"))).collect()
}

#[test]
fn each_environment_has_its_folder() {
    let world = World::with(SHOP);
    world.run(&["build"]).exits(0);
    let all = world.tree("out");
    for file in ["setup.sh", "web/fly.toml", "api/fly.toml", "plan.json"] {
        assert!(
            all.contains_key(&format!("production/{file}")) && all.contains_key(&format!("staging/{file}")),
            "{file}"
        );
    }
    let text = |path: &str| String::from_utf8(all[path].clone()).unwrap();
    let (production, staging) = (text("production/web/fly.toml"), text("staging/web/fly.toml"));
    assert!(production.contains("app = 'shop-web'\n") && staging.contains("app = 'shop-web-staging'\n"));
    assert!(production.contains("min_machines_running = 1\n") && staging.contains("min_machines_running = 0\n"));
    assert!(production.contains("API_URL = 'http://shop-api.flycast'\n"), "{production}");
    assert!(staging.contains("API_URL = 'http://shop-api-staging.flycast'\n"), "{staging}");
    assert!(text("production/setup.sh").contains("acme ") && text("staging/setup.sh").contains("acme-staging"));
    world.run(&["build", "--check"]).exits(0);

    let one = World::with(SHOP);
    one.run(&["build", "--env", "staging"]).exits(0);
    assert_eq!(of(&one.tree("out"), "staging"), of(&all, "staging"));
    assert_eq!(one.names("out").iter().filter(|name| !name.starts_with("staging/")).count(), 0);

    let stream = world.run(&["build", "-o", "-"]).exits(0).stdout;
    assert!(stream.contains("==> production/web/fly.toml <==\n") && stream.contains("==> staging/web/fly.toml <==\n"));
}

#[test]
fn an_overlay_changes_its_own_tree_alone() {
    let before = World::with(SHOP);
    before.run(&["build"]).exits(0);
    let after = with("plan = \"basic\"", "plan = \"starter\"");
    after.run(&["build"]).exits(0);
    let (before, after) = (before.tree("out"), after.tree("out"));
    assert_eq!(of(&before, "production"), of(&after, "production"));
    assert_ne!(of(&before, "staging"), of(&after, "staging"));
}

#[test]
fn the_merged_spec_says_where_values_are_from() {
    let world = World::with(SHOP);
    golden("cli/resolve-staging.txt", &world.run(&["resolve", "--env", "staging"]).exits(0).says("").stdout);
    let all = world.run(&["resolve"]).exits(0).stdout;
    assert!(all.starts_with("# Environment: production\n\n") && all.contains("\n# Environment: staging\n\n"));
    golden("cli/resolve.txt", &world.run(&["resolve", "--help"]).exits(0).stdout);
}

/// What `flyarch resolve` prints is a spec that means the same.
#[test]
fn the_merged_spec_is_a_spec() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/specs");
    let mut specs: Vec<String> =
        std::fs::read_dir(root).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    specs.push(SHOP.to_owned());
    for spec in specs {
        let world = World::with(&spec);
        let several = spec.contains("\n[environment.");
        let environments: &[&str] = if several { &["--env", "staging"] } else { &[] };
        // Paths lead from where a file lies.
        let folder = if several { "a/staging" } else { "a" };
        let merged = world.run(&[&["resolve"], environments].concat()).exits(0).stdout;
        let again = World::with(&merged);
        world.run(&[&["build", "-o", "a", "--today", "2026-09-01"], environments].concat()).exits(0);
        again.run(&["build", "-o", folder, "--today", "2026-09-01"]).exits(0);
        let files = |world: &World, folder: &str| {
            let all = world.tree(folder).into_iter();
            all.filter(|(path, _)| path.ends_with("fly.toml")).collect::<BTreeMap<_, _>>()
        };
        assert_eq!(files(&world, folder), files(&again, folder), "{merged}");
    }
}

#[test]
fn a_mistake_in_an_overlay_is_shown_there() {
    let world = with("min_machines_running = 0", "min_machines_running = \"none\"");
    let run = world.run(&["lint", "--format", "concise"]).exits(1);
    assert!(run.stdout.contains("spec.toml:62:24: error[wrong-type]"), "{run}");
    let world = with("plan = \"basic\"", "plam = \"basic\"");
    let run = world.run(&["lint", "--format", "concise"]).exits(1);
    assert!(run.stdout.contains("spec.toml:65:1: error[unknown-key]"), "{run}");
    // One finding that all environments have is shown once, and one of a single environment says so.
    let world = with("internal_port = 3000", "internal_port = 3000000");
    let run = world.run(&["lint", "--format", "concise"]).exits(1);
    assert_eq!(run.stdout.matches("spec.toml:19:17: error").count(), 1, "{run}");
    let world = with("regions = [\"iad\"]", "regions = [\"mad\"]");
    let run = world.run(&["lint"]).exits(1);
    assert!(run.stdout.contains("note: only in staging"), "{run}");
}

#[test]
fn what_is_not_there_cannot_be_extended_or_overlaid() {
    for (old, new, place, message) in [
        ("extends = \"node\"", "extends = \"nod\"", "16:11", "there is no template `nod`"),
        ("extends = \"node\"", "extends = \"http\"", "16:11", "the template `http` extends itself"),
        ("extends = \"node\"", "extends = 3", "16:11", "`extends` is the name of a template, or a list of them"),
        ("[environment.staging.app.web.", "[environment.staging.app.wob.", "61:26", "which is not declared"),
        ("suffix = \"-staging\"", "sufix = \"-staging\"", "57:1", "unknown key `sufix` in [environment.staging]"),
        ("[environment.production]", "[environment.\"Prod!\"]", "53:14", "cannot be the name of an environment"),
        ("${app.api.url}", "${app.apy.url}", "37:11", "`app.apy` is not declared"),
        ("${app.api.url}", "${app.api.port}", "37:11", "`${app.api.port}` stands for nothing"),
        ("${app.api.url}", "${HOME}", "37:11", "`${HOME}` stands for nothing"),
        ("${app.api.url}", "${app.api.url", "37:11", "`${` without `}`"),
    ] {
        let run = with(old, new).run(&["lint", "--format", "concise"]).exits(1);
        let line = run.stdout.lines().find(|line| line.contains(message));
        assert!(line.is_some_and(|line| line.starts_with(&format!("spec.toml:{place}: error"))), "{new}: {run}");
    }
    // Without any template there is none to extend.
    let run =
        World::with("version = 1\n[project]\nname = \"a\"\norg = \"b\"\n[app.web]\nextends = \"x\"\n").run(&["lint"]);
    assert!(run.exits(1).stdout.contains("there is no template `x`"));
}

#[test]
fn environments_share_no_name() {
    let world = with("suffix = \"-staging\"\n", "");
    let run = world.run(&["build", "--format", "concise"]).exits(1);
    let message = "error[duplicate-name] `shop-web` is in `production` and in `staging`, as is another name";
    assert!(run.stdout.contains(message), "{run}");
    let run = world.run(&["lint"]).exits(1);
    assert!(run.stdout.contains("help: write `suffix = \"-staging\"` in [environment.staging]"), "{run}");
    assert!(!world.exists("out"));
}

#[test]
fn an_environment_that_is_not_there() {
    let world = World::with(SHOP);
    for command in ["build", "explain", "resolve", "lint", "cost", "graph", "sim"] {
        let words: &[&str] = if command == "explain" { &["explain", "app.web"] } else { &[command] };
        world
            .run(&[words, &["--env", "stagging"]].concat())
            .exits(2)
            .says("error: spec.toml has no environment `stagging`; did you mean staging?");
    }
    let world = World::with(super::world::clean());
    world.run(&["build", "--env", "x"]).exits(2).says("error: spec.toml has no environments: leave --env x out");
    world.write("fly.toml", "app = \"x\"\n");
    world.run(&["lint", "fly.toml", "--env", "x"]).exits(2).mentions("there is no spec here");
}

#[test]
fn a_literal_dollar_brace_stays() {
    let world = with("${app.api.url}", "$${HOME} ${project.org}");
    world.run(&["build"]).exits(0);
    assert!(world.read("out/staging/web/fly.toml").contains("API_URL = '${HOME} acme-staging'"));
}

#[test]
fn a_template_that_nothing_extends() {
    let run = with("[template.node]", "[template.other]\nkill_timeout = \"9s\"\n\n[template.node]")
        .run(&["lint", "--format", "concise"]);
    let run = run.exits(0);
    assert!(run.stdout.contains("warning[unused-template] nothing extends the template `other`"), "{run}");
    assert_eq!(run.stdout.matches("unused-template").count(), 1, "{run}");
}

/// The script of an environment that is gone still works, on what that environment was.
#[test]
fn a_tree_of_no_environment_is_told() {
    let world = World::with(super::world::clean());
    world.run(&["build"]).exits(0);
    world.write("spec.toml", SHOP);
    let said = world.run(&["build"]).exits(0).stderr;
    assert!(said.contains("out is of no environment of this spec, and stays as it is"), "{said}");
    world.write("spec.toml", SHOP.replace("environment.staging", "environment.rehearsal"));
    let said = world.run(&["build"]).exits(0).stderr;
    assert!(said.contains("out/staging is of no environment of this spec"), "{said}");
    assert!(!said.contains("out/rehearsal is"), "{said}");
    assert!(world.exists("out/staging/setup.sh"));
    assert_eq!(world.run(&["build", "--env", "production"]).exits(0).stderr, "out/production is up to date\n");
}

#[test]
fn a_preview_has_a_budget_of_its_own() {
    let preview = |budget: &str| {
        World::with(format!(
            "{SHOP}\n[environment.preview]\ntier = \"development\"\nregions = [\"iad\"]\n\n\
             [environment.preview.policy]\nbudget_usd = {budget}\n"
        ))
    };
    let run = preview("0.5").run(&["build", "--preview", "pr-7", "--format", "concise"]).exits(1);
    assert!(run.stdout.contains("over-budget") && run.stderr.contains("nothing was written"), "{run}");
    // The others are not held to it.
    preview("0.5").run(&["build"]).exits(0);
    preview("10000").run(&["build", "--preview", "pr-7"]).exits(0);
}

#[test]
fn a_preview_has_names_of_its_own() {
    let preview = "\n[environment.preview]\ntier = \"development\"\nregions = [\"iad\"]\n\n\
                   [environment.preview.postgres.db]\nname = \"shop-db-staging\"\n";
    let world = World::with(format!("{SHOP}{preview}"));
    world.run(&["build"]).exits(0);
    assert!(!world.exists("out/preview"), "it is built when a preview is asked for");
    world.run(&["build", "--preview", "pr-7"]).exits(0);
    let text = world.read("out/preview/pr-7/web/fly.toml");
    assert!(text.contains("app = 'shop-web-pr-7'") && text.contains("'http://shop-api-pr-7.flycast'"), "{text}");
    let script = world.read("out/preview/pr-7/setup.sh");
    assert!(script.contains("shop-db-staging") && !script.contains("shop-web-staging"), "{script}");
    assert!(world.read("out/preview/pr-7/teardown.sh").contains("shop-pr-7"));
    // The trees of others are as they were, and previews are no leftovers.
    assert!(!world.run(&["build"]).exits(0).stderr.contains("preview"));

    world.run(&["build", "--preview", "PR 7"]).exits(2).mentions("--preview PR 7: begin with a letter");
    World::with(SHOP).run(&["build", "--preview", "pr-7"]).exits(2).mentions("has no [environment.preview]");
    // An app is never shared, whatever its name.
    let named = format!("{SHOP}{preview}").replacen("[app.web]\n", "[app.web]\nname = \"shop-web\"\n", 1);
    let world = World::with(named.replace("[environment.staging.app.web.", "[environment.staging.app.api."));
    world.run(&["build", "--preview", "pr-7"]).exits(0);
    assert!(world.read("out/preview/pr-7/web/fly.toml").contains("app = 'shop-web-pr-7'"));
    let long = named.replacen("name = \"shop-web\"", &format!("name = \"{}\"", "a".repeat(60)), 1);
    let run = World::with(long).run(&["build", "--preview", "pr-7", "--format", "concise"]).exits(1);
    assert!(run.stdout.contains("-pr-7` is no name for Fly.io"), "{run}");
}

#[test]
fn secrets_of_production_are_not_those_of_a_rehearsal() {
    let secrets = "secrets = { A = { env = \"SHOP_A\" }, B = { file = \"b.pem\" }, C = { env = \"C\" }, D = { generate = \"hex32\" } }";
    let text = SHOP.replacen("[app.web]\n", &format!("[app.web]\n{secrets}\n"), 1);
    let found = |text: &str| {
        let run = World::with(text).run(&["lint", "--format", "concise"]).exits(0);
        run.stdout.lines().filter(|line| line.contains("shared-secret")).map(str::to_owned).collect::<Vec<_>>()
    };
    let all = found(&text);
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all[0].contains("`A` of app.web is the same in `production` and `staging`"), "{all:?}");
    let own = "[environment.staging.app.web]\nsecrets = { A = { env = \"STAGING_A\" }, B = { file = \"staging.pem\" } }\n\n[environment.staging.app.web.http_service]";
    assert_eq!(found(&text.replace("[environment.staging.app.web.http_service]", own)), [""; 0]);
}

/// Templates that extend each other many times over are read once each.
#[test]
fn templates_are_merged_once() {
    let mut text =
        "version = 1\n[project]\nname = \"a\"\norg = \"b\"\n[template.t0]\nkill_timeout = \"9s\"\n".to_owned();
    for n in 1..14 {
        let below = format!("\"t{}\", ", n - 1).repeat(20);
        let _ = write!(text, "[template.t{n}]\nextends = [{below}]\n");
    }
    text += "[app.web]\nextends = \"t13\"\n";
    let merged = World::with(text).run(&["resolve"]).exits(0).stdout;
    assert!(merged.ends_with("[app.web]\nkill_timeout = \"9s\"  # line 6\n"), "{merged}");
}

/// What templates add is bounded as what is read is.
#[test]
fn templates_make_no_spec_of_any_size() {
    let mut text = "version = 1\n[project]\nname = \"a\"\norg = \"b\"\n[template.t.env]\n".to_owned();
    for n in 0..20_000 {
        let _ = writeln!(text, "A{n} = 1");
    }
    for n in 0..1_000 {
        let _ = write!(text, "[app.a{n}]\nextends = \"t\"\n");
    }
    let run = World::with(text).run(&["lint", "--format", "concise"]).exits(1);
    assert!(run.stdout.contains("error[templates-too-large] templates make a spec of more than"), "{run}");
}

#[test]
fn environments_are_few() {
    let many: String = (0..101).map(|n| format!("[environment.e{n}]\n")).collect();
    let run = World::with(format!("{}{many}", super::world::clean())).run(&["build", "--format", "concise"]).exits(1);
    assert_eq!(run.stdout.matches("error[invalid-value] more than 100 environments").count(), 1, "{run}");
}

#[test]
fn only_previews_have_a_time_to_live() {
    let spec = |environment: &str, ttl: &str| {
        World::with(format!("{SHOP}\n[environment.{environment}]\ntier = \"development\"\nttl = {ttl}\n"))
    };
    let world = spec("preview", "\"72h\"");
    world.run(&["build"]).exits(0);
    let script = world.read("out/preview/sweep.sh");
    assert!(script.contains("\nTTL=259200\n") && script.contains("72h after their last deploy"), "{script}");
    // What every preview is made of is not changed by it.
    world.run(&["lint"]).exits(0);
    for (environment, ttl, message) in [
        ("review", "\"72h\"", "[environment.review] has no end"),
        ("preview", "72", "`ttl` is no time to live"),
        ("preview", "\"72\"", "`ttl` is no time to live"),
        ("preview", "\"59m\"", "`ttl` is no time to live"),
    ] {
        let run = spec(environment, ttl).run(&["build", "--format", "concise"]).exits(1);
        assert!(run.stdout.contains(message), "{message}: {run}");
    }
    let world = World::with(SHOP);
    world.run(&["build"]).exits(0);
    assert!(!world.exists("out/preview"));
}
