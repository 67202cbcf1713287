use crate::kinds::postgres::Engine;
use crate::model::{App, Model};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Kind;
use crate::value::Origin;

declare_rule! {
    /// Checks that the connection pools of all machines together fit into the plan of a managed cluster.
    ///
    /// ## Why
    ///
    /// Every process has a pool of connections of its own, and every machine has a process: twenty machines with a pool
    /// of 20 are 400 connections. The pooler of the plans `basic` and `starter` takes 200. It works until the machines
    /// are all busy, on the day that they were added for, and then the pooler refuses connections in all of them.
    ///
    /// A pool is known where a variable says it: `POOL_SIZE`, `DB_POOL`, `DATABASE_POOL_SIZE` and the like. Apps that
    /// do not say it are not counted, and neither are several processes of one machine: the sum is the least that there
    /// will be. When it is above the number of connections that reach the database at a time, requests wait for each
    /// other: in session mode, which is the default, a connection is held for as long as the client has it.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 12, lhr = 12 }
    /// uses = { DATABASE_URL = "postgres.db" }
    ///
    /// [app.web.env]
    /// POOL_SIZE = "20"
    ///
    /// [postgres.db]
    /// plan = "starter"
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { iad = 12, lhr = 12 }
    /// uses = { DATABASE_URL = "postgres.db" }
    ///
    /// [app.web.env]
    /// POOL_SIZE = "2"
    ///
    /// [postgres.db]
    /// plan = "starter"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 6 }
    /// uses = { DATABASE_URL = "postgres.db" }
    /// env = { DB_POOL = "10" }
    ///
    /// [postgres.db]
    /// plan = "basic"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, mpg/cluster-configuration
    /// - Fly.io, mpg/client-configuration
    static RULE = {
        name: "pool-exceeds-plan",
        code: "FA523",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

const VARIABLES: [&str; 7] =
    ["POOL_SIZE", "DB_POOL", "DB_POOL_SIZE", "DB_POOL_MAX", "DATABASE_POOL", "DATABASE_POOL_SIZE", "PG_POOL_MAX"];

/// The pools of one app.
struct Pools {
    app: usize,
    size: u32,
    machines: u32,
    at: Origin,
}

impl Pools {
    fn connections(&self) -> u32 {
        self.size.saturating_mul(self.machines)
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let clusters = model.postgres.iter().enumerate().filter(|(_, cluster)| cluster.engine.value == Engine::Managed);
    for (index, cluster) in clusters {
        let Some(plan) = cluster.plan.as_ref().and_then(|plan| cx.facts.postgres_plan(plan)) else { continue };
        let users = model.apps.iter().enumerate().filter(|(_, app)| {
            app.uses.iter().any(|used| used.target.kind == Kind::Postgres && used.target.index == index)
        });
        let pools: Vec<Pools> = users.filter_map(|(at, app)| pools(at, app)).collect();
        let sum = pools.iter().fold(0_u32, |sum, pools| sum.saturating_add(pools.connections()));
        let Some(largest) = pools.iter().max_by_key(|pools| pools.connections()).filter(|_| sum > plan.connections)
        else {
            continue;
        };
        let name = &cluster.name.value;
        let at = cluster.plan.as_ref().map_or(Origin::written(cluster.header), |plan| plan.origin);
        let label = format!("{} on each of {} machines", largest.size, largest.machines);
        // What fits is clear where one app has all of them.
        let fits = plan.connections / largest.machines.max(1);
        let fits = (pools.len() == 1 && fits > 0).then(|| fits.to_string());
        let fix = fits.and_then(|fits| {
            let cx = cx.about(largest.app);
            cx.unsafe_fix(format!("have pools of {fits}"), Some(cx.edits().replace_word(largest.at.range, &fits)))
        });
        let finding = if sum > plan.clients {
            let message = format!("pools may open {sum} connections, and `{name}` takes {}", plan.clients);
            cx.about(largest.app).report(largest.at, message)
        } else {
            let message = format!("pools may open {sum} connections, of which {} reach `{name}`", plan.connections);
            cx.about(largest.app).warn(largest.at, message)
        };
        finding
            .label(label)
            .related(at, format!("the limits of `{}`", plan.name))
            .help("make the pools smaller, or take a larger plan: a machine rarely needs more than five connections")
            .fix(fix);
    }
}

/// What an app says of its pools: a number in a variable.
fn pools(index: usize, app: &App) -> Option<Pools> {
    let (_, value) = VARIABLES.iter().find_map(|name| app.toml.env.get(*name))?;
    let size = value.as_str().trim().parse().ok()?;
    let machines = app.groups.iter().map(crate::model::Group::machines).sum();
    Some(Pools { app: index, size, machines, at: value.origin })
}
