//! What Fly.io would assume, stated in the file: a reader of the result need not know any default.
//!
//! Only values that the platform would take anyway are filled in, so that stating them changes nothing. Sizes of
//! machines are not: without `[[vm]]` a deploy keeps what runs, and no file can say that.

use crate::facts::Facts;
use crate::fly_toml::{Deploy, FlyToml, Share, Signal, Strategy};
use crate::source::TextRange;
use crate::value::{Duration, Sourced, VolumeSize, Why};

static KILL_SIGNAL: Why = Why { reason: "the signal that Fly.io sends first", source: "reference/configuration" };
static KILL_TIMEOUT: Why =
    Why { reason: "the time that Fly.io gives a machine to stop", source: "reference/configuration" };
static STRATEGY: Why = Why { reason: "the strategy of flyctl", source: "reference/configuration" };
static MAX_UNAVAILABLE: Why = Why { reason: "a third of the machines at a time", source: "reference/configuration" };
static WAIT_TIMEOUT: Why =
    Why { reason: "the time that flyctl waits for each machine", source: "reference/configuration" };
static RELEASE_TIMEOUT: Why =
    Why { reason: "the time that flyctl gives the release command", source: "reference/configuration" };
static INITIAL_SIZE: Why = Why { reason: "the size that flyctl gives a volume", source: "volumes/overview" };
static RETENTION: Why = Why { reason: "the days that Fly.io keeps snapshots", source: "volumes/snapshots" };
static SNAPSHOTS: Why = Why { reason: "Fly.io takes a snapshot every day", source: "volumes/snapshots" };

/// Completes the sections that are not services.
pub(super) fn fill(toml: &mut FlyToml, header: TextRange, facts: &Facts) {
    let signal = || Signal(facts.shutdown.kill_signal.to_owned());
    toml.kill_signal.get_or_insert_with(|| Sourced::filled(signal(), header, &KILL_SIGNAL));
    let timeout = Duration::from_seconds(facts.shutdown.kill_timeout_seconds);
    toml.kill_timeout.get_or_insert_with(|| Sourced::filled(timeout, header, &KILL_TIMEOUT));

    let deploy = toml.deploy.get_or_insert_with(|| Sourced::filled(Box::new(Deploy::default()), header, &STRATEGY));
    let strategy = *deploy.strategy.get_or_insert_with(|| Sourced::filled(Strategy::Rolling, header, &STRATEGY));
    // flyctl prints a warning when it is set for another strategy.
    if matches!(strategy.value, Strategy::Rolling | Strategy::Canary) {
        let share = Share(facts.deploy.max_unavailable);
        deploy.max_unavailable.get_or_insert_with(|| Sourced::filled(share, header, &MAX_UNAVAILABLE));
    }
    let wait = Duration::from_seconds(facts.deploy.wait_timeout_seconds);
    deploy.wait_timeout.get_or_insert_with(|| Sourced::filled(wait, header, &WAIT_TIMEOUT));
    if let Some(command) = &deploy.release_command {
        let at = command.range();
        let timeout = Duration::from_seconds(facts.deploy.release_command_timeout_seconds);
        deploy.release_command_timeout.get_or_insert_with(|| Sourced::filled(timeout, at, &RELEASE_TIMEOUT));
    }

    for mount in &mut toml.mounts {
        let at = mount.range();
        let size = || VolumeSize::from_gigabytes(facts.volumes.size_gb_default);
        mount.initial_size.get_or_insert_with(|| Sourced::filled(size(), at, &INITIAL_SIZE));
        let days = facts.volumes.retention_days_default;
        mount.snapshot_retention.get_or_insert_with(|| Sourced::filled(days, at, &RETENTION));
        mount.scheduled_snapshots.get_or_insert_with(|| Sourced::filled(true, at, &SNAPSHOTS));
    }
}
