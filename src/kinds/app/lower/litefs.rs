//! What `[app.<key>.litefs]` means, and what cannot be together with it.

use super::super::{Commands, LiteFsSpec};
use crate::fly_toml::FlyToml;
use crate::lower::{CONFLICT, LowerCx, PLACEMENT};
use crate::model::{Group, LiteFs};
use crate::source::TextRange;
use crate::value::{CommandLine, Folder, Origin, Port, RegionCode, Sourced, Why};

static PROXY_PORT: Why = Why { reason: "where the proxy listens in the guides", source: "litefs/getting-started-fly" };
static FUSE_DIR: Why = Why { reason: "where LiteFS shows databases", source: "litefs/config" };
static DATA_DIR: Why = Why { reason: "where LiteFS keeps its files", source: "litefs/config" };
static CANDIDATE: Why = Why { reason: "the primary is in the primary region of the app", source: "litefs/primary" };

const PORT: i64 = 8080;

/// LiteFS of an app, complete.
pub(super) fn lower(
    spec: Option<Sourced<LiteFsSpec>>,
    toml: &FlyToml,
    groups: &[Group],
    primary: &Sourced<RegionCode>,
    cx: &mut LowerCx<'_>,
) -> Option<LiteFs> {
    let spec = spec?;
    let (at, spec) = (spec.range(), spec.value);
    let commands = |commands: Option<Sourced<Commands>>| {
        let (range, list) = commands.map_or_else(Default::default, |commands| (commands.range(), commands.value.0));
        // One that stands alone has no place of its own.
        let placed = |command: Sourced<CommandLine>| {
            if command.range() == TextRange::default() { Sourced::written(command.value, range) } else { command }
        };
        list.into_iter().map(placed).collect::<Vec<_>>()
    };
    let folder = |written: Option<Sourced<Folder>>, default: &str, why: &'static Why| {
        written.or_else(|| Some(Sourced::filled(default.parse().ok()?, at, why)))
    };
    let litefs = LiteFs {
        at,
        port: spec.port.or_else(|| Some(Sourced::filled(Port::new(PORT)?, at, &PROXY_PORT)))?,
        target_port: spec.target_port,
        database: spec.database,
        migrate: commands(spec.migrate),
        exec: commands(Some(spec.exec)),
        passthrough: spec.passthrough,
        always_forward: spec.always_forward,
        candidate: spec.candidate_region.unwrap_or_else(|| Sourced::filled(primary.value.clone(), at, &CANDIDATE)),
        fuse_dir: folder(spec.fuse_dir, "/litefs", &FUSE_DIR)?,
        data_dir: folder(spec.data_dir, "/var/lib/litefs", &DATA_DIR)?,
        retention: spec.retention,
    };
    check(&litefs, toml, groups, cx);
    Some(litefs)
}

/// What cannot be.
fn check(litefs: &LiteFs, toml: &FlyToml, groups: &[Group], cx: &mut LowerCx<'_>) {
    let of_nodes = cx.facts.litefs.port;
    for port in [&litefs.port, &litefs.target_port] {
        if port.get() == of_nodes {
            cx.report
                .error(CONFLICT, port.origin, format!("port {of_nodes} is taken: LiteFS copies databases on it"))
                .help("choose another one");
        }
    }
    if litefs.port.value == litefs.target_port.value {
        cx.report
            .error(CONFLICT, litefs.target_port.origin, "the app and the proxy of LiteFS listen on one port")
            .related(litefs.port.origin, format!("the proxy listens on {}", litefs.port.value))
            .help("let the app listen on another port, which only the proxy uses");
    }
    if litefs.exec.is_empty() {
        cx.report
            .error(CONFLICT, Origin::written(litefs.at), "LiteFS has nothing to start")
            .help("write the command of the app: `exec = \"node server.js\"`");
    }
    for (name, command) in &toml.processes {
        cx.report
            .error(
                CONFLICT,
                command.origin,
                format!("two commands for `{}`: this one and `exec` of LiteFS", name.value),
            )
            .related(Origin::written(litefs.at), "LiteFS starts the app when the databases are there")
            .help("take `processes` out: the image starts LiteFS, and that runs what `exec` says");
    }
    let region = &litefs.candidate;
    if region.origin.is_written() && groups.iter().all(|group| group.machines_in(&region.value) == 0) {
        cx.report
            .error(PLACEMENT, region.origin, format!("nothing can be written: no machine is in `{}`", region.value))
            .label("only machines here may become the primary")
            .help("name one of the regions of the app");
    }
}
