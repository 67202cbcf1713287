//! The tests, by name.

mod changes;
mod consul;
mod data;
mod drift;
#[path = "../support/environments.rs"]
mod environments;
mod faults;
mod hostile;
mod import;
mod jobs;
mod options;
mod runs;
mod secrets;
mod specs;
mod sweep;
mod teardown;
#[path = "../support/tools.rs"]
mod tools;
mod verify;
mod view;
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
        if tools::tool(tool).is_none() {
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

pub(crate) fn run() {
    let mut tests = tests![
        faults::stopped_before_any_call_1_of_2,
        faults::stopped_before_any_call_2_of_2,
        faults::reply_lost_after_any_call,
        faults::a_listing_that_fails_is_not_empty,
        faults::a_listing_that_says_nonsense_is_not_empty,
        faults::on_a_finished_account_too,
        import::what_runs_of_the_reference_is_imported,
        import::what_runs_of_everything_is_imported,
        jobs::a_job_gets_its_words_variables_and_size,
        jobs::a_job_follows_the_spec,
        jobs::a_job_runs_the_image_of_the_newest_release,
        jobs::a_job_at_work_is_left_alone,
        jobs::a_job_that_is_gone_or_twice_there_is_refused,
        jobs::tokens_are_made_once_and_for_as_little_as_is_said,
        jobs::a_token_that_was_lost_is_revoked,
        jobs::a_token_is_replaced_and_the_old_one_named,
        jobs::tokens_go_with_their_app,
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
        runs::what_exists_is_read_once,
        runs::a_thousand_apps_begin_at_once,
        runs::a_published_host_needs_nobody,
        runs::everything_from_nothing_and_again,
        consul::attached_once_and_before_the_deploy,
        consul::an_attach_without_an_effect_is_found,
        consul::a_dry_run_says_it,
        verify::a_finished_system_is_as_the_spec_says,
        verify::everything_can_be_verified,
        verify::nothing_there_is_told,
        verify::what_is_wrong_is_told,
        verify::health_checks_that_fail_are_told,
        verify::a_private_app_with_a_public_address_is_wrong,
        verify::what_cannot_be_seen_is_no_result,
        verify::a_failure_never_reads_as_all_is_well,
        verify::a_wrong_answer_never_reads_as_all_is_well,
        teardown::nothing_is_destroyed_without_the_name,
        teardown::data_stays_unless_its_kind_is_named,
        teardown::all_kinds_named_leave_nothing,
        teardown::interrupted_anywhere_it_goes_on,
        teardown::interrupted_anywhere_it_keeps_the_data,
        teardown::without_an_answer_it_destroys_nothing_more,
        teardown::what_others_need_or_made_is_left_alone,
        sweep::what_is_old_goes_and_nothing_else,
        sweep::what_is_kept_or_not_known_stays,
        sweep::a_preview_that_cannot_be_built_stays,
        sweep::a_listing_that_fails_destroys_nothing,
        sweep::the_script_is_built_with_the_rest,
        data::urls_lead_where_the_spec_says,
        data::an_answer_without_a_pooled_url_is_refused,
        data::what_a_cluster_holds_is_mended_and_nothing_is_taken_away,
        data::what_a_cluster_will_hold_is_said_by_a_dry_run,
        data::an_extension_that_is_not_offered_is_told,
        data::only_the_first_volume_does_not_begin_empty,
        data::a_volume_that_stands_is_never_replaced,
        changes::more_regions,
        changes::fewer_regions_and_machines_are_told,
        changes::larger_volumes_grow_and_never_shrink,
        changes::another_retention,
        changes::another_secret,
        changes::a_renamed_group_is_refused_with_what_would_be_destroyed,
        changes::a_new_app_in_the_middle,
        changes::a_mount_for_a_group_that_runs,
        changes::a_mount_that_is_gone_or_renamed_is_refused,
        drift::what_was_set_by_hand_is_found_and_put_back,
        drift::the_script_collects_what_fly_tells,
        drift::what_is_not_there_and_what_waits_is_found,
    ];
    tests.extend(specs::all().into_iter().map(|(name, path)| {
        Trial::test(format!("specs::{name}"), move || with_tools(|| specs::from_nothing_and_again(&path)))
    }));
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}
