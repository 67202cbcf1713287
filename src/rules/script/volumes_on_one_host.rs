use crate::beside::Kind;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that scripts and workflows leave volumes of an app on different hosts.
    ///
    /// ## Why
    ///
    /// A volume is on one host. Fly.io puts volumes of the same name on different ones, so that the loss of a host is the
    /// loss of one copy; `--require-unique-zone=false` lets them share one.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- setup.sh
    /// fly volumes create data -n 2 -r fra --require-unique-zone=false --yes
    /// ```
    ///
    /// ```toml,files,good
    /// # --- setup.sh
    /// fly volumes create data -n 2 -r fra --yes
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/overview
    /// - Fly.io, flyctl/cmd/fly_volumes_create
    static RULE = {
        name: "volumes-on-one-host",
        code: "FA837",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(_: &Model, cx: &mut Cx<'_>) {
    for usage in cx.usages.iter().filter(|usage| usage.kind != Kind::Page) {
        if usage.is(&["volumes create", "volumes fork"]) && usage.value("require-unique-zone") == Some("false") {
            cx.within(usage.line.file)
                .report(usage.at_word("--require-unique-zone=false"), "one host may hold all copies of this data")
                .label("they may share a host")
                .help("leave it out, unless the region has no other host to offer");
        }
    }
    cx.back();
}
