//! A region that is given up: what names it, and what moves where, in an order that keeps everything running.
//!
//! Source: Fly.io, reference/regions; flyctl internal/command (volumes fork, mpg restore, redis update, machine clone),
//! postgres/advanced-guides/high-availability-and-global-replication.

use crate::diag::form::sentence;
use crate::facts::Facts;
use crate::model::{App, Model};
use crate::source::{Source, TextRange};

/// What comes of the end of a region.
#[derive(Debug)]
pub struct Retirement {
    /// The nearest region that has what is needed, with its city.
    pub replacement: Option<(&'static str, &'static str)>,
    /// What names the region, each with its place.
    pub named: Vec<(String, String)>,
    /// What to do, one after the other.
    pub steps: Vec<Move>,
    /// What need not move.
    pub stays: Vec<String>,
}

/// One step of a move.
#[derive(Debug)]
pub struct Move {
    /// What is done, and why now.
    pub text: String,
    /// Commands for it, where the script does not do it.
    pub commands: Vec<String>,
}

impl Move {
    fn new(text: impl Into<String>, commands: Vec<String>) -> Self {
        Self { text: text.into(), commands }
    }
}

/// What has to move when a region is given up.
pub fn retire(model: &Model, facts: &Facts, source: &Source, region: &str) -> Retirement {
    let named = named(model, source, region);
    if named.is_empty() {
        return Retirement { replacement: None, named, steps: Vec::new(), stays: Vec::new() };
    }
    let needs_managed = model.postgres.iter().any(|cluster| cluster.is_managed() && cluster.region.as_str() == region);
    let replacement = nearest(facts, region, needs_managed);
    let to = replacement.map_or("NEW_REGION", |(code, _)| code);
    let moving = Moving { model, region, to };
    let mut steps = Vec::new();
    moving.addresses(&mut steps);
    moving.machines(&mut steps);
    moving.volumes(&mut steps);
    moving.postgres(&mut steps);
    moving.redis(&mut steps);
    moving.primary(&mut steps);
    moving.rest(&mut steps);
    let stays =
        vec!["certificates, public and Flycast addresses, secrets, tokens and buckets belong to no region".to_owned()];
    Retirement { replacement, named, steps, stays }
}

/// Where a place is: file and line.
pub(crate) fn place(source: &Source, range: TextRange) -> String {
    if source.is_joined() {
        let cited = source.cite(range.start);
        return format!("{}:{}", cited.name, cited.line);
    }
    format!("{}:{}", source.name(), source.line(range.start))
}

/// What names the region: each place once.
fn named(model: &Model, source: &Source, region: &str) -> Vec<(String, String)> {
    let services: Vec<(TextRange, String)> = model
        .postgres
        .iter()
        .flat_map(|cluster| {
            let places = std::iter::once(&cluster.region).chain(cluster.replicas.iter().map(|(region, _)| region));
            places.map(|place| (place.range(), format!("postgres.{}", cluster.key.value))).collect::<Vec<_>>()
        })
        .chain(model.redis.iter().flat_map(|database| {
            let places = std::iter::once(&database.region).chain(&database.replicas);
            places.map(|place| (place.range(), format!("redis.{}", database.key.value))).collect::<Vec<_>>()
        }))
        .collect();
    let mut found: Vec<(TextRange, String)> = Vec::new();
    for list in model.region_lists() {
        for place in list.iter().filter(|place| place.as_str() == region && place.origin.is_written()) {
            let range = place.range();
            let of = match list.app {
                Some(app) => model.apps[app].reference(),
                None => services.iter().find(|(at, _)| *at == range).map_or("project".to_owned(), |(_, of)| of.clone()),
            };
            // What several have from one place is named once.
            if !found.iter().any(|(at, _)| *at == range) {
                found.push((range, of));
            }
        }
    }
    found.into_iter().map(|(range, of)| (of, place(source, range))).collect()
}

/// The nearest region that has what is needed, and is not known to be short of room.
fn nearest(facts: &Facts, region: &str, needs_managed: bool) -> Option<(&'static str, &'static str)> {
    let fits =
        |other: &crate::facts::Region| other.code != region && (other.mpg || !needs_managed) && !other.high_demand;
    let gone = facts.removed_regions.iter().find(|removed| removed.code == region);
    let said = gone.and_then(|gone| facts.region(gone.replacement));
    if let Some(said) = said.filter(|said| fits(said)) {
        return Some((said.code, said.city));
    }
    // Where an unknown region was, nobody here knows: what is nearest to its successor is as good a guess as there is.
    let from = facts.region(region).or(said)?;
    let others = facts.regions.iter().filter(|other| fits(other));
    others.min_by(|a, b| from.distance(a).total_cmp(&from.distance(b))).map(|other| (other.code, other.city))
}

struct Moving<'a> {
    model: &'a Model,
    region: &'a str,
    to: &'a str,
}

/// The names of apps in a sentence.
fn names(apps: &[&App]) -> String {
    let all: Vec<String> = apps.iter().map(|app| format!("app.{}", app.key.value)).collect();
    match all.as_slice() {
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second}, {third} and {} more", rest.len())
        }
        all => sentence(all),
    }
}

impl Moving<'_> {
    fn apps(&self, is: impl Fn(&App) -> bool) -> Vec<&App> {
        self.model.apps.iter().filter(|app| is(app)).collect()
    }

    fn has_machines(&self, app: &App, with_volume: bool) -> bool {
        let mut groups = app.groups.iter().filter(|group| group.machines_in(self.region) > 0);
        groups.any(|group| group.mount.is_some() == with_volume)
    }

    fn addresses(&self, steps: &mut Vec<Move>) {
        let apps = self.apps(|app| app.ips.egress.iter().any(|egress| egress.as_str() == self.region));
        if !apps.is_empty() {
            steps.push(Move::new(
                format!(
                    "Fixed addresses for outgoing connections cannot move: put {} beside {} in `ips.egress` of {}, build, \
                     run ./setup.sh, and have whoever admits the old addresses admit the new ones, before a machine moves.",
                    self.to,
                    self.region,
                    names(&apps)
                ),
                Vec::new(),
            ));
        }
    }

    fn machines(&self, steps: &mut Vec<Move>) {
        let apps = self.apps(|app| self.has_machines(app, false));
        if !apps.is_empty() {
            steps.push(Move::new(
                format!(
                    "Machines without volumes of {}: put {} beside {} in `regions`, build, and run ./setup.sh. Both \
                     regions answer meanwhile.",
                    names(&apps),
                    self.to,
                    self.region
                ),
                Vec::new(),
            ));
        }
    }

    fn volumes(&self, steps: &mut Vec<Move>) {
        let apps = self.apps(|app| self.has_machines(app, true));
        let (copying, alone): (Vec<&App>, Vec<&App>) =
            apps.into_iter().partition(|app| app.litefs.is_some() || app.workload.quorum.is_some());
        if !copying.is_empty() {
            steps.push(Move::new(
                format!(
                    "Volumes of {}, which copy their data themselves: put {} beside {} in `regions`, build, run \
                     ./setup.sh, and wait until the new machines have all of it.",
                    names(&copying),
                    self.to,
                    self.region
                ),
                Vec::new(),
            ));
        }
        let Some(example) = alone.first() else { return };
        let mount = example.groups.iter().find_map(|group| Some(&example.toml.mounts[group.mount?]));
        let name = mount.and_then(|mount| mount.source.as_ref()).map_or("NAME", |source| source.as_str());
        steps.push(Move::new(
            format!(
                "Volumes of {}: nobody copies what is on them. Stop what writes, fork each into {}, put that region beside \
                 {} in `regions`, build, and run ./setup.sh, which takes the volume that is there; then the next. What is \
                 written after the fork is not in it. Where {} no longer answers, a snapshot is all there is.",
                names(&alone),
                self.to,
                self.region,
                self.region
            ),
            vec![
                format!("fly volumes list -a {}", example.name.value),
                format!("fly volumes fork VOLUME_ID -a {} --name {name} --region {}", example.name.value, self.to),
                format!(
                    "fly volumes create {name} -a {} --snapshot-id SNAPSHOT_ID --size SIZE --region {} --yes  # instead",
                    example.name.value, self.to
                ),
            ],
        ));
    }

    fn postgres(&self, steps: &mut Vec<Move>) {
        let here = self.model.postgres.iter().enumerate().filter(|(_, cluster)| cluster.region.as_str() == self.region);
        for (index, cluster) in here {
            let key = &cluster.key.value;
            if !cluster.is_managed() {
                let name = &cluster.name.value;
                steps.push(Move::new(
                    format!(
                        "postgres.{key}: three nodes in {to}, which copy what there is; then {to} as its primary region, in \
                         the configuration and in `PRIMARY_REGION`; then the failover, and `region = \"{to}\"` in the spec.",
                        to = self.to
                    ),
                    vec![
                        format!("fly machine clone MACHINE_ID --region {} -a {name}  # until there are three", self.to),
                        format!("fly config save -a {name} --yes"),
                        format!("fly image show -a {name}"),
                        format!("fly deploy . -a {name} --image IMAGE --strategy immediate --yes"),
                        format!("fly postgres failover -a {name} --allow-secondary-region"),
                    ],
                ));
                continue;
            }
            let plan = cluster.plan.as_ref().map_or("PLAN", |plan| plan.as_str());
            let used = self.model.apps.iter().flat_map(|app| {
                let used = app.uses.iter().filter(|used| {
                    used.target.value.kind == crate::spec::Kind::Postgres && used.target.value.index == index
                });
                used.map(move |used| format!("fly secrets unset {} --stage -a {}", used.variable.value, app.name.value))
            });
            let create = format!(
                "fly mpg create --name NEW_NAME --org {} --region {} --plan {plan} --volume-size {} --pg-major-version {}{}",
                self.model.project().org.value,
                self.to,
                cluster.storage_gb.value,
                cluster.version.value,
                if cluster.postgis.value { " --enable-postgis-support" } else { "" }
            );
            steps.push(Move::new(
                format!(
                    "postgres.{key}: a managed cluster has no copy in another region, and `fly mpg restore` takes no region. \
                     Make one in {to}; while nobody writes, fill it with pg_dump and pg_restore through `fly mpg proxy`; \
                     then `name = \"NEW_NAME\"` and `region = \"{to}\"` in the spec, the old URLs taken away, and ./setup.sh, \
                     which attaches the apps. The old cluster stays until it is destroyed.",
                    to = self.to
                ),
                std::iter::once(create).chain(used).collect(),
            ));
        }
        let replicas: Vec<String> = self
            .model
            .postgres
            .iter()
            .filter(|cluster| cluster.replicas.iter().any(|(region, _)| region.as_str() == self.region))
            .map(|cluster| format!("postgres.{}", cluster.key.value))
            .collect();
        if !replicas.is_empty() {
            steps.push(Move::new(
                format!(
                    "Replicas of {}: put {} beside {} in `replicas`, build, run ./setup.sh.",
                    sentence(&replicas),
                    self.to,
                    self.region
                ),
                Vec::new(),
            ));
        }
    }

    fn redis(&self, steps: &mut Vec<Move>) {
        for database in &self.model.redis {
            let key = &database.key.value;
            if database.region.as_str() == self.region {
                steps.push(Move::new(
                    format!(
                        "redis.{key}: its primary cannot move. Another `name` and `region = \"{}\"` in the spec make a new \
                         one, which is empty: a cache fills itself, a queue is worked off before, anything else is copied. \
                         With --update-secrets ./setup.sh hands the new URL to the apps.",
                        self.to
                    ),
                    Vec::new(),
                ));
            } else if database.replicas.iter().any(|replica| replica.as_str() == self.region) {
                steps.push(Move::new(
                    format!(
                        "redis.{key}: `replicas` with {} in place of {}; build, run ./setup.sh.",
                        self.to, self.region
                    ),
                    Vec::new(),
                ));
            }
        }
    }

    fn primary(&self, steps: &mut Vec<Move>) {
        let apps = self.apps(|app| app.is_primary(self.region));
        if !apps.is_empty() {
            steps.push(Move::new(
                format!(
                    "`primary_region = \"{}\"` for {}, once its data is there: release commands, the floor of \
                     `min_machines_running` and PRIMARY_REGION follow it. Build, run ./setup.sh.",
                    self.to,
                    names(&apps)
                ),
                Vec::new(),
            ));
        }
        let litefs =
            self.apps(|app| app.litefs.as_ref().is_some_and(|litefs| litefs.candidate.as_str() == self.region));
        if !litefs.is_empty() {
            steps.push(Move::new(
                format!(
                    "`candidate_region = \"{}\"` of LiteFS in {}: at the deploy the lease goes to a machine there; for as \
                     long as it runs out, nothing can be written.",
                    self.to,
                    names(&litefs)
                ),
                Vec::new(),
            ));
        }
        let jobs = self.apps(|app| app.jobs.iter().any(|job| job.region.as_str() == self.region));
        if !jobs.is_empty() {
            steps.push(Move::new(
                format!(
                    "The jobs of {}: `region = \"{}\"` where they say one; ./setup.sh makes their machines.",
                    names(&jobs),
                    self.to
                ),
                Vec::new(),
            ));
        }
    }

    fn rest(&self, steps: &mut Vec<Move>) {
        steps.push(Move::new(
            format!(
                "Take {} out of the spec, build, and run ./setup.sh --allow-scale-down, which destroys its machines and keeps \
                 volumes; `flyarch diff --git HEAD` says beforehand what that does. Destroy old volumes, clusters and \
                 addresses when nobody has missed them for a while.",
                self.region
            ),
            Vec::new(),
        ));
    }
}
