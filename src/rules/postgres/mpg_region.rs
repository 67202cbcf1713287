use crate::facts::Region;
use crate::kinds::postgres::Engine;
use crate::model::{Model, Postgres};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::spec::Level;

declare_rule! {
    /// Checks that Managed Postgres is offered in the region of every managed cluster.
    ///
    /// ## Why
    ///
    /// Fly.io runs Managed Postgres in most of its regions, and not in all. In the others `fly mpg create` fails, and
    /// with it the set-up of every app that uses the cluster. A cluster without `region` is meant for the project's
    /// primary region: then that one must have Managed Postgres, or the cluster a region of its own near by.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// plan = "launch"
    /// region = "dfw"
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// plan = "launch"
    /// region = "ord"
    /// ```
    ///
    /// ```toml,bad
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// regions = ["cdg", "fra"]
    ///
    /// [postgres.db]
    /// plan = "launch"
    /// ```
    ///
    /// ```toml,good
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// regions = ["cdg", "fra"]
    ///
    /// [postgres.db]
    /// region = "fra"
    /// plan = "launch"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, mpg/index
    static RULE = {
        name: "mpg-region",
        code: "FA303",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: false,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for cluster in model.postgres.iter().filter(|cluster| cluster.engine.value == Engine::Managed) {
        // A region that nobody knows is for `unknown-region`.
        if let Some(region) = cx.facts.region(&cluster.region).filter(|region| !region.mpg) {
            report(cluster, region, model, cx);
        }
    }
}

fn report(cluster: &Postgres, region: &Region, model: &Model, cx: &mut Cx<'_>) {
    let offered = || cx.facts.regions.iter().filter(|other| other.mpg);
    let near: Vec<&str> = offered().filter(|other| other.country == region.country).map(|other| other.code).collect();
    let help = if near.is_empty() {
        let all: Vec<&str> = offered().map(|other| other.code).collect();
        format!("set `region` in [postgres.{}] to one of {}", cluster.key.value, list(&all, "or"))
    } else {
        let near = list(&near, "or");
        format!("set `region` in [postgres.{}] to {near}: they are in the same country", cluster.key.value)
    };
    let message = format!("Managed Postgres is not offered in `{}` ({})", region.code, region.city);
    let finding = cx.report(cluster.region.origin, message).help(help);
    match model.project.as_ref().and_then(|project| project.primary_region.as_ref()) {
        Some(primary) if !cluster.region.origin.is_written() => {
            finding.label("the cluster goes to the primary region").related(primary.origin, "no Managed Postgres here")
        }
        _ => finding.label("the cluster cannot be created"),
    };
}
