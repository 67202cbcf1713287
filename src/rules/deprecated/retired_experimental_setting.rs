use crate::diag::{Applicability, Fix};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that no setting is kept that has lost its effect.
    ///
    /// ## Why
    ///
    /// `auto_rollback`, `enable_consul` and `enable_etcd` were for the platform before Machines, `lazy_load_images`
    /// for a feature that was taken away in May 2025. flyctl reads them and does nothing. A file that promises
    /// `auto_rollback` lets people believe in a safety net that is not there: a release that fails stays where it
    /// failed.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.experimental]
    /// auto_rollback = true
    /// cmd = ["bin/serve"]
    /// ```
    ///
    /// ```toml,good
    /// [app.web.experimental]
    /// cmd = ["bin/serve"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/command/deploy/deploy_build.go
    /// - flyctl, internal/appconfig/config.go
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "retired-experimental-setting",
        code: "FA685",
        group: Group::Style,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(experimental) = &app.toml.experimental else { return };
    let settings = [
        ("auto_rollback", experimental.auto_rollback),
        ("enable_consul", experimental.enable_consul),
        ("enable_etcd", experimental.enable_etcd),
        ("lazy_load_images", experimental.lazy_load_images),
    ];
    let mut written = settings.into_iter().filter_map(|(key, value)| Some((key, value?.origin)));
    let Some((key, at)) = written.next() else { return };
    let more: Vec<_> = written.collect();
    let edits = cx.edits();
    let all = [at].into_iter().chain(more.iter().map(|(_, at)| *at));
    let removed = all.map(|at| edits.remove_entry(edits.key_of(at.range)?, at.range)).collect::<Option<Vec<_>>>();
    let fix = removed.map(|mut edits| {
        edits.sort_by_key(|edit| edit.span.range);
        Fix { title: "remove what has no effect".to_owned(), applicability: Applicability::Safe, edits }
    });
    let mut finding = cx
        .report(at, format!("`{key}` of `{}` has no effect any more", app.name.value))
        .label("flyctl does nothing with it");
    for (key, at) in more {
        finding = finding.related(at, format!("nor has `{key}`"));
    }
    finding.help("remove it").fix(fix);
}
