use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that automation gets tokens that can do no more than it must.
    ///
    /// ## Why
    ///
    /// `fly auth token` prints the token of a person, who may delete everything in every organisation; a token for an
    /// organisation may change all of its apps. A workflow that deploys one app needs `fly tokens create deploy -a APP`. Who has
    /// that token can do less harm, and it can be revoked alone.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- deploy.sh
    /// #!/bin/sh
    /// FLY_API_TOKEN=$(fly auth token)
    /// ```
    ///
    /// ```toml,files,good
    /// # --- deploy.sh
    /// #!/bin/sh
    /// fly tokens create deploy -a my-web --expiry 720h
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, security/tokens
    /// - Fly.io, launch/continuous-deployment-with-github-actions
    static RULE = {
        name: "wide-token",
        code: "FA822",
        group: Group::Security,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for command in &model.beside.commands {
        if cx.is_page(command.file) {
            continue;
        }

        let wide = if command.is(&["auth", "token"]) {
            "the token of a person can change everything in all organisations"
        } else if command.is(&["tokens", "create", "org"]) {
            "a token of the organisation can change all of its apps"
        } else {
            continue;
        };
        cx.within(command.file)
            .report(Origin::written(command.range), wide)
            .help("make one for the app: `fly tokens create deploy -a APP --expiry 720h`");
    }
    cx.back();
}
