//! What a deploy of an app does to the machines that run.
//!
//! `setup.sh` deploys an app when its configuration is another than the running one (`why_deploy` in
//! `kinds/app/functions.sh`), and a deploy updates every machine of the app (flyctl
//! `internal/command/deploy/machines_deploymachinesapp.go`, `updateExistingMachines`).

use super::Class;
use crate::diag::form::count;
use crate::facts::Facts;
use crate::fly_toml::Strategy;
use crate::model::{App, Group};

/// A deploy: its class, and what users see of it.
#[derive(Clone, Debug)]
pub(super) struct Release {
    pub(super) class: Class,
    pub(super) text: String,
}

/// What a deploy of an app is.
pub(super) fn of(app: &App, facts: &Facts) -> Release {
    let deploy = app.toml.deploy.as_ref();
    let strategy = deploy.and_then(|deploy| deploy.strategy.as_ref()).map_or(Strategy::Rolling, |s| s.value);
    let share = deploy.and_then(|deploy| deploy.max_unavailable.as_ref());
    let share = share.map_or(facts.deploy.max_unavailable, |share| share.value.0);
    let (class, text) = match strategy {
        Strategy::Immediate => (
            Class::Downtime,
            "A deploy (immediate) updates all machines at once: nothing answers meanwhile.".to_owned(),
        ),
        Strategy::BlueGreen => (
            Class::Rolling,
            "A deploy (bluegreen) makes a second set of machines, which takes over when it is healthy.".to_owned(),
        ),
        Strategy::Rolling | Strategy::Canary => match app.groups.iter().find(|group| goes_down(group, share)) {
            Some(group) => (
                Class::Downtime,
                format!(
                    "A deploy ({strategy}) updates the machines where they are: while {} of `{}` {} updated, nothing \
                     answers there.",
                    count(group.machines(), "machine"),
                    group.name.value,
                    if group.machines() == 1 { "is" } else { "are" }
                ),
            ),
            None => (Class::Rolling, format!("A deploy ({strategy}) updates the machines a part at a time.")),
        },
    };
    Release { class, text }
}

/// Whether all machines of a group that answers are down at once during a rolling deploy: there is one, or
/// `max_unavailable` allows it (Fly.io, reference/configuration, `deploy.max_unavailable`).
fn goes_down(group: &Group, share: f64) -> bool {
    let machines = f64::from(group.machines());
    group.serves && (machines <= 1.0 || share >= machines || (share < 1.0 && (machines * share).ceil() >= machines))
}
