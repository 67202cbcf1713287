use crate::kinds::postgres::Engine;
use crate::model::{Model, Postgres};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Tier;

declare_rule! {
    /// Checks that a Postgres cluster that you run has enough nodes to go on when one is lost.
    ///
    /// ## Why
    ///
    /// The nodes of an unmanaged cluster elect a leader by majority. Of two, one that is left is no majority: it does
    /// not become the leader, and a leader that has lost the other stops taking writes. Two nodes are therefore down
    /// more often than one. A team learnt that in an outage, and wrote down how to get out of it
    /// (<https://github.com/brendanlong/lion-reader/pull/1378>). Three nodes survive the loss of one.
    ///
    /// Replicas in other regions do not count: they never become the leader by themselves. Outside of production one
    /// node is enough, and two are not.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// engine = "unmanaged"
    /// nodes = 2
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// engine = "unmanaged"
    /// nodes = 3
    /// ```
    ///
    /// ```toml,bad
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// tier = "staging"
    /// regions = ["iad"]
    ///
    /// [postgres.db]
    /// engine = "unmanaged"
    /// nodes = 2
    /// replicas = { lhr = 1 }
    /// ```
    ///
    /// ```toml,good
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// tier = "staging"
    /// regions = ["iad"]
    ///
    /// [postgres.db]
    /// engine = "unmanaged"
    /// nodes = 3
    /// replicas = { lhr = 1 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, postgres/advanced-guides/high-availability-and-global-replication
    /// - Fly.io, postgres/index
    static RULE = {
        name: "postgres-quorum",
        code: "FA520",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let production = model.project.as_ref().is_some_and(|project| project.tier.value == Tier::Production);
    for cluster in model.postgres.iter().filter(|cluster| cluster.engine.value == Engine::Unmanaged) {
        let nodes = cluster.nodes.get();
        // One node is an honest choice where nobody waits for it.
        if nodes < cx.facts.postgres.quorum && (production || nodes > 1) {
            report(cluster, cx);
        }
    }
}

fn report(cluster: &Postgres, cx: &mut Cx<'_>) {
    let (name, nodes, quorum) = (&cluster.name.value, cluster.nodes, cx.facts.postgres.quorum);
    let edit = nodes.origin.is_written().then(|| cx.edits().replace(nodes.range(), quorum.to_string()));
    let fix = cx.unsafe_fix(format!("have {quorum} nodes"), edit);
    let finding = cx
        .report(nodes.origin, format!("`{name}` has no leader after one host has failed"))
        .label(format!("{quorum} nodes elect one, fewer do not"));
    let finding = match cluster.replicas.first() {
        Some((region, _)) => finding.related(region.origin, "replicas are never elected"),
        None => finding,
    };
    finding
        .help(format!("write `nodes = {quorum}`, or let Fly.io run it: `engine = \"managed\"` with a `plan`"))
        .fix(fix);
}
