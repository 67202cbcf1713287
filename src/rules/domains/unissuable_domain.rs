use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no domain is one for which nobody issues certificates.
    ///
    /// ## Why
    ///
    /// Names below `.fly.dev` are Fly.io's, which has a certificate for all of them: an app has its own without being
    /// asked. Names such as `.internal`, `.local` and `.test` exist in no public DNS. The issuer refuses all of them,
    /// and setup.sh would wait for a certificate that never comes.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// domains = ["shop.example.com", "my-web.fly.dev"]
    /// http_service = { internal_port = 8080 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// domains = ["shop.example.com"]
    /// http_service = { internal_port = 8080 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/custom-domain
    /// - Fly.io, networking/private-networking
    static RULE = {
        name: "unissuable-domain",
        code: "FA657",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for domain in &app.domains {
        let Some(ending) = cx.facts.names.certificates.endings.iter().find(|ending| domain.ends_with(*ending)) else {
            continue;
        };
        let edit = cx.edits().remove_item(domain.range());
        let fix = cx.unsafe_fix("remove it", edit);
        let own = domain.strip_suffix(".fly.dev") == Some(app.name.as_str());
        let help = if own {
            "remove it: the app answers there with Fly.io's own certificate"
        } else {
            "remove it, or write a name of a domain that is yours"
        };
        cx.report(domain.origin, format!("nobody issues a certificate for `{}`", domain.value))
            .label(format!("below {ending}"))
            .help(help)
            .fix(fix);
    }
}
