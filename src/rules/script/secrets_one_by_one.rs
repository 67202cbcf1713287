use crate::beside::Kind;
use crate::model::Model;
use crate::rules::Usage;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that several secrets are set with one command.
    ///
    /// ## Why
    ///
    /// Every `fly secrets set` restarts all machines of the app. Three commands one after the other are three restarts,
    /// and between them the app runs with some of the new values and some of the old.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- rotate.sh
    /// fly secrets set DB_USER="$USER" -a my-web
    /// fly secrets set DB_PASSWORD="$PASSWORD" -a my-web
    /// ```
    ///
    /// ```toml,files,good
    /// # --- rotate.sh
    /// fly secrets set DB_USER="$USER" DB_PASSWORD="$PASSWORD" -a my-web
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/secrets
    static RULE = {
        name: "secrets-one-by-one",
        code: "FA842",
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
    let mut rest = cx.usages;
    while let Some((first, later)) = rest.split_first() {
        rest = later;
        if !restarts(first) {
            continue;
        }
        let mut last = first;
        while let Some((next, later)) = rest.split_first()
            && restarts(next)
            && next.value("app") == last.value("app")
            && cx.is_next(last, next)
        {
            (last, rest) = (next, later);
        }
        if last.line.range != first.line.range && !cx.creates_apps(first.line.file) {
            cx.within(first.line.file)
                .report(first.at(), "every one of these commands restarts the machines")
                .related_in(last.line.file, last.at(), "the last of them")
                .help("set all of them with one command, or give all but the last `--stage`");
        }
    }
    cx.back();
}

fn restarts(usage: &Usage<'_>) -> bool {
    usage.kind != Kind::Page && usage.is(&["secrets set"]) && !usage.has(&["stage"]) && !usage.is_vague()
}
