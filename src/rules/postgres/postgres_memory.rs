use crate::diag::fix::string_literal;
use crate::kinds::postgres::Engine;
use crate::model::{Model, Postgres};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that the machines of a Postgres cluster have memory enough for it.
    ///
    /// ## Why
    ///
    /// Want of memory is the usual reason why an unmanaged cluster falls over: 256 MB hold Postgres, the process that
    /// watches over the nodes, and a proxy, and then a query sorts something. The kernel ends the largest process,
    /// which is the database, and the other nodes, as small, take over the load that was too much for it.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// engine = "unmanaged"
    /// vm = { size = "shared-cpu-1x" }
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// engine = "unmanaged"
    /// vm = { size = "shared-cpu-2x" }
    /// ```
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// engine = "unmanaged"
    /// vm = { size = "shared-cpu-1x", memory = "256mb" }
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// engine = "unmanaged"
    /// vm = { size = "shared-cpu-1x", memory = "512mb" }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, postgres/getting-started/what-you-should-know
    /// - Fly.io, postgres/managing/scaling
    static RULE = {
        name: "postgres-memory",
        code: "FA521",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for cluster in model.postgres.iter().filter(|cluster| cluster.engine.value == Engine::Unmanaged) {
        judge(cluster, cx);
    }
}

fn judge(cluster: &Postgres, cx: &mut Cx<'_>) {
    let facts = cx.facts;
    let Some(preset) = facts.machine_size(&cluster.size) else { return };
    let smallest = facts.machine_size(facts.machine_size).map_or(0, |size| size.memory_mb);
    let Some(better) = facts.machine_size(facts.postgres.unmanaged_size) else { return };
    let memory = cluster.memory_mb.map_or(preset.memory_mb, |memory| memory.value);
    if memory > smallest {
        return;
    }
    let (at, edit, help) = if let Some(written) = cluster.memory_mb {
        let literal = string_literal(&format!("{}mb", better.memory_mb));
        let edit = cx.edits().replace(written.range(), literal.as_str());
        (written.origin, Some(edit), format!("write `memory = {literal}` or more"))
    } else {
        let size = &cluster.size;
        let edit = size.origin.is_written().then(|| cx.edits().replace(size.range(), string_literal(better.name)));
        (size.origin, edit, format!("take \"{}\" or more, or add `memory`", better.name))
    };
    let fix = cx.unsafe_fix(format!("have {} MB of memory", better.memory_mb), edit);
    cx.report(at, format!("`{}` has too little memory for Postgres", cluster.name.value))
        .label(format!("{memory} MB"))
        .help(help)
        .fix(fix);
}
