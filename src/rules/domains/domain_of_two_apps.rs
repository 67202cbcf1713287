use crate::model::{App, Model};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{HostName, Sourced};

declare_rule! {
    /// Checks that a host name belongs to one app.
    ///
    /// ## Why
    ///
    /// The records of a host name lead to one app, or to one bucket. With a second app the certificate is issued for
    /// whichever the name points to, and shared addresses, which tell apps apart by the name, cannot know which of
    /// them is meant.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web]
    /// domains = ["www.example.com", "example.com"]
    /// http_service = { internal_port = 3000 }
    ///
    /// [app.landing]
    /// domains = ["example.com"]
    /// http_service = { internal_port = 8080 }
    /// ```
    ///
    /// ```toml,good
    /// [app.web]
    /// domains = ["www.example.com", "example.com"]
    /// http_service = { internal_port = 3000 }
    ///
    /// [app.landing]
    /// domains = []
    /// http_service = { internal_port = 8080 }
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/custom-domain
    static RULE = {
        name: "domain-of-two-apps",
        code: "FA656",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::Architecture,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let of_apps = model.apps.iter().enumerate().flat_map(|(i, app)| app.domains.iter().map(move |name| (name, i)));
    let mut all: Vec<(&Sourced<HostName>, usize)> = of_apps.collect();
    all.sort_unstable_by(|(a, i), (b, j)| (a.as_str(), i).cmp(&(b.as_str(), j)));
    for pair in all.windows(2) {
        let [(name, first), (other, second)] = [pair[0], pair[1]];
        // Of two in one app the lowering has spoken.
        if name.value != other.value || first == second {
            continue;
        }
        let fix = cx.about(second).edits().remove_item(other.range());
        let app = |index: usize| -> &App { &model.apps[index] };
        let cx = cx.about(second);
        let fix = cx.unsafe_fix(format!("leave it to {}", app(first).reference()), fix);
        cx.report(
            other.origin,
            format!("`{}` cannot lead to `{}` and to another app", other.value, app(second).name.value),
        )
        .label("one name, one app")
        .related(name.origin, format!("also of `{}`", app(first).name.value))
        .help("leave the name to one of them")
        .fix(fix);
    }
    for bucket in &model.buckets {
        let Some(domain) = &bucket.custom_domain else { continue };
        if let Ok(at) = all.binary_search_by(|(name, _)| name.as_str().cmp(domain.as_str())) {
            let (name, app) = all[at];
            let finding =
                cx.about(app).report(name.origin, format!("`{}` cannot lead to an app and to a bucket", name.value));
            finding.label("of an app").related(domain.origin, "of a bucket").help("leave the name to one of them");
        }
    }
}
