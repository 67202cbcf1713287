//! The tests, by name.

#[path = "../support/environments.rs"]
mod environments;
#[path = "../support/tools.rs"]
mod tools;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use environments::each;
use flyarch::facts::FACTS;
use flyarch::sim::faults::Fault;
use flyarch::source::Source;
use flyarch::trial::{Case, Random, Stage, Tools, Trial};
use flyarch::{Options, check};
use libtest_mimic::{Arguments, Failed, Trial as Test};
use tools::{jq_cache, stand_in, tool};

/// How many cases of a spec are tried.
const SAMPLE: usize = 15;
/// Specs of which all are: as many as fit into minutes, and with every kind of data service among them.
const WHOLE: [&str; 2] = ["minimal", "unmanaged-postgres"];
/// The seed of the samples.
const SEED: u64 = 20_260_101;

const EVERYTHING: &str = include_str!("../specs/everything.toml");
const MINIMAL: &str = include_str!("../../specs/minimal.toml");

fn tools() -> Option<Tools> {
    let (bash, jq) = (tool("bash")?, tool("jq")?);
    Some(Tools { flyarch: stand_in(), bash, jq, path: std::env::var_os("PATH")?, jq_cache: Some(jq_cache()) })
}

#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn with_tools(test: impl FnOnce(&Tools)) -> Result<(), Failed> {
    match tools() {
        Some(tools) => test(&tools),
        None if std::env::var_os("FLYARCH_REQUIRE_TOOLS").is_some() => return Err("bash or jq is not installed".into()),
        None => println!("skipped: bash or jq is not installed"),
    }
    Ok(())
}

/// A stage for a spec. Rules are tested elsewhere: only what is impossible is refused here.
fn stage(spec: &str, tools: &Tools) -> Stage {
    let source = Source::new("spec.toml", spec);
    let options = Options { only_rule: flyarch::rules::find("multi-region"), ..Options::default() };
    let compilation = check(&source, &FACTS, &options);
    let model = compilation.model.unwrap_or_else(|| panic!("{:#?}", compilation.diagnostics));
    Stage::new(model, &source, &FACTS, tools).unwrap_or_else(|error| panic!("{error}"))
}

fn trial(spec: &str, tools: &Tools) -> Trial {
    Trial::new(stage(spec, tools)).unwrap().unwrap_or_else(|why| panic!("{why}"))
}

/// Some of the cases: each fault, and as many calls as there is time for.
fn sample(cases: &[Case], size: usize) -> Vec<Case> {
    let mut random = Random::new(SEED);
    let mut chosen = BTreeSet::new();
    for fault in Fault::ALL {
        let of_fault: Vec<Case> = cases.iter().copied().filter(|case| case.fault == fault).collect();
        chosen.extend(random.pick(&of_fault));
    }
    while chosen.len() < size.min(cases.len()) {
        chosen.extend(random.pick(cases));
    }
    chosen.into_iter().collect()
}

/// Fails unless all the cases converge.
#[track_caller]
fn all_converge(trial: &Trial, cases: &[Case]) {
    for (case, end) in cases.iter().zip(trial.disturb_all(cases).unwrap()) {
        let step = trial.course.step(case.leg, case.call);
        assert!(end.failure.is_none(), "{case:?} in {step}: {}", end.failure.unwrap());
    }
}

/// From nothing to the end, again without a change, and with faults.
fn a_spec(name: &str, spec: &str, tools: &Tools) {
    let trial = trial(spec, tools);
    let (last, before) = trial.course.legs.split_last().unwrap();
    assert!(last.calls.iter().all(|call| !call.changed) && last.code == 0);
    // Nothing is put off to a second run, but what waits for a person.
    assert!(before.len() <= 2 && before.iter().take(before.len() - 1).all(|leg| leg.code == 10));
    let mut cases = trial.cases();
    if !WHOLE.contains(&name) && std::env::var_os("FLYARCH_ALL_FAULTS").is_none() {
        cases = sample(&cases, SAMPLE);
    }
    all_converge(&trial, &cases);
}

/// A run that takes up where another was gives what one from the beginning gives.
fn the_short_cut_changes_nothing(tools: &Tools) {
    let trial = trial(EVERYTHING, tools);
    let late: Vec<Case> = trial.cases().into_iter().filter(|case| case.call > 20).collect();
    for case in sample(&late, 15) {
        assert_eq!(trial.short_cut_differs(case).unwrap(), None, "{case:?}");
    }
}

fn equal_seeds_make_equal_faults(tools: &Tools) {
    let trial = trial(MINIMAL, tools);
    let runs = |seed| -> Vec<_> {
        let results = trial.disturb_randomly(seed, 6).unwrap();
        results.into_iter().map(|(case, second, end)| (case, second, end.code, end.failure)).collect()
    };
    let first = runs(1);
    assert!(first.iter().all(|(.., failure)| failure.is_none()), "{first:?}");
    assert_eq!(first, runs(1));
    assert_ne!(first, runs(2));
}

/// A script with a mistake in it, and what is found.
fn mistake(spec: &str, tools: &Tools, right: &str, wrong: &str) -> String {
    let stage = stage(spec, tools);
    let script = stage.script();
    let text = fs::read_to_string(&script).unwrap();
    assert!(text.contains(right), "the script no longer has: {right}");
    fs::write(script, text.replace(right, wrong)).unwrap();
    let trial = match Trial::new(stage).unwrap() {
        Ok(trial) => trial,
        Err(why) => return why,
    };
    let cases: Vec<Case> = trial.cases().into_iter().filter(|case| case.fault == Fault::ServerError).collect();
    let ends = trial.disturb_all(&cases).unwrap();
    ends.into_iter().find_map(|end| end.failure).unwrap_or_default()
}

const WITH_A_VOLUME: &str = "version = 1\n[project]\nname = \"my\"\norg = \"personal\"\ntier = \"development\"\n\
    regions = [\"iad\"]\n[app.web]\nsecrets = [\"TOKEN\"]\nbuild = { image = \"i:1\" }\n\
    mounts = [{ source = \"data\", destination = \"/data\", initial_size = \"1gb\" }]\n";

fn mistakes_are_found(tools: &Tools) {
    let found = |right: &str, wrong: &str, said: &str| {
        let why = mistake(WITH_A_VOLUME, tools, right, wrong);
        assert!(why.contains(said), "{wrong}: {why}");
    };
    // What exists is made again.
    found(
        "while [ \"$have\" -lt \"$count\" ]",
        "have=0; while [ \"$have\" -lt \"$count\" ]",
        "still has something to change",
    );
    // A listing that fails reads as an empty one.
    found(
        "\"$@\" </dev/null >\"$file\" 2>\"$STATE/error\" || fail 21",
        "\"$@\" </dev/null >\"$file\" 2>\"$STATE/error\" || echo '[]' >\"$file\"; true || fail 21",
        "without an answer",
    );
    // A value is shown, in one form after the other.
    let shown = |how: &str| {
        let wrong = format!("  SECRET=''\n  {how}\n  if [ -z \"$value\" ]; then");
        found("  SECRET=''\n  if [ -z \"$value\" ]; then", &wrong, "a secret is");
    };
    shown("echo \"$value\"");
    shown("printf %s \"$value\" | base64 -w0 >&2");
    shown("printf %s \"x$value\" | base64 -w0 >\"$HOME/log\"");
    shown("printf %s \"$value\" | jq -Rs . >\"$TMPDIR/log\"");
    shown("printf %s \"$value\" | jq -Rsr @uri");
    shown("\"$FLY\" orgs show \"$value\" || true");
    shown("export value; \"$FLY\" version");
}

pub(crate) fn run() {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let mut paths: Vec<PathBuf> = fs::read_dir(specs).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut tests: Vec<Test> = paths
        .into_iter()
        .flat_map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            each(&name, &fs::read_to_string(path).unwrap())
        })
        .map(|(name, spec)| {
            Test::test(format!("specs::{name}"), move || with_tools(|tools| a_spec(&name, &spec, tools)))
        })
        .collect();
    tests.push(Test::test("everything", || with_tools(|tools| a_spec("everything", EVERYTHING, tools))));
    tests.push(Test::test("the_short_cut_changes_nothing", || with_tools(the_short_cut_changes_nothing)));
    tests.push(Test::test("equal_seeds_make_equal_faults", || with_tools(equal_seeds_make_equal_faults)));
    tests.push(Test::test("mistakes_are_found", || with_tools(mistakes_are_found)));
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}
