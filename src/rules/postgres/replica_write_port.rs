use crate::diag::Fix;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::spec::Level;
use crate::value::{Address, Scalar, Sourced, addresses};

declare_rule! {
    /// Checks that an address of the nearest Postgres node has the port that leads to that node.
    ///
    /// ## Why
    ///
    /// On port 5432 every node of an unmanaged cluster passes connections on to the leader, so that writes work
    /// wherever one connects. `top1.nearest.of.my-db.internal:5432` finds the node next door, which sends each query to
    /// the other continent: the replica is paid for and never asked. Port 5433 is the node's own, for reading.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// REPLICA_HOST = "top1.nearest.of.my-db.internal:5432"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// REPLICA_HOST = "top1.nearest.of.my-db.internal:5433"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, postgres/advanced-guides/high-availability-and-global-replication
    static RULE = {
        name: "replica-write-port",
        code: "FA522",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

const ENDING: &str = ".internal";
const NEAREST: &str = ".nearest.of.";

fn check(app: &App, cx: &mut Cx<'_>) {
    for (_, value) in app.toml.env.iter().filter(|(_, value)| value.origin.is_written()) {
        if !value.as_str().contains(NEAREST) {
            continue;
        }
        let (port, read) = (cx.facts.postgres.port, cx.facts.postgres.read_port);
        let found = addresses(value.as_str(), ENDING)
            .find(|address| address.port == Some(port) && address.name.contains(NEAREST));
        let Some(address) = found else { continue };
        let fix = fix(value, &address, (port, read), cx);
        cx.report(value.origin, "the nearest node passes these queries on to the leader")
            .label(format!("{port} leads to the leader"))
            .help(format!("write port {read} to ask the node itself: it answers reads"))
            .fix(fix);
    }
}

/// The other port in place of the one that is written.
fn fix(value: &Sourced<Scalar>, address: &Address<'_>, (port, read): (u16, u16), cx: &Cx<'_>) -> Option<Fix> {
    let host = cx.part_of(value.origin, &value.as_str()[address.range.clone()])?;
    let digits = TextRange::new(port.to_string().len(), 0).start;
    let range = TextRange { start: host.end - digits, end: host.end };
    cx.unsafe_fix(format!("write port {read}"), Some(cx.edits().replace(range, read.to_string())))
}
