//! Patterns of the schema and the parsers behind them take the same texts.

use std::str::FromStr;

use flyarch::spec::{Date, Reference};
use flyarch::value::{
    AppName, CommandLine, Duration, EnvName, FileName, Folder, HostName, Key, Memory, Name, Nanoseconds, PathPattern,
    PostgresName, Reason, RegionCode, SnapshotId, UrlPath, VolumeId, VolumeSize,
};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use crate::support;
use crate::support::documents::{self, HOSTILE};

/// A name of the schema's definitions, with its parser: whether it takes a text, and if not, whether the text is of the
/// right form and only too large.
type Parser = fn(&str) -> Result<(), bool>;

fn plain<T: FromStr>(text: &str) -> Result<(), bool> {
    text.parse::<T>().map(drop).map_err(|_| false)
}

fn size<T: FromStr<Err = &'static str>>(text: &str) -> Result<(), bool> {
    let too_large = |error: &str| error.contains("too large");
    text.parse::<T>().map_err(too_large)?;
    // A number without a unit is read for the rule `missing-unit`; the schema wants the unit.
    if text.ends_with(|c: char| c.is_ascii_digit() || c == ' ') { Err(false) } else { Ok(()) }
}

const FORMS: &[(&str, Parser)] = &[
    ("Key", plain::<Key>),
    ("AppName", plain::<AppName>),
    ("RegionCode", plain::<RegionCode>),
    ("EnvName", plain::<EnvName>),
    ("Name", plain::<Name>),
    ("HostName", plain::<HostName>),
    ("PostgresName", plain::<PostgresName>),
    ("VolumeId", plain::<VolumeId>),
    ("SnapshotId", plain::<SnapshotId>),
    ("Reason", plain::<Reason>),
    ("FileName", plain::<FileName>),
    ("Folder", plain::<Folder>),
    ("UrlPath", plain::<UrlPath>),
    ("PathPattern", plain::<PathPattern>),
    ("CommandLine", plain::<CommandLine>),
    ("Reference", plain::<Reference>),
    ("Date", plain::<Date>),
    ("Duration", |text| {
        let too_long = |error| error == flyarch::value::ParseDurationError::TooLong;
        text.parse::<Duration<Nanoseconds>>().map(drop).map_err(too_long)
    }),
    ("Memory", size::<Memory>),
    ("VolumeSize", size::<VolumeSize>),
];

/// The pattern of a definition. Keys of declarations have theirs in the table that holds them.
fn pattern(schema: &Value, name: &str) -> String {
    let path = if name == "Key" { "/properties/app/propertyNames".into() } else { format!("/definitions/{name}") };
    let node = schema.pointer(&path).unwrap_or_else(|| panic!("no {name}"));
    node.get("anyOf").map_or(node, |forms| &forms[0])["pattern"].as_str().unwrap().to_owned()
}

#[derive(Clone, Debug)]
struct Slip(Index, &'static str, bool);

fn slips() -> impl Strategy<Value = Vec<Slip>> {
    let mut typed = HOSTILE.to_vec();
    typed.extend([
        "a", "Z", "0", "9", ".", "-", "_", "*", ":", "+", "s", "ms", "µ", "gb", "i", "2", "\u{b}", "\u{c}", "\u{3000}",
        "ſ", "K",
    ]);
    let slip =
        (any::<Index>(), prop::sample::select(typed), any::<bool>()).prop_map(|(at, text, cut)| Slip(at, text, cut));
    prop::collection::vec(slip, 0..3)
}

fn slipped(text: &str, slips: &[Slip]) -> String {
    slips.iter().fold(text.to_owned(), |text, Slip(at, typed, cut)| {
        let chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len() + 1);
        let rest = if *cut && at < chars.len() { at + 1 } else { at };
        chars[..at]
            .iter()
            .copied()
            .chain(typed.chars().filter(|_| !cut || rest == at))
            .chain(chars[rest..].iter().copied())
            .collect()
    })
}

#[test]
fn patterns_and_parsers_agree() {
    let schema: Value = serde_json::from_str(flyarch::schema::SCHEMA).unwrap();
    for (name, parser) in FORMS {
        let pattern = pattern(&schema, name);
        // The engine that judges specs, on a schema of this pattern alone.
        let engine = jsonschema::options()
            .with_pattern_options(jsonschema::PatternOptions::regex())
            .build(&serde_json::json!({ "pattern": pattern }))
            .unwrap();
        let texts = prop_oneof![3 => documents::matching(&pattern), 1 => documents::words()];
        proptest!(support::cases(400), |(text in texts, slips in slips())| {
            let text = slipped(&text, &slips);
            let allowed = engine.is_valid(&Value::from(text.as_str()));
            match parser(&text) {
                Ok(()) => prop_assert!(allowed, "{name}: {text:?} is read, and {pattern} refuses it"),
                Err(too_large) => prop_assert!(!allowed || too_large, "{name}: {text:?} fits {pattern}, and is refused"),
            }
        });
    }
}

#[test]
fn every_pattern_has_its_parser_here() {
    let schema: Value = serde_json::from_str(flyarch::schema::SCHEMA).unwrap();
    let known: Vec<String> = FORMS.iter().map(|(name, _)| pattern(&schema, name)).collect();
    let mut rest = vec![&schema];
    while let Some(node) = rest.pop() {
        if let Some(pattern) = node.get("pattern").and_then(Value::as_str) {
            assert!(known.iter().any(|known| known == pattern), "{pattern} is not tested");
            assert!(node.get("type").is_none() || node.get("errorMessage").is_some(), "{pattern} has no words");
        }
        rest.extend(node.as_object().into_iter().flat_map(serde_json::Map::values));
        rest.extend(node.as_array().into_iter().flatten());
    }
}

#[test]
fn lengths_end_where_the_patterns_say() {
    for (length, fits) in [(63, true), (64, false)] {
        let text = "a".repeat(length);
        assert_eq!(Key::accepts(&text), fits);
        assert_eq!(AppName::accepts(&text), fits);
        assert_eq!(Name::accepts(&text), fits);
        assert_eq!(HostName::accepts(&format!("{text}.{text}")), fits);
        assert_eq!(format!("app.{text}").parse::<Reference>().is_ok(), fits);
    }
}
