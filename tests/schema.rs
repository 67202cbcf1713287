//! The schema is that of the types, and says what the types say.
#![expect(clippy::disallowed_methods, reason = "tests read and write, and fail by panicking")]

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
