//! What a script has set up is imported with `--live`: the dumps are made by the script of `--collect`, and the imported
//! spec says what the first one said.

use std::collections::BTreeSet;
use std::fs;

use flyarch::facts::FACTS;
use flyarch::kinds::app::SecretSource;
use flyarch::model::{App, Model};
use flyarch::source::Source;
use flyarch::{Options, compile};

use super::world::{Account, EVERYTHING, REFERENCE, Tree};

const FLYARCH: &str = env!("CARGO_BIN_EXE_flyarch");

fn model(spec: &str) -> Model {
    let compilation = compile(&Source::new("spec.toml", spec), &FACTS, &Options::default());
    compilation.model.unwrap_or_else(|| panic!("{:#?}\n{spec}", compilation.diagnostics))
}

pub(crate) fn what_runs_of_the_reference_is_imported() {
    let mut account = Account::reference();
    account.publish(&["shop.example.com"]);
    is_imported(REFERENCE, &Tree::new(REFERENCE), &account);
}

pub(crate) fn what_runs_of_everything_is_imported() {
    let (tree, account) = super::runs::everything();
    is_imported(EVERYTHING, &tree, &account);
}

fn is_imported(spec: &str, tree: &Tree, account: &Account) {
    let first = model(spec);
    account.run(tree, &[]);
    for app in &first.apps {
        for secret in app.secrets.iter().filter(|secret| matches!(secret.source, SecretSource::Manual(_))) {
            account.fly(&format!("secrets set {}=by-hand --stage -a {}", secret.name.value, app.name.value));
        }
    }
    account.run(tree, &[]).ends(0);
    // Files of people, in a folder each.
    let root = tree.root().join("estate");
    for app in &first.apps {
        let built = fs::read_to_string(tree.script().with_file_name(app.key.as_str()).join("fly.toml")).unwrap();
        let folder = root.join(app.key.as_str());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("fly.toml"), built.split_once("\n\n").unwrap().1).unwrap();
    }
    let estate = root.to_str().unwrap();
    let collect = account.command(FLYARCH, ["import", "--collect", estate]);
    collect.ends(0);
    let script = tree.root().join("collect.sh");
    fs::write(&script, &collect.stdout).unwrap();
    let live = tree.root().join("live");
    let dumped = account.command("/bin/bash", [script.as_os_str(), live.as_os_str()]);
    dumped.ends(0).changes_nothing();
    let new = root.join("spec.toml");
    let (new, live) = (new.to_str().unwrap(), live.to_str().unwrap());
    let imported = account.command(FLYARCH, ["import", estate, "--live", live, "-o", new]);
    imported.ends(0);
    for line in imported.stdout.lines().filter(|line| line.starts_with("  app.")) {
        assert!(line.ends_with(": equivalent"), "{imported}");
    }
    let text = fs::read_to_string(new).unwrap();
    let second = model(&text);
    assert_eq!(second.project().org, first.project().org, "{text}");
    assert_eq!(second.project().network, first.project().network, "{text}");
    assert_eq!(second.apps.len(), first.apps.len(), "{text}");
    for app in &first.apps {
        let again = second.apps.iter().find(|other| other.name == app.name);
        let again = again.unwrap_or_else(|| panic!("no {}\n{text}", app.name.value));
        alike(app, again, &text);
    }
}

/// What no fly.toml says.
fn alike(app: &App, again: &App, text: &str) {
    let placement = |app: &App| -> BTreeSet<(String, String, u32)> {
        let of_group = app.groups.iter().flat_map(|group| {
            let regions = group.placement.iter();
            regions.map(|(region, count)| (group.name.to_string(), region.to_string(), count.get()))
        });
        of_group.collect()
    };
    let name = &app.name.value;
    assert_eq!(placement(again), placement(app), "{name}\n{text}");
    assert_eq!(again.access.value, app.access.value, "{name}\n{text}");
    assert_eq!(
        (again.ips.v4.value, again.ips.v6.value, again.ips.flycast),
        (app.ips.v4.value, app.ips.v6.value, app.ips.flycast),
        "{name}\n{text}"
    );
    let egress = |app: &App| app.ips.egress.iter().map(|region| region.to_string()).collect::<BTreeSet<_>>();
    assert_eq!(egress(again), egress(app), "{name}\n{text}");
    let domains = |app: &App| app.domains.iter().map(|domain| domain.to_string()).collect::<BTreeSet<_>>();
    assert_eq!(domains(again), domains(app), "{name}\n{text}");
    let secrets = |app: &App| app.secrets.iter().map(|secret| secret.name.to_string()).collect::<BTreeSet<_>>();
    let missing: Vec<String> = secrets(app).difference(&secrets(again)).cloned().collect();
    assert!(missing.is_empty(), "{name} has lost {missing:?}\n{text}");
}
