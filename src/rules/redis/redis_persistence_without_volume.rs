use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that a Redis that shall keep its data has a volume to keep it on.
    ///
    /// ## Why
    ///
    /// `--appendonly yes` and `--save` let Redis write its data to disk. Without a volume that disk is the root file
    /// system: it survives a restart of the process, and begins anew with the next deploy. Whoever turned persistence
    /// on wanted more.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.redis]
    /// processes = { app = "redis-server --appendonly yes" }
    /// ```
    ///
    /// ```toml,good
    /// [app.redis]
    /// processes = { app = "redis-server --appendonly yes --dir /data" }
    ///
    /// [[app.redis.mounts]]
    /// source = "redis"
    /// destination = "/data"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/overview
    /// - Redis, Persistence
    static RULE = {
        name: "redis-persistence-without-volume",
        code: "FA556",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

const SERVERS: [&str; 3] = ["redis-server", "valkey-server", "keydb-server"];

fn check(app: &App, cx: &mut Cx<'_>) {
    for group in app.groups.iter().filter(|group| group.mount.is_none()) {
        let Some(command) = &group.command else { continue };
        if !SERVERS.iter().any(|server| command.contains(server)) {
            continue;
        }
        let words = || command.split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '='));
        let appends = words().any(|word| word == "--appendonly") && words().any(|word| word == "yes");
        // `--save ""` is how saving is turned off.
        let off = ["--save ''", "--save \"\""].iter().any(|off| command.contains(off));
        let saves = words().any(|word| word == "--save") && !off;
        if !appends && !saves {
            continue;
        }
        cx.report(command.origin, format!("what `{}` writes to disk is gone after each deploy", app.name.value))
            .label("it keeps its data, and has no volume")
            .help(format!(
                "add {} with destination = \"/data\", and `--dir /data` to the command",
                app.list_of_tables("mounts")
            ));
    }
}
