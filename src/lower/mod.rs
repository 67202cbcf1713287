//! From what is written to what it means: references become declarations, names are completed, defaults are filled in
//! once and at the end, each with its reason.
//!
//! What is wrong here can never be waived: a reference to nothing, two apps with one name, a cycle. Each kind lowers
//! itself (`kinds/*/lower.rs`); this module keeps the order and what all kinds share. [`files`] does the same for plain
//! fly.toml files.

pub mod files;

use crate::beside::Beside;
use crate::diag::{Diagnostics, Reported, Reporter, RuleId};
use crate::facts::Facts;
use crate::kinds::{app, bucket, postgres, redis};
use crate::model::{Model, PREVIEW_VARIABLE, Project, ResourceId};
use crate::schema::nearest;
use crate::source::{FileId, TextRange};
use crate::spec::{self, Kind, Placement, Reference, Spec, Tier};
use crate::value::{AppName, Entries, Key, Name, Origin, RegionCode, Scalar, Sourced, Why};

/// The rule of references to nothing.
pub static UNKNOWN_REFERENCE: RuleId = RuleId { name: "unknown-reference", code: "FA010" };
/// The rule of references that lead back to where they started.
pub static CYCLE: RuleId = RuleId { name: "reference-cycle", code: "FA011" };
/// The rule of references to something of the wrong kind.
pub static WRONG_REFERENCE: RuleId = RuleId { name: "wrong-reference", code: "FA012" };
/// The rule of names that two declarations share.
pub static DUPLICATE_NAME: RuleId = RuleId { name: "duplicate-name", code: "FA013" };
/// The rule of names that Fly.io does not take.
pub static INVALID_NAME: RuleId = RuleId { name: "invalid-name", code: "FA014" };
/// The rule of variables that are defined twice.
pub static DUPLICATE_VARIABLE: RuleId = RuleId { name: "duplicate-variable", code: "FA015" };
/// The rule of placements that cannot be.
pub static PLACEMENT: RuleId = RuleId { name: "placement", code: "FA016" };
/// The rule of keys that do not go together.
pub static CONFLICT: RuleId = RuleId { name: "conflicting-keys", code: "FA017" };
/// The rule of process groups that the app does not have.
pub static UNKNOWN_GROUP: RuleId = RuleId { name: "unknown-process-group", code: "FA019" };
/// The rule of paths that mean no file, or another one on every machine.
pub static INVALID_PATH: RuleId = RuleId { name: "invalid-path", code: "FA023" };

static TIER: Why =
    Why { reason: "the strictest tier is assumed until the spec says otherwise", source: "docs/language.md" };

/// What all kinds need while they are lowered.
pub(crate) struct LowerCx<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) report: Reporter<'a>,
    pub(crate) project: ProjectCx,
    names: Names,
    /// How many unknown references have had a suggestion: looking for one costs a walk over all names.
    suggested: usize,
}

/// How many unknown references get a suggestion.
const SUGGESTIONS: usize = 50;

/// What the project says, for those below it. Plain files have none.
#[derive(Default)]
pub(crate) struct ProjectCx {
    pub(crate) name: Option<Sourced<AppName>>,
    /// What is put behind the names of declarations.
    pub(crate) suffix: String,
    /// The preview that is meant.
    pub(crate) preview: Option<Key>,
    pub(crate) tier: Tier,
    pub(crate) regions: Option<Sourced<Placement>>,
    pub(crate) primary_region: Option<Sourced<RegionCode>>,
    pub(crate) network: Option<Sourced<Name>>,
    pub(crate) env: Entries<String, Sourced<Scalar>>,
}

/// The declarations of a spec by name: what references are looked up in. Sorted, because a spec may hold thousands.
#[derive(Default)]
struct Names {
    declared: Vec<(Kind, Key, usize)>,
    disabled: Vec<(Key, TextRange)>,
}

/// The model of a spec.
///
/// # Errors
///
/// When something in it cannot mean anything; all such mistakes have been reported.
pub fn lower(
    spec: Spec,
    preview: Option<&Key>,
    facts: &Facts,
    file: FileId,
    diagnostics: &mut Diagnostics,
) -> Result<Model, Reported> {
    let Spec { mut project, app, postgres, redis, bucket, policy, .. } = spec;
    if let Some(preview) = preview {
        mark_preview(&mut project.value, preview);
    }
    let mut names = Names::default();
    let mut apps = Vec::with_capacity(app.len());
    for (key, app) in app {
        if app.enabled.as_ref().is_some_and(|enabled| !enabled.value) {
            names.disabled.push((key.value, app.range()));
            continue;
        }
        names.declared.push((Kind::App, key.value.clone(), apps.len()));
        apps.push((key, app));
    }
    let data = |kind: Kind, keys: &mut dyn Iterator<Item = &Sourced<Key>>, names: &mut Names| {
        names.declared.extend(keys.enumerate().map(|(i, key)| (kind, key.value.clone(), i)));
    };
    data(Kind::Postgres, &mut postgres.iter().map(|(key, _)| key), &mut names);
    data(Kind::Redis, &mut redis.iter().map(|(key, _)| key), &mut names);
    data(Kind::Bucket, &mut bucket.iter().map(|(key, _)| key), &mut names);
    names.declared.sort();

    let header = project.range();
    let project = project.value;
    let architecture = architecture_name(&project, &mut Reporter { file, diagnostics });
    check_ci_folder(&project, &mut Reporter { file, diagnostics });
    let tier = project.tier.unwrap_or_else(|| Sourced::filled(Tier::default(), header, &TIER));
    let first = project.regions.as_ref().and_then(|regions| regions.first()).map(|(region, _)| region.clone());
    let primary_region = project.primary_region.clone().or(first);
    let mut cx = LowerCx {
        facts,
        report: Reporter { file, diagnostics },
        project: ProjectCx {
            name: Some(project.name.clone()),
            suffix: project.suffix.as_ref().map(|suffix| suffix.value.clone()).unwrap_or_default(),
            preview: preview.cloned(),
            tier: tier.value,
            regions: project.regions,
            primary_region,
            network: project.network,
            env: project.env,
        },
        names,
        suggested: 0,
    };

    let postgres = postgres.into_iter().filter_map(|(key, spec)| postgres::lower(key, spec, &mut cx)).collect();
    let redis = redis.into_iter().filter_map(|(key, spec)| redis::lower(key, spec, &mut cx)).collect();
    let apps: Vec<_> = apps.into_iter().filter_map(|(key, spec)| app::lower(key, spec, &mut cx)).collect();
    // Lists must be complete before declarations may be looked up by place.
    cx.report.diagnostics.ok()?;
    let buckets = bucket.into_iter().enumerate();
    let buckets = buckets.filter_map(|(index, (key, spec))| bucket::lower(index, key, spec, &apps, &mut cx)).collect();
    cx.report.diagnostics.ok()?;
    let policy = policy.map(|policy| policy.value).unwrap_or_default();
    let (levels, forbidden) = (policy.levels, policy.forbid_waivers.map(|list| list.value).unwrap_or_default());
    let mut model = Model {
        project: Some(Project {
            name: architecture,
            org: project.org,
            is_preview: cx.project.preview.is_some(),
            preview: cx.project.preview.take(),
            tier,
            regions: cx.project.regions.take(),
            primary_region: cx.project.primary_region.take(),
            network: cx.project.network.take(),
            ci: project.ci,
            ci_folder: project.ci_folder,
            alerts: project.alerts.is_some_and(|alerts| alerts.value),
        }),
        apps,
        postgres,
        redis,
        buckets,
        levels,
        forbidden,
        budget: policy.budget_usd,
        assertions: policy.assert,
        beside: Beside::default(),
    };
    app::wire(&mut model, &mut cx);
    app::expand(&mut model, &mut cx);
    unique_names(&model, &mut cx);
    cx.report.diagnostics.ok()?;
    Ok(model)
}

static PREVIEW: Why = Why { reason: "machines say which preview they are of", source: "docs/environments.md" };

/// Puts the name of a preview behind all names, and into the environment of all machines.
fn mark_preview(project: &mut spec::Project, preview: &Key) {
    let at = project.name.range();
    project.suffix = Some(Sourced::filled(format!("-{preview}"), at, &PREVIEW));
    project.env.retain(|name, _| name.value != PREVIEW_VARIABLE);
    let name = Sourced::filled(PREVIEW_VARIABLE.to_owned(), at, &PREVIEW);
    project.env.push(name, Sourced::filled(Scalar::from(preview.as_str()), at, &PREVIEW));
}

/// The name of the architecture: that of the project, and what an environment puts behind it.
fn architecture_name(project: &spec::Project, report: &mut Reporter<'_>) -> Sourced<AppName> {
    let Some(suffix) = &project.suffix else { return project.name.clone() };
    let name = format!("{}{}", project.name.value, suffix.value);
    let Ok(value) = name.parse() else {
        report
            .error(INVALID_NAME, suffix.origin, format!("`{name}` is no name for Fly.io"))
            .label("made of the project's name and this")
            .help(format!("expected {}", AppName::EXPECTED));
        return project.name.clone();
    };
    Sourced { value, origin: project.name.origin }
}

/// A workflow runs in a copy of the repository, where there is nothing else.
fn check_ci_folder(project: &spec::Project, report: &mut Reporter<'_>) {
    let Some(folder) = &project.ci_folder else { return };
    let leaves = folder.starts_with(['/', '~']) || folder.split(['/', '\\']).any(|part| part == "..");
    if leaves || folder.chars().any(|c| c.is_control() || c == '\\') {
        report
            .error(INVALID_PATH, folder.origin, "`ci_folder` is no folder of a repository")
            .label("where the folder of the spec lies in it")
            .help("write the path from the root of the repository, such as \"infra\"");
    }
}

impl LowerCx<'_> {
    /// The declaration that a reference names. Reports a reference to nothing.
    pub(crate) fn resolve(&mut self, reference: &Sourced<Reference>) -> Option<ResourceId> {
        let Reference { kind, key } = &reference.value;
        let declared = &self.names.declared;
        if let Ok(at) = declared.binary_search_by(|(k, n, _)| (k, n).cmp(&(kind, key))) {
            return Some(ResourceId { kind: *kind, index: declared[at].2 });
        }
        let written = reference.value.to_string();
        self.suggested += 1;
        let near = if self.suggested > SUGGESTIONS {
            None
        } else {
            let known: Vec<String> = declared.iter().map(|(kind, key, _)| format!("{kind}.{key}")).collect();
            nearest(&written, known.iter().map(String::as_str)).map(str::to_owned)
        };
        let disabled =
            self.names.disabled.iter().find(|(name, _)| *kind == Kind::App && name == key).map(|(_, at)| *at);
        let report = self.report.error(UNKNOWN_REFERENCE, reference.origin, format!("`{written}` is not declared"));
        let _ = match (disabled, near) {
            (Some(at), _) => report
                .related(Origin::written(at), "left out by `enabled = false`")
                .help("enable it, or remove the reference"),
            (None, Some(near)) => report.help(format!("did you mean `{near}`?")),
            (None, None) => report.help(format!("declare it: [{kind}.{key}]")),
        };
        None
    }

    /// The name on Fly.io: as written, or made of the project's and the key.
    pub(crate) fn name(
        &mut self,
        written: Option<Sourced<AppName>>,
        key: &Sourced<Key>,
        why: &'static Why,
    ) -> Option<Sourced<AppName>> {
        if written.is_some() {
            return written;
        }
        let name = format!("{}-{}{}", self.project.name.as_ref()?.value, key.value, self.project.suffix);
        if let Ok(name) = name.parse() {
            return Some(Sourced::filled(name, key.range(), why));
        }
        self.report
            .error(INVALID_NAME, key.origin, format!("`{name}` is no name for Fly.io"))
            .label("made of the project's name and this key")
            .help(format!("expected {}; shorten one of the two, or set `name`", AppName::EXPECTED));
        None
    }

    /// The name of an app as written. Previews that had one between them would take it from each other.
    pub(crate) fn app_name(&mut self, written: Sourced<AppName>) -> Option<Sourced<AppName>> {
        if self.project.preview.is_none() {
            return Some(written);
        }
        let name = format!("{}{}", written.value, self.project.suffix);
        if let Ok(value) = name.parse() {
            return Some(Sourced { value, origin: written.origin });
        }
        self.report
            .error(INVALID_NAME, written.origin, format!("`{name}` is no name for Fly.io"))
            .label("a preview puts its own name behind this")
            .help(format!("expected {}; shorten one of the two", AppName::EXPECTED));
        None
    }

    /// A region as written, or the project's primary region.
    pub(crate) fn region(
        &mut self,
        written: Option<Sourced<RegionCode>>,
        header: TextRange,
        why: &'static Why,
    ) -> Option<Sourced<RegionCode>> {
        if written.is_some() {
            return written;
        }
        if let Some(region) = &self.project.primary_region {
            return Some(Sourced::filled(region.value.clone(), header, why));
        }
        self.report
            .error(PLACEMENT, Origin::written(header), "no region is said, and the project has none")
            .help("set `regions = [\"iad\"]` in [project], or `region` here");
        None
    }
}

/// Names on Fly.io are one namespace per kind; unmanaged clusters are apps.
fn unique_names(model: &Model, cx: &mut LowerCx<'_>) {
    let mut taken: Vec<(&str, &str, ResourceId)> = Vec::new();
    let mut add = |space, name, kind, index| taken.push((space, name, ResourceId { kind, index }));
    for (i, app) in model.apps.iter().enumerate() {
        add("app", app.name.as_str(), Kind::App, i);
    }
    for (i, postgres) in model.postgres.iter().enumerate() {
        let space = if postgres.engine.value == postgres::Engine::Unmanaged { "app" } else { "cluster" };
        add(space, postgres.name.as_str(), Kind::Postgres, i);
    }
    for (i, redis) in model.redis.iter().enumerate() {
        add("database", redis.name.as_str(), Kind::Redis, i);
    }
    for (i, bucket) in model.buckets.iter().enumerate() {
        add("bucket", bucket.name.as_str(), Kind::Bucket, i);
    }
    taken.sort_unstable();
    for pair in taken.windows(2) {
        let [(space, name, first), (other_space, other_name, second)] = [pair[0], pair[1]];
        if (space, name) != (other_space, other_name) {
            continue;
        }
        let (earlier, later) = (first.min(second), first.max(second));
        cx.report
            .error(DUPLICATE_NAME, model.name(later).origin, format!("two declarations are called `{name}` on Fly.io"))
            .label(format!("the name of {}", model.reference(later)))
            .related(model.name(earlier).origin, format!("the name of {}", model.reference(earlier)))
            .help("give one of them another `name`");
    }
}
