use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::schema::nearest;
use crate::spec::Level;

declare_rule! {
    /// Checks that `builtin` names a Dockerfile that flyctl has.
    ///
    /// ## Why
    ///
    /// A `builtin` is one of seven templates within flyctl. With another name the build fails; `fly config validate`
    /// does not look.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.build]
    /// builtin = "hugo-statics"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.build]
    /// builtin = "hugo-static"
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/build/imgsrc/builtins/defaultbuiltins.go
    static RULE = {
        name: "unknown-builtin",
        code: "FA669",
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
    let Some(build) = &app.toml.build else { return };
    let Some(builtin) = &build.builtin else { return };
    let known = cx.facts.names.builtins;
    let used = build.image.is_none() && build.builder.is_none() && build.dockerfile.is_none();
    if !used || builtin.is_empty() || known.contains(&builtin.0.as_str()) {
        return;
    }
    let near = nearest(builtin, known.iter().copied());
    let edit = near.map(|near| cx.edits().replace_word(builtin.range(), near));
    let fix = cx.unsafe_fix(format!("write {}", near.unwrap_or_default()), edit);
    let help = match near {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("flyctl has {}; anything else needs a Dockerfile", known.join(", ")),
    };
    cx.report(builtin.origin, format!("flyctl has no builtin `{}`", builtin.0))
        .label("the build fails")
        .help(help)
        .fix(fix);
}
