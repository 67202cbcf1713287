//! A folder with all that a script needs to run: files, programs, variables.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::leaks::Needles;
use crate::checklist::Checklist;
use crate::facts::Facts;
use crate::kinds::app::SecretSource;
use crate::model::Model;
use crate::plan::{self, Layout, join_path};
use crate::render::{self, RenderCx};
use crate::sim::state::{Organization, State, short_digest};
use crate::sink::{self, Compare};
use crate::source::Source;

/// The folder of the spec below the root: deep enough for paths that lead a few folders up.
const PROJECT: &str = "tree/a/b/c/d/e/project";

/// Variables that the script does not take out of the environment of its commands.
const EVERYWHERE: [&str; 6] = ["FLY_API_TOKEN", "FLY_ACCESS_TOKEN", "PATH", "HOME", "TMPDIR", "USER"];

/// The secret by which the script knows that an app has the credentials of its bucket.
const KEY: &str = "AWS_SECRET_ACCESS_KEY";

/// Programs that a trial needs.
#[derive(Clone, Debug)]
pub struct Tools {
    /// This program, which is also the stand-in for `fly`.
    pub flyarch: PathBuf,
    /// The shell.
    pub bash: PathBuf,
    /// The real jq.
    pub jq: PathBuf,
    /// Where everything else is found.
    pub path: OsString,
    /// Where answers of jq are remembered, if not only for this trial.
    pub jq_cache: Option<PathBuf>,
}

/// Why a stage could not be set.
#[derive(Debug)]
pub enum StageError {
    /// A path of the spec leads out of the stage.
    Outside(String),
    /// A file could not be written.
    Io(io::Error),
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside(path) => {
                write!(f, "{path} leads further up from the spec than a trial can follow: at most five folders")
            }
            Self::Io(error) => write!(f, "cannot set the stage: {error}"),
        }
    }
}

impl From<io::Error> for StageError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// All that a script needs to run.
pub struct Stage {
    root: TempDir,
    /// The folders of the runs: thousands of small files that live for a moment, in memory where that is possible.
    runs: TempDir,
    bash: PathBuf,
    env: BTreeMap<String, OsString>,
    org: String,
    /// Host names that have certificates.
    hosts: Vec<String>,
    /// Secrets that a person sets: app and name.
    by_hand: Vec<(String, String)>,
    /// Names of secrets that the script makes.
    generated: BTreeSet<String>,
    /// Values of secrets, and their short digests.
    needles: Needles,
    digests: BTreeSet<String>,
}

impl Stage {
    /// Builds a model into a new folder. What a secret is taken from is replaced by something that looks like one: no
    /// command of a spec is run, and no variable or file of the user is read.
    ///
    /// # Errors
    ///
    /// When a path of the spec leads out of the folder, or a file cannot be written.
    pub fn new(mut model: Model, source: &Source, facts: &Facts, tools: &Tools) -> Result<Self, StageError> {
        let folder = || {
            let mut builder = tempfile::Builder::new();
            builder.prefix("flyarch-trial-");
            builder
        };
        let root = folder().tempdir()?;
        let runs = folder().tempdir_in("/dev/shm").or_else(|_| folder().tempdir())?;
        for part in ["bin", "points", "jq", PROJECT] {
            fs::create_dir_all(root.path().join(part))?;
        }
        let bin = root.path().join("bin");
        for name in ["fly", "jq"] {
            symlink(&tools.flyarch, bin.join(name))?;
        }
        // Waiting is for others.
        program(&bin.join("sleep"), "#!/bin/sh\nexit 0\n")?;
        let path = std::iter::once(bin).chain(std::env::split_paths(&tools.path));
        let path = std::env::join_paths(path).map_err(io::Error::other)?;
        let cache = tools.jq_cache.clone().unwrap_or_else(|| root.path().join("jq"));
        fs::create_dir_all(&cache)?;
        let env = [
            ("PATH", path),
            ("FLY_API_TOKEN", "fm2_token-of-the-trial".into()),
            ("FLY_SIM_JQ", tools.jq.clone().into()),
            ("FLY_SIM_JQ_CACHE", cache.into()),
            ("FLY_SIM_ELSEWHERE", elsewhere(&model, facts).into()),
        ];
        let mut stage = Self {
            root,
            runs,
            bash: tools.bash.clone(),
            env: env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            org: model.project().org.to_string(),
            hosts: Vec::new(),
            by_hand: Vec::new(),
            generated: BTreeSet::new(),
            needles: Needles::default(),
            digests: BTreeSet::new(),
        };
        // What stands in for credentials begins like this.
        stage.needles.add("s3cr3t-");
        stage.prepare(&mut model)?;
        let layout = Layout::default();
        let plan = plan::plan(&model);
        // Nobody reads its documents.
        let checklist = Checklist::default();
        let files = render::render(RenderCx {
            model: &model,
            plan: &plan,
            layout: &layout,
            facts,
            checklist: &checklist,
            environment: None,
            preview: None,
            source,
        });
        let out = stage.root.path().join(PROJECT).join("out");
        let written = sink::compare(&out, &files, Compare { force: true, partial: false });
        written.and_then(|changes| sink::write(&changes)).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(stage)
    }

    /// Lays out what apps are built from and what secrets are taken from.
    fn prepare(&mut self, model: &mut Model) -> Result<(), StageError> {
        let mut commands = 0;
        for app in &mut model.apps {
            let build = app.toml.build.as_ref();
            let dockerfile =
                build.and_then(|build| build.dockerfile.as_ref()).map_or("Dockerfile", |path| path.as_str());
            self.file(&format!("{}/{dockerfile}", app.source.value), "FROM scratch\n")?;
            for secret in &mut app.secrets {
                let name = secret.name.value.to_string();
                let of = format!("{name} of {}", app.name.value);
                match &mut secret.source {
                    // What every program needs is in every environment.
                    SecretSource::Env(variable) if EVERYWHERE.contains(&variable.as_str()) => {
                        self.env.entry(variable.to_string()).or_insert_with(|| "somebody".into());
                    }
                    SecretSource::Env(variable) => {
                        let value = format!("s3cr3t {variable} \"#1%2F+é/ 'x'");
                        self.env.insert(variable.to_string(), (&value).into());
                        self.hide(&value);
                    }
                    SecretSource::File(path) => {
                        let value = format!("s3cr3t file of {}\n\"second\" line # and \\n its end\n", path.value);
                        self.file(&path.value, &value)?;
                        self.hide(&value);
                    }
                    SecretSource::Command(words) => {
                        commands += 1;
                        let (value, stand_in) = (
                            format!("s3cr3t output for {of} $0 `x` {commands}"),
                            format!("source-of-secret-{commands}"),
                        );
                        let printed = value.replace('`', "\\`").replace('$', "\\$");
                        program(
                            &self.root.path().join("bin").join(&stand_in),
                            &format!("#!/bin/sh\nprintf '%s\\n' \"{printed}\"\n"),
                        )?;
                        if let Some(first) = words.first_mut() {
                            first.value = stand_in;
                        }
                        self.hide(&value);
                    }
                    // What stands in for it is hidden as all that stands in for credentials is.
                    SecretSource::Token(_) => {}
                    SecretSource::Generate(_) => drop(self.generated.insert(name)),
                    SecretSource::Manual(_) => self.by_hand.push((app.name.to_string(), name)),
                }
            }
            self.hosts.extend(app.domains.iter().map(|domain| domain.to_string()));
        }
        Ok(())
    }

    fn hide(&mut self, value: &str) {
        self.needles.add(value);
        self.digests.insert(short_digest(value.as_bytes()));
    }

    /// Writes a file at a path that is relative to the spec.
    fn file(&self, path: &str, text: &str) -> Result<(), StageError> {
        let below = join_path(PROJECT, path);
        if !below.starts_with("tree/") || Path::new(path).is_absolute() {
            return Err(StageError::Outside(path.to_owned()));
        }
        let path = self.root.path().join(below);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text)?;
        Ok(())
    }

    /// An account with nothing in the organisation of the spec.
    pub fn account(&self) -> State {
        let mut state = State::default();
        state
            .organizations
            .entry(self.org.clone())
            .or_insert_with(|| Organization { name: self.org.clone(), kind: "SHARED".to_owned() });
        state
    }

    /// Makes a key for each bucket whose credentials were lost on the way to its app, and says whether there was any.
    pub(super) fn make_keys(state: &mut State) -> bool {
        let mut done = false;
        for (name, bucket) in state.buckets.clone() {
            let now = state.tick();
            let Some(app) = state.apps.get_mut(&bucket.app).filter(|app| !app.secrets.contains_key(KEY)) else {
                continue;
            };
            for secret in ["AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL_S3", "AWS_REGION", KEY, "BUCKET_NAME"] {
                app.set_secret(secret, format!("{secret} of {name}").as_bytes(), now);
            }
            done = true;
        }
        done
    }

    /// Does what only a person can do, as far as it is possible now, and says whether there was anything to do.
    pub(super) fn lend_a_hand(&self, state: &mut State) -> bool {
        let hosts = state.published_hosts.len();
        state.published_hosts.extend(self.hosts.iter().cloned());
        let mut done = state.published_hosts.len() > hosts;
        for (app, name) in &self.by_hand {
            let now = state.tick();
            if let Some(app) = state.apps.get_mut(app).filter(|app| !app.secrets.contains_key(name)) {
                app.set_secret(name, format!("s3cr3t by hand: {name}").as_bytes(), now);
                done = true;
            }
        }
        done
    }

    pub(super) fn env(&self) -> &BTreeMap<String, OsString> {
        &self.env
    }

    pub(super) fn bash(&self) -> &Path {
        &self.bash
    }

    /// The script.
    pub fn script(&self) -> PathBuf {
        self.root.path().join(PROJECT).join("out/setup.sh")
    }

    pub(super) fn runs(&self) -> PathBuf {
        self.runs.path().to_owned()
    }

    /// The folder for the notes of a leg.
    pub(super) fn points(&self, leg: usize) -> PathBuf {
        self.root.path().join("points").join(leg.to_string())
    }

    pub(super) fn needles(&self) -> &Needles {
        &self.needles
    }

    pub(super) fn is_secret(&self, digest: &str) -> bool {
        self.digests.contains(digest)
    }

    pub(super) fn generates(&self, name: &str) -> bool {
        self.generated.contains(name)
    }
}

/// A region in which the model wants nothing.
fn elsewhere(model: &Model, facts: &Facts) -> String {
    let used: BTreeSet<&str> =
        model.apps.iter().flat_map(|app| app.regions()).map(|region| region.value.as_str()).collect();
    let free = facts.regions.iter().map(|region| region.code).find(|code| !used.contains(code));
    free.unwrap_or_default().to_owned()
}

fn program(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}
