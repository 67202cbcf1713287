use crate::diag::Edit;
use crate::fly_toml::Protocol;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that an app with a service does not listen to its own machine alone.
    ///
    /// ## Why
    ///
    /// The proxy comes over the network. A server that listens on `127.0.0.1` or `localhost`, as most do on a laptop, is not
    /// there for it: connections are refused, and the deploy ends with the remark that the app is not listening on the
    /// expected address. `0.0.0.0` is every IPv4 address of the machine, `::` every address.
    ///
    /// A command that names the port of the service with such an address is an error; an address without a port, or in a
    /// variable that is read by whatever uses it, is a warning.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// processes = { web = "gunicorn -b 127.0.0.1:8000 shop.wsgi" }
    ///
    /// [app.web.http_service]
    /// internal_port = 8000
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// processes = { web = "gunicorn -b 0.0.0.0:8000 shop.wsgi" }
    ///
    /// [app.web.http_service]
    /// internal_port = 8000
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// HOST = "localhost"
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// HOST = "0.0.0.0"
    ///
    /// [app.web.http_service]
    /// internal_port = 3000
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/app-services
    /// - Fly.io, getting-started/troubleshooting
    static RULE = {
        name: "loopback-bind",
        code: "FA347",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

/// Variables by which servers are told where to listen.
const VARIABLES: [&str; 12] = [
    "ADDRESS",
    "BIND",
    "BIND_ADDR",
    "BIND_ADDRESS",
    "HOST",
    "HOSTNAME",
    "LISTEN",
    "LISTEN_ADDR",
    "LISTEN_ADDRESS",
    "LISTEN_HOST",
    "SERVER_HOST",
    "UVICORN_HOST",
];
/// Options of commands for the same.
const OPTIONS: [&str; 8] = ["--host", "--bind", "--listen", "--address", "--hostname", "--ip", "-b", "-H"];
const LOOPBACK: [&str; 4] = ["127.0.0.1", "localhost", "[::1]", "::1"];

fn check(app: &App, cx: &mut Cx<'_>) {
    if !app.services.iter().any(|service| service.protocol == Protocol::Tcp) {
        return;
    }
    for (name, value) in app.toml.env.iter().filter(|(name, _)| VARIABLES.contains(&name.as_str())) {
        if let Some((host, port)) = loopback(value.as_str())
            && port.is_none_or(|port| serves(app, None, port))
        {
            report(app, value.origin, host, (&format!("`{}`", name.value), false), cx);
        }
    }
    for (index, group) in app.groups.iter().enumerate().filter(|(_, group)| group.serves) {
        let Some(command) = group.command.as_ref().filter(|command| LOOPBACK.iter().any(|host| command.contains(host)))
        else {
            continue;
        };
        let mut words = command.split_ascii_whitespace().peekable();
        let found = std::iter::from_fn(|| words.next().map(|word| (word, words.peek().copied()))).find_map(|pair| {
            let (option, value) = match pair.0.split_once('=') {
                Some((option, value)) => (option, value),
                None => (pair.0, pair.1?),
            };
            let (host, port) = loopback(value).filter(|_| OPTIONS.contains(&option))?;
            port.is_none_or(|port| serves(app, Some(index), port)).then_some((host, port.is_some()))
        });
        if let Some((host, certain)) = found {
            report(app, command.origin, host, ("its command", certain), cx);
        }
    }
}

/// The address of the machine itself that a word consists of, and its port.
fn loopback(word: &str) -> Option<(&'static str, Option<u16>)> {
    let host = LOOPBACK.into_iter().find(|host| word.starts_with(host))?;
    match &word[host.len()..] {
        "" => Some((host, None)),
        rest => Some((host, Some(rest.strip_prefix(':')?.parse().ok()?))),
    }
}

fn serves(app: &App, group: Option<usize>, port: u16) -> bool {
    let mut services = app.services.iter().filter(|service| group.is_none_or(|group| service.groups.contains(&group)));
    services.any(|service| service.internal_port.is_some_and(|internal| internal.get() == port))
}

fn report(app: &App, at: Origin, host: &str, (by, certain): (&str, bool), cx: &mut Cx<'_>) {
    let all = if host.contains(':') { "::" } else { "0.0.0.0" };
    let all = if host.starts_with('[') { "[::]" } else { all };
    let fix = cx.unsafe_fix(format!("listen on {all}"), edit(at, host, all, cx));
    let message = format!("by {by}, `{}` listens to its own machine alone", app.name.value);
    if certain { cx.report(at, message) } else { cx.warn(at, message) }
        .label("the proxy comes from outside")
        .help(format!("listen on every address: {all} in place of {host}"))
        .fix(fix);
}

/// Another address in what is written, where it stands there once.
fn edit(at: Origin, host: &str, all: &str, cx: &Cx<'_>) -> Option<Edit> {
    let mut places = cx.text(at).match_indices(host);
    let (start, _) = places.next().filter(|_| places.next().is_none())?;
    let range = TextRange::new(start, start + host.len());
    Some(cx.edits().replace(TextRange { start: at.range.start + range.start, end: at.range.start + range.end }, all))
}
