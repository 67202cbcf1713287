//! The layers of the compiler, and who may use whom.
//!
//! ```text
//! source → syntax → schema → spec → lower → model → rules → plan → render → sink
//! ```
//!
//! [`LAYERS`] is the whole truth: a module may name those that its line lists, and no others. What lies further down
//! never knows what lies further up. Nothing but [`WORLD`] touches the world: between the ends the compiler is a pure
//! function. Paths are read from the text: `crate::…` in imports, code and macros, `super::…` as far as it leads to the
//! root, and the imports of the root itself. Unit tests may use what they like.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A part of the crate, and the parts that it may use, from the bottom to the top.
///
/// A kind of resource is a folder with a file for every stage, and each stage has its own place here; the folder's own
/// name stands for what can be written, which is what others mean by it.
const LAYERS: &[(&str, &[&str])] = &[
    // What everything stands on.
    ("spread", &[]),
    ("source", &[]),
    ("markdown", &["source"]),
    ("value", &["source"]),
    ("facts", &["source", "value"]),
    ("diag", &["source", "markdown", "value", "facts"]),
    // What can be written.
    ("syntax", &["source", "diag"]),
    ("fly_toml", &["source", "value", "diag", "syntax"]),
    ("beside", &["source", "fly_toml"]),
    ("kinds", &["value", "fly_toml", "spec"]),
    ("spec", &["value", "kinds"]),
    ("resolve", &["source", "value", "diag"]),
    ("schema", &["source", "value", "facts", "diag", "syntax", "spec"]),
    // What it means.
    ("model", &["source", "value", "fly_toml", "kinds", "spec", "beside"]),
    ("guest", &["facts", "fly_toml", "model"]),
    ("cost", &["markdown", "value", "facts", "fly_toml", "kinds", "spec", "model", "guest"]),
    ("graph", &["kinds", "spec", "model"]),
    ("survival", &["markdown", "source", "value", "facts", "diag", "fly_toml", "kinds", "spec", "model", "cost"]),
    ("kinds.lower", &["source", "value", "facts", "fly_toml", "spec", "schema", "model", "lower"]),
    ("lower", &["source", "value", "facts", "diag", "kinds", "spec", "schema", "model", "fly_toml", "beside"]),
    // What follows from it.
    ("kinds.plan", &["value", "kinds", "spec", "model", "plan"]),
    ("plan", &["value", "kinds", "spec", "model"]),
    (
        "rules",
        &[
            "source", "value", "facts", "diag", "fly_toml", "kinds", "spec", "schema", "model", "plan", "spread",
            "lower", "beside", "guest", "cost",
        ],
    ),
    (
        "diff",
        &[
            "source", "markdown", "value", "facts", "diag", "fly_toml", "kinds", "spec", "resolve", "model", "guest",
            "plan", "cost", "rules",
        ],
    ),
    ("live", &[]),
    (
        "drift",
        &[
            "source", "markdown", "value", "facts", "diag", "fly_toml", "kinds", "spec", "model", "guest", "plan",
            "live",
        ],
    ),
    (
        "assertions",
        &["source", "value", "facts", "diag", "fly_toml", "kinds", "spec", "model", "guest", "cost", "survival"],
    ),
    ("review", &["markdown", "diag", "cost", "graph", "diff"]),
    ("explain", &["diag", "value", "facts", "fly_toml", "spec", "model", "guest"]),
    ("checklist", &["facts", "kinds", "spec", "model", "plan", "rules"]),
    (
        "render",
        &[
            "spread",
            "source",
            "value",
            "facts",
            "checklist",
            "fly_toml",
            "kinds",
            "spec",
            "model",
            "graph",
            "plan",
            "survival",
        ],
    ),
    // The pipeline as a whole, which reads and writes nothing.
    (
        "lib",
        &[
            "source",
            "assertions",
            "value",
            "facts",
            "diag",
            "syntax",
            "spec",
            "schema",
            "model",
            "lower",
            "plan",
            "rules",
            "checklist",
            "render",
            "spread",
            "fly_toml",
            "beside",
            "resolve",
        ],
    ),
    ("remedy", &["source", "facts", "spec", "model", "cost", "survival", "lib"]),
    (
        "import",
        &["source", "value", "facts", "diag", "fly_toml", "kinds", "spec", "lower", "model", "plan", "live", "lib"],
    ),
    ("environments", &["source", "value", "diag", "kinds", "spec", "resolve", "lower", "model"]),
    ("import", &["source", "value", "facts", "diag", "fly_toml", "kinds", "spec", "lower", "model", "plan", "lib"]),
    ("init", &["source", "value", "facts", "diag", "fly_toml", "beside", "spec"]),
    (
        "lsp",
        &[
            "source",
            "value",
            "facts",
            "diag",
            "fly_toml",
            "schema",
            "spec",
            "model",
            "cost",
            "resolve",
            "environments",
            "rules",
            "lib",
        ],
    ),
    ("built", &["source", "value", "facts", "plan", "render", "lib"]),
    // The ends.
    ("sink", &["spread", "render"]),
    ("sim", &["facts"]),
    ("trial", &["source", "facts", "kinds", "model", "plan", "checklist", "render", "sim", "sink"]),
    (
        "cli",
        &[
            "source",
            "assertions",
            "facts",
            "diag",
            "syntax",
            "spec",
            "schema",
            "lower",
            "plan",
            "rules",
            "render",
            "built",
            "lib",
            "sink",
            "sim",
            "trial",
            "spread",
            "fly_toml",
            "import",
            "value",
            "beside",
            "model",
            "explain",
            "resolve",
            "environments",
            "cost",
            "diff",
            "live",
            "drift",
            "graph",
            "init",
            "lsp",
            "survival",
            "remedy",
            "review",
        ],
    ),
    ("main", &["cli"]),
];

/// Neighbours that know each other: the language and its kinds, a stage and the same stage of a kind.
const TOGETHER: [(&str, &str); 3] = [("kinds", "spec"), ("kinds.lower", "lower"), ("kinds.plan", "plan")];

/// Who may read files, the environment, the clock, or start something.
const WORLD: [&str; 5] = ["sink", "sim", "trial", "cli", "main"];

/// The part that a file belongs to.
fn part_of(file: &str) -> String {
    let mut steps = file.trim_end_matches(".rs").split('/');
    let first = steps.next().unwrap();
    match (first, steps.nth(1)) {
        ("kinds", Some(stage @ ("lower" | "plan"))) => format!("kinds.{stage}"),
        _ => first.to_owned(),
    }
}

/// How many modules a file lies below the root.
fn depth_of(file: &str) -> usize {
    match file {
        "lib.rs" | "main.rs" => 0,
        _ => file.trim_end_matches("/mod.rs").split('/').count(),
    }
}

/// The code of a file: no comments, no unit tests.
fn code_of(text: &str) -> String {
    let lines = text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
    lines.map(|line| line.split("//").next().unwrap()).flat_map(|line| [line, "\n"]).collect()
}

/// The names at the head of a path behind the root: one, or those of a group in braces.
fn heads(rest: &str) -> Vec<&str> {
    let name = |text: &str| text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let Some(group) = rest.trim_start().strip_prefix('{') else { return vec![&rest[..name(rest)]] };
    let (mut depth, mut fresh, mut found) = (0, true, Vec::new());
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && !c.is_whitespace() => {
                found.push(&group[i..i + name(&group[i..])]);
                fresh = false;
            }
            _ => {}
        }
    }
    found
}

/// The parts that a file names.
fn uses(file: &str, text: &str) -> BTreeSet<String> {
    let code = code_of(text);
    let modules: BTreeSet<&str> = LAYERS.iter().map(|(name, _)| *name).collect();
    let mut found: Vec<&str> = Vec::new();
    for (at, root) in code.match_indices("crate::") {
        // `pub(crate) use` and a name that ends like it are no paths.
        let before = code[..at].chars().next_back();
        if !before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            found.extend(heads(&code[at + root.len()..]));
        }
    }
    for line in code.lines() {
        let mut rest = line;
        while let Some(at) = rest.find("super::") {
            rest = &rest[at..];
            let mut supers = 0;
            while let Some(more) = rest.strip_prefix("super::") {
                (rest, supers) = (more, supers + 1);
            }
            if supers >= depth_of(file) {
                found.extend(heads(rest));
            }
        }
        if file == "lib.rs" {
            let names = |name: &&&str| {
                let path = format!("{name}::");
                line.match_indices(&path)
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
            };
            found.extend(modules.iter().filter(names));
        }
        if file == "main.rs" {
            found.extend(line.split("flyarch::").skip(1).flat_map(heads));
        }
    }
    // What is no module is of the root itself.
    let part = |name: &str| if modules.contains(name) { name.to_owned() } else { "lib".to_owned() };
    found.into_iter().map(part).filter(|name| *name != part_of(file)).collect()
}

/// What a file does that its layer may not.
fn offences(file: &str, text: &str) -> Vec<String> {
    let part = part_of(file);
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == part) else {
        return vec![format!("src/{file}: `{part}` has no place in LAYERS")];
    };
    let upward = uses(file, text).into_iter().filter(|used| !allowed.contains(&used.as_str()));
    let mut found: Vec<String> =
        upward.map(|used| format!("src/{file}: `{part}` uses `{used}`, which LAYERS does not allow")).collect();
    if !WORLD.contains(&part.as_str()) {
        let code = code_of(text);
        let ends = ["std::fs", "std::env", "std::net", "std::process", "std::time", "std::os", "tempfile::", "io::std"];
        let touched = ends.iter().filter(|end| code.contains(*end));
        found.extend(touched.map(|end| format!("src/{file}: `{part}` is pure, and names {end}")));
    }
    found
}

/// The files below src/, with their text.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let entries = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/"), text)
        })
        .collect()
}

#[test]
fn the_layers_hold() {
    let mut report = String::new();
    for (file, text) in files() {
        for offence in offences(&file, &text) {
            writeln!(report, "{offence}").unwrap();
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn every_line_of_the_table_is_used() {
    let mut used: BTreeSet<(String, String)> = BTreeSet::new();
    for (file, text) in files() {
        used.extend(uses(&file, &text).into_iter().map(|to| (part_of(&file), to)));
    }
    let edges =
        LAYERS.iter().flat_map(|(part, allowed)| allowed.iter().map(|to| ((*part).to_owned(), (*to).to_owned())));
    let idle: Vec<_> = edges.filter(|edge| !used.contains(edge)).collect();
    assert!(idle.is_empty(), "take what is not used any more out of LAYERS: {idle:?}");
}

#[test]
fn the_table_leads_down() {
    for (i, (part, allowed)) in LAYERS.iter().enumerate() {
        for to in *allowed {
            let place = LAYERS.iter().position(|(name, _)| name == to);
            let place = place.unwrap_or_else(|| panic!("`{part}` may use `{to}`, which is nothing"));
            assert!(place < i || TOGETHER.contains(&(*part, *to)), "`{part}` is below `{to}`, and may not use it");
        }
    }
}

#[test]
fn an_import_of_a_higher_layer_is_found() {
    let found = |file: &str, text: &str| offences(file, text).len();
    assert_eq!(found("value/size.rs", "use crate::source::TextRange;\n"), 0);
    assert_eq!(found("value/size.rs", "use crate::render::Artifact;\n"), 1);
    assert_eq!(found("value/size.rs", "use crate::{render::{Artifact, ArtifactSet}, source::Source, cli};\n"), 2);
    assert_eq!(found("value/size.rs", "fn f() -> crate::model::Model { $crate::rules::run() }\n"), 2);
    assert_eq!(found("model.rs", "use super::render::Artifact;\n"), 1);
    assert_eq!(found("rules/multi_region.rs", "use super::super::sink::write;\n"), 1);
    assert_eq!(found("rules/multi_region.rs", "use super::{Check, Cx};\n"), 0);
    assert_eq!(found("kinds/app/spec.rs", "use crate::lower::LowerCx;\n"), 1);
    assert_eq!(found("kinds/app/lower/mod.rs", "use crate::lower::LowerCx;\n"), 0);
    assert_eq!(found("kinds/app/lower/mod.rs", "use crate::plan::Plan;\n"), 1);
    assert_eq!(found("lib.rs", "use sink::write;\nuse model::Model;\n"), 1);
    assert_eq!(found("render/script.rs", "use crate::compile;\n"), 1, "the root is above its modules");
    assert_eq!(found("render/script.rs", "use std::fs;\n"), 1);
    assert_eq!(found("plan.rs", "let now = std::time::Instant::now();\n"), 1);
    assert_eq!(found("sink/mod.rs", "use std::fs;\n"), 0);
    assert_eq!(found("brand_new.rs", ""), 1, "a new module needs a place");
    // Neither comments nor unit tests count.
    assert_eq!(found("value/size.rs", "//! See [`crate::render`].\n#[cfg(test)]\nmod tests { use crate::cli; }\n"), 0);
}
