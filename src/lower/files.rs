//! From plain fly.toml files to a model: an app for each file, and nothing that only a spec can say.

use super::{DUPLICATE_NAME, INVALID_NAME, LowerCx, Names, ProjectCx};
use crate::beside::Beside;
use crate::diag::{Diagnostic, Diagnostics, Reporter, Severity};
use crate::facts::Facts;
use crate::fly_toml::{FlyToml, Format};
use crate::kinds::app;
use crate::model::{App, AppForm, Model};
use crate::source::{FileId, Source, Span, TextRange};
use crate::spec::Tier;
use crate::value::{AppName, Entries, Sourced, Why};

static FOLDER: Why = Why { reason: "a file without `app` is known by its folder", source: "docs/lint.md" };

/// The app that a file describes; `tier` overrides what its name says. None when something in it cannot mean anything,
/// which has been reported.
pub fn lower(
    config: FlyToml,
    source: &Source,
    file: FileId,
    tier: Option<Tier>,
    facts: &Facts,
    diagnostics: &mut Diagnostics,
) -> Option<App> {
    let name = name(config.app.as_ref(), source, file, diagnostics)?;
    let form = AppForm::File(Format::of(source.name()));
    let tier = tier.unwrap_or_else(|| tier_of(source.name(), &name));
    let mut cx = LowerCx {
        facts,
        report: Reporter { file, diagnostics },
        project: ProjectCx::default(),
        names: Names::default(),
        suggested: 0,
    };
    let app = app::lower_file(config, name, (form, tier), &mut cx);
    cx.report.diagnostics.ok().ok()?;
    app
}

/// The model of all files that are looked at together. Says which of them are about one app.
pub fn model(apps: Vec<App>, diagnostics: &mut Diagnostics) -> Model {
    let written = apps.iter().filter(|app| app.name.origin.is_written());
    names_differ(written.map(|app| (app.name.as_str(), app.file, app.name.range())).collect(), diagnostics);
    Model {
        project: None,
        apps,
        postgres: Vec::new(),
        redis: Vec::new(),
        buckets: Vec::new(),
        levels: Entries::default(),
        forbidden: Vec::new(),
        budget: None,
        assertions: Vec::new(),
        beside: Beside::default(),
    }
}

/// Says which files are about one app. `names` are those that are written, with their places.
pub(crate) fn names_differ(mut names: Vec<(&str, FileId, TextRange)>, diagnostics: &mut Diagnostics) {
    names.sort_unstable();
    for same in names.chunk_by(|a, b| a.0 == b.0) {
        let &(name, first, at) = &same[0];
        for &(_, file, range) in &same[1..] {
            let message = format!("two files configure `{name}`");
            let span = Span { file, range };
            diagnostics.push(
                Diagnostic::new(DUPLICATE_NAME, Severity::Error, span, message)
                    .label("a deploy with this file undoes one with the other")
                    .related_in(Span { file: first, range: at }, "the other file")
                    .help("give one of them another `app`, or keep one file"),
            );
        }
    }
}

/// The name of the app, or for messages that of the file's folder.
fn name(
    written: Option<&Sourced<String>>,
    source: &Source,
    file: FileId,
    diagnostics: &mut Diagnostics,
) -> Option<Sourced<AppName>> {
    if let Some(written) = written {
        if let Ok(name) = written.value.parse() {
            return Some(Sourced { value: name, origin: written.origin });
        }
        let span = Span { file, range: written.range() };
        let message = "this is no name that an app on Fly.io can have";
        diagnostics.push(
            Diagnostic::new(INVALID_NAME, Severity::Warning, span, message)
                .label(format!("expected {}", AppName::EXPECTED))
                .help("write the name of the app, or leave it out and say it with `fly deploy -a`"),
        );
    }
    let at = written.map_or_else(TextRange::default, Sourced::range);
    let name = folder(source.name()).and_then(|folder| folder.parse().ok()).or_else(|| "app".parse().ok())?;
    Some(Sourced::filled(name, at, &FOLDER))
}

/// The tier that the names of a file, of its app and of its folder speak of: production, unless one of them says
/// otherwise.
fn tier_of(path: &str, app: &AppName) -> Tier {
    environment(path, app).and_then(tier_word).unwrap_or_default()
}

/// The word by which the names of a file, of its app or of its folder say for which environment it is.
pub(crate) fn environment<'n>(path: &'n str, app: &'n str) -> Option<&'n str> {
    let known = |word: &&str| tier_word(word).is_some();
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let of_file = words(file).rfind(known);
    let last = |name: &'n str| words(name).next_back().filter(known);
    of_file.or_else(|| last(app)).or_else(|| folder(path).and_then(last))
}

/// The tier that the words of one name speak of.
pub(crate) fn tier_in(name: &str) -> Option<Tier> {
    words(name).rev().find_map(tier_word)
}

fn words(name: &str) -> impl DoubleEndedIterator<Item = &str> {
    name.split(['.', '-', '_'])
}

/// The tier that a word stands for.
pub(crate) fn tier_word(word: &str) -> Option<Tier> {
    match word {
        "production" | "prod" => Some(Tier::Production),
        "staging" | "stage" | "stg" => Some(Tier::Staging),
        "development" | "dev" | "preview" | "review" => Some(Tier::Development),
        _ => None,
    }
}

/// The folder that a file lies in, as far as its name tells.
fn folder(path: &str) -> Option<&str> {
    path.rsplit(['/', '\\']).nth(1).filter(|folder| !matches!(*folder, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_tier() {
        let tier = |path: &str, app: &str| tier_of(path, &app.parse().unwrap());
        for path in
            ["fly.toml", "web/fly.toml", "fly.production.toml", "staging/fly.prod.toml", "home/dev/web/fly.toml"]
        {
            assert_eq!(tier(path, "my-web"), Tier::Production, "{path}");
        }
        for path in
            ["fly.staging.toml", "fly-staging.toml", "fly.stage.toml", "infra/staging/fly.toml", "my-stage\\fly.toml"]
        {
            assert_eq!(tier(path, "my-web"), Tier::Staging, "{path}");
        }
        for path in ["fly.dev.toml", "fly.preview.json", "fly.review.toml", "dev/fly.toml"] {
            assert_eq!(tier(path, "my-web"), Tier::Development, "{path}");
        }
        assert_eq!(tier("fly.toml", "my-web-staging"), Tier::Staging);
        assert_eq!(tier("fly.toml", "staging-tools"), Tier::Production);
        assert_eq!(tier("fly.production.toml", "my-web-staging"), Tier::Production);
    }
}
