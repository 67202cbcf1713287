use crate::diag::fix::string_literal;
use crate::model::{App, Model};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that apps which run one program in different ways share its image.
    ///
    /// ## Why
    ///
    /// Two apps with the same build context build the same image twice, at different times: the worker runs last week's code
    /// while the web app runs today's, and a job that one of them writes is not understood by the other. `image_from` deploys
    /// the very image that the other app has just been deployed with, and saves a build.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// source = "shop"
    /// secrets = ["SESSION_KEY"]
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [app.jobs]
    /// source = "shop"
    /// processes = { jobs = "node worker.js" }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// source = "shop"
    /// secrets = ["SESSION_KEY"]
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    ///
    /// [app.jobs]
    /// image_from = "app.web"
    /// source = "shop"
    /// processes = { jobs = "node worker.js" }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/processes
    /// - https://github.com/superfly/docs/pull/2387
    static RULE = {
        name: "same-build-twice",
        code: "FA396",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let builds = |app: &&App| app.image_from.is_none() && app.toml.build.is_none() && app.source.origin.is_written();
    let mut apps: Vec<(&str, usize)> = Vec::new();
    for (index, app) in model.apps.iter().enumerate().filter(|(_, app)| builds(app)) {
        apps.push((app.source.trim_end_matches('/'), index));
    }
    apps.sort_unstable();
    for same in apps.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1) {
        let first = &model.apps[same[0].1];
        for &(_, index) in &same[1..] {
            let app = &model.apps[index];
            let literal = string_literal(&format!("app.{}", first.key.value));
            let cx = cx.about(index);
            let edit = cx.edits().insert_entry(app.header, "image_from", &literal);
            let fix = cx.unsafe_fix(format!("deploy the image of app.{}", first.key.value), edit);
            let message = format!("`{}` builds the same as `{}`, at another time", app.name.value, first.name.value);
            cx.report(app.source.origin, message)
                .label("built twice")
                .related_in(first.file, Origin::written(first.source.range()), "the same folder")
                .help(format!("write `image_from = {literal}`, and both run the same code"))
                .fix(fix);
        }
    }
}
