//! What is imported is what was there: shown on the corpus, on configurations made from the types, and on an estate that
//! was set up by a generated script.
//!
//! `FLYARCH_FLY_TOMLS` names a folder of further files.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

mod support;

use std::path::{Path, PathBuf};

use flyarch::diag::Diagnostics;
use flyarch::facts::FACTS;
use flyarch::import::{self, File, Imported, Request};
use flyarch::live::Live;
use flyarch::source::{Source, Sources};
use proptest::prelude::*;
use support::invariants::{import_holds as holds, imported};
use support::{cases, documents};

/// The files of a folder and below, with their names.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(Result::unwrap);
    let files = files.filter(|file| file.file_type().is_file()).map(walkdir::DirEntry::into_path);
    files.filter_map(|path| std::fs::read_to_string(&path).ok().map(|text| (path, text))).collect()
}

#[test]
fn the_corpus_is_imported() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/fly_toml");
    let mut count = 0;
    for (path, text) in files(&corpus.join("loads")) {
        println!("{}", path.display());
        holds(path.to_str().unwrap(), &text);
        count += usize::from(imported(path.to_str().unwrap(), ".", &text).is_some());
    }
    assert!(count >= 140, "{count} files of the corpus are imported");
    for (path, text) in ["refused", "undeployable"].iter().flat_map(|folder| files(&corpus.join(folder))) {
        assert!(imported(path.to_str().unwrap(), ".", &text).is_none(), "{}", path.display());
    }
}

/// Two files of the corpus as one app in two environments: whatever they are, both are given back.
#[test]
fn pairs_of_the_corpus_are_environments() {
    let corpus = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/fly_toml/loads"));
    let toml: Vec<&String> =
        corpus.iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "toml")).map(|(_, text)| text).collect();
    let (mut one, mut two) = (0, 0);
    for pair in toml.windows(2) {
        let named = |text: &str, name: &str| {
            let rest: String =
                text.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("app")).collect();
            format!("app = \"{name}\"\n{rest}")
        };
        let mut sources = Sources::default();
        let texts = [("fly.toml", named(pair[0], "shop")), ("fly.staging.toml", named(pair[1], "shop-staging"))];
        let files = texts.map(|(name, text)| File { id: sources.add(Source::new(name, text)), folder: ".".to_owned() });
        let live = Live::default();
        let request = Request { live: &live, org: None, tier: None };
        let Ok(specs) = import::import(&sources, &files, request, &FACTS, &mut Diagnostics::default()) else {
            continue;
        };
        assert!(specs.iter().all(Imported::is_equivalent), "{specs:#?}");
        if specs.len() == 1 { one += 1 } else { two += 1 }
    }
    println!("{one} pairs are one spec, {two} are two");
    assert!(one >= 100 && two * 10 <= one, "{one} pairs are one spec, {two} are two");
}

#[test]
fn whatever_lies_there_is_imported() {
    let Some(folder) = std::env::var_os("FLYARCH_FLY_TOMLS") else {
        println!("skipped: FLYARCH_FLY_TOMLS names no folder of fly.toml files");
        return;
    };
    let (mut equivalent, mut not) = (0, 0);
    for (path, text) in files(Path::new(&folder)) {
        println!("{}", path.display());
        holds(path.to_str().unwrap(), &text);
        if imported(path.to_str().unwrap(), ".", &text).is_some() { equivalent += 1 } else { not += 1 }
    }
    println!("{equivalent} files are imported and given back, {not} cannot be deployed");
}

/// Over the whole surface: import, build and import again is import.
#[test]
fn import_and_build_are_inverse() {
    let documents = documents::valid(&support::fly_toml::schema());
    let count = std::cell::Cell::new(0);
    proptest!(cases(300), |((document, spelling) in (documents, any::<u64>()))| {
        let text = documents::text(&document, spelling);
        holds("fly.toml", &text);
        count.set(count.get() + usize::from(imported("fly.toml", ".", &text).is_some()));
    });
    let count = count.get();
    assert!(count > 20, "only {count} of the configurations can be deployed");
}

/// Whatever the dumps say, the spec is one, and says of the file what the file says.
#[test]
fn whatever_runs_fits_into_a_spec() {
    use flyarch::diag::Diagnostics;
    use flyarch::import::{File, Request, import};
    use flyarch::live::{Dump, Live};
    use flyarch::source::{Source, Sources};
    use serde_json::json;

    const FILE: &str = "app = 'shop'\nprimary_region = 'fra'\nenv.PORT = '80'\nprocesses.web = 'a'\nprocesses.jobs = 'b'\n\
                        [[services]]\ninternal_port = 80\nprocesses = ['web']\nports = [{ port = 80, handlers = ['http'] }]\n\
                        [[mounts]]\nsource = 'data'\ndestination = '/data'\nprocesses = ['jobs']\n";
    let words = || {
        prop_oneof![
            prop::sample::select(vec![
                "fra",
                "iad",
                "web",
                "jobs",
                "v4",
                "shared_v4",
                "v6",
                "private_v6",
                "egress_v4",
                "PORT",
                "KEY",
                "data",
                "shop.example.com",
                "acme",
                "shared",
                ""
            ])
            .prop_map(str::to_owned),
            documents::words(),
            any::<String>(),
        ]
    };
    let lists = prop::collection::vec((words(), words(), prop_oneof![0_u32..4, any::<u32>()]), 0..5);
    proptest!(cases(400), |(lists in prop::collection::vec(lists, 7))| {
        let mut live = Live::default();
        let mut add = |dump: Dump, items: Vec<serde_json::Value>| {
            live.add(dump, "shop", &serde_json::Value::from(items).to_string()).unwrap();
        };
        let of = |i: usize, item: fn(&(String, String, u32)) -> serde_json::Value| lists[i].iter().map(item).collect();
        add(Dump::Apps, of(0, |(a, b, _)| json!({"Name": "shop", "Network": a, "Organization": {"Slug": b}})));
        add(Dump::Scale, of(1, |(a, b, n)| json!({"Process": a, "CPUKind": b, "CPUs": n, "Memory": n, "Regions": {b: n, "fra": 1}})));
        add(Dump::Ips, of(2, |(a, b, _)| json!({"Type": a, "Region": b})));
        add(Dump::Volumes, of(3, |(a, b, n)| json!({"name": a, "size_gb": n, "attached_machine_id": b, "snapshot_retention": n})));
        add(Dump::Secrets, of(4, |(a, _, _)| json!({"name": a})));
        add(Dump::Certs, of(5, |(a, _, _)| json!({"hostname": a})));
        let mut sources = Sources::default();
        let id = sources.add(Source::new("fly.toml", FILE));
        let request = Request { live: &live, org: None, tier: None };
        let file = File { id, folder: "a b/\u{fc}".to_owned() };
        let specs = import(&sources, &[file], request, &flyarch::facts::FACTS, &mut Diagnostics::default()).unwrap();
        prop_assert!(specs[0].is_equivalent(), "{}\n{:#?}", specs[0].text, specs[0].refused);
    });
}
