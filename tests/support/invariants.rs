//! What holds of every text, right or wrong. tests/properties.rs and the fuzz targets look for one that it does not
//! hold of.

use std::collections::{BTreeMap, BTreeSet};

use flyarch::diag::emit::{Display, Format, emit};
use flyarch::diag::{Applicability, Diagnostic, Diagnostics, FileReport, Fix, Report, Severity, fix};
use flyarch::facts::FACTS;
use flyarch::fly_toml;
use flyarch::import::{self, File, Imported, Request};
use flyarch::live::Live;
use flyarch::render::{Artifact, ArtifactSet};
use flyarch::sink;
use flyarch::source::Sources;
use flyarch::source::{FileId, Source, TextRange};
use flyarch::{Compilation, Options, compile, environments, resolve};

/// Compiles a text with nothing but itself.
pub(crate) fn compiled(text: &str) -> Compilation {
    compile(&Source::new("spec.toml", text), &FACTS, &Options::default())
}

/// Everything that holds of a text. Panics where something does not.
pub(crate) fn hold(text: &str) {
    let source = Source::new("spec.toml", text);
    let first = compile(&source, &FACTS, &Options::default());
    let again = compile(&source, &FACTS, &Options::default());
    assert_eq!(debug(&first.diagnostics), debug(&again.diagnostics), "two runs find different things");
    assert!(first.artifacts == again.artifacts, "two runs render different files");
    let checked = flyarch::check(&source, &FACTS, &Options::default());
    assert_eq!(debug(&first.diagnostics), debug(&checked.diagnostics), "`check` finds different things");

    let errors = first.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    assert_eq!(first.artifacts.is_none(), errors > 0, "files are rendered when there is no error, and only then");
    assert!(first.model.is_none() || !first.schema_consulted, "the schema is only asked about what the types refuse");
    first.diagnostics.iter().for_each(|diagnostic| well_formed(diagnostic, &source));
    let _ = emitted(&source, &first.diagnostics);
    if let Some(artifacts) = &first.artifacts {
        rendered(artifacts);
    }
    for least in [Applicability::Safe, Applicability::Unsafe] {
        fixes_end(text, &first, least);
    }
    environments_hold(&source);
}

/// What holds of each environment: it is judged and rendered as a spec is, and merged it is a spec that means the same.
fn environments_hold(source: &Source) {
    let all = environments::meant(source, None).unwrap();
    let built: Vec<_> = all
        .into_iter()
        .flatten()
        // What previews share with others is known by the environment's name, which a merged spec does not have.
        .filter(|name| name != environments::PREVIEW)
        .take(3)
        .map(|environment| {
            let options = Options { environment: Some(environment.clone()), ..Options::default() };
            (environment, compile(source, &FACTS, &options))
        })
        .collect();
    for (environment, compilation) in &built {
        compilation.diagnostics.iter().for_each(|diagnostic| well_formed(diagnostic, source));
        let Some(artifacts) = &compilation.artifacts else { continue };
        rendered(artifacts);
        let root = toml::de::DeTable::parse(source.text()).unwrap();
        let root = resolve::resolve(root, Some(environment), FileId(0), &mut Diagnostics::default()).unwrap();
        let merged = resolve::print(root.get_ref(), source);
        let again = compiled(&merged).artifacts.unwrap_or_else(|| panic!("it cannot be built:\n{merged}"));
        let files = |all: &ArtifactSet| {
            let files = all.iter().filter(|(path, _)| path.ends_with("fly.toml"));
            files.map(|(path, file)| (path.clone(), file.text.clone())).collect::<BTreeMap<_, _>>()
        };
        assert_eq!(files(artifacts), files(&again), "{merged}");
    }
    let models = built.iter().filter_map(|(name, built)| Some((name.as_str(), built.model.as_ref()?)));
    let clashes = environments::clashes(&models.collect::<Vec<_>>(), FileId(0));
    let found = built.iter().map(|(name, built)| (Some(name.clone()), built.diagnostics.clone())).collect();
    for diagnostic in environments::united(found).iter().chain(&clashes) {
        well_formed(diagnostic, source);
    }
}

fn debug(diagnostics: &[Diagnostic]) -> String {
    format!("{diagnostics:#?}")
}

fn well_formed(diagnostic: &Diagnostic, source: &Source) {
    let text = source.text();
    let inside = |range: TextRange| {
        let range = range.to_usize();
        assert!(text.get(range.clone()).is_some(), "{range:?} is no range of the text: {diagnostic:#?}");
    };
    inside(diagnostic.primary.span.range);
    diagnostic.related.iter().for_each(|label| inside(label.span.range));
    diagnostic.redact.iter().for_each(|span| inside(span.range));
    let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits);
    edits.clone().for_each(|edit| inside(edit.span.range));
    let ranges: Vec<TextRange> = edits.map(|edit| edit.span.range).collect();
    assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start), "edits overlap: {diagnostic:#?}");
    assert!(!diagnostic.message.is_empty(), "{diagnostic:#?}");
}

/// The findings in every form in which somebody reads them.
pub(crate) fn emitted(source: &Source, diagnostics: &[Diagnostic]) -> Vec<String> {
    let mut report = Report::default();
    report.add(FileReport { source: source.clone(), diagnostics: diagnostics.to_vec() });
    let mut all = Vec::new();
    let texts = [Format::Full, Format::Concise, Format::Github, Format::Junit, Format::Markdown];
    let documents = [Format::Json, Format::Sarif, Format::Gitlab];
    for format in texts.into_iter().chain(documents) {
        for display in [Display::default(), Display { color: true, width: 40, ..Display::default() }] {
            let mut out = Vec::new();
            emit(&report, format, display, &mut out).unwrap();
            let out = String::from_utf8(out).unwrap();
            let plain = if display.color { out.replace('\u{1b}', "") } else { out.clone() };
            let odd = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || ('\u{202a}'..='\u{202e}').contains(&c);
            assert!(documents.contains(&format) || !plain.contains(odd), "a terminal would act on this: {plain:?}");
            if documents.contains(&format) {
                let json: serde_json::Value = serde_json::from_str(&out).unwrap();
                let lists = [&json["diagnostics"], &json["runs"][0]["results"], &json];
                assert_eq!(lists.into_iter().find_map(|list| list.as_array()).map(Vec::len), Some(diagnostics.len()));
            }
            all.push(out);
        }
    }
    all
}

fn rendered(artifacts: &ArtifactSet) {
    for (path, artifact) in artifacts {
        let safe = path.split('/').all(|name| !matches!(name, "" | "." | "..") && !name.contains(['\\', '\0']));
        assert!(safe, "{path:?} leaves the folder");
        assert!(artifact.text.ends_with('\n'), "{path} has no final line break");
        assert!(!artifact.text.contains('\0'), "{path} has a NUL");
        if path.ends_with("fly.toml") {
            let read: fly_toml::FlyToml = toml::from_str(&artifact.text)
                .unwrap_or_else(|error| panic!("{path} cannot be read: {error}\n{}", artifact.text));
            let header = artifact.text.split_inclusive("\n\n").next().unwrap_or("");
            let again = flyarch::fly_toml::write(header, &read, read.build.as_ref());
            assert_eq!(again, artifact.text, "{path} is another file when it is read and written again");
        }
        if path == "plan.json" {
            serde_json::from_str::<serde_json::Value>(&artifact.text).unwrap();
        }
    }
    assert!(artifacts.contains_key("setup.sh") && artifacts.contains_key("plan.json"));
}

/// How often each rule finds an error.
fn errors(diagnostics: &[Diagnostic]) -> BTreeMap<&'static str, usize> {
    let mut count = BTreeMap::new();
    for diagnostic in diagnostics.iter().filter(|d| d.severity == Severity::Error) {
        *count.entry(diagnostic.rule.name).or_default() += 1;
    }
    count
}

/// Fixes come to an end, keep comments, and bring no mistakes of their own.
fn fixes_end(text: &str, first: &Compilation, least: Applicability) {
    let comments_before = comments(text);
    let mut current = text.to_owned();
    let mut diagnostics = first.diagnostics.clone();
    let mut understood = first.model.is_some();
    let mut wrong = errors(&diagnostics);
    for _ in 0..10 {
        let wanted = |fix: &&Fix| fix.applicability >= least;
        let fixes: Vec<&Fix> = diagnostics.iter().filter_map(|d| d.fix.as_ref()).filter(wanted).collect();
        let (next, applied) = fix::apply(&Source::new("spec.toml", current.as_str()), fixes.iter().copied());
        if applied == 0 || next == current {
            return;
        }
        let titles: Vec<_> = fixes.iter().map(|fix| fix.title.as_str()).collect();
        let told = || format!("{titles:?} make\n{current}\n---- into\n{next}");
        assert_eq!(comments_before, comments(&next), "comments are lost or changed: {}", told());
        let compilation = compiled(&next);
        let now = errors(&compilation.diagnostics);
        let was_toml = !wrong.contains_key("toml-syntax");
        assert!(!was_toml || !now.contains_key("toml-syntax"), "what was TOML is none: {}", told());
        assert!(!understood || compilation.model.is_some(), "what was understood is not: {now:?} {}", told());
        if understood && least == Applicability::Safe {
            let known: BTreeSet<_> = wrong.keys().collect();
            assert!(now.keys().all(|rule| known.contains(rule)), "new errors: {wrong:?} {now:?} {}", told());
        }
        understood = compilation.model.is_some();
        wrong = now;
        diagnostics = compilation.diagnostics;
        current = next;
    }
    panic!("fixes do not end: {text}\n---- has become\n{current}");
}

/// The comments of a text, as the parser sees them.
fn comments(text: &str) -> Vec<&str> {
    let tokens = toml_parser::Source::new(text).lex();
    let comments = tokens.filter(|token| token.kind() == toml_parser::lexer::TokenKind::Comment);
    comments.filter_map(|token| text.get(token.span().start()..token.span().end())).map(str::trim_end).collect()
}

/// Whatever a text is as a fly.toml, a fly.json or a fly.yaml: reading it ends without a panic; what is read and written
/// is read again and says the same; what is formatted says the same too, and is in form from then on.
pub(crate) fn fly_toml_holds(text: &str) {
    for name in ["fly.toml", "fly.json", "fly.yaml"] {
        let Some(reading) = fly_toml_read(name, text) else { continue };
        let config = reading.config;
        let written = fly_toml::write("", &config, config.build.as_ref());
        let again =
            fly_toml_read("fly.toml", &written).unwrap_or_else(|| panic!("refused:\n{written}\n---- of\n{text}"));
        assert!(again.complete, "{written}\n---- of\n{text}");
        assert_eq!(fly_toml::differences(&config, &again.config), [], "---- of\n{text}");
    }
    if let Some(once) = fly_toml_formatted(text) {
        assert_eq!(fly_toml_formatted(&once).as_ref(), Some(&once), "---- of\n{text}");
    }
}

/// What the reader makes of a text.
pub(crate) fn fly_toml_read(name: &str, text: &str) -> Option<fly_toml::Reading> {
    fly_toml::read(&Source::new(name, text), FileId(0), &mut Diagnostics::default()).ok()
}

/// What the formatter makes of a text.
pub(crate) fn fly_toml_formatted(text: &str) -> Option<String> {
    fly_toml::format(&Source::new("fly.toml", text), FileId(0), &mut Diagnostics::default()).ok()
}

/// Whatever the manifest of an output folder says, nothing outside of the folder is touched.
pub(crate) fn manifest_holds(manifest: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (out, outside) = (folder.path().join("out"), folder.path().join("outside"));
    let artifact = Artifact { text: "x\n".to_owned(), executable: false };
    let artifacts = ArtifactSet::from([("a/fly.toml".to_owned(), artifact)]);
    std::fs::create_dir_all(out.join(".flyarch")).unwrap();
    std::fs::write(&outside, "mine").unwrap();
    std::fs::write(out.join(sink::MANIFEST), manifest).unwrap();
    for force in [false, true] {
        let Ok(changes) = sink::compare(&out, &artifacts, sink::Compare { force, partial: false }) else { continue };
        let _ = sink::write(&changes);
    }
    assert_eq!(std::fs::read_to_string(&outside).unwrap(), "mine");
    let names: BTreeSet<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, BTreeSet::from(["out".into(), "outside".into()]));
    assert!(out.join("a/fly.toml").is_file(), "with force the files are written, whatever the manifest says");
}

/// Imports one file of a folder, with nothing known beside it. None when flyctl could not deploy it.
pub(crate) fn imported(name: &str, folder: &str, text: &str) -> Option<Imported> {
    let mut sources = Sources::default();
    let id = sources.add(Source::new(name, text));
    let files = [File { id, folder: folder.to_owned() }];
    let request = Request { live: &Live::default(), org: None, tier: None };
    let specs = import::import(&sources, &files, request, &FACTS, &mut Diagnostics::default()).ok()?;
    let [spec] = <[Imported; 1]>::try_from(specs).unwrap_or_else(|specs| panic!("{} specs of one file", specs.len()));
    Some(spec)
}

/// A file that can be deployed is imported, building the spec gives it back, and importing that gives the same again.
pub(crate) fn import_holds(name: &str, text: &str) {
    let Some(first) = imported(name, ".", text) else { return };
    assert!(first.refused.is_empty(), "{text}\nis imported as\n{}\n{:#?}", first.text, first.refused);
    let proof = &first.apps[0].proof;
    assert_eq!(proof.differences, [], "{text}\nis imported as\n{}", first.text);
    let once = &first.apps[0].built;
    let folder = format!("out/{}", first.apps[0].key);
    let again = imported("fly.toml", &folder, once).unwrap_or_else(|| panic!("built and refused:\n{once}"));
    assert!(again.is_equivalent(), "{once}\nis imported as\n{}\n{:#?}", again.text, again.apps[0].proof);
    assert_eq!(again.apps[0].built, *once, "{text}");
}
