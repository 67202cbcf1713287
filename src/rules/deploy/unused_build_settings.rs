use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that settings of a build are for an image that is built.
    ///
    /// ## Why
    ///
    /// With `image` nothing is built. Build arguments, a target and an ignore file beside it say how something would
    /// be built that never is, and whoever changes them waits for an effect. `settings` are for a `builtin` alone.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.build]
    /// image = "registry.example.com/shop/web:2026.8.3"
    /// build-target = "production"
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
    /// - flyctl, internal/build/imgsrc/resolver.go
    static RULE = {
        name: "unused-build-settings",
        code: "FA668",
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
    let (why, label) = match &build.image {
        Some(image) => (Some(image.origin), "an image that is there already"),
        None if build.builtin.is_none() => (None, "for a `builtin` alone"),
        None => return,
    };
    let first_of = |origin: Option<&Origin>| origin.copied();
    let scalar = |range| {
        let edits = cx.edits();
        edits.key_of(range).and_then(|key| edits.remove_entry(key, range))
    };
    let target = build.build_target.as_ref().map(|value| value.origin).filter(|_| why.is_some());
    let ignore = build.ignorefile.as_ref().map(|value| value.origin).filter(|_| why.is_some());
    let args = build.args.first().map(|(name, _)| name.origin).filter(|_| why.is_some());
    let settings = first_of(build.settings.first().map(|(name, _)| &name.origin));
    let found = [("build-target", target), ("ignorefile", ignore), ("args", args), ("settings", settings)];
    let Some((key, at)) = found.into_iter().find_map(|(key, at)| Some((key, at?))) else { return };
    let edit = if matches!(key, "build-target" | "ignorefile") { scalar(at.range) } else { None };
    let fix = cx.unsafe_fix("remove it", edit);
    let finding = cx.report(at, format!("`{key}` of `{}` has no effect: nothing is built with it", app.name.value));
    let finding = match why {
        Some(image) => finding.label("of a build").related(image, label),
        None => finding.label(label),
    };
    finding.help("remove it, or remove what it does not go with").fix(fix);
}
