//! Names, words, values and folders that would do something in a careless script.

use std::path::Path;

use flyarch::sim::state::{App, Database, State, digest};

use super::options::SMALL;
use super::world::{Account, Run, Tree};

/// A text that touches a file named `pwned` wherever a shell reads it.
const TRAP: &str = "a b'c\"d$(touch pwned)`touch pwned`\\\n;touch pwned\n& *?[x] ~ !x {1,2} #";

/// Fails when the trap has worked.
#[track_caller]
fn not_trapped(tree: &Tree, account: &Account, run: &Run) {
    fn search(folder: &Path) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            assert_ne!(path.file_name().unwrap(), "pwned", "{}", path.display());
            if path.is_dir() && !path.is_symlink() {
                search(&path);
            }
        }
    }
    search(tree.root());
    search(account.folder().parent().unwrap());
    assert!(!Path::new("pwned").exists(), "{run}");
}

/// A text as a string of TOML.
fn toml(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

pub(crate) fn words_paths_and_folders_do_one_thing() {
    let file = "keys/it's \"$(touch pwned)\" `touch pwned` & more";
    let source = "-src 'of' $(touch pwned)";
    let spec = SMALL.replace(
        "[app.web]\nbuild = { image = \"registry.example.com/web:1\" }",
        &format!(
            "[app.web]\nsource = {}\nsecrets.A = {{ command = [\"printf\", \"%s\", {}] }}\nsecrets.B = {{ file = {} }}\nsecrets.C = {{ command = [\"printf\", \"%s-\", \"-n\", \"--\", \"\", \"*\", \"$HOME\"] }}\nprocesses = {{ app = {} }}",
            toml(source),
            toml(TRAP),
            toml(file),
            toml("sh -c 'touch pwned; $(touch pwned)'")
        ),
    );
    let folder = "-f 'older' \"$(touch pwned)\" `touch pwned`\n&";
    let tree = Tree::named(folder, &spec);
    tree.file(file, TRAP);
    tree.file(&format!("{source}/Dockerfile"), "FROM scratch\n");
    let account = Account::new("personal");
    let run = account.run(&tree, &[]);
    run.ends(0);
    not_trapped(&tree, &account, &run);
    let secrets = &account.state().apps["small-web"].secrets;
    assert_eq!(secrets["A"].digest, digest(TRAP.trim_end_matches('\n').as_bytes()), "{run}");
    assert_eq!(secrets["B"].digest, digest(TRAP.as_bytes()));
    assert_eq!(secrets["C"].digest, digest(b"-n-----*-$HOME-"), "one word is empty");
    account.run(&tree, &[]).ends(0).changes_nothing();
    for (script, words) in
        [("verify.sh", &[][..]), ("verify.sh", &["--json"]), ("teardown.sh", &["--yes-destroy", "small"])]
    {
        let run = account.run_script(&tree, script, words);
        run.ends(0);
        not_trapped(&tree, &account, &run);
    }
    assert!(account.state().apps.is_empty());
}

pub(crate) fn manual_texts_are_shown_as_they_are() {
    let spec = SMALL.replace("[app.web]", &format!("[app.web]\nsecrets.A = {{ manual = {} }}", toml(TRAP)));
    let tree = Tree::new(&spec);
    let account = Account::new("personal");
    let run = account.run(&tree, &[]);
    run.ends(10).says(TRAP);
    not_trapped(&tree, &account, &run);
}

pub(crate) fn a_command_is_never_a_function_of_the_script() {
    for word in ["random", "say", "step", "listing", "app"] {
        let spec = SMALL.replace("[app.web]", &format!("[app.web]\nsecrets.A = {{ command = [\"{word}\", \"16\"] }}"));
        let tree = Tree::new(&spec);
        let account = Account::new("personal");
        account.run(&tree, &[]).ends(10).says("the command of secret A failed");
        assert!(account.state().apps["small-web"].secrets.is_empty(), "{word}");
    }
}

/// A variable whose name is that of a placeholder in a command.
pub(crate) fn placeholders_are_no_names() {
    let spec = format!(
        "{}\n[postgres.db]\nplan = \"basic\"\n",
        SMALL.replace("[app.web]", "[app.web]\nuses = { CLUSTER_ID = \"postgres.db\" }")
    );
    let tree = Tree::new(&spec);
    let account = Account::new("personal");
    account.run(&tree, &[]).ends(0);
    assert!(account.state().apps["small-web"].secrets.contains_key("CLUSTER_ID"));
    account.run(&tree, &[]).ends(0).changes_nothing();
}

/// Things of others in the account, with names that a shell would read as something else.
pub(crate) fn names_of_others_are_names() {
    let tree = Tree::new(&SMALL.replace("[app.web]", "[app.web]\ndomains = [\"*.example.com\"]"));
    let mut account = Account::new("personal");
    account.publish(&["*.example.com"]);
    account.run(&tree, &[]).ends(0);
    // In the folder where the script runs, a file that its domain would match.
    let elsewhere = account.folder().join("../elsewhere");
    std::fs::write(elsewhere.join("a.example.com"), "").unwrap();
    account.fly("secrets set X*=1 --stage -a small-web");
    account.edit(|state| {
        let now = state.tick();
        state.apps.get_mut("small-web").unwrap().set_secret("export A B", b"1", now);
    });
    account.run(&tree, &[]).ends(0);
    let run = account.run(&tree, &[]);
    run.ends(0).changes_nothing().says("does not name: X*\n").says("does not name: export A B\n");
    assert!(!run.stdout.contains("certificates that the spec does not name"), "{run}");
}

/// So many databases that their table does not fit into a pipe.
pub(crate) fn a_long_table_is_read_to_its_end() {
    let spec = format!(
        "{SMALL}\n[redis.cache]\nname = \"aaa\"\n[redis.last]\nname = \"zzz\"\n[bucket.files]\nname = \"aaa\"\nowner = \"app.web\"\n"
    );
    let tree = Tree::new(&spec);
    let mut account = Account::new("personal");
    let many = |state: &mut State| {
        for i in 0..5000 {
            let database = Database {
                org: "personal".to_owned(),
                region: "iad".to_owned(),
                replicas: Vec::new(),
                plan: "Pay-as-you-go".to_owned(),
                eviction: false,
                prodpack: false,
            };
            state.databases.insert(format!("database-{i}"), database);
        }
        state.apps.insert("small-web".to_owned(), App { org: "personal".to_owned(), ..App::default() });
    };
    account.edit(many);
    account.run(&tree, &["--only", "redis.cache"]).ends(0);
    account.run(&tree, &["--only", "redis.last"]).ends(0);
    for _ in 0..5 {
        account.run(&tree, &["--only", "redis.cache"]).ends(0).changes_nothing().says("stands: redis aaa");
    }
    account.run(&tree, &["--only", "redis.last"]).ends(0).changes_nothing().says("stands: redis zzz");
}
