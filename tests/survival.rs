//! What is left when a region or a host is lost: small specs, each with what becomes of it.
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

use std::fmt::Write as _;

use flyarch::facts::FACTS;
use flyarch::model::Model;
use flyarch::source::Source;
use flyarch::survival::{AnyOne, Data, Effect, Loss, Outcome, State, Survival, lose};
use flyarch::{Options, interpret};

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
        .filter_map(|effect| match effect {
            Effect::Depends { chain, .. } => Some(chain.iter().map(|id| model.reference(*id)).collect()),
            _ => None,
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
