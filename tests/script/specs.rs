//! Every architecture of `specs/`: from nothing to the state of its model, and once more without a change.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use flyarch::facts::FACTS;
use flyarch::kinds::app::{SecretSource, V4};
use flyarch::kinds::postgres::Engine;
use flyarch::model::{App, Model};
use flyarch::sim::state::{self, State};
use flyarch::source::Source;
use flyarch::spec::Kind;
use flyarch::{Options, compile};

use super::drift;
use super::environments::each;
use super::view::ids;
use super::world::{Account, Tree, program};

/// The specs, by name; with several environments, each of them.
pub(crate) fn all() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = entries.collect();
    paths.sort();
    let texts =
        paths.iter().map(|path| (path.file_stem().unwrap().to_string_lossy(), fs::read_to_string(path).unwrap()));
    texts.flat_map(|(name, text)| each(&name, &text)).collect()
}

/// Runs the script of a spec until nothing is left to do, and then once more.
pub(crate) fn from_nothing_and_again(text: &str) {
    let compilation = compile(&Source::new("spec.toml", text), &FACTS, &Options::default());
    let model = compilation.model.unwrap_or_else(|| panic!("{:#?}", compilation.diagnostics));
    let tree = Tree::new(text);
    let (account, by_hand) = prepare(&model, &tree);

    let first = account.run(&tree, &[]);
    if by_hand.is_empty() {
        first.ends(0);
    } else {
        first.ends(10);
        for (app, name) in by_hand {
            account.fly(&format!("secrets set {name}=by-hand --stage -a {app}"));
        }
        account.run(&tree, &[]).ends(0);
    }
    let state = account.state();
    is_the_model(&state, &model);
    account.run(&tree, &[]).ends(0).changes_nothing().says("0 changes made");
    assert_eq!(ids(&account.state()), ids(&state));
    account.run_script(&tree, "verify.sh", &[]).ends(0).changes_nothing().says(" 0 wrong, 0 waiting");
    drift::nothing_differs(&account, &tree);
}

/// Lays out what the apps are built from and what secrets are taken from, and lists the secrets that a person sets.
fn prepare(model: &Model, tree: &Tree) -> (Account, Vec<(String, String)>) {
    let mut account = Account::new(model.project().org.as_str());
    let (mut by_hand, mut programs) = (Vec::new(), BTreeSet::new());
    for app in &model.apps {
        let build = app.toml.build.as_ref();
        let dockerfile = build.and_then(|build| build.dockerfile.as_ref()).map_or("Dockerfile", |path| path.as_str());
        tree.file(&format!("{}/{dockerfile}", app.source.value), "FROM scratch\n");
        for secret in &app.secrets {
            match &secret.source {
                SecretSource::Env(variable) => account.set(variable.as_str(), format!("value of {variable}")),
                SecretSource::File(path) => tree.file(path, format!("content of {}\n", path.value)),
                SecretSource::Command(words) => drop(programs.insert(words[0].value.clone())),
                SecretSource::Generate(_) | SecretSource::Token(_) => {}
                SecretSource::Manual(_) => by_hand.push((app.name.to_string(), secret.name.to_string())),
            }
        }
        account.publish(&app.domains.iter().map(|domain| domain.as_str()).collect::<Vec<_>>());
    }
    let bin = tree.root().join("bin");
    fs::create_dir_all(&bin).unwrap();
    for name in programs {
        program(&bin.join(name), "#!/bin/sh\necho \"output of $0 $*\"\n");
    }
    account.search(&bin);
    (account, by_hand)
}

/// Fails unless an account is what a model says, with nothing beside.
fn is_the_model(state: &State, model: &Model) {
    let clusters = |engine: Engine| model.postgres.iter().filter(move |cluster| cluster.engine.value == engine);
    let names = |of: &mut dyn Iterator<Item = String>| of.collect::<BTreeSet<String>>();
    let unmanaged = clusters(Engine::Unmanaged).map(|cluster| cluster.name.to_string());
    let apps = names(&mut model.apps.iter().map(|app| app.name.to_string()).chain(unmanaged));
    assert_eq!(state.apps.keys().cloned().collect::<BTreeSet<_>>(), apps);
    for app in &model.apps {
        is_the_app(&state.apps[app.name.as_str()], app, model);
    }
    for cluster in clusters(Engine::Unmanaged) {
        let actual = &state.apps[cluster.name.as_str()];
        assert_eq!(actual.count("", &cluster.region), cluster.nodes.get() as usize);
        for (region, count) in &cluster.replicas {
            assert_eq!(actual.count("", region), count.get() as usize, "replicas in {}", region.value);
        }
    }
    let managed: Vec<_> = clusters(Engine::Managed).collect();
    assert_eq!(state.clusters.len(), managed.len());
    for cluster in managed {
        let actual = state.clusters.iter().find(|actual| actual.name == *cluster.name.value).unwrap();
        let plan = cluster.plan.as_ref().unwrap().as_str();
        let wanted = (cluster.region.as_str(), plan, i64::from(cluster.storage_gb.value), cluster.postgis.value);
        assert_eq!((actual.region.as_str(), actual.plan.as_str(), actual.disk, actual.postgis), wanted);
    }
    assert_eq!(state.databases.len(), model.redis.len());
    for redis in &model.redis {
        let actual = &state.databases[redis.name.as_str()];
        let replicas: Vec<&str> = redis.replicas.iter().map(|region| region.as_str()).collect();
        assert_eq!((actual.region.as_str(), actual.replicas.join(",")), (redis.region.as_str(), replicas.join(",")));
        assert_eq!((actual.eviction, actual.prodpack), (redis.eviction.value, redis.prodpack.value));
    }
    assert_eq!(state.buckets.len(), model.buckets.len());
    for bucket in &model.buckets {
        let actual = &state.buckets[bucket.name.as_str()];
        assert_eq!((&*actual.app, actual.public), (model.apps[bucket.owner.value].name.as_str(), bucket.public.value));
        assert_eq!(actual.domain, bucket.custom_domain.as_ref().map_or("", |domain| domain.as_str()));
    }
}

fn is_the_app(actual: &state::App, app: &App, model: &Model) {
    let name = &app.name.value;
    assert_eq!(actual.network, app.network.as_ref().map_or("", |network| network.as_str()), "{name}");
    assert_eq!(actual.releases.len(), 1, "one release of {name} carries everything: {:#?}", actual.releases);
    let mut machines = 0;
    for group in &app.groups {
        for (region, count) in &group.placement {
            let there = actual.count(&group.name, region);
            assert_eq!(there, count.get() as usize, "{} of {name} in {}", group.name.value, region.value);
            machines += there;
        }
    }
    for job in &app.jobs {
        let of_job =
            |machine: &&state::Machine| machine.config.metadata.get("flyarch_job") == Some(&job.key.to_string());
        let there: Vec<_> = actual.machines.iter().filter(of_job).collect();
        let [only] = there[..] else { panic!("{name}: {there:#?}") };
        assert_eq!((&*only.config.schedule, &*only.region), (job.every.as_str(), job.region.as_str()), "{name}");
        assert_eq!(only.config.init.cmd, job.words, "{name}");
        machines += 1;
    }
    assert_eq!(actual.machines.len(), machines, "{name}");
    let mounted: usize = app.groups.iter().filter(|g| g.mount.is_some()).map(|g| g.machines() as usize).sum();
    assert_eq!(actual.volumes.len(), mounted, "{name}: {:#?}", actual.volumes);
    for volume in &actual.volumes {
        let mount = app.toml.mounts.iter().find(|m| m.source.as_ref().is_some_and(|s| s.value == volume.name)).unwrap();
        let size = mount.initial_size.as_ref().unwrap().gigabytes();
        let policy = (mount.snapshot_retention.unwrap().value, mount.scheduled_snapshots.unwrap().value);
        assert_eq!((volume.snapshot_retention, volume.auto_backup_enabled), policy, "{name}: {volume:?}");
        assert_eq!(volume.size_gb, i64::from(size), "{name}: {volume:?}");
        assert!(volume.attached_machine_id.is_some(), "{name}: {volume:?}");
    }
    let mut addresses: Vec<&str> = actual.addresses.iter().map(|address| address.kind.as_str()).collect();
    addresses.sort_unstable();
    let v4 = match app.ips.v4.value {
        V4::Shared => Some("shared_v4"),
        V4::Dedicated => Some("v4"),
        V4::None => None,
    };
    // An address for outgoing connections is a pair.
    let egress = ["egress_v4", "egress_v6"].into_iter().flat_map(|kind| app.ips.egress.iter().map(move |_| kind));
    let mut wanted: Vec<&str> = egress.chain(v4).collect();
    wanted.extend(app.ips.v6.value.then_some("v6"));
    wanted.extend(app.ips.flycast.then_some("private_v6"));
    wanted.sort_unstable();
    assert_eq!(addresses, wanted, "{name}");
    let attached = app.uses.iter().filter(|used| matches!(used.target.kind, Kind::Postgres | Kind::Redis));
    let mut secrets: BTreeSet<&str> = attached.map(|used| used.variable.as_str()).collect();
    secrets.extend(app.litefs.as_ref().map(|_| "FLY_CONSUL_URL"));
    secrets.extend(app.secrets.iter().map(|secret| secret.name.as_str()));
    let of_bucket = |secret: &&str| secret.starts_with("AWS_") || *secret == "BUCKET_NAME";
    let there: BTreeSet<&str> = actual.secrets.keys().map(String::as_str).filter(|name| !of_bucket(name)).collect();
    assert_eq!(there, secrets, "{name}");
    let owns = model.buckets.iter().any(|bucket| model.apps[bucket.owner.value].name == app.name);
    assert_eq!(actual.secrets.contains_key("AWS_SECRET_ACCESS_KEY"), owns, "{name}");
    assert!(actual.secrets.values().all(|secret| secret.updated < actual.releases[0].created), "{name}");
    let hosts: BTreeSet<&str> = app.domains.iter().map(|domain| domain.as_str()).collect();
    assert_eq!(actual.certificates.iter().map(String::as_str).collect::<BTreeSet<_>>(), hosts, "{name}");
}
