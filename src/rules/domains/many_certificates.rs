use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that an app does not take a certificate for each of many names below one domain.
    ///
    /// ## Why
    ///
    /// Every name is a certificate of its own: it is issued, renewed and, beyond the first ten of an organisation,
    /// paid for by itself. The issuer gives 50 a week for one domain, so that a set-up of more names than that stops
    /// in the middle. A wildcard, `*.example.com`, is one certificate for all of them. It needs one DNS record for
    /// its validation.
    ///
    /// Names of customers stand below domains of their own, and are no reason for a wildcard.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// domains = [
    ///     "a.shops.example.com", "b.shops.example.com", "c.shops.example.com", "d.shops.example.com",
    ///     "e.shops.example.com", "f.shops.example.com", "g.shops.example.com", "h.shops.example.com",
    ///     "i.shops.example.com", "j.shops.example.com", "k.shops.example.com", "l.shops.example.com",
    ///     "m.shops.example.com", "n.shops.example.com", "o.shops.example.com", "p.shops.example.com",
    ///     "q.shops.example.com", "r.shops.example.com", "s.shops.example.com", "t.shops.example.com",
    ///     "u.shops.example.com",
    /// ]
    /// http_service = { internal_port = 8080 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// domains = ["*.shops.example.com"]
    /// http_service = { internal_port = 8080 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/custom-domain
    /// - Fly.io, about/pricing
    static RULE = {
        name: "many-certificates",
        code: "FA655",
        group: Group::Cost,
        levels: Levels::ADVICE,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let limits = &cx.facts.names.certificates;
    let most = limits.names_before_wildcard;
    if app.domains.len() <= most {
        return;
    }
    let parent = |name: &str| name.split_once('.').map_or("", |(_, parent)| parent).to_owned();
    let mut parents: Vec<(String, usize)> =
        app.domains.iter().enumerate().map(|(i, domain)| (parent(domain), i)).collect();
    parents.sort_unstable();
    for same in parents.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > most) {
        let (parent, first) = (&same[0].0, &app.domains[same[0].1]);
        let message = format!("`{}` takes {} certificates for names below {parent}", app.name.value, same.len());
        let finding = cx.report(first.origin, message).label("the first of them");
        let finding = if same.len() > limits.per_domain_and_week {
            finding.note(format!("the issuer gives {} a week for one domain", limits.per_domain_and_week))
        } else {
            finding
        };
        finding.help(format!("write \"*.{parent}\" in their place: one certificate for all of them"));
    }
}
