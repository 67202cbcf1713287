use crate::kinds::postgres::Engine;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that an unmanaged Postgres cluster does not pay for a node that makes it no safer.
    ///
    /// ## Why
    ///
    /// Nodes elect a leader by majority. Of four, three are needed, so that four survive the loss of one, as three do;
    /// it takes five to survive the loss of two. The fourth is paid for, copies every write, and can only make an
    /// election fail.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [postgres.db]
    /// engine = "unmanaged"
    /// nodes = 4
    /// ```
    ///
    /// ```toml,good
    /// [postgres.db]
    /// engine = "unmanaged"
    /// nodes = 5
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, postgres/advanced-guides/high-availability-and-global-replication
    static RULE = {
        name: "even-nodes",
        code: "FA533",
        group: Group::Cost,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let quorum = cx.facts.postgres.quorum;
    for cluster in model.postgres.iter().filter(|cluster| cluster.engine.value == Engine::Unmanaged) {
        let nodes = cluster.nodes;
        let number = nodes.get();
        if number <= quorum || number % 2 == 1 {
            continue;
        }
        let fix = cx.unsafe_fix(
            format!("have {} nodes", number + 1),
            Some(cx.edits().replace(nodes.range(), (number + 1).to_string())),
        );
        let lost = (number - 1) / 2;
        let what = if lost == 1 { "one".to_owned() } else { lost.to_string() };
        cx.report(
            nodes.origin,
            format!("{number} nodes of `{}` survive the loss of {what}, as {} do", cluster.name.value, number - 1),
        )
        .label(format!("a majority is {}", number / 2 + 1))
        .help(format!("have {}, or {} to survive one more", number - 1, number + 1))
        .fix(fix);
    }
}
