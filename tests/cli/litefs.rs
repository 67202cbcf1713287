//! `[app.<key>.litefs]`: what cannot be, and what rules say about it.

use super::world::World;

/// A spec whose app `guide` has LiteFS, with more lines in its table, in that of LiteFS, and behind them.
fn spec(app: &str, litefs: &str, rest: &str) -> String {
    format!(
        "version = 1\n[project]\nname = \"huts\"\norg = \"acme\"\ntier = \"development\"\nregions = {{ ams = 2, ord = 1 }}\n\n\
         [policy.levels]\nlitefs-unsupported = \"warn\"\nlitefs-fuse-missing = \"warn\"\nlitefs-release-command = \"warn\"\n\n\
         [app.guide]\n{app}\n[app.guide.litefs]\ndatabase = \"huts.db\"\n{litefs}\n\n\
         [[app.guide.mounts]]\nsource = \"litefs\"\ndestination = \"/var/lib/litefs\"\nsnapshot_retention = 7\n\n{rest}\n"
    )
}

const SERVICE: &str = "[app.guide.http_service]\ninternal_port = 8080\nauto_stop_machines = \"off\"\n";
const RIGHT: &str = "target_port = 3000\nexec = \"node server.js\"";

/// The findings of a spec.
fn found(world: &World) -> Vec<String> {
    let run = world.run(&["lint", "--format", "concise", "spec.toml"]);
    let lines = run.stdout.lines().filter(|line| line.starts_with("spec.toml:"));
    lines.filter(|line| !line.contains("[litefs-unsupported]")).map(str::to_owned).collect()
}

#[test]
fn one_finding_for_each_mistake() {
    let litefs = |text: &str| spec("", text, SERVICE);
    for (spec, wanted) in [
        (litefs("target_port = 8080\nexec = \"x\""), "the app and the proxy of LiteFS listen on one port"),
        (litefs("target_port = 20202\nexec = \"x\""), "port 20202 is taken"),
        (litefs("target_port = 3000\nexec = []"), "LiteFS has nothing to start"),
        (litefs(&format!("{RIGHT}\ncandidate_region = \"nrt\"")), "nothing can be written: no machine is in `nrt`"),
        (litefs(&format!("{RIGHT}\nfuse_dir = \"litefs\"")), "must be a folder from the root on"),
        (litefs(&format!("{RIGHT}\ndata_dir = \"/data\"")), "the databases of `huts-guide` are gone after each deploy"),
        (litefs(&format!("{RIGHT}\nfuse_dir = \"/var/lib/litefs\"")), "LiteFS"),
        (spec("processes = { app = \"node server.js\" }", RIGHT, SERVICE), "two commands for `app`"),
        (spec("secrets = [\"FLY_CONSUL_URL\"]", RIGHT, SERVICE), "`FLY_CONSUL_URL` is defined twice"),
        (spec("env = { PORT = 8080 }", RIGHT, SERVICE), "is told to listen on 8080, and asked on 3000"),
        (spec("", RIGHT, &SERVICE.replace("8080", "3000")), "requests to `huts-guide` go past LiteFS"),
        (spec("", RIGHT, &SERVICE.replace("8080", "9090")), "requests to `huts-guide` go past LiteFS"),
        (spec("", RIGHT, &SERVICE.replace("\"off\"", "\"stop\"")), "loses writes when its machines are stopped"),
        (spec("deploy = { release_command = \"bin/migrate\" }", RIGHT, SERVICE), "are not migrated"),
        (spec("env = { DATABASE_PATH = \"/litefs/other.db\" }", RIGHT, SERVICE), "may not find what they have written"),
        (spec("env = { DATABASE_PATH = \"/litefs/db/huts.db\" }", RIGHT, SERVICE), "cannot create this database"),
    ] {
        let world = World::new();
        world.write("spec.toml", &spec);
        let found = found(&world);
        assert!(found.iter().any(|line| line.contains(wanted)), "{wanted}: {found:#?}\n{spec}");
        assert!(found.len() <= 2, "{wanted}: {found:#?}\n{spec}");
    }
}

#[test]
fn what_is_right_has_nothing_but_the_warning_that_nobody_supports_it() {
    let world = World::new();
    world.write("spec.toml", spec("env = { DATABASE_PATH = \"/litefs/huts.db\", PORT = 3000 }", RIGHT, SERVICE));
    assert_eq!(found(&world), [""; 0]);
    let run = world.run(&["lint", "--format", "concise", "spec.toml"]);
    assert_eq!(run.stdout.matches("[litefs-unsupported]").count(), 1, "{run}");
    // The file that was copied into the build context says nothing again.
    world.run(&["build", "spec.toml", "-o", "out"]).exits(0);
    world.write("litefs.yml", world.read("out/guide/litefs.yml"));
    let run = world.run(&["lint", "--format", "concise", "spec.toml"]);
    assert_eq!(run.stdout.matches("[litefs-unsupported]").count(), 1, "{run}");
    assert_eq!(found(&world), [""; 0]);
}

#[test]
fn an_image_without_it_is_told() {
    let world = World::new();
    world.write("spec.toml", spec("", RIGHT, SERVICE));
    world.write("Dockerfile", "FROM alpine:3.22\nRUN apk add nodejs\nCMD [\"node\", \"server.js\"]\n");
    let one = found(&world);
    assert!(one.iter().any(|line| line.contains("the image of `huts-guide` has no LiteFS")), "{one:#?}");
    world.run(&["build", "spec.toml", "-o", "out"]).exits(0);
    let lines = world.read("out/guide/litefs.Dockerfile");
    world.write("Dockerfile", format!("FROM alpine:3.22\nRUN apk add nodejs\n{lines}"));
    assert_eq!(found(&world), [""; 0]);
}
