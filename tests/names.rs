//! Paths and names that mean nothing, or another thing on every machine, are refused where they are written.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use flyarch::diag::emit::{Display, Format, emit};
use flyarch::diag::{FileReport, Report};
use flyarch::facts::FACTS;
use flyarch::source::Source;
use flyarch::{Options, compile};

const HEAD: &str = "version = 1\n[project]\nname = \"my\"\norg = \"personal\"\ntier = \"development\"\n\
                    regions = [\"iad\"]\n[app.web]\n";

/// The findings of an app with these lines, which begin at line 8; and whether it was built.
fn findings(app: &str) -> (String, bool) {
    let source = Source::new("s", format!("{HEAD}{app}\n"));
    let compilation = compile(&source, &FACTS, &Options::default());
    let built = compilation.artifacts.is_some();
    let mut report = Report::default();
    report.add(FileReport { source, diagnostics: compilation.diagnostics });
    let mut out = Vec::new();
    emit(&report, Format::Concise, Display::default(), &mut out).unwrap();
    (String::from_utf8(out).unwrap(), built)
}

#[test]
fn paths_of_one_machine_are_refused() {
    for path in ["/srv/web", "C:/web", "c:\\web", "\\\\host\\web", "~/web"] {
        let (said, built) = findings(&format!("source = '{path}'"));
        assert_eq!(said, "s:8:10: error[invalid-path] the build context has a path of one machine\n", "{path}");
        assert!(!built);
        let (said, _) = findings(&format!("secrets = {{ KEY = {{ file = '{path}' }} }}"));
        assert_eq!(said, "s:8:28: error[invalid-path] the file of a secret has a path of one machine\n", "{path}");
    }
    let (said, _) = findings("secrets = { KEY = { file = '' } }");
    assert_eq!(said, "s:8:28: error[invalid-path] the file of a secret has an empty path\n");
}

#[test]
fn paths_from_the_spec_are_taken() {
    for path in [".", "web", "../web", "./a b/c", "x/../y", "a:b", "ü"] {
        let (said, built) = findings(&format!("source = \"{path}\"\nsecrets = {{ KEY = {{ file = \"{path}\" }} }}"));
        assert_eq!((said.as_str(), built), ("", true), "{path}");
    }
}

#[test]
fn paths_have_no_control_characters() {
    for app in [
        "source = \"a\\nb\"",
        "secrets = { KEY = { file = \"a\\nb\" } }",
        "build = { image = \"a\\nb\" }",
        "build = { dockerfile = \"a\\nb\" }",
        "build = { ignorefile = \"a\\nb\" }",
        "build = { compose = { file = \"a\\nb\" } }",
        "files = [{ guest_path = \"/a\", local_path = \"a\\nb\" }]",
    ] {
        let (said, built) = findings(app);
        let column = app.find("\"a\\nb\"").unwrap() + 1;
        let wanted = format!("s:8:{column}: error[invalid-path] a path with the control character U+000A\n");
        assert_eq!((said, built), (wanted, false), "{app}");
    }
}

#[test]
fn names_of_volumes_are_those_that_fly_takes() {
    for name in ["data", "pg_data_2", "0"] {
        let (said, built) = findings(&format!("mounts = [{{ source = \"{name}\", destination = \"/data\" }}]"));
        assert_eq!((said.as_str(), built), ("", true), "{name}");
    }
    for name in ["", "my-data", "Data", "dätä", "a b", "a/b", "$(x)", "a\\n"] {
        let (said, built) = findings(&format!("mounts = [{{ source = \"{name}\", destination = \"/data\" }}]"));
        let shown = name.replace("\\n", "\u{fffd}");
        let wanted = format!("s:8:22: error[invalid-name] `{shown}` is no name for a volume\n");
        assert_eq!((said, built), (wanted, false), "{name}");
    }
}
