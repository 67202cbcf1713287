//! What is proposed: that it survives, and what is said where nothing helps.

use flyarch::facts::FACTS;
use flyarch::remedy::{Subject, advise};
use flyarch::source::Source;
use flyarch::survival::{Advice, Loss, State, retire};
use flyarch::{Options, interpret};

use super::{HEAD, MOUNT, SERVICE, outcome, understood};

/// What is said to somebody whose declaration does not survive.
fn advice(text: &str, of: &str, loss: Loss<'_>) -> Advice {
    let source = Source::new("spec.toml", text);
    let model = understood(text);
    let found = outcome(&model, of, loss);
    assert!(!found.survives(), "{of} survives: {:?}", found.effects);
    advise(Subject { source: &source, environment: None, model: &model, facts: &FACTS }, loss, &found)
}

#[test]
fn what_is_proposed_survives() {
    let two_groups = "[app.web]\nregions = { iad = 2 }\n[app.web.processes]\napp = \"serve\"\nworker = \"work\"\n\
                      [app.web.group.app]\nregions = { iad = 2, lhr = 1 } # both\n[app.web.http_service]\n\
                      internal_port = 8080\nprocesses = [\"app\"]\n";
    let iad = Loss::Region("iad");
    for (body, of, loss, lines) in [
        (format!("[app.web]\n{SERVICE}regions = {{ iad = 1 }}\n"), "app.web", iad, "regions = { iad = 1, ewr = 1 }"),
        (format!("[app.web]\n{SERVICE}regions = {{ iad = 1 }}\n"), "app.web", Loss::Host, "regions = { iad = 2 }"),
        (
            format!("[app.web]\n{SERVICE}regions = {{ iad = 1 }}\n[app.docs]\nregions = [\"lhr\"]\n"),
            "app.web",
            iad,
            "regions = { iad = 1, lhr = 1 }",
        ),
        (two_groups.to_owned(), "app.web", iad, "group.worker.regions = { iad = 2, lhr = 1 }"),
        (
            "[postgres.db]\nengine = \"unmanaged\"\nregion = \"iad\"\nnodes = 1\n".to_owned(),
            "postgres.db",
            Loss::Host,
            "nodes = 3",
        ),
        (
            format!("[app.db]\nregions = {{ iad = 2, lhr = 1 }}\nworkload = {{ quorum = 2 }}\n{MOUNT}"),
            "app.db",
            iad,
            "regions = { iad = 2, lhr = 2 }",
        ),
        (
            format!("[app.web]\n{SERVICE}regions = {{ iad = 1, lhr = 1 }}\nwrite_routing = \"fly-replay\"\n"),
            "app.web",
            Loss::Host,
            "regions = { iad = 2, lhr = 1 }",
        ),
    ] {
        let Advice::Change(change) = advice(&format!("{HEAD}{body}"), of, loss) else { panic!("nothing for {body}") };
        assert!(change.survives, "{body}");
        assert_eq!(change.lines, [lines], "{body}");
        // It is the text that counts.
        let again = outcome(&understood(&change.text), of, loss);
        assert!(again.survives(), "{}\n{:?}", change.text, again.effects);
        assert!(change.text.contains("# both") || !body.contains("# both"), "{}", change.text);
    }
}

#[test]
fn what_no_small_change_helps_is_said() {
    let volume = format!("{HEAD}[app.web]\n{SERVICE}regions = {{ iad = 1 }}\n{MOUNT}");
    let managed = format!("{HEAD}[postgres.db]\nregion = \"iad\"\nplan = \"basic\"\n");
    for (text, of, says) in [(volume, "app.web", "LiteFS"), (managed, "postgres.db", "one region")] {
        let Advice::Nothing(why) = advice(&text, of, Loss::Region("iad")) else { panic!("something for {of}") };
        assert!(why.contains(says), "{why}");
    }
    let redis = format!("{HEAD}[redis.cache]\nregion = \"iad\"\n");
    let Advice::Change(change) = advice(&redis, "redis.cache", Loss::Region("iad")) else { panic!() };
    assert_eq!((change.survives, change.state), (false, State::ReadOnly));
}

#[test]
fn one_environment_is_changed_alone() {
    let text = format!(
        "{HEAD}regions = [\"iad\", \"lhr\"]\n[app.web]\n{SERVICE}[environment.staging]\nregions = [\"iad\"]\n\
         suffix = \"staging\"\n[environment.production]\n"
    );
    let source = Source::new("spec.toml", text);
    let meant = |source: &Source, environment: &str| {
        let options = Options { environment: Some(environment.to_owned()), ..Options::default() };
        interpret(source, &FACTS, &options).model.unwrap()
    };
    let model = meant(&source, "staging");
    let found = outcome(&model, "app.web", Loss::Region("iad"));
    let subject = Subject { source: &source, environment: Some("staging"), model: &model, facts: &FACTS };
    let Advice::Change(change) = advise(subject, Loss::Region("iad"), &found) else { panic!() };
    assert_eq!(change.table, "environment.staging.app.web");
    let changed = Source::new("spec.toml", change.text);
    assert!(outcome(&meant(&changed, "staging"), "app.web", Loss::Region("iad")).survives());
    let of = |source: &Source| meant(source, "production").apps[0].groups[0].placement.len();
    assert_eq!(of(&changed), of(&source));
}

#[test]
fn a_region_that_is_given_up_is_named_and_left() {
    let text = format!(
        "{HEAD}regions = [\"sjc\"]\n[app.web]\n{SERVICE}ips = {{ egress = [\"sjc\"] }}\nuses = {{ DATABASE_URL = \
         \"postgres.db\" }}\n[app.files]\n{MOUNT}[postgres.db]\nplan = \"basic\"\n[redis.cache]\n"
    );
    let (source, model) = (Source::new("spec.toml", text.clone()), understood(&text));
    let found = retire(&model, &FACTS, &source, "sjc");
    // Managed Postgres is offered there.
    assert_eq!(found.replacement.unwrap().0, "lax");
    assert!(found.named.iter().any(|(of, at)| of == "project" && at == "spec.toml:5"), "{:?}", found.named);
    let steps: Vec<&str> = found.steps.iter().map(|step| step.text.as_str()).collect();
    let at =
        |word: &str| steps.iter().position(|step| step.contains(word)).unwrap_or_else(|| panic!("{word}: {steps:#?}"));
    assert!(at("outgoing") < at("without volumes"));
    assert!(at("nobody copies") < at("pg_restore") && at("pg_restore") < at("primary_region"));
    assert_eq!(at("--allow-scale-down"), steps.len() - 1);
    assert!(retire(&model, &FACTS, &source, "ams").steps.is_empty());
}
