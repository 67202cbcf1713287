use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that no name takes a certificate which a wildcard of the same app covers.
    ///
    /// ## Why
    ///
    /// `*.example.com` is a certificate for every name directly below `example.com`. Another one for
    /// `shop.example.com` in the same app is issued, renewed and paid for, and changes nothing. `example.com` itself
    /// and names two levels below are not covered.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// domains = ["*.example.com", "shop.example.com", "example.com"]
    /// http_service = { internal_port = 8080 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// domains = ["*.example.com", "example.com"]
    /// http_service = { internal_port = 8080 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/custom-domain
    /// - Fly.io, about/pricing
    static RULE = {
        name: "domain-below-wildcard",
        code: "FA659",
        group: Group::Cost,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    for wildcard in &app.domains {
        let Some(parent) = wildcard.strip_prefix("*.") else { continue };
        for domain in app.domains.iter().filter(|domain| domain.split_once('.').is_some_and(|(_, rest)| rest == parent))
        {
            if domain.value == wildcard.value {
                continue;
            }
            let fix = cx.unsafe_fix("leave it to the wildcard", cx.edits().remove_item(domain.range()));
            cx.report(
                domain.origin,
                format!("`{}` pays for a second certificate of `{}`", app.name.value, domain.value),
            )
            .label("covered")
            .related(wildcard.origin, "by this one")
            .help("remove it: the wildcard is for this name too")
            .fix(fix);
        }
    }
}
