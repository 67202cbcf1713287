//! The schema is that of the types, and says what the types say.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

#[path = "schema/agreement.rs"]
mod agreement;
#[path = "schema/messages.rs"]
mod messages;
#[path = "schema/patterns.rs"]
mod patterns;
#[path = "schema/shape.rs"]
mod shape;
mod support;

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/flyarch.schema.json");

#[test]
fn the_checked_in_schema_is_that_of_the_types() {
    let generated = serde_json::to_string_pretty(&flyarch::schema::generate()).unwrap() + "\n";
    if std::env::var_os("SNAPSHOTS").is_some_and(|v| v == "overwrite") {
        std::fs::write(SCHEMA, &generated).unwrap();
    }
    let checked_in = std::fs::read_to_string(SCHEMA).unwrap();
    assert!(
        checked_in == generated,
        "schema/flyarch.schema.json is stale: run SNAPSHOTS=overwrite cargo test --test schema"
    );
}

#[test]
fn every_spec_and_every_good_example_is_valid() {
    let folder = |name: &str| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let mut texts: Vec<(String, String)> = ["specs", "tests/specs"]
        .iter()
        .flat_map(|name| walkdir::WalkDir::new(folder(name)))
        .map(Result::unwrap)
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "toml"))
        .map(|entry| (entry.path().display().to_string(), std::fs::read_to_string(entry.path()).unwrap()))
        .collect();
    assert!(texts.len() >= 2);
    for rule in flyarch::rules::RULES {
        texts.extend(support::examples::of(rule, "good").into_iter().map(|text| (rule.id.name.to_owned(), text)));
    }
    for (name, text) in texts {
        let source = flyarch::source::Source::new("spec.toml", text.as_str());
        let mut found = flyarch::diag::Diagnostics::default();
        let file = flyarch::source::FileId(0);
        let tree = flyarch::syntax::parse(&source, file, &mut found).unwrap_or_else(|| panic!("{name} is no TOML"));
        flyarch::schema::validate(&tree, &source, file, &mut found);
        assert!(found.ok().is_ok(), "{name}: {:#?}\n{text}", found.finish());
    }
}
