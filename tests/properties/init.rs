//! A spec to begin with, whatever lies in the folder: it is made without a panic, the compiler understands it, and it is
//! the same again.

use flyarch::Options;
use flyarch::diag::Severity;
use flyarch::facts::FACTS;
use flyarch::init::{Answers, WANTED, draft};
use flyarch::source::Source;
use proptest::prelude::*;

use crate::support;

const SEED: &[&str] = &[
    "services:\n  web:\n    build: ./web\n    ports: [\"8080:3000\"]\n    environment:\n      API_URL: http://api:4000\n      SESSION_SECRET: hunter2hunter2\n  api:\n    build: { context: ./api, dockerfile: D }\n    expose: ['4000']\n    environment: [REDIS_URL=redis://cache:6379]\n    volumes: ['data:/data', './x:/y']\n    command: ['a', 'b']\n    healthcheck: { test: [CMD, curl, 'http://localhost:4000/healthz'] }\n  cache: { image: 'redis:7' }\n  db: { image: postgres }\n",
    "{\"name\": \"@a/b c\", \"dependencies\": {\"express\": \"4\", \"pg\": \"8\", \"bullmq\": \"5\"}}",
    "gem \"rails\"\ngem 'pg'\ngem \"sidekiq\"\n",
    "web: bin/server --port=$PORT\nworker: bin/work 'a' \"b\"\nrelease: bin/migrate\n",
    "DATABASE_URL=postgres://u:hunter2hunter2@h/x\nAPI_KEY=hunter2hunter2\nexport A=\"b\"\nREDIS_URL=\n1X=2\n",
    "FROM ruby AS base\nEXPOSE 80 443/udp\nENV PORT=8080\nCMD [\"a\", \"b c\"]\n",
    "[project]\ndependencies = [\"Django>=5\", \"psycopg[binary]\"]\n[dependencies]\naxum = \"0.8\"\n",
    "{:phoenix, \"~> 1.7\"}, {:postgrex, \">= 0\"}\n",
];

const WORDS: &[&str] = &[
    "..",
    "/",
    "\"",
    "'",
    "\n",
    "  ",
    ":",
    "web",
    "Web",
    "app",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "$",
    "${X}",
    "\u{0}",
    "\u{202e}",
    "é",
    "0",
    "99999999",
    "postgres://",
    "@",
    "#",
    "=",
    "\\",
    "a-very-long-name-of-a-service-that-nobody-would-ever-choose-for-anything",
];

/// Files of the folder, each an example with parts taken out and put in.
fn files() -> impl Strategy<Value = Vec<(usize, String)>> {
    let change = (any::<prop::sample::Index>(), 0_usize..12, prop::sample::select(WORDS));
    let text = (prop::sample::select(SEED), prop::collection::vec(change, 0..5)).prop_map(|(text, changes)| {
        let mut chars: Vec<char> = text.chars().collect();
        for (at, gone, new) in changes {
            let at = at.index(chars.len() + 1);
            let end = (at + gone).min(chars.len());
            chars.splice(at..end, new.chars());
        }
        chars.into_iter().collect::<String>()
    });
    prop::collection::vec((0..WANTED.len() + 1, text), 0..5)
}

#[test]
fn of_any_folder() {
    proptest!(support::cases(400), |(files in files(), name in any::<String>())| {
        let named = |(at, text): &(usize, String)| Source::new(*WANTED.get(*at).unwrap_or(&"web/Dockerfile"), text.as_str());
        let sources: Vec<Source> = files.iter().map(named).collect();
        let found = draft(&name, &sources, &Answers::default(), &FACTS);
        let again = draft(&name, &sources, &Answers::default(), &FACTS);
        prop_assert_eq!(&found.text, &again.text);
        let source = Source::new("spec.toml", found.text.as_str());
        let checked = flyarch::check(&source, &FACTS, &Options::default());
        let wrong = checked.diagnostics.iter().find(|d| d.rule.is_of_form() && d.severity == Severity::Error);
        prop_assert!(wrong.is_none() && checked.model.is_some(), "{wrong:#?}\n{}", found.text);
    });
}
