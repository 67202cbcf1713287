use crate::diag::fix::string_literal;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that variables which a tool writes into its files are known when it does.
    ///
    /// ## Why
    ///
    /// `VITE_API_URL`, `REACT_APP_API_URL` and their like are read while the image is built: the tool writes their
    /// values into the files for the browser. `[env]` and secrets exist in machines, long after. The page then has
    /// `undefined` in the address, or the value of somebody's computer. A build argument of the same name is there in
    /// time, when the Dockerfile has an `ARG` for it.
    ///
    /// Next.js is not meant: its server reads `NEXT_PUBLIC_…` in the machine as well. An image may put values in when
    /// it starts, so this is a warning. Nothing is said where there is a build argument of the name, or where nothing
    /// is built.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// NODE_ENV = "production"
    /// VITE_API_URL = "https://api.example.com"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// NODE_ENV = "production"
    /// VITE_API_URL = "https://api.example.com"
    ///
    /// [app.web.build.args]
    /// VITE_API_URL = "https://api.example.com"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Vite, Create React App, Gatsby, Vue CLI: environment variables
    static RULE = {
        name: "build-time-variable",
        code: "FA653",
        group: Group::Correctness,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let build = app.toml.build.as_ref();
    if app.image_from.is_some() || build.is_some_and(|build| build.image.is_some()) {
        return;
    }
    let names = &cx.facts.names;
    let known = |name: &str| build.is_some_and(|build| build.args.get(name).is_some());
    let late = |name: &str| names.inlined(name).filter(|_| !known(name));
    let in_env = app.toml.env.iter().filter(|(name, _)| late(name).is_some());
    let in_env: Vec<_> = in_env.collect();
    let secret = app.secrets.iter().find(|secret| late(&secret.name).is_some());
    let (name, at) = match (in_env.first(), secret) {
        (Some((name, _)), _) => (name.as_str(), name.origin),
        (None, Some(secret)) => (secret.name.as_str(), secret.name.origin),
        (None, None) => return,
    };
    let tool = late(name).map_or("the tool", |inlined| inlined.tool);
    let more = in_env.len() + usize::from(secret.is_some()) - 1;
    let others = if more == 0 { String::new() } else { format!(" (and {more} more)") };
    // A table of its own must not stand beside one in braces.
    let free =
        build.is_none_or(|build| build.args.is_empty() && cx.text(Origin::written(build.range())).starts_with('['));
    let entries: Vec<(&str, String)> =
        in_env.iter().map(|(name, value)| (name.as_str(), string_literal(value.as_str()))).collect();
    let edit =
        (free && !entries.is_empty()).then(|| cx.edits().append_table(&app.table("build.args"), &entries)).flatten();
    let fix = cx.unsafe_fix("give it to the build too", edit);
    let table = app.table("build.args");
    cx.report(at, format!("`{name}`{others} of `{}` comes too late: {tool} reads it in the build", app.name.value))
        .label("known in machines only")
        .help(format!("write it into `{table}` too, with an ARG for it in the Dockerfile"))
        .fix(fix);
}
