//! What happens when something goes wrong on the way: at every call, and with every listing.

use std::collections::BTreeSet;
use std::sync::{Mutex, OnceLock, PoisonError};

use flyarch::sim::state::{Record, State};
use serde_json::Value as Json;

use super::view::{ids, things};
use super::world::{Account, REFERENCE, Run, Tree};

/// The reference architecture, and how its set-up goes when nothing happens.
struct Undisturbed {
    tree: Tree,
    calls: Vec<Record>,
    things: Json,
}

fn undisturbed() -> &'static Undisturbed {
    static ONCE: OnceLock<Undisturbed> = OnceLock::new();
    ONCE.get_or_init(|| {
        let tree = Tree::new(REFERENCE);
        let account = Account::reference();
        let run = account.run(&tree, &[]);
        run.ends(10);
        Undisturbed { calls: run.calls, things: things(&account.state()), tree }
    })
}

/// Runs the script until it has done all it can, and fails unless that is what an undisturbed run does.
fn goes_on_to_the_end(account: &Account, interrupted: &Run) {
    static DONE: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let base = undisturbed();
    let state = account.state();
    // Runs are functions of the state: what was shown for one state holds for all equal ones.
    let key = serde_json::to_string(&State { calls: 0, ..state.clone() }).unwrap();
    if DONE.lock().unwrap_or_else(PoisonError::into_inner).contains(&key) {
        return;
    }
    let again = account.run(&base.tree, &[]);
    again.ends(10);
    let end = account.state();
    assert_eq!(things(&end), base.things, "{interrupted}\n=== and again\n{again}");
    let there = ids(&end);
    for id in ids(&state) {
        assert!(there.contains(&id), "{id} was deleted\n{interrupted}\n=== and again\n{again}");
    }
    DONE.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
}

/// Interrupts the set-up at every call of one part of all, in one way.
fn interrupted_at(variable: &str, part: usize, parts: usize) {
    let base = undisturbed();
    for call in base.calls.iter().filter(|call| usize::try_from(call.number).unwrap() % parts == part) {
        // Without an effect, a lost reply is the same as a failure.
        if variable == "FLY_SIM_LOSE_REPLY" && !call.changed {
            continue;
        }
        let mut account = Account::reference();
        account.set(variable, call.number.to_string());
        let run = account.run(&base.tree, &[]);
        assert!(run.calls.iter().all(|call| call.refused.is_none()), "{run}");
        // Some replies can be done without: what counts is whether the thing is there.
        let stopped = match call.command.as_str() {
            "version" | "orgs show" => &[20][..],
            _ if variable == "FLY_SIM_LOSE_REPLY" => &[10, 23],
            "redis status" => &[21],
            _ if call.changed => &[23],
            _ => &[21],
        };
        assert!(stopped.contains(&run.code), "call {} {}\n{run}", call.number, call.command);
        account.unset(variable);
        goes_on_to_the_end(&account, &run);
    }
}

pub(crate) fn stopped_before_any_call_1_of_2() {
    interrupted_at("FLY_SIM_STOP_AFTER", 0, 2);
}

pub(crate) fn stopped_before_any_call_2_of_2() {
    interrupted_at("FLY_SIM_STOP_AFTER", 1, 2);
}

pub(crate) fn reply_lost_after_any_call() {
    interrupted_at("FLY_SIM_LOSE_REPLY", 0, 1);
}

/// What flyctl may print in place of an answer: what is no JSON, JSON of another type, and what has no place in either.
const NONSENSE: [&str; 5] = ["<html>Bad gateway</html>\n", "{}\n", "", "\"\"\n", "{\"error\":\"try later\"}\n"];

/// Commands that only look, in the order in which a run calls them.
fn looks(calls: &[Record]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    let looks = calls.iter().filter(|call| !call.changed && call.command != "version");
    looks.map(|call| call.command.as_str()).filter(|command| seen.insert(*command)).collect()
}

/// Fails unless a run ends when a listing fails or says nonsense, and changes nothing from there on.
fn ends_with_the_listing(state: Option<&State>, command: &str, variable: &str, text: &str) {
    let mut account = Account::reference();
    if let Some(state) = state {
        account.edit(|empty| *empty = state.clone());
    }
    account.set(variable, command);
    account.set("FLY_SIM_GARBLE_WITH", text);
    let run = account.run(&undisturbed().tree, &[]);
    // Of the organisation only the exit code is asked.
    match (command, variable) {
        ("orgs show", "FLY_SIM_GARBLE") => {
            run.ends(10);
            return;
        }
        ("orgs show", _) => run.ends(20),
        _ => run.ends(21),
    };
    let at = run.calls.iter().position(|call| call.command == command).unwrap();
    assert!(run.calls[at..].iter().all(|call| !call.changed), "{variable} {command} {text}\n{run}");
}

pub(crate) fn a_listing_that_fails_is_not_empty() {
    let base = undisturbed();
    for command in looks(&base.calls) {
        ends_with_the_listing(None, command, "FLY_SIM_FAIL", "");
    }
}

pub(crate) fn a_listing_that_says_nonsense_is_not_empty() {
    let base = undisturbed();
    for command in looks(&base.calls) {
        // Lists are all read by one function, but for that of the clusters.
        let texts = if ["apps list", "mpg list"].contains(&command) { 5 } else { 2 };
        for text in &NONSENSE[..texts] {
            ends_with_the_listing(None, command, "FLY_SIM_GARBLE", text);
        }
    }
}

pub(crate) fn on_a_finished_account_too() {
    let base = undisturbed();
    let finished = Account::reference();
    finished.run(&base.tree, &[]).ends(10);
    let calls = finished.run(&base.tree, &[]).calls;
    for command in looks(&calls) {
        ends_with_the_listing(Some(&finished.state()), command, "FLY_SIM_FAIL", "");
        ends_with_the_listing(Some(&finished.state()), command, "FLY_SIM_GARBLE", "{}\n");
    }
}
