//! `flyarch graph`: golden pictures of real architectures, files that it writes into, and how it ends.

use super::world::{PROJECT, World, clean, golden};

/// The specs whose pictures are goldens.
const SPECS: [(&str, &str); 5] = [
    ("every-key", include_str!("../../specs/every-key.toml")),
    ("payments", include_str!("../../specs/payments.toml")),
    ("photo-sharing", include_str!("../../specs/photo-sharing.toml")),
    ("reference", include_str!("../../specs/reference.toml")),
    ("white-label", include_str!("../../specs/white-label.toml")),
];

#[test]
fn pictures_of_architectures() {
    for (name, spec) in SPECS {
        let world = World::with(spec);
        for (format, ending) in [("mermaid", "mmd"), ("dot", "dot"), ("svg", "svg")] {
            let run = world.run(&["graph", "--format", format]).exits(0).says("");
            golden(&format!("graph/{name}.{ending}"), &run.stdout);
            assert_eq!(world.run(&["graph", "--format", format]).exits(0).stdout, run.stdout);
        }
        world.holds_only(&["spec.toml"]);
    }
}

#[test]
fn a_file_is_written_once() {
    let world = World::with(clean());
    for (name, begins) in [("a.svg", "<svg "), ("a.dot", "digraph "), ("a.gv", "digraph "), ("a.mmd", "flowchart ")] {
        world.run(&["graph", "-o", name, "--check"]).exits(1).prints_nothing();
        assert!(!world.exists(name));
        world.run(&["graph", "-o", name]).exits(0).prints_nothing().says(&format!("wrote {name}"));
        assert!(world.read(name).starts_with(begins), "{}", world.read(name));
        world.run(&["graph", "-o", name]).exits(0).says(&format!("{name} is up to date"));
        world.run(&["graph", "-o", name, "--check"]).exits(0).says("");
    }
    world.run(&["graph", "-o", "a.svg", "--format", "dot"]).exits(0).says("wrote a.svg");
    assert!(world.read("a.svg").starts_with("digraph "));
    let printed = world.run(&["graph", "-o", "-"]).exits(0).stdout;
    assert!(printed.starts_with("flowchart LR\n"), "{printed}");
    world.run(&["graph", "-o", "none/a.svg"]).exits(3).prints_nothing();
}

#[test]
fn a_page_gets_it_between_its_markers() {
    let world = World::with(clean());
    let page = "# Shop\n\n<!-- flyarch:graph -->\nold\n<!-- /flyarch:graph -->\n\nThe end.\n";
    world.write("README.md", page);
    let stale = "README.md is stale: run `flyarch graph` without --check";
    world.run(&["graph", "--inject", "README.md", "--check"]).exits(1).prints_nothing().says(stale);
    assert_eq!(world.read("README.md"), page);
    world.run(&["graph", "--inject", "README.md"]).exits(0).prints_nothing().says("wrote README.md");
    let new = world.read("README.md");
    assert!(new.starts_with("# Shop\n\n<!-- flyarch:graph -->\n\n```mermaid\nflowchart LR\n"), "{new}");
    assert!(new.ends_with("```\n\n<!-- /flyarch:graph -->\n\nThe end.\n") && !new.contains("old"), "{new}");
    world.run(&["graph", "--inject", "README.md", "--check"]).exits(0).says("");
    world.run(&["graph", "--inject", "README.md"]).exits(0).says("README.md is up to date");
    // What is drawn changes, and the page is stale.
    world.write("spec.toml", clean().replace("\"lhr\"", "\"ams\""));
    world.run(&["graph", "--inject", "README.md", "--check"]).exits(1).says(stale);
    world.holds_only(&["spec.toml", "README.md"]);
}

/// Fifty apps are drawn; hundreds in a row that all use each other are not.
#[test]
fn large_architectures_end() {
    let app = |n: usize, uses: &str| {
        format!(
            "[app.a{n}]\nbuild = {{ image = \"nginx:1.29\" }}\n{uses}[app.a{n}.http_service]\ninternal_port = 80\nauto_stop_machines = \"off\"\n"
        )
    };
    let spec = |count: usize, uses: &dyn Fn(usize) -> String| {
        let apps = (0..count).map(|n| app(n, &uses(n)));
        World::with(format!("{PROJECT}[postgres.db]\nplan = \"launch\"\n{}", apps.collect::<String>()))
    };
    let wide = spec(50, &|_| "uses = { DATABASE_URL = \"postgres.db\" }\n".to_owned());
    let picture = wide.run(&["graph", "--format", "svg"]).exits(0).stdout;
    // Not one column of fifty: somewhat wider than high.
    let size = |name: &str| {
        let rest = picture.split(&format!(" {name}=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().parse::<u32>().unwrap()
    };
    assert!(
        size("width") > size("height") && size("width") < 4 * size("height"),
        "{} × {}",
        size("width"),
        size("height")
    );
    let uses = |n: usize| {
        let all: Vec<String> = (0..n).map(|m| format!("A{m} = \"app.a{m}\"")).collect();
        format!("uses = {{ {} }}\n", all.join(", "))
    };
    let deep = spec(260, &uses);
    deep.run(&["graph", "--format", "svg"]).exits(2).prints_nothing().mentions("too large for a picture");
    deep.run(&["graph", "--format", "dot"]).exits(0);
}

#[test]
fn an_environment_is_drawn() {
    let world = World::with(clean() + "[environment.production]\n[environment.staging]\nsuffix = \"-staging\"\n");
    let [first, staging] = [&["graph"][..], &["graph", "--env", "staging"]].map(|args| world.run(args).exits(0).stdout);
    assert!(first.contains("my-web<") && staging.contains("my-web-staging<"), "{first}{staging}");
    world.run(&["graph", "--env", "none"]).exits(2).prints_nothing();
}

#[test]
fn what_cannot_be_done_is_said() {
    let world = World::with(clean());
    world.write("README.md", "# Shop\n");
    world.run(&["graph", "--inject", "README.md"]).exits(2).prints_nothing().says(
        "error: README.md: there is no line `<!-- flyarch:graph -->`: write it where the picture shall be, and \
         `<!-- /flyarch:graph -->` below it",
    );
    world.run(&["graph", "--inject", "NONE.md"]).exits(3).says("error: there is no NONE.md");
    world.run(&["graph", "--check"]).exits(2).mentions("name it with --output or --inject");
    world.run(&["graph", "--inject", "README.md", "-o", "a.svg"]).exits(2).prints_nothing();
    world.run(&["graph", "--format", "png"]).exits(2).prints_nothing();
    assert_eq!(world.read("README.md"), "# Shop\n");
    let broken = World::with("version = 1\n");
    broken.run(&["graph", "-o", "a.svg"]).exits(1).prints_nothing().mentions("error[missing-key]");
    broken.holds_only(&["spec.toml"]);
    World::new().run(&["graph"]).exits(3).prints_nothing();
}
