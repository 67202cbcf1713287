use crate::beside::Kind;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that secrets which come with a deploy are staged.
    ///
    /// ## Why
    ///
    /// `fly secrets set` restarts all machines at once, with the old image: the release that wants the new value comes
    /// with the deploy behind it, which restarts them again. With `--stage` the deploy brings both.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- deploy.sh
    /// fly secrets set API_KEY="$KEY" -a my-web
    /// fly deploy -a my-web
    /// ```
    ///
    /// ```toml,files,good
    /// # --- deploy.sh
    /// fly secrets set API_KEY="$KEY" -a my-web --stage
    /// fly deploy -a my-web
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/secrets
    static RULE = {
        name: "secrets-before-deploy",
        code: "FA843",
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
    for pair in cx.usages.windows(2) {
        let [set, deploy] = pair else { continue };
        let restarts = set.kind != Kind::Page && set.is(&["secrets set", "secrets import"]) && !set.has(&["stage"]);
        if restarts
            && !set.is_vague()
            && deploy.is(&["deploy"])
            && set.value("app") == deploy.value("app")
            && set.value("config") == deploy.value("config")
            && cx.is_next(set, deploy)
            && !cx.creates_apps(set.line.file)
        {
            cx.within(set.line.file)
                .report(set.at(), "all machines restart with the old release, and again with the deploy")
                .related_in(deploy.line.file, deploy.at(), "restarts them too")
                .help("add `--stage`: the deploy brings the new values");
        }
    }
    cx.back();
}
