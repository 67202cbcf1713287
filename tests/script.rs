//! Generated scripts, run by bash against the stand-in for `fly`.
//!
//! They need bash and jq. Without them the tests say so and pass, unless `FLYARCH_REQUIRE_TOOLS` is set. The harness is
//! not Rust's own because this program is also the `jq` of the scripts (see `world::as_jq`).
#![cfg(unix)]
#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read and write, and fail by panicking")]

#[path = "script/faults.rs"]
mod faults;
#[path = "script/hostile.rs"]
mod hostile;
#[path = "script/import.rs"]
mod import;
#[path = "script/options.rs"]
mod options;
#[path = "script/runs.rs"]
mod runs;
#[path = "script/secrets.rs"]
mod secrets;
#[path = "script/specs.rs"]
mod specs;
#[path = "script/view.rs"]
mod view;
#[path = "script/world.rs"]
mod world;

use libtest_mimic::{Arguments, Failed, Trial};

/// A test by its name.
macro_rules! tests {
    ($($module:ident::$name:ident),+ $(,)?) => {
        vec![$(Trial::test(concat!(stringify!($module), "::", stringify!($name)), || with_tools($module::$name))),+]
    };
}

#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn with_tools(test: impl FnOnce()) -> Result<(), Failed> {
    for tool in ["bash", "jq"] {
        if world::tool(tool).is_none() {
            if std::env::var_os("FLYARCH_REQUIRE_TOOLS").is_some() {
                return Err(format!("{tool} is not installed").into());
            }
            println!("skipped: {tool} is not installed");
            return Ok(());
        }
    }
    test();
    Ok(())
}

fn main() {
    if let Some(code) = world::as_jq() {
        std::process::exit(code);
    }
    let mut tests = tests![
        faults::stopped_before_any_call_1_of_2,
        faults::stopped_before_any_call_2_of_2,
        faults::reply_lost_after_any_call,
        faults::a_listing_that_fails_is_not_empty,
        faults::a_listing_that_says_nonsense_is_not_empty,
        faults::on_a_finished_account_too,
        import::what_runs_of_the_reference_is_imported,
        import::what_runs_of_everything_is_imported,
        options::a_name_of_somebody_else_is_refused,
        options::a_missing_tool_or_token_is_said,
        options::an_old_flyctl_is_refused,
        options::surplus_machines_stay_unless_asked,
        options::a_group_that_is_gone_keeps_its_machines_unless_asked,
        options::what_a_person_must_do_is_said_and_waited_for,
        options::a_dry_run_changes_nothing,
        options::parts_of_the_plan,
        options::asked_for_again,
        options::inherited_variables_change_nothing,
        options::a_cluster_that_is_being_made_is_waited_for,
        options::what_differs_is_told_and_left,
        options::a_bucket_whose_credentials_were_lost,
        hostile::words_paths_and_folders_do_one_thing,
        hostile::manual_texts_are_shown_as_they_are,
        hostile::a_command_is_never_a_function_of_the_script,
        hostile::placeholders_are_no_names,
        hostile::names_of_others_are_names,
        hostile::a_long_table_is_read_to_its_end,
        secrets::nasty_values_arrive_or_are_refused,
        secrets::drawn_values_arrive_or_are_refused,
        secrets::values_from_all_sources_arrive,
        secrets::no_value_is_seen,
        secrets::no_value_is_seen_when_something_fails,
        secrets::names_of_the_environment_are_few,
        runs::the_reference_from_nothing_and_again,
        runs::a_published_host_needs_nobody,
        runs::everything_from_nothing_and_again,
    ];
    tests.extend(specs::all().into_iter().map(|(name, path)| {
        Trial::test(format!("specs::{name}"), move || with_tools(|| specs::from_nothing_and_again(&path)))
    }));
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}
