use crate::diag::{Applicability, Fix};
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that an app says once how its image comes to be.
    ///
    /// ## Why
    ///
    /// `image`, `builder` with `buildpacks`, `dockerfile` and `builtin` are four ways to an image. Of several flyctl
    /// takes the first in that order and prints a warning that is easily missed: a Dockerfile that somebody changes
    /// for a week may never have been used.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.build]
    /// image = "registry.example.com/shop/web:2026.8.3"
    /// dockerfile = "Dockerfile.web"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.build]
    /// image = "registry.example.com/shop/web:2026.8.3"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/appconfig/validation.go
    /// - flyctl, internal/build/imgsrc/resolver.go
    static RULE = {
        name: "two-build-sources",
        code: "FA667",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(build) = &app.toml.build else { return };
    // In the order in which flyctl tries them.
    let sources: [(&str, Option<Origin>); 4] = [
        ("image", build.image.as_ref().map(|value| value.origin)),
        ("builder", build.builder.as_ref().map(|value| value.origin)),
        ("dockerfile", build.dockerfile.as_ref().map(|value| value.origin)),
        ("builtin", build.builtin.as_ref().map(|value| value.origin)),
    ];
    let mut written = sources.into_iter().filter_map(|(key, origin)| Some((key, origin?)));
    let (Some((taken, first)), Some((dropped, second))) = (written.next(), written.next()) else { return };
    let more: Vec<(&str, Origin)> = written.collect();
    let edits = cx.edits();
    let all = [second].into_iter().chain(more.iter().map(|(_, origin)| *origin));
    let removed = all.map(|at| edits.remove_entry(edits.key_of(at.range)?, at.range)).collect::<Option<Vec<_>>>();
    let fix = removed.map(|mut edits| {
        edits.sort_by_key(|edit| edit.span.range);
        Fix { title: format!("keep {taken} alone"), applicability: Applicability::Unsafe, edits }
    });
    let mut finding = cx
        .report(second, format!("`{dropped}` of `{}` is never used", app.name.value))
        .label("another way to an image")
        .related(first, "flyctl takes this one");
    for (key, at) in more {
        finding = finding.related(at, format!("`{key}` is not used either"));
    }
    finding.help(format!("keep one of them: `{taken}` is what runs today")).fix(fix);
}
