//! The project and its data services.

use super::{Attribute, Item, index};
use crate::assertions::Cx;
use crate::assertions::check::{Type, Value};
use crate::model::{App, Bucket, Postgres, Redis, ResourceId};

const ENGINES: [&str; 2] = ["managed", "unmanaged"];

fn cluster<'c>(cx: &Cx<'c>, item: Item) -> &'c Postgres {
    &cx.model.postgres[index(item)]
}

fn redis<'c>(cx: &Cx<'c>, item: Item) -> &'c Redis {
    &cx.model.redis[index(item)]
}

fn bucket<'c>(cx: &Cx<'c>, item: Item) -> &'c Bucket {
    &cx.model.buckets[index(item)]
}

/// The apps that use a data service.
fn users(cx: &Cx<'_>, item: Item) -> Value {
    let Item::Declaration(id) = item else { return Value::List(Vec::new()) };
    let apps = cx.model.apps.iter().filter(|app| app.uses.iter().any(|used| used.target.value == id));
    Value::list(apps.map(App::reference))
}

fn plan(plan: Option<&str>) -> Value {
    Value::text(plan.unwrap_or_default())
}

/// Whether it goes on when any one region is lost.
fn survives_region(cx: &Cx<'_>, item: Item) -> Value {
    let losses = declared(item).and_then(|of| cx.losses(of));
    Value::Bool(losses.is_none_or(|losses| losses.regions.is_empty()))
}

/// Whether it goes on when any one host is lost.
fn survives_host(cx: &Cx<'_>, item: Item) -> Value {
    Value::Bool(declared(item).and_then(|of| cx.losses(of)).is_none_or(|losses| !losses.host))
}

/// The regions whose loss it does not survive.
fn fatal_regions(cx: &Cx<'_>, item: Item) -> Value {
    Value::list(declared(item).and_then(|of| cx.losses(of)).into_iter().flat_map(|losses| &losses.regions))
}

/// What it costs a month at least, of what is known.
fn cost_floor(cx: &Cx<'_>, item: Item) -> Value {
    Value::Number(
        declared(item).map_or_else(|| cx.costs().values().map(|cost| cost.floor).sum(), |of| cx.cost(Some(of)).floor),
    )
}

/// What it costs a month with everything on, of what is known.
fn cost_ceiling(cx: &Cx<'_>, item: Item) -> Value {
    Value::Number(
        declared(item)
            .map_or_else(|| cx.costs().values().map(|cost| cost.ceiling).sum(), |of| cx.cost(Some(of)).ceiling),
    )
}

fn declared(item: Item) -> Option<ResourceId> {
    if let Item::Declaration(id) = item { Some(id) } else { None }
}

macro_rules! attributes {
    ($name:ident: $($attribute:literal $kind:expr, $says:literal, $get:expr;)+) => {
        pub(super) const $name: &[Attribute] =
            &[$(Attribute { name: $attribute, kind: $kind, says: $says, get: $get }),+];
    };
}
pub(super) use attributes;

attributes! { PROJECT:
    "name" Type::Text(&[]), "the name of the architecture", |cx, _| Value::text(cx.model.project().name.as_str());
    "regions" Type::List(&[]), "every region in which something runs", |cx, _| {
        Value::list(crate::survival::regions(cx.model))
    };
    "apps" Type::Number, "how many apps there are", |cx, _| Value::count(super::app::size(cx.model.apps.len()));
    "cost_floor" Type::Number, "what it costs a month at least, in US dollars", cost_floor;
    "cost_ceiling" Type::Number, "what it costs a month with everything on, of what is known", cost_ceiling;
}

attributes! { POSTGRES:
    "key" Type::Text(&[]), "its key in the spec", |cx, item| Value::text(cluster(cx, item).key.as_str());
    "name" Type::Text(&[]), "its name on Fly.io", |cx, item| Value::text(cluster(cx, item).name.as_str());
    "engine" Type::Text(&ENGINES), "who runs it", |cx, item| {
        Value::text(if cluster(cx, item).is_managed() { ENGINES[0] } else { ENGINES[1] })
    };
    "region" Type::Text(&[]), "where its primary is", |cx, item| Value::text(cluster(cx, item).region.as_str());
    "replicas" Type::List(&[]), "regions with a replica", |cx, item| {
        Value::list(cluster(cx, item).replicas.iter().map(|(region, _)| &region.value))
    };
    "nodes" Type::Number, "machines of an unmanaged cluster in its region; 0 of a managed one", |cx, item| {
        let cluster = cluster(cx, item);
        Value::count(if cluster.is_managed() { 0 } else { cluster.nodes.get() })
    };
    "plan" Type::Text(&[]), "the plan of a managed cluster", |cx, item| {
        plan(cluster(cx, item).plan.as_ref().map(|plan| plan.as_str()))
    };
    "version" Type::Number, "the major version", |cx, item| Value::count(cluster(cx, item).version.value);
    "storage_gb" Type::Number, "storage, in GB", |cx, item| Value::count(cluster(cx, item).storage_gb.value);
    "used_by" Type::List(&[]), "the apps that use it, such as \"app.web\"", users;
}

attributes! { REDIS:
    "key" Type::Text(&[]), "its key in the spec", |cx, item| Value::text(redis(cx, item).key.as_str());
    "name" Type::Text(&[]), "its name on Fly.io", |cx, item| Value::text(redis(cx, item).name.as_str());
    "region" Type::Text(&[]), "where its primary is", |cx, item| Value::text(redis(cx, item).region.as_str());
    "replicas" Type::List(&[]), "regions with a replica", |cx, item| {
        Value::list(redis(cx, item).replicas.iter().map(|region| &region.value))
    };
    "plan" Type::Text(&[]), "a fixed plan; empty where it is paid by use", |cx, item| {
        plan(redis(cx, item).plan.as_ref().map(|plan| plan.as_str()))
    };
    "eviction" Type::Bool, "whether old entries make room", |cx, item| Value::Bool(redis(cx, item).eviction.value);
    "prodpack" Type::Bool, "whether the production add-on is bought", |cx, item| Value::Bool(redis(cx, item).prodpack.value);
    "used_by" Type::List(&[]), "the apps that use it, such as \"app.web\"", users;
}

attributes! { BUCKET:
    "key" Type::Text(&[]), "its key in the spec", |cx, item| Value::text(bucket(cx, item).key.as_str());
    "name" Type::Text(&[]), "its name on Fly.io", |cx, item| Value::text(bucket(cx, item).name.as_str());
    "owner" Type::Text(&[]), "the app that gets the credentials, such as \"app.web\"", |cx, item| {
        Value::text(cx.model.apps[bucket(cx, item).owner.value].reference())
    };
    "public" Type::Bool, "whether everybody may read", |cx, item| Value::Bool(bucket(cx, item).public.value);
    "domain" Type::Text(&[]), "a host name of its own", |cx, item| {
        plan(bucket(cx, item).custom_domain.as_ref().map(|domain| domain.as_str()))
    };
    "used_by" Type::List(&[]), "the apps that use it, such as \"app.web\"", users;
}

// What an app, a cluster and a Redis database have in common.
attributes! { LOSABLE:
    "survives_region" Type::Bool, "whether it goes on when any one region is lost", survives_region;
    "survives_host" Type::Bool, "whether it goes on when any one host is lost", survives_host;
    "fatal_regions" Type::List(&[]), "the regions whose loss it does not survive", fatal_regions;
    "cost_floor" Type::Number, "what it costs a month at least, in US dollars", cost_floor;
    "cost_ceiling" Type::Number, "what it costs a month with everything on, of what is known", cost_ceiling;
}
