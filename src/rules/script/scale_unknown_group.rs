use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::list;
use crate::spec::Level;

declare_rule! {
    /// Checks that commands scale process groups that the app has.
    ///
    /// ## Why
    ///
    /// `fly scale count 3` means the group `app`. An app whose fly.toml names its groups has none of that name unless it
    /// says so, and flyctl ends with an error.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [processes]
    /// web = "node server.js"
    /// worker = "node worker.js"
    ///
    /// # --- scale.sh
    /// fly scale count 3 -a my-web --yes
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [processes]
    /// web = "node server.js"
    /// worker = "node worker.js"
    ///
    /// # --- scale.sh
    /// fly scale count web=3 -a my-web --yes
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/command/scale/count.go
    /// - Fly.io, launch/scale-count
    static RULE = {
        name: "scale-unknown-group",
        code: "FA845",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let scales = cx.usages.iter().filter(|usage| usage.is(&["scale count", "scale vm", "scale memory"]));
    let scales: Vec<_> = scales.filter(|usage| usage.has(&["app"]) && !usage.is_vague()).collect();
    let names = if scales.is_empty() { Vec::new() } else { model.app_names() };
    for usage in scales {
        let Some(name) = usage.value("app") else { continue };
        // Several files of one app may have other groups.
        let [(_, index)] = Model::named(&names, name) else { continue };
        let app = &model.apps[*index];
        let of_flag = usage.value("process-group");
        let counts = usage.is(&["scale count"]);
        let of_words = usage
            .args
            .iter()
            .filter(|_| counts)
            .map(|arg| arg.split_once('=').map_or((of_flag.unwrap_or(DEFAULT), *arg), |(group, _)| (group, *arg)));
        let of_vm = of_flag.filter(|_| !counts).map(|group| (group, group));
        let known = |group: &str| app.groups.iter().any(|known| known.name.as_str() == group);
        let Some((group, word)) = of_words.chain(of_vm).find(|(group, _)| !known(group) && !group.contains('$')) else {
            continue;
        };
        let groups: Vec<&str> = app.groups.iter().map(|group| group.name.as_str()).collect();
        let help = if counts && of_flag.is_none() && !word.contains('=') {
            format!("name the group: `{}={word}`", groups[0])
        } else {
            format!("its groups are {}", list(&groups, "and"))
        };
        cx.within(usage.line.file)
            .report(usage.at_word(word), format!("`{name}` has no group `{group}` to scale"))
            .label("flyctl ends with an error here")
            .related_in(app.file, app.groups[0].name.origin, "a group that it has")
            .help(help);
    }
    cx.back();
}

/// The group of commands that name none, and of apps that have no others.
const DEFAULT: &str = "app";
