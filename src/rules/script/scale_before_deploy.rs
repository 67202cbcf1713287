use crate::beside::Kind;
use crate::model::Model;
use crate::rules::Usage;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no script scales an app that it has just created and not deployed yet.
    ///
    /// ## Why
    ///
    /// `fly scale` takes the image of new machines from the last release. A new app has none, and the command fails.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- setup.sh
    /// set -e
    /// fly apps create my-web --org my
    /// fly scale count 3 -a my-web --yes
    /// fly deploy -a my-web
    /// ```
    ///
    /// ```toml,files,good
    /// # --- setup.sh
    /// set -e
    /// fly apps create my-web --org my
    /// fly deploy -a my-web
    /// fly scale count 3 -a my-web --yes
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/scale-count
    /// - flyctl, internal/command/scale/count_machines.go
    static RULE = {
        name: "scale-before-deploy",
        code: "FA841",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(_: &Model, cx: &mut Cx<'_>) {
    let scripts = || cx.usages.iter().enumerate().filter(|(_, usage)| usage.kind != Kind::Page);
    let mut found = Vec::new();
    for (at, scale) in scripts().filter(|(_, usage)| usage.is(&["scale count"])) {
        let Some(app) = scale.value("app") else { continue };
        let earlier = cx.usages[..at].iter().rev().take_while(|usage| usage.line.file == scale.line.file);
        // The deploy may name the app through its file: any deploy in between is one.
        let mut since = earlier.take_while(|usage| !usage.is(&["deploy", "launch", "machine run", "machine create"]));
        let creates = |usage: &&Usage<'_>| {
            usage.is(&["apps create"]) && (usage.args.first() == Some(&app) || usage.value("name") == Some(app))
        };
        let create = since.find(creates).filter(|create| !cx.between(create, scale).contains("deploy"));
        found.extend(create.map(|create| (scale, create)));
    }
    for (scale, create) in found {
        cx.within(scale.line.file)
            .report(scale.at(), "this fails: the new app has no release to take an image from")
            .related_in(create.line.file, create.at(), "created here")
            .help("deploy it first");
    }
    cx.back();
}
