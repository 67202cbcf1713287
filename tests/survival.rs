//! What is left when a region or a host is lost: small specs, each with what becomes of it.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

#[path = "survival/changes.rs"]
mod changes;
#[path = "survival/shown.rs"]
mod shown;
#[allow(dead_code, reason = "each test takes what it needs")]
#[path = "cli/world.rs"]
mod world;

use std::fmt::Write as _;

use flyarch::facts::FACTS;
use flyarch::model::Model;
use flyarch::source::Source;
use flyarch::survival::{AnyOne, Capacity, Carries, Data, Effect, Loss, Outcome, State, Survival, lose};
use flyarch::{Options, interpret};
use proptest::prelude::*;

const HEAD: &str = "version = 1\n[project]\nname = \"shop\"\norg = \"acme\"\n";

fn understood(text: &str) -> Model {
    let compilation = interpret(&Source::new("spec.toml", text), &FACTS, &Options::default());
    compilation.model.unwrap_or_else(|| panic!("{text}\n{:#?}", compilation.diagnostics))
}

fn spec(body: &str) -> Model {
    understood(&format!("{HEAD}{body}"))
}

/// What a loss does to a declaration, by its reference.
fn outcome(model: &Model, of: &str, loss: Loss<'_>) -> Outcome {
    let outcomes = lose(model, &FACTS, loss);
    outcomes.into_iter().find(|outcome| model.reference(outcome.of) == of).unwrap()
}

const SERVICE: &str = "http_service = { internal_port = 8080 }\n";
const MOUNT: &str = "mounts = { source = \"data\", destination = \"/data\", initial_size = \"1gb\" }\n";

#[test]
fn what_becomes_of_what() {
    let iad = Loss::Region("iad");
    let web = |rest: &str| format!("[app.web]\n{SERVICE}{rest}");
    let cases = [
        ("the last machine", web("regions = { iad = 1 }\n"), iad, "app.web", State::Down, Data::Kept),
        ("the last machine, of a host", web("regions = { iad = 1 }\n"), Loss::Host, "app.web", State::Down, Data::Kept),
        ("one of two", web("regions = { iad = 1, lhr = 1 }\n"), iad, "app.web", State::Reduced, Data::Kept),
        ("elsewhere", web("regions = { lhr = 1 }\n"), iad, "app.web", State::Unaffected, Data::Kept),
        (
            "the only copy",
            web(&format!("regions = {{ iad = 1 }}\n{MOUNT}")),
            iad,
            "app.web",
            State::Down,
            Data::OnlyCopies,
        ),
        (
            "volumes that nobody copies",
            web(&format!("regions = {{ iad = 1, lhr = 1 }}\n{MOUNT}")),
            iad,
            "app.web",
            State::Reduced,
            Data::AtRisk,
        ),
        (
            "a group of two",
            "[app.web]\nregions = { iad = 1 }\n[app.web.processes]\napp = \"serve\"\nworker = \"work\"\n\
             [app.web.group.app]\nregions = { iad = 1, lhr = 1 }\n[app.web.http_service]\ninternal_port = 8080\n\
             processes = [\"app\"]\n"
                .to_owned(),
            iad,
            "app.web",
            State::Part,
            Data::Kept,
        ),
        (
            "a managed cluster",
            "[postgres.db]\nregion = \"iad\"\nplan = \"basic\"\n".to_owned(),
            iad,
            "postgres.db",
            State::Down,
            Data::OnlyCopies,
        ),
        (
            "a managed cluster, a host",
            "[postgres.db]\nregion = \"iad\"\nplan = \"basic\"\n".to_owned(),
            Loss::Host,
            "postgres.db",
            State::Reduced,
            Data::Kept,
        ),
        (
            "a majority of nodes",
            "[postgres.db]\nengine = \"unmanaged\"\nregion = \"iad\"\nnodes = 3\n".to_owned(),
            Loss::Host,
            "postgres.db",
            State::Reduced,
            Data::Kept,
        ),
        (
            "two nodes",
            "[postgres.db]\nengine = \"unmanaged\"\nregion = \"iad\"\nnodes = 2\n".to_owned(),
            Loss::Host,
            "postgres.db",
            State::ReadOnly,
            Data::Kept,
        ),
        (
            "replicas that nobody elects",
            "[postgres.db]\nengine = \"unmanaged\"\nregion = \"iad\"\nnodes = 3\nreplicas = { lhr = 1 }\n".to_owned(),
            iad,
            "postgres.db",
            State::ReadOnly,
            Data::Kept,
        ),
        (
            "a replica of Redis",
            "[redis.cache]\nregion = \"iad\"\nreplicas = [\"lhr\"]\n".to_owned(),
            iad,
            "redis.cache",
            State::ReadOnly,
            Data::Kept,
        ),
        (
            "writes that are replayed",
            web("regions = { iad = 2, lhr = 1 }\nwrite_routing = \"fly-replay\"\n"),
            iad,
            "app.web",
            State::ReadOnly,
            Data::Kept,
        ),
        (
            "what it uses",
            format!(
                "[app.web]\n{SERVICE}regions = [\"iad\", \"lhr\"]\nuses = {{ DATABASE_URL = \"postgres.db\" }}\n\
                 [postgres.db]\nregion = \"iad\"\nplan = \"basic\"\n"
            ),
            iad,
            "app.web",
            State::CutOff,
            Data::Kept,
        ),
    ];
    let mut wrong = String::new();
    for (name, body, loss, of, state, data) in cases {
        let model = spec(&body);
        let found = outcome(&model, of, loss);
        if (found.state, found.data) != (state, data) {
            writeln!(wrong, "{name}: {of} is {:?}, {:?}; {:?}", found.state, found.data, found.effects).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn litefs_has_its_primary_where_it_may_be() {
    let litefs = |regions: &str| {
        spec(&format!(
            "[app.web]\n{SERVICE}regions = {regions}\n{MOUNT}litefs = {{ target_port = 3000, database = \"a.db\", \
             exec = \"serve\", data_dir = \"/data\" }}\n"
        ))
    };
    for (regions, loss, state) in [
        ("{ iad = 2, lhr = 1 }", Loss::Region("iad"), State::ReadOnly),
        ("{ iad = 2, lhr = 1 }", Loss::Region("lhr"), State::Reduced),
        ("{ iad = 2, lhr = 1 }", Loss::Host, State::Reduced),
        ("{ iad = 1, lhr = 1 }", Loss::Host, State::ReadOnly),
    ] {
        let found = outcome(&litefs(regions), "app.web", loss);
        assert_eq!((found.state, found.data), (state, Data::Kept), "{regions} {loss}");
    }
}

#[test]
fn chains_lead_to_what_is_lost() {
    let model = spec(&format!(
        "[app.web]\n{SERVICE}regions = [\"lhr\"]\nenv = {{ API = \"http://shop-api.flycast\" }}\n\
         [app.api]\n{SERVICE}access = \"private\"\nregions = [\"lhr\"]\nuses = {{ DATABASE_URL = \"postgres.db\" }}\n\
         [postgres.db]\nregion = \"iad\"\nplan = \"basic\"\n"
    ));
    let found = outcome(&model, "app.web", Loss::Region("iad"));
    assert_eq!((found.own, found.state), (State::Unaffected, State::CutOff));
    let chains: Vec<Vec<String>> = found
        .effects
        .iter()
        .filter_map(|effect| {
            let Effect::Depends { chain, .. } = effect else { return None };
            Some(chain.iter().map(|id| model.reference(*id)).collect())
        })
        .collect();
    assert_eq!(chains, [["app.api", "postgres.db"]]);
}

#[test]
fn machines_that_share_a_host() {
    let two = outcome(&spec(&format!("[app.web]\n{SERVICE}regions = {{ iad = 2 }}\n")), "app.web", Loss::Host);
    assert!(two.survives());
    assert_eq!((two.state, two.shared_host), (State::Reduced, State::Down));
    let apart =
        outcome(&spec(&format!("[app.web]\n{SERVICE}regions = {{ iad = 2, lhr = 1 }}\n")), "app.web", Loss::Host);
    assert_eq!(apart.shared_host, State::Reduced);
}

#[test]
fn the_worst_threat_is_told() {
    let model = spec(&format!(
        "[app.web]\n{SERVICE}regions = {{ iad = 2, lhr = 1 }}\n[app.docs]\n{SERVICE}regions = {{ lhr = 2 }}\n"
    ));
    let survival = Survival::of(&model, &FACTS);
    let ids: Vec<_> = survival.host.iter().map(|outcome| outcome.of).collect();
    assert!(survival.threat(ids[0], AnyOne::Region).is_none());
    let (loss, outcome) = survival.threat(ids[1], AnyOne::Region).unwrap();
    assert_eq!((loss, outcome.state), (Loss::Region("lhr"), State::Down));
    assert!(ids.iter().all(|id| survival.threat(*id, AnyOne::Host).is_none()));
}

/// What is left of the capacity of `app.web` without iad.
fn capacity(body: &str) -> Capacity {
    let found = outcome(&spec(body), "app.web", Loss::Region("iad"));
    let capacity = found.effects.iter().find_map(|effect| {
        let Effect::Capacity(capacity) = effect else { return None };
        Some(*capacity)
    });
    capacity.unwrap()
}

#[test]
fn what_is_left_carries_the_peak_or_not() {
    let web = |regions: &str, peak: &str, service: &str| {
        format!(
            "[app.web]\nregions = {regions}\n{peak}[app.web.http_service]\ninternal_port = 8080\n{service}\
             concurrency = {{ type = \"requests\", soft_limit = 80, hard_limit = 100 }}\n"
        )
    };
    let peak = "workload = { peak_requests_per_second = 900, p95_latency_ms = 200 }\n";
    let (two, three) = ("{ iad = 2, lhr = 2 }", "{ iad = 2, lhr = 3 }");
    assert_eq!(capacity(&web(two, "", "")).carries(), Carries::Unknown);
    assert_eq!(capacity(&web(two, peak, "")).carries(), Carries::Tight);
    assert_eq!(capacity(&web(three, peak, "")).carries(), Carries::Enough);
    assert_eq!(capacity(&web("{ iad = 2, lhr = 1 }", peak, "")).carries(), Carries::Short);
    // What is stopped counts when the proxy starts it, and not otherwise.
    let stops = "auto_stop_machines = \"stop\"\n";
    assert_eq!(capacity(&web(three, peak, stops)).machines, 3);
    let found = outcome(
        &spec(&web(three, peak, &format!("{stops}auto_start_machines = false\n"))),
        "app.web",
        Loss::Region("iad"),
    );
    assert!(found.effects.iter().all(|effect| !matches!(effect, Effect::Capacity(_))), "{:?}", found.effects);
    let short = outcome(&spec(&web("{ iad = 2, lhr = 1 }", peak, "")), "app.web", Loss::Region("iad"));
    assert_eq!(short.state, State::Short);
}

#[test]
fn connections_have_a_peak_of_their_own() {
    let found = capacity(
        "[app.web]\nregions = { iad = 2, lhr = 1 }\nworkload = { peak_connections = 101 }\n[app.web.http_service]\n\
         internal_port = 8080\nconcurrency = { type = \"connections\", soft_limit = 80, hard_limit = 100 }\n",
    );
    assert_eq!((found.peak, found.carries()), (Some(101), Carries::Short));
}

#[test]
fn a_declared_quorum_holds_or_not() {
    let cluster = |regions: &str| spec(&format!("[app.db]\nregions = {regions}\nworkload = {{ quorum = 2 }}\n{MOUNT}"));
    let held = outcome(&cluster("[\"iad\", \"lhr\", \"fra\"]"), "app.db", Loss::Region("iad"));
    assert_eq!((held.state, held.data), (State::Reduced, Data::Kept));
    let lost = outcome(&cluster("{ iad = 2, lhr = 1 }"), "app.db", Loss::Region("iad"));
    assert_eq!((lost.state, lost.data), (State::Down, Data::AtRisk));
    assert!(lost.effects.contains(&Effect::Quorum { left: 1, needs: 2 }), "{:?}", lost.effects);
}

proptest! {
    /// A machine more in another region than the one that is lost makes nothing worse.
    #[test]
    fn more_machines_elsewhere_make_nothing_worse(
        counts in prop::collection::vec(0u32..4, 4),
        more in 0usize..4,
        with_volume in any::<bool>(),
        quorum in prop::option::of(1u32..4),
        replays in any::<bool>(),
        stops in any::<bool>(),
        starts in any::<bool>(),
        peak in prop::option::of(1u32..400),
    ) {
        const REGIONS: [&str; 4] = ["iad", "lhr", "fra", "sin"];
        prop_assume!(counts[0] > 0);
        let text = |counts: &[u32]| {
            let placed = REGIONS.iter().zip(counts).filter(|(_, count)| **count > 0);
            let placed: Vec<String> = placed.map(|(region, count)| format!("{region} = {count}")).collect();
            let mut text = format!("{HEAD}[app.web]\nregions = {{ {} }}\n", placed.join(", "));
            if with_volume {
                text.push_str(MOUNT);
            }
            if replays {
                text.push_str("write_routing = \"fly-replay\"\n");
            }
            text.push_str("workload = { p95_latency_ms = 1000");
            if let Some(peak) = peak {
                write!(text, ", peak_requests_per_second = {peak}").unwrap();
            }
            if let Some(quorum) = quorum {
                write!(text, ", quorum = {quorum}").unwrap();
            }
            write!(
                text,
                " }}\n[app.web.http_service]\ninternal_port = 8080\nauto_stop_machines = \"{}\"\n\
                 auto_start_machines = {starts}\nconcurrency = {{ type = \"requests\", soft_limit = 40, hard_limit = 60 }}\n",
                if stops { "stop" } else { "off" }
            ).unwrap();
            text
        };
        let before = understood(&text(&counts));
        let mut grown = counts.clone();
        grown[more] += 1;
        let after = understood(&text(&grown));
        let losses = REGIONS.iter().filter(|region| **region != REGIONS[more]).map(|region| Loss::Region(region));
        for loss in losses.chain([Loss::Host]) {
            let (was, is) = (outcome(&before, "app.web", loss), outcome(&after, "app.web", loss));
            prop_assert!(is.state <= was.state && is.data <= was.data, "{loss}: {was:?} {is:?}");
            prop_assert!(is.own <= was.own && is.survives() >= was.survives(), "{loss}: {was:?} {is:?}");
        }
    }
}
