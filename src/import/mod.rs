//! From plain fly.toml files to specs, each with a proof that building it gives the same configuration back.
//!
//! ```text
//! files ─ read ─▶ configurations ─ estate ─▶ environments ─ write ─▶ specs ─ build ─▶ fly.toml ─ compare ─▶ Proof
//! ```
//!
//! What no fly.toml says is taken from dumps of what runs ([`Live`]), or left in the spec as a question. Nothing is
//! guessed in silence.

mod estate;
mod nobody;
mod overlay;
mod proof;
mod write;

pub use proof::Proof;

use crate::diag::{Diagnostic, Diagnostics, Reported};
use crate::facts::Facts;
use crate::fly_toml::{self, FlyToml};
use crate::live::Live;
use crate::lower::files;
use crate::model::App;
use crate::source::{FileId, Source, Sources, TextRange};
use crate::spec::Tier;
use crate::value::{AppName, Key, Name};

/// What marks a question in the comments of a spec.
pub const QUESTION: &str = "# QUESTION: ";

/// A file to import.
#[derive(Clone, Debug)]
pub struct File {
    /// The file among the sources.
    pub id: FileId,
    /// The folder that it lies in, relative to the folder of the spec, with `/` between names.
    pub folder: String,
}

/// What is known beside the files.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What runs.
    pub live: &'a Live,
    /// The organisation.
    pub org: Option<&'a Name>,
    /// The tier, whatever the names of files say.
    pub tier: Option<Tier>,
}

/// The spec of one environment, or of all of them.
#[derive(Debug)]
pub struct Imported {
    /// The environment, such as "staging"; none for production, and for a spec that has them all.
    pub environment: Option<String>,
    /// The text of the spec.
    pub text: String,
    /// Its apps, in the order of the spec.
    pub apps: Vec<ImportedApp>,
    /// Why the spec cannot be built, with places in its text. Nothing is known that gets here.
    pub refused: Vec<Diagnostic>,
}

/// An app of an imported spec.
#[derive(Debug)]
pub struct ImportedApp {
    /// The key of its table.
    pub key: Key,
    /// The file that it was.
    pub file: FileId,
    /// What building the spec gives, in the folder `out` beside it.
    pub built: String,
    /// What that is beside the file.
    pub proof: Proof,
}

impl Imported {
    /// Whether building the spec gives every file back.
    pub fn is_equivalent(&self) -> bool {
        self.refused.is_empty() && self.apps.iter().all(|app| app.proof.differences.is_empty())
    }

    /// The lines of the spec that ask something, from one.
    pub fn questions(&self) -> Vec<usize> {
        let lines = self.text.lines().enumerate();
        lines.filter(|(_, line)| line.starts_with(QUESTION)).map(|(at, _)| at + 1).collect()
    }
}

/// A file that has been read.
struct Read<'a> {
    file: &'a File,
    source: &'a Source,
    /// As written, without what is for nobody.
    config: FlyToml,
    /// Where that stands.
    for_nobody: Vec<TextRange>,
    /// With the platform's defaults stated.
    app: App,
}

/// The names of the apps that files configure, in their order, each once. Files that cannot be read have none.
pub fn app_names(sources: &Sources, files: &[File]) -> Vec<AppName> {
    let mut names: Vec<AppName> = Vec::new();
    for file in files {
        let reading = fly_toml::read(sources.get(file.id), file.id, &mut Diagnostics::default());
        let name = reading.ok().and_then(|reading| reading.config.app?.value.parse().ok());
        names.extend(name.filter(|name| !names.contains(name)));
    }
    names
}

/// Makes specs of files: one with what their environments have in common and with overlays of it, or one for each
/// environment where that would not give the files back.
///
/// # Errors
///
/// When flyctl would refuse one of the files, or could not deploy it; all mistakes have been reported.
pub fn import(
    sources: &Sources,
    files: &[File],
    request: Request<'_>,
    facts: &Facts,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Imported>, Reported> {
    let read: Vec<Option<Read<'_>>> =
        files.iter().map(|file| self::read(file, sources.get(file.id), request, facts, diagnostics)).collect();
    let named = read.iter().flatten().filter_map(|read| {
        let name = &read.app.name;
        name.origin.is_written().then_some((name.as_str(), read.file.id, name.range()))
    });
    files::names_differ(named.collect(), diagnostics);
    diagnostics.ok()?;
    let read: Vec<Read<'_>> = read.into_iter().flatten().collect();
    let environments = estate::environments(&read, request.tier);
    let specs: Vec<Imported> =
        environments.iter().map(|environment| imported(environment, &read, request, facts)).collect();
    Ok(together(&environments, &specs, &read, facts).map_or(specs, |one| vec![one]))
}

/// All environments as one spec, if building it gives every file back.
fn together(
    environments: &[estate::Environment],
    specs: &[Imported],
    read: &[Read<'_>],
    facts: &Facts,
) -> Option<Imported> {
    if specs.len() < 2 || !specs.iter().all(Imported::is_equivalent) {
        return None;
    }
    let texts: Vec<_> = specs.iter().map(|spec| (spec.environment.as_deref(), spec.text.as_str())).collect();
    let text = overlay::factor(&texts)?;
    let (_, rest) = text.split_once('\n')?;
    let heading = write::heading(&environments.iter().collect::<Vec<_>>(), read);
    let spec = Source::new("spec.toml", format!("{heading}\n{rest}"));
    let mut apps = Vec::new();
    for environment in environments {
        let name = overlay::name(environment.label.as_deref());
        let (built, refused) = built(&spec, Some(name), environment, read, facts);
        let proven = built.iter().all(|app| app.proof.differences.is_empty());
        if !refused.is_empty() || !proven || built.len() < environment.members.len() {
            return None;
        }
        apps.extend(built);
    }
    Some(Imported { environment: None, text: spec.text().to_owned(), apps, refused: Vec::new() })
}

fn read<'a>(
    file: &'a File,
    source: &'a Source,
    request: Request<'_>,
    facts: &Facts,
    diagnostics: &mut Diagnostics,
) -> Option<Read<'a>> {
    // A finding in one file is none of another's.
    let mut own = Diagnostics::default();
    let reading = fly_toml::read(source, file.id, &mut own).ok().filter(|reading| reading.complete);
    let mut config = reading.map(|reading| reading.config);
    let for_nobody = config.as_mut().map(|config| nobody::leave_out(config, file.id, &mut own));
    let app = config.clone().and_then(|config| files::lower(config, source, file.id, request.tier, facts, &mut own));
    diagnostics.append(own);
    Some(Read { file, source, config: config?, for_nobody: for_nobody?, app: app? })
}

fn imported(environment: &estate::Environment, read: &[Read<'_>], request: Request<'_>, facts: &Facts) -> Imported {
    let text = write::spec(environment, read, request);
    let spec = Source::new("spec.toml", text);
    let (apps, refused) = built(&spec, None, environment, read, facts);
    Imported { environment: environment.label.clone(), text: spec.text().to_owned(), apps, refused }
}

/// Builds a spec for an environment, and compares what comes of it with the files. Or says why it cannot be built.
fn built(
    spec: &Source,
    name: Option<&str>,
    environment: &estate::Environment,
    read: &[Read<'_>],
    facts: &Facts,
) -> (Vec<ImportedApp>, Vec<Diagnostic>) {
    let options = crate::Options { environment: name.map(str::to_owned), ..crate::Options::default() };
    let built = crate::render_unjudged(spec, facts, &options);
    let apps = environment.members.iter().filter_map(|member| {
        let artifact = built.artifacts.as_ref()?.get(&format!("{}/fly.toml", member.key))?;
        let read = &read[member.index];
        let proof = proof::prove(&read.config, &read.app, &read.file.folder, &member.key, &artifact.text);
        Some(ImportedApp { key: member.key.clone(), file: read.file.id, built: artifact.text.clone(), proof })
    });
    let apps = apps.collect();
    (apps, if built.artifacts.is_some() { Vec::new() } else { built.diagnostics })
}
