//! What is rendered says what the spec says: whatever is in a text, and however the spec is written.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::process::Command;

use flyarch::fly_toml::{FlyToml, differences, write};
use flyarch::render::ArtifactSet;
use proptest::prelude::*;

use crate::support::invariants::compiled;
use crate::support::{self, documents, mutations};

/// A fly.toml of anything, over the whole surface, is read as what was written.
#[test]
fn a_fly_toml_is_read_as_what_was_written() {
    let schema = support::fly_toml::schema();
    proptest!(support::cases(400), |(document in documents::valid(&schema))| {
        // In braces, so that the entries of a table have one order: the one in which they are written.
        let text = documents::text_in_braces(&document);
        // What a schema cannot say: no more than 292 years, no more than some petabytes.
        let Ok(config) = toml::from_str::<FlyToml>(&text) else { return Ok(()) };
        let written = write("# header\n\n", &config, config.build.as_ref());
        let read = toml::from_str::<FlyToml>(&written);
        let read = read.map_err(|error| TestCaseError::fail(format!("{error}\n{written}\n---- of\n{text}")))?;
        // Not by `Debug`: in the settings of a builtin tables have moved behind what is none.
        prop_assert_eq!(differences(&config, &read), [], "{}\n---- of\n{}", written, text);
        prop_assert_eq!(&write("# header\n\n", &read, read.build.as_ref()), &written);
    });
}

/// String places of an app that end up in its fly.toml, as the path there. `@` is the text, and `%` the text as a key.
const PLACES: &[(&str, &[&str])] = &[
    ("[app.web.env]\nX = @", &["env", "X"]),
    ("[app.web.env]\n% = \"x\"", &["env", "%"]),
    ("[app.web.processes]\nweb = @", &["processes", "web"]),
    ("[app.web]\nconsole_command = @", &["console_command"]),
    ("[app.web.deploy]\nrelease_command = @", &["deploy", "release_command"]),
    ("[app.web.build]\nbuild-target = @", &["build", "build-target"]),
    ("[app.web.build]\nimage = @", &["build", "image"]),
    ("[app.web.build.args]\nX = @", &["build", "args", "X"]),
    ("[app.web.build.settings]\n% = @", &["build", "settings", "%"]),
    ("[app.web.experimental]\nentrypoint = [@]", &["experimental", "entrypoint", "0"]),
    ("[app.web.checks.%]\ntype = \"tcp\"\nport = 80", &["checks", "%", "type"]),
    ("[app.web.checks.a]\ntype = \"http\"\nport = 80\npath = @", &["checks", "a", "path"]),
    ("[[app.web.files]]\nguest_path = \"/a\"\nraw_value = @", &["files", "0", "raw_value"]),
    ("[[app.web.statics]]\nguest_path = @\nurl_prefix = \"/a\"", &["statics", "0", "guest_path"]),
    ("[[app.web.machine_checks]]\ncommand = [\"a\", @]", &["machine_checks", "0", "command", "1"]),
    (
        "[app.web.http_service]\ninternal_port = 80\nhttp_options.response.headers.x = @",
        &["http_service", "http_options", "response", "headers", "x"],
    ),
    (
        "[app.web.http_service]\ninternal_port = 80\n[[app.web.http_service.checks]]\nheaders.x = @",
        &["http_service", "checks", "0", "headers", "x"],
    ),
    ("[[app.web.mounts]]\nsource = \"data\"\ndestination = @", &["mounts", "0", "destination"]),
];

/// String places that end up in the script and the pages beside it.
const ELSEWHERE: &[&str] = &[
    "[app.web]\nsource = @",
    "[app.web.secrets]\nX = { file = @ }",
    "[app.web.secrets]\nX = { command = [\"a\", @] }",
    "[app.web.secrets]\nX = { manual = @ }",
    "[app.web.allow]\nmulti-region = @",
    "[redis.cache]\nplan = @",
    "[app.web.processes]\na = @\nb = \"x\"",
    "[app.web.build]\ndockerfile = @",
    "[app.web.build]\nimage = @",
];

fn spec(part: &str, text: &str) -> String {
    let literal = toml_edit::Value::from(text).to_string();
    let allowed = "build = { image = \"x:1\" }\n";
    let allowed = if part.contains("app.web.build") || !part.contains("[app.web]\n") { "" } else { allowed };
    let part: String = part
        .chars()
        .map(|c| match c {
            '@' => literal.clone(),
            '%' => documents::escaped(text),
            c => c.to_string(),
        })
        .collect();
    format!(
        "version = 1\n[project]\nname = \"my\"\norg = \"personal\"\nregions = [\"iad\"]\ntier = \"development\"\n{part}\n{allowed}[policy.levels]\n"
    )
}

fn at<'v>(value: &'v toml::Value, path: &[&str], text: &str) -> Option<&'v toml::Value> {
    path.iter().try_fold(value, |value, step| match value.as_array() {
        Some(items) => items.get(step.parse::<usize>().unwrap()),
        None => value.get(if *step == "%" { text } else { step }),
    })
}

#[test]
fn hostile_texts_are_refused_or_arrive() {
    for (part, path) in PLACES {
        let arrived = Cell::new(0);
        proptest!(support::cases(60), |(text in documents::words())| {
            let spec = spec(part, &text);
            let compilation = compiled(&spec);
            prop_assert!(!compilation.schema_consulted, "{:#?}\n{spec}", compilation.diagnostics);
            let Some(artifacts) = compilation.artifacts else { return Ok(()) };
            let file: toml::Value = toml::from_str(&artifacts["web/fly.toml"].text).unwrap();
            let found = at(&file, path, &text).and_then(toml::Value::as_str);
            let expected = if *path.last().unwrap() == "type" { "tcp" } else if part.contains("% = \"x\"") { "x" } else { &text };
            prop_assert_eq!(found, Some(expected), "{}\n{}", artifacts["web/fly.toml"].text, spec);
            pages_are_whole(&artifacts, &spec)?;
            arrived.set(arrived.get() + 1);
        });
        assert!(arrived.get() > 0, "no text ever arrives at {part}");
    }
}

#[test]
fn hostile_texts_leave_the_script_and_the_pages_whole() {
    for part in ELSEWHERE {
        let rendered = Cell::new(0);
        proptest!(support::cases(25), |(text in documents::words())| {
            let spec = spec(part, &text);
            let Some(artifacts) = compiled(&spec).artifacts else { return Ok(()) };
            pages_are_whole(&artifacts, &spec)?;
            for script in ["setup.sh", "verify.sh", "teardown.sh"] {
                script_is_one(&artifacts[script].text)?;
            }
            rendered.set(rendered.get() + 1);
        });
        assert!(rendered.get() > 0, "nothing is ever rendered for {part}");
    }
}

fn script_is_one(script: &str) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("setup.sh");
    std::fs::write(&path, script).unwrap();
    let out = Command::new("bash").arg("-n").arg(&path).output().unwrap();
    prop_assert!(out.status.success(), "{}\n{script}", String::from_utf8_lossy(&out.stderr));
    Ok(())
}

/// Tables of the page have the columns that they begin with, code is closed, and one line of the spec is one line.
fn pages_are_whole(artifacts: &ArtifactSet, spec: &str) -> Result<(), TestCaseError> {
    let page = &artifacts["ARCHITECTURE.md"].text;
    let mut columns = None;
    for line in page.lines() {
        if !line.starts_with('|') {
            columns = None;
            continue;
        }
        let plain = line.replace("\\\\", "").replace("\\|", "").replace("\\`", "");
        let bars = plain.matches('|').count();
        prop_assert_eq!(*columns.get_or_insert(bars), bars, "a row of another length: {}\n---- of\n{}", line, spec);
        prop_assert!(plain.ends_with('|'), "{}", line);
        prop_assert!(plain.matches('`').count() % 2 == 0, "code that does not end: {}\n---- of\n{}", line, spec);
    }
    prop_assert_eq!(page.lines().filter(|line| line.starts_with("```")).count() % 2, 0, "{}", page);
    for (path, file) in artifacts {
        let odd = |c: char| c < ' ' && c != '\n' && c != '\t';
        prop_assert!(path == "setup.sh" || !file.text.contains(odd), "{path} has control characters: {:?}", file.text);
    }
    Ok(())
}

/// Lines of the spec that the files cite depend on its layout; nothing else does.
fn without_lines(artifacts: &ArtifactSet) -> BTreeMap<&str, String> {
    const CITES: [&str; 2] = ["spec.toml:", "\"line\":"];
    let plain = |text: &str| {
        CITES.iter().fold(text.to_owned(), |text, cite| {
            let mut parts = text.split(cite);
            let first = parts.next().unwrap_or("").to_owned();
            parts.fold(first, |out, part| out + cite + part.trim_start_matches(|c: char| c.is_ascii_digit()))
        })
    };
    artifacts.iter().map(|(path, file)| (path.as_str(), plain(&file.text))).collect()
}

/// The same spec in another layout.
type Layout = fn(&str) -> String;

const LAYOUTS: &[(&str, Layout)] = &[
    ("CRLF", |text| text.replace('\n', "\r\n")),
    ("byte order mark", |text| format!("\u{feff}{text}")),
    ("comments", |text| {
        let mut document: toml_edit::DocumentMut = text.parse().unwrap();
        for (mut key, _) in document.iter_mut() {
            key.leaf_decor_mut().set_prefix("# a comment: [app.x] \"\"\" '''\n");
        }
        format!("# first\n{document}# last")
    }),
    ("blank lines and indentation", |text| {
        let many = text.contains("\"\"\"") || text.contains("'''") || text.contains("[\n");
        if many { text.to_owned() } else { text.replace('\n', " \n\n\t ") }
    }),
    ("no comments and no blanks", |text| {
        let mut document: toml_edit::DocumentMut = text.parse().unwrap();
        document.as_table_mut().fmt();
        let text = document.to_string();
        text.parse::<toml_edit::DocumentMut>().unwrap().to_string()
    }),
    ("apps on one line each", |text| {
        let mut document: toml_edit::DocumentMut = text.parse().unwrap();
        if let Some(apps) = document.get_mut("app").and_then(toml_edit::Item::as_table_mut) {
            let keys: Vec<String> = apps.iter().map(|(key, _)| key.to_owned()).collect();
            for key in keys {
                let table = apps.remove(&key).unwrap().into_table();
                match table {
                    Ok(table) => drop(apps.insert(&key, toml_edit::value(table.into_inline_table()))),
                    Err(item) => drop(apps.insert(&key, item)),
                }
            }
            apps.set_implicit(false);
        }
        document.to_string()
    }),
];

#[test]
fn layout_and_comments_do_not_matter() {
    let mut compared = 0;
    for text in mutations::specs() {
        let Some(artifacts) = compiled(&text).artifacts else { continue };
        for (name, layout) in LAYOUTS {
            let other = layout(&text);
            let compilation = compiled(&other);
            let found = &compilation.diagnostics;
            let others = compilation.artifacts.unwrap_or_else(|| panic!("{name}: {found:#?}\n{other}"));
            assert_eq!(without_lines(&artifacts), without_lines(&others), "{name}\n{other}");
            if matches!(*name, "CRLF" | "byte order mark") {
                assert!(artifacts == others, "{name} changes lines: {other}");
            }
        }
        compared += 1;
    }
    assert!(compared >= 20, "{compared} specs have files");
}

/// The declarations of a spec from the last to the first, each with what is below it.
fn reversed(text: &str) -> String {
    let mut groups: Vec<(String, String)> = vec![(String::new(), String::new())];
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') {
            let path = line.trim_start_matches('[').split([']', '.']).take(2).collect::<Vec<_>>().join(".");
            if groups.last().is_none_or(|(of, _)| *of != path) {
                groups.push((path, String::new()));
            }
        }
        groups.last_mut().unwrap().1.push_str(line);
    }
    let first = groups.remove(0).1;
    let mut out = first;
    for (_, group) in groups.iter().rev() {
        out.push('\n');
        out.push_str(group.trim_end());
        out.push('\n');
    }
    out
}

/// The order of declarations is that of the steps where nothing else decides; what an app is does not depend on it.
#[test]
fn the_order_of_declarations_does_not_change_an_app() {
    for text in mutations::specs() {
        let other = reversed(&text);
        let (Some(artifacts), found) = (compiled(&text).artifacts, compiled(&other)) else { continue };
        let others = found.artifacts.unwrap_or_else(|| panic!("{:#?}\n{other}", found.diagnostics));
        for (path, file) in artifacts.iter().filter(|(path, _)| path.ends_with("fly.toml")) {
            assert_eq!(file, &others[path], "{path}\n{other}");
        }
    }
}
