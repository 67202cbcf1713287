//! Postgres clusters, Redis databases and buckets.
//!
//! What holds data is made once: `mpg`, `postgres`, `redis` and `bucket` of the script leave alone what is there, and
//! tell a difference where flyctl shows it (`kinds/*/functions.sh`, `kinds/postgres/*.sh`).

use super::apps::pairs;
use super::{Change, Class, Cx};
use crate::kinds::postgres::Engine;
use crate::model::{Bucket, Postgres, Redis};
use crate::source::TextRange;
use crate::value::{AppName, Key, Sourced};

/// What all three kinds have.
struct Declared<'a> {
    kind: &'static str,
    key: &'a Key,
    name: &'a Sourced<AppName>,
    header: TextRange,
    /// What a person calls it.
    noun: &'static str,
    /// The command that destroys it.
    destroy: String,
    /// The option of `teardown.sh` that takes it.
    option: &'static str,
}

impl Declared<'_> {
    fn of(&self) -> String {
        format!("{}.{}", self.kind, self.key)
    }
}

fn of_postgres(cluster: &Postgres) -> Declared<'_> {
    let destroy = match cluster.engine.value {
        Engine::Managed => "fly mpg destroy CLUSTER_ID".to_owned(),
        Engine::Unmanaged => format!("fly apps destroy {}", cluster.name.value),
    };
    Declared {
        kind: "postgres",
        key: &cluster.key.value,
        name: &cluster.name,
        header: cluster.header,
        noun: "cluster",
        destroy,
        option: "--clusters",
    }
}

fn of_redis(redis: &Redis) -> Declared<'_> {
    Declared {
        kind: "redis",
        key: &redis.key.value,
        name: &redis.name,
        header: redis.header,
        noun: "database",
        destroy: format!("fly redis destroy {}", redis.name.value),
        option: "--redis",
    }
}

fn of_bucket(bucket: &Bucket) -> Declared<'_> {
    Declared {
        kind: "bucket",
        key: &bucket.key.value,
        name: &bucket.name,
        header: bucket.header,
        noun: "bucket",
        destroy: format!("fly storage destroy {}", bucket.name.value),
        option: "--buckets",
    }
}

pub(super) fn compare(cx: &mut Cx<'_>) {
    let (old, new) = (cx.old.model, cx.new.model);
    for pair in pairs(&old.postgres, &new.postgres, |p| p.key.as_str(), |p| p.name.as_str()) {
        if let Some((before, after)) = one(cx, pair, of_postgres) {
            postgres(cx, before, after);
        }
    }
    for pair in pairs(&old.redis, &new.redis, |r| r.key.as_str(), |r| r.name.as_str()) {
        if let Some((before, after)) = one(cx, pair, of_redis) {
            redis(cx, before, after);
        }
    }
    for pair in pairs(&old.buckets, &new.buckets, |b| b.key.as_str(), |b| b.name.as_str()) {
        if let Some((before, after)) = one(cx, pair, of_bucket) {
            bucket(cx, before, after);
        }
    }
}

/// What comes, goes or has another name; both where there are both.
fn one<'a, T>(
    cx: &mut Cx<'_>,
    pair: (Option<&'a T>, Option<&'a T>),
    declared: impl Fn(&'a T) -> Declared<'a>,
) -> Option<(&'a T, &'a T)> {
    match pair {
        (Some(before), Some(after)) => {
            let (was, is) = (declared(before), declared(after));
            if was.name.value != is.name.value {
                let what = format!("the name of the {}: `{}` → `{}`", is.noun, was.name.value, is.name.value);
                let change = Change::new(&[Class::DataLoss, Class::Replacement, Class::Cost], is.of(), what)
                    .effect(format!(
                        "`setup.sh` makes a new {}, which is empty; `{}` stays, with its data, and costs on.",
                        is.noun, was.name.value
                    ))
                    .effect("Apps go on with the old one: their variables are set, and stay as they are.")
                    .person("Move the data, unset the variables, and run `setup.sh` again.")
                    .person(format!("When nobody uses it any more: `{}`.", was.destroy))
                    .at(cx.here(is.name.range()));
                cx.add(change);
            }
            return Some((before, after));
        }
        (None, Some(after)) => {
            let is = declared(after);
            let what = format!("a new {}, `{}`", is.noun, is.name.value);
            let change = Change::new(&[Class::InPlace, Class::Cost], is.of(), what)
                .effect("`setup.sh` makes it.")
                .at(cx.here(is.header));
            cx.add(change);
        }
        (Some(before), None) => {
            let was = declared(before);
            let what = format!("the {} `{}` is gone from the spec", was.noun, was.name.value);
            let change = Change::new(&[Class::DataLoss, Class::Cost], was.of(), what)
                .effect("`setup.sh` never removes one: it stays, with its data, and costs what it cost.")
                .effect(format!(
                    "The new `teardown.sh` does not know it; the old one, with `{}`, destroys it and all that is in it.",
                    was.option
                ))
                .person(format!("Save what it holds; then `{}` destroys it, for good.", was.destroy))
                .at(cx.there(was.header));
            cx.add(change);
        }
        (None, None) => {}
    }
    None
}

fn setting(
    cx: &mut Cx<'_>,
    of: &str,
    what: String,
    classes: &[Class],
    range: TextRange,
    texts: (&str, Option<String>),
) {
    let mut change = Change::new(classes, of, what).effect(texts.0);
    if let Some(person) = texts.1 {
        change = change.person(person);
    }
    let at = cx.here(range);
    cx.add(change.at(at));
}

fn postgres(cx: &mut Cx<'_>, old: &Postgres, new: &Postgres) {
    const STAYS: &str = "`setup.sh` does not change a cluster that is there, and does not see the difference.";
    let of = of_postgres(new).of();
    let restore =
        || Some("Make a cluster of another name, restore a backup into it, and attach the apps to it.".to_owned());
    if old.engine.value != new.engine.value {
        let what = format!("who runs the cluster: {} → {}", old.engine.value.as_str(), new.engine.value.as_str());
        let text = "`setup.sh` makes another cluster, which is empty; the old one stays, with its data, and costs on.";
        let classes = [Class::DataLoss, Class::Replacement, Class::Cost];
        setting(cx, &of, what, &classes, new.engine.range(), (text, restore()));
        return;
    }
    let replaced = [Class::Replacement, Class::Cost];
    if old.region.value != new.region.value {
        let what = format!("the region of the primary: {} → {}", old.region.value, new.region.value);
        let text = match new.engine.value {
            Engine::Managed => "A cluster does not move: `setup.sh` tells the difference and goes on.",
            Engine::Unmanaged => "A cluster does not move: `setup.sh` finds no machine there and ends (23).",
        };
        setting(cx, &of, what, &replaced, new.region.range(), (text, restore()));
    }
    if old.plan.as_ref().map(|plan| &plan.value) != new.plan.as_ref().map(|plan| &plan.value) {
        let name = |p: &Postgres| p.plan.as_ref().map_or("none".to_owned(), |plan| plan.to_string());
        let what = format!("the plan: {} → {}", name(old), name(new));
        let range = new.plan.as_ref().map_or(new.header, Sourced::range);
        // flyctl has no command that changes the plan of a cluster (mpg: create, attach, backup, restore, destroy, …).
        let text =
            "flyctl cannot change it: `setup.sh` tells the difference and goes on; the cluster costs what it cost.";
        let person = Some("Change it in the dashboard; or restore a backup into a cluster of another name.".to_owned());
        setting(cx, &of, what, &replaced, range, (text, person));
    }
    if old.storage_gb.value != new.storage_gb.value {
        let what = format!("the storage: {} GB → {} GB", old.storage_gb.value, new.storage_gb.value);
        setting(cx, &of, what, &[Class::InPlace, Class::Cost], new.storage_gb.range(), (STAYS, None));
    }
    if old.version.value != new.version.value {
        let what = format!("the major version: {} → {}", old.version.value, new.version.value);
        setting(cx, &of, what, &[Class::Replacement], new.version.range(), (STAYS, restore()));
    }
    if old.postgis.value != new.postgis.value {
        let what = format!("PostGIS: {} → {}", old.postgis.value, new.postgis.value);
        setting(cx, &of, what, &[Class::Replacement], new.postgis.range(), (STAYS, restore()));
    }
    if new.engine.value == Engine::Unmanaged {
        unmanaged(cx, &of, old, new);
    }
}

fn unmanaged(cx: &mut Cx<'_>, of: &str, old: &Postgres, new: &Postgres) {
    let name = &new.name.value;
    let classes = [Class::InPlace, Class::Cost];
    let memory = |p: &Postgres| p.memory_mb.map(|memory| memory.value);
    if old.size.value != new.size.value || memory(old) != memory(new) {
        let what = format!("the size of its machines: {} → {}", old.size.value, new.size.value);
        let text = "`setup.sh` does not change machines that are there; new ones are clones of these.";
        let person = Some(format!("`fly machine update ID --vm-size {} -a {name}`, replicas first.", new.size.value));
        setting(cx, of, what, &classes, new.size.range(), (text, person));
    }
    let mut counts = vec![(new.region.to_string(), old.nodes.get(), new.nodes.get(), Some(new.nodes.range()))];
    for (region, count) in &new.replicas {
        let had =
            old.replicas.iter().find(|(other, _)| other.value == region.value).map_or(0, |(_, count)| count.get());
        counts.push((region.to_string(), had, count.get(), Some(region.range())));
    }
    for (region, count) in &old.replicas {
        if new.replicas.iter().all(|(other, _)| other.value != region.value) {
            counts.push((region.to_string(), count.get(), 0, None));
        }
    }
    for (region, had, has, range) in counts.into_iter().filter(|(_, had, has, _)| had != has) {
        let what = format!("its machines in {region}: {had} → {has}");
        let change = Change::new(&classes, of, what);
        let change = if has > had {
            change.effect("`setup.sh` clones the primary.")
        } else {
            change
                .effect("`setup.sh` tells, and destroys none: they run on, and cost on.")
                .person(format!("`fly machine destroy ID -a {name}`, never the primary; then its volume."))
        };
        let at = range.map_or_else(|| cx.there(old.header), |range| cx.here(range));
        cx.add(change.at(at));
    }
}

fn redis(cx: &mut Cx<'_>, old: &Redis, new: &Redis) {
    const STAYS: &str = "`setup.sh` does not change a database that is there: flyctl does not print what it has.";
    let of = of_redis(new).of();
    let name = &new.name.value;
    let update = || Some(format!("`fly redis update {name}` asks for it, at a terminal."));
    let in_place = [Class::InPlace, Class::Cost];
    if old.region.value != new.region.value {
        let what = format!("the region of the primary: {} → {}", old.region.value, new.region.value);
        // flyctl `internal/command/redis/update.go` changes replicas, plan and eviction, and not the primary.
        let person = Some(
            "Make a database of another name, and let the apps use it; nothing copies what this one holds.".to_owned(),
        );
        setting(cx, &of, what, &[Class::Replacement], new.region.range(), (STAYS, person));
    }
    let regions = |redis: &Redis| {
        redis.replicas.iter().map(|region| region.value.clone()).collect::<std::collections::BTreeSet<_>>()
    };
    if regions(old) != regions(new) {
        let range = new.replicas.first().map_or(new.header, Sourced::range);
        setting(cx, &of, "the regions of its replicas".to_owned(), &in_place, range, (STAYS, update()));
    }
    if old.plan.as_ref().map(|plan| &plan.value) != new.plan.as_ref().map(|plan| &plan.value) {
        let text = |redis: &Redis| redis.plan.as_ref().map_or("pay as you go".to_owned(), |plan| plan.value.clone());
        let range = new.plan.as_ref().map_or(new.header, Sourced::range);
        setting(cx, &of, format!("the plan: {} → {}", text(old), text(new)), &in_place, range, (STAYS, update()));
    }
    if old.eviction.value != new.eviction.value {
        let what = format!("eviction: {} → {}", old.eviction.value, new.eviction.value);
        let text = if new.eviction.value {
            "When it is full, entries are thrown away to make room, also those of a queue. `setup.sh` changes nothing."
        } else {
            "When it is full, writes fail. `setup.sh` changes nothing."
        };
        let classes: &[Class] = if new.eviction.value { &[Class::DataLoss] } else { &[Class::InPlace] };
        setting(cx, &of, what, classes, new.eviction.range(), (text, update()));
    }
    if old.prodpack.value != new.prodpack.value {
        let what = format!("the production add-on: {} → {}", old.prodpack.value, new.prodpack.value);
        let flag = if new.prodpack.value { "--enable-prodpack" } else { "--disable-prodpack" };
        let person = Some(format!("`fly redis update {name} {flag}`, at a terminal."));
        setting(cx, &of, what, &in_place, new.prodpack.range(), (STAYS, person));
    }
}

fn bucket(cx: &mut Cx<'_>, old: &Bucket, new: &Bucket) {
    const STAYS: &str = "`setup.sh` does not change a bucket that is there.";
    let of = of_bucket(new).of();
    let name = &new.name.value;
    if old.public.value != new.public.value {
        let (words, flag) = if new.public.value {
            ("everybody may read it: false → true", "--public")
        } else {
            ("everybody may read it: true → false", "--private")
        };
        let person = Some(format!("`fly storage update {name} {flag}`."));
        setting(cx, &of, words.to_owned(), &[Class::Security], new.public.range(), (STAYS, person));
    }
    if old.custom_domain != new.custom_domain {
        let text = |bucket: &Bucket| bucket.custom_domain.as_ref().map_or("none".to_owned(), |host| host.to_string());
        let what = format!("its domain: {} → {}", text(old), text(new));
        if let Some(host) = &new.custom_domain {
            let person = Some(format!("Publish a CNAME record of {} to {name}.t3.tigrisbucket.io.", host.value));
            setting(cx, &of, what, &[Class::Address], host.range(), ("`setup.sh` sets it.", person));
        } else {
            let person = Some(format!("`fly storage update {name} --clear-custom-domain`."));
            setting(cx, &of, what, &[Class::Address], new.header, (STAYS, person));
        }
    }
    let owner = |cx: &Cx<'_>, bucket: &Bucket, is_new: bool| {
        let model = if is_new { cx.new.model } else { cx.old.model };
        model.apps[bucket.owner.value].reference()
    };
    let (was, is) = (owner(cx, old, false), owner(cx, new, true));
    if was != is {
        let what = format!("the app that has its credentials: {was} → {is}");
        let text = "`setup.sh` does not make another key: it asks for one where the new app has none, and the old app keeps its own.";
        let person = Some(format!("Make a key (`fly storage dashboard {name}`), and set it as secrets of the app."));
        setting(cx, &of, what, &[Class::Security], new.owner.range(), (text, person));
    }
}
