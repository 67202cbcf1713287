use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Name, Sourced};

declare_rule! {
    /// Checks that the name of a custom network is one that Fly.io takes.
    ///
    /// ## Why
    ///
    /// The name of a private network has letters, digits and dashes, and begins with a letter. Fly.io refuses others
    /// when the first app is created. An app never changes its network, so the name should be right before that.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// regions = ["iad", "lhr"]
    /// network = "tenant_blue"
    ///
    /// [app.web]
    /// kill_timeout = "30s"
    /// ```
    ///
    /// ```toml,good
    /// [project]
    /// name = "my"
    /// org = "personal"
    /// regions = ["iad", "lhr"]
    /// network = "tenant-blue"
    ///
    /// [app.web]
    /// kill_timeout = "30s"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/custom-private-networks
    static RULE = {
        name: "network-name",
        code: "FA634",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let of_project = model.project.as_ref().and_then(|project| project.network.as_ref());
    // What an app has from the project is told once.
    let is_own = |network: &&Sourced<Name>| of_project.is_none_or(|of_project| of_project.origin != network.origin);
    let of_apps = model.apps.iter().filter_map(|app| app.network.as_ref()).filter(is_own);
    for network in of_project.into_iter().chain(of_apps) {
        let begins = network.starts_with(|c: char| c.is_ascii_alphabetic());
        if begins && !network.contains('_') {
            continue;
        }
        let right = network.replace('_', "-");
        let edit = begins.then(|| cx.edits().replace_word(network.range(), &right));
        let fix = cx.safe_fix(format!("write {right}"), edit);
        let help = if begins { format!("write `network = \"{right}\"`") } else { "begin it with a letter".to_owned() };
        cx.report(network.origin, format!("`{}` cannot be the name of a network", network.value))
            .label("letters, digits and dashes, a letter first")
            .help(help)
            .fix(fix);
    }
}
