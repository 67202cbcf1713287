use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::source::TextRange;

declare_rule! {
    /// Checks that an app with fixed outgoing addresses has one in every region in which it has machines.
    ///
    /// ## Why
    ///
    /// A fixed address for outgoing connections is for one app in one region. Machines of other regions go out from
    /// addresses that change: whoever lets in the fixed ones alone, such as a bank or a database elsewhere, refuses
    /// them. Requests then fail in one region and not in another, which is hard to find.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// regions = { iad = 2, lhr = 2 }
    /// ips = { egress = ["iad"] }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// regions = { iad = 2, lhr = 2 }
    /// ips = { egress = ["iad", "lhr"] }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/egress-ips
    static RULE = {
        name: "egress-missing-region",
        code: "FA635",
        group: Group::Reliability,
        levels: Levels::RELIABILITY,
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(last) = app.ips.egress.last() else { return };
    let without = app.regions().into_iter().filter(|region| !app.ips.egress.contains(region));
    let without: Vec<&str> = without.map(|region| region.as_str()).collect();
    if without.is_empty() {
        return;
    }
    let end = last.range().end;
    let more: String = without.iter().map(|region| format!(", \"{region}\"")).collect();
    let edit = cx.edits().replace(TextRange { start: end, end }, more);
    let fix = cx.unsafe_fix(format!("add {}", without.join(" and ")), Some(edit));
    let message = format!("machines of `{}` in {} go out from changing addresses", app.name.value, without.join(", "));
    cx.report(last.origin, message)
        .label("no fixed address for the others")
        .help(format!("add {} to `egress`; each address is paid for", without.join(" and ")))
        .fix(fix);
}
