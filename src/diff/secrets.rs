//! Secrets and what an app uses: both are names of variables whose values nobody can read back.
//!
//! `setup.sh` sets what is missing (`wanted` in `kinds/app/secrets.sh`), attaches where the variable is missing
//! (`attach_mpg`, `attach_postgres`, `attach_redis`), and takes nothing away.

use super::release::Release;
use super::{Change, Class, Cx};
use crate::kinds::app::SecretSource;
use crate::model::{App, Model, Secret, Use};
use crate::spec::Kind;

pub(super) fn compare(cx: &mut Cx<'_>, old: &App, new: &App, release: &Release) {
    secrets(cx, old, new, release);
    uses(cx, old, new, release);
    let names = |app: &App, model: &Model| -> Vec<String> {
        app.after.iter().map(|after| model.reference(after.value)).collect()
    };
    let (before, after) = (names(old, cx.old.model), names(new, cx.new.model));
    if before != after {
        let change = Change::new(&[Class::NoEffect], new.reference(), "what is set up before it")
            .effect("The script does its steps in another order.")
            .at(cx.here(new.after.first().map_or(new.header, crate::value::Sourced::range)));
        cx.add(change);
    }
}

fn secrets(cx: &mut Cx<'_>, old: &App, new: &App, release: &Release) {
    let find = |app: &App, secret: &Secret| app.secrets.iter().position(|other| other.name == secret.name);
    for secret in &new.secrets {
        let name = &secret.name.value;
        let at = cx.here(secret.name.range());
        let Some(before) = find(old, secret).map(|at| &old.secrets[at]) else {
            if old.uses.iter().any(|used| used.variable.value == *name) {
                let what = format!("the value of {name}: attached → {}", source(&secret.source));
                let change = Change::new(&[Class::Security], new.reference(), what)
                    .effect("Where it is set its value stays: the app goes on with what it was attached to.")
                    .person(format!(
                        "For the new value: `setup.sh --update-secrets --only {}/secret-{name}`, then `setup.sh`.",
                        new.reference()
                    ));
                cx.add(change.at(at));
                continue;
            }
            let mut change = Change::new(&[release.class], new.reference(), format!("a new secret, {name}"))
                .effect("It is staged, and one deploy carries it.")
                .effect(&release.text);
            match &secret.source {
                SecretSource::Env(_) | SecretSource::File(_) => {
                    let from = source(&secret.source);
                    change = change.person(format!("Have its value at hand when `setup.sh` runs: {from}."));
                }
                SecretSource::Manual(_) => {
                    change = change
                        .person("Set it by hand: `setup.sh` says who, and waits with the deploy until it is there.");
                }
                SecretSource::Command(_) | SecretSource::Generate(_) | SecretSource::Token(_) => {}
            }
            cx.add(change.at(at));
            continue;
        };
        if before.source != secret.source {
            let (was, is) = (source(&before.source), source(&secret.source));
            let what = format!("the source of the secret {name}: {was} → {is}");
            let mut change = Change::new(&[Class::Security], new.reference(), what)
                .effect("Where it is set its value stays: `setup.sh` sets what is missing.")
                .person(format!(
                    "For another value: `setup.sh --update-secrets --only {}/secret-{name}`, then `setup.sh`.",
                    new.reference()
                ));
            if let SecretSource::Generate(_) = &secret.source {
                change =
                    change.effect("A newly generated one makes worthless what the old one has signed or encrypted.");
            }
            cx.add(change.at(at));
        }
    }
    for secret in old.secrets.iter().filter(|secret| find(new, secret).is_none()) {
        let name = &secret.name.value;
        // A variable that is attached from now on is told with `uses`.
        if new.uses.iter().any(|used| used.variable.value == *name) {
            continue;
        }
        let change = Change::new(&[Class::InPlace], new.reference(), format!("the secret {name} is gone"))
            .effect("`setup.sh` tells, and leaves it: machines have it still.")
            .person(format!("`fly secrets unset {name} -a {}`, which restarts the machines.", new.name.value))
            .at(cx.there(secret.name.range()));
        cx.add(change);
    }
}

/// Where a value comes from, without a word of a command, which may hold one.
fn source(source: &SecretSource) -> String {
    match source {
        SecretSource::Env(variable) => format!("the variable {variable}"),
        SecretSource::File(path) => format!("the file `{}`", path.value),
        SecretSource::Command(_) => "a command".to_owned(),
        SecretSource::Generate(generator) => format!("generated, {}", generator.as_str()),
        SecretSource::Token(_) => "a token of Fly.io".to_owned(),
        SecretSource::Manual(_) => "a person".to_owned(),
    }
}

fn uses(cx: &mut Cx<'_>, old: &App, new: &App, release: &Release) {
    let (before, after) = (cx.old.model, cx.new.model);
    // What is used of apps and buckets is a variable in `[env]` or a secret of the bucket, and told there.
    let is_data = |used: &&Use| matches!(used.target.kind, Kind::Postgres | Kind::Redis);
    let app = &new.name.value;
    for used in new.uses.iter().filter(is_data) {
        let (name, target) = (&used.variable.value, after.reference(used.target.value));
        let at = cx.here(used.variable.range());
        let was = old.uses.iter().filter(is_data).find(|other| other.variable == used.variable);
        let is_set = old.secrets.iter().any(|secret| secret.name.value == *name);
        let change = match was.map(|was| (before.reference(was.target.value), before.name(was.target.value))) {
            Some((_, was)) if was.value == after.name(used.target.value).value => continue,
            Some((was, _)) => Change::new(&[Class::InPlace], new.reference(), format!("{name}: {was} → {target}"))
                .effect("Where it is set it stays: the app goes on with the old one.")
                .person(format!(
                    "`fly secrets unset {name} --stage -a {app}`, then `setup.sh`, which attaches the new one."
                )),
            None if is_set => Change::new(&[Class::InPlace], new.reference(), format!("{name}: a secret → {target}"))
                .effect("Where it is set it stays: the app goes on with its value.")
                .person(format!("`fly secrets unset {name} --stage -a {app}`, then `setup.sh`, which attaches it.")),
            None => Change::new(&[release.class], new.reference(), format!("it uses {target} now, as {name}"))
                .effect("`setup.sh` attaches it, and one deploy carries the variable.")
                .effect(&release.text),
        };
        cx.add(change.at(at));
    }
    for used in old.uses.iter().filter(is_data) {
        let name = &used.variable.value;
        if new.uses.iter().any(|other| other.variable == used.variable)
            || new.secrets.iter().any(|secret| secret.name.value == *name)
        {
            continue;
        }
        let target = before.reference(used.target.value);
        let change = Change::new(&[Class::InPlace], new.reference(), format!("it no longer uses {target}, as {name}"))
            .effect("`setup.sh` tells, and leaves the variable: the app reaches it still.")
            .person(format!("`fly secrets unset {name} -a {app}`, which restarts the machines."))
            .at(cx.there(used.variable.range()));
        cx.add(change);
    }
}
