use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::{list, nearest};
use crate::spec::Level;

declare_rule! {
    /// Checks that the handlers of a port are some that the proxy has.
    ///
    /// ## Why
    ///
    /// A handler says what the proxy does with a connection before the app gets it. flyctl passes on any word, and
    /// `fly config validate --strict` does not look into services; Fly.io refuses the deploy, after the image has been built.
    /// There is no handler `https`: TLS and HTTP are two handlers, `tls` and `http`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 443, handlers = ["https"] }]
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 443, handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ```toml,bad
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 443, handlers = ["tsl", "http"] }]
    /// ```
    ///
    /// ```toml,good
    /// [[app.web.services]]
    /// internal_port = 3000
    /// protocol = "tcp"
    /// ports = [{ port = 443, handlers = ["tls", "http"] }]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/services
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "unknown-handler",
        code: "FA327",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let known = cx.facts.services.handlers;
    for port in app.toml.services.iter().flat_map(|service| service.ports.iter()) {
        let Some(handlers) = &port.handlers else { continue };
        let Some(wrong) = handlers.iter().find(|handler| !known.contains(&&***handler)) else { continue };
        let right = |word| match word {
            "https" => Some(["tls", "http"].as_slice()),
            word if known.contains(&word) => known.iter().position(|known| *known == word).map(|at| &known[at..=at]),
            word => {
                let near = nearest(word, known.iter().copied())?;
                known.iter().position(|known| *known == near).map(|at| &known[at..=at])
            }
        };
        let words: Option<Vec<&[&str]>> = handlers.iter().map(|handler| right(handler)).collect();
        let edit = words.and_then(|words| cx.edits().replace_words(handlers.range(), &words.concat()));
        let help = match &edit {
            Some(edit) => format!("write `handlers = {}`", edit.with),
            None => format!("the handlers are {}; leave the key out to pass connections on", list(known, "and")),
        };
        let fix = cx.unsafe_fix("write the handlers that are meant", edit);
        cx.report(handlers.origin, format!("the proxy has no handler `{}`", &**wrong))
            .label("Fly.io refuses the deploy")
            .help(help)
            .fix(fix);
    }
}
