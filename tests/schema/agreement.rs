//! What the schema allows, the types read, and what the types read, the schema allows.

use flyarch::diag::Diagnostics;
use flyarch::source::{FileId, Source};
use flyarch::spec::Spec;
use proptest::prelude::*;

use crate::support;
use crate::support::documents::{self, Change};

/// What both say of a text: the first mistake of the types, and all of the schema.
struct Verdict {
    types: Option<String>,
    schema: Vec<(String, String)>,
}

fn judge(text: &str) -> Verdict {
    let source = Source::new("spec.toml", text);
    let mut diagnostics = Diagnostics::default();
    let types = toml::from_str::<Spec>(text).err().map(|error| error.message().to_owned());
    if let Some(tree) = flyarch::syntax::parse(&source, FileId(0), &mut diagnostics) {
        flyarch::schema::validate(&tree, &source, FileId(0), &mut diagnostics);
    }
    let found = diagnostics.finish().into_iter();
    let schema = found.map(|d| (d.message, source.slice(d.primary.span.range).to_owned())).collect();
    Verdict { types, schema }
}

/// A number without a unit: the types read it, so that the rule `missing-unit` can say what flyctl would make of it.
fn is_bare((message, value): &(String, String)) -> bool {
    let number = value.trim_matches(['"', '\'']).trim_end();
    message.contains("with a unit") && number.bytes().all(|b| b.is_ascii_hexdigit() || b"_.x+".contains(&b))
}

/// What a schema cannot say: no more than 292 years, no more than some petabytes, no numbers that no computer has, and
/// no table whose only key is the private one by which the parser knows dates.
fn is_too_large(message: &str) -> bool {
    ["too long", "too large", "overflowed", "invalid datetime"].iter().any(|words| message.contains(words))
}

fn agree(text: &str) -> Result<(), TestCaseError> {
    let verdict = judge(text);
    match &verdict.types {
        None => {
            let more: Vec<_> = verdict.schema.iter().filter(|found| !is_bare(found)).collect();
            prop_assert!(more.is_empty(), "the types read what the schema refuses: {more:#?}\n{text}");
        }
        Some(error) if verdict.schema.is_empty() => {
            prop_assert!(is_too_large(error), "the types refuse what the schema allows: {error}\n{text}");
        }
        Some(_) => {}
    }
    Ok(())
}

#[test]
fn what_the_schema_allows_is_read() {
    let schema = flyarch::schema::generate();
    proptest!(support::cases(256), |(document in documents::valid(&schema), spelling in any::<u64>())| {
        let text = documents::text(&document, spelling);
        let verdict = judge(&text);
        prop_assert!(verdict.schema.is_empty(), "the schema made it, and refuses it: {:#?}\n{text}", verdict.schema);
        prop_assert!(verdict.types.as_deref().is_none_or(is_too_large), "{:?}\n{text}", verdict.types);
    });
}

#[test]
fn what_is_wrong_is_wrong_to_both() {
    let schema = flyarch::schema::generate();
    let documents = documents::valid(&schema);
    let changes = prop::collection::vec(documents::changes(), 1..3);
    proptest!(support::cases(256), |(document in documents, changes in changes, spelling in any::<u64>())| {
        let document = changes.iter().fold(document, |document, change: &Change| documents::changed(document, change));
        agree(&documents::text(&document, spelling))?;
    });
}

#[test]
fn what_was_found_once() {
    const PRELUDE: &str = "version = 1\nproject = { name = \"my\", org = \"personal\" }\n";
    for text in [
        // serde reads a struct from a list, too, field by field.
        "policy = []",
        "app.web.ips = [\"shared\", true]",
        "app.web.http_service.concurrency = [\"requests\", 200, 250]",
        "app.web.vm = [[]]",
        // The parser hands out dates as tables of one private key.
        "app.web.env = 2027-01-31",
        "template.a = 2027-01-31",
        "template.a.vm = { cpus = 18446744073709551616 }",
        "environment.a.app.web = 2027-01-31",
        "app.web.source = 2027-01-31",
        "app.web.env.A = 2027-01-31",
        "app.web.env = { \"$__toml_private_datetime\" = \"2027-01-31\" }",
        "app.web.build.settings.a = { \"$__toml_private_datetime\" = \"x\" }",
        "app.web.allow = { multi-region = { reason = \"one is enough\", until = 2027-01-31T00:00:00 } }",
        "app.web.allow = { multi-region = { reason = \"one is enough\", until = 2027-01-31 } }",
        "app.web.allow = { multi-region = { reason = \"one is enough\", until = \"2027-02-29\" } }",
        // To JSON Schema these are whole numbers.
        "app.web.http_service.internal_port = 80.0",
        "app.web.vm = { cpus = inf }",
        "app.web.deploy.max_unavailable = nan",
        "app.web.env.A = 18446744073709551615",
        "app.web.env.A = 18446744073709551616",
        "app.web.env.A = 1e400",
        "app.web.env.A = inf",
        "app.web.build.settings.a = 9223372036854775808",
        // Bytes are not characters.
        "app.web.allow = { multi-region = \"éééééé\" }",
        "app.web.allow = { multi-region = \"\\u3000\\u3000ééééééé\\u3000\" }",
        // Bounds of the schema are bounds of the types.
        "app.web.build.compression_level = 10",
        "app.web.http_service.concurrency.soft_limit = 0",
        "app.web.http_service.http_options.replay_cache = [{ ttl_seconds = 9 }]",
        "postgres.db.storage_gb = 0",
    ] {
        agree(&format!("{PRELUDE}{text}\n")).unwrap();
    }
}
