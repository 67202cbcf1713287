//! What lies beside a fly.toml and has a say in the same app: its Dockerfile, `litefs.yml`, its compose file, the workflows
//! that deploy it, and scripts and pages with commands of flyctl.
//!
//! These files belong to other tools, which know what is right in them. Here they are read as far as rules compare them
//! with a fly.toml; what cannot be understood is passed over in silence. Nothing is executed or expanded.

mod commands;
mod compose;
mod dockerfile;
mod litefs;
pub(crate) mod places;
mod workflow;

pub use commands::Command;
pub use compose::{Compose, ComposeService};
pub use dockerfile::{Dockerfile, Instruction, Word};
pub(crate) use litefs::scalar;
pub use litefs::{At, LiteFs};
pub use places::{candidates, is_wanted, named_candidates};
pub use workflow::{Job, Step, Workflow};

use crate::source::{FileId, Source};

/// What a file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `Dockerfile`, `Dockerfile.web`, `web.dockerfile`.
    Dockerfile,
    /// `litefs.yml`
    LiteFs,
    /// `compose.yaml`, `docker-compose.yml` and the like.
    Compose,
    /// A workflow of GitHub Actions.
    Workflow,
    /// A script for a shell, or a recipe of make or just.
    Script,
    /// A page with commands in it: a runbook, a README.
    Page,
}

impl Kind {
    /// What a file of this path is; none for what is of no interest.
    pub fn of(path: &str) -> Option<Self> {
        let mut parts = path.rsplit(['/', '\\']);
        let name = parts.next().unwrap_or(path);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let yaml = matches!(ending, "yml" | "yaml");
        if name == "Dockerfile" || name.starts_with("Dockerfile.") || ending.eq_ignore_ascii_case("dockerfile") {
            Some(Self::Dockerfile)
        } else if matches!(name, "litefs.yml" | "litefs.yaml") {
            Some(Self::LiteFs)
        } else if compose::is_compose(name) {
            Some(Self::Compose)
        } else if yaml && parts.next() == Some("workflows") && parts.next() == Some(".github") {
            Some(Self::Workflow)
        } else if matches!(ending, "sh" | "bash" | "mk") || matches!(name, "Makefile" | "justfile" | "Justfile") {
            Some(Self::Script)
        } else if ending == "md" {
            Some(Self::Page)
        } else {
            None
        }
    }
}

/// What lies beside the files that are looked at.
#[derive(Debug, Default)]
pub struct Beside {
    /// Dockerfiles, in the order of the files.
    pub dockerfiles: Vec<Dockerfile>,
    /// LiteFS configurations, in the order of the files.
    pub litefs: Vec<LiteFs>,
    /// Compose files, in the order of the files.
    pub composes: Vec<Compose>,
    /// Workflows, in the order of the files.
    pub workflows: Vec<Workflow>,
    /// Commands of flyctl in scripts, workflows and pages, in the order of the files.
    pub commands: Vec<Command>,
    /// Whether all files that apps name have been looked for: what is not among them is not there.
    complete: bool,
    /// By app: where its files are.
    places: Vec<Place>,
    /// By app: the place of its Dockerfile.
    dockerfile_of: Vec<Option<usize>>,
    /// By app: the place of its LiteFS configuration.
    litefs_of: Vec<Option<usize>>,
    /// By app: the place of the compose file that it runs.
    compose_of: Vec<Option<usize>>,
}

/// Where an app says that its files are. Paths are as those of the files, with `/`.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The Dockerfile that it is built from; none when it is not built from one.
    pub dockerfile: Option<String>,
    /// Whether it says so: otherwise it is only what flyctl would look for.
    pub named: bool,
    /// The folder that it is built in.
    pub folder: String,
    /// The compose files that it may run: the first that is there. Empty when it runs none.
    pub composes: Vec<String>,
}

impl Beside {
    /// Reads files. `apps` says where the files of each app are, and `complete` whether all that they name have been
    /// looked for.
    pub fn read<'s>(files: impl IntoIterator<Item = (FileId, &'s Source)>, apps: Vec<Place>, complete: bool) -> Self {
        let mut beside = Self { complete, ..Self::default() };
        for (file, source) in files {
            match Kind::of(source.name()) {
                Some(Kind::Dockerfile) => beside.dockerfiles.push(dockerfile::read(source, file)),
                Some(Kind::LiteFs) => beside.litefs.extend(litefs::read(source, file)),
                Some(Kind::Compose) => beside.composes.extend(compose::read(source, file)),
                Some(Kind::Workflow) => {
                    beside.workflows.extend(workflow::read(source, file));
                    commands::of_workflow(source, file, &mut beside.commands);
                }
                Some(Kind::Script) => commands::of_script(source, file, &mut beside.commands),
                Some(Kind::Page) => commands::of_page(source, file, &mut beside.commands),
                None => {}
            }
        }
        let dockerfiles = &beside.dockerfiles;
        let dockerfile = |place: &Place| {
            let path = place.dockerfile.as_deref()?;
            dockerfiles.iter().position(|dockerfile| places::normal(&dockerfile.path) == path)
        };
        beside.dockerfile_of = apps.iter().map(dockerfile).collect();
        let litefs = &beside.litefs;
        let in_folder =
            |place: &Place| litefs.iter().position(|litefs| places::is_litefs_of(&litefs.path, &place.folder));
        beside.litefs_of = apps.iter().map(in_folder).collect();
        let composes = &beside.composes;
        let of_path = |path: &String| composes.iter().position(|compose| places::normal(&compose.path) == *path);
        beside.compose_of = apps.iter().map(|place| place.composes.iter().find_map(of_path)).collect();
        beside.places = apps;
        beside
    }

    /// Takes what a spec declares for an app: it counts before a file, which is made of it.
    pub(crate) fn declare(&mut self, app: usize, litefs: LiteFs) {
        if self.litefs_of.len() <= app {
            self.litefs_of.resize(app + 1, None);
        }
        self.litefs_of[app] = Some(self.litefs.len());
        self.litefs.push(litefs);
    }

    /// The Dockerfile of an app, by place in the model.
    pub fn dockerfile(&self, app: usize) -> Option<&Dockerfile> {
        self.dockerfile_of.get(app).copied().flatten().map(|at| &self.dockerfiles[at])
    }

    /// The LiteFS configuration of an app whose image runs it, or whose image is not known.
    pub fn runs_litefs(&self, app: usize) -> Option<&LiteFs> {
        let litefs = self.litefs(app)?;
        let mentions = |dockerfile: &Dockerfile| {
            dockerfile.instructions.iter().flat_map(|i| &i.words).any(|word| word.text.contains("litefs"))
        };
        (litefs.declared || self.dockerfile(app).is_none_or(mentions)).then_some(litefs)
    }

    /// The path of the Dockerfile that an app names and that is not there.
    pub fn missing_dockerfile(&self, app: usize) -> Option<&str> {
        let place = self.places.get(app).filter(|place| place.named && self.complete)?;
        place.dockerfile.as_deref().filter(|_| self.dockerfile_of[app].is_none())
    }

    /// The compose file that an app runs, by place in the model.
    pub fn compose(&self, app: usize) -> Option<&Compose> {
        self.compose_of.get(app).copied().flatten().map(|at| &self.composes[at])
    }

    /// The LiteFS configuration of an app, by place in the model.
    pub fn litefs(&self, app: usize) -> Option<&LiteFs> {
        self.litefs_of.get(app).copied().flatten().map(|at| &self.litefs[at])
    }
}
