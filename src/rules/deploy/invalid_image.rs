use crate::diag::fix::string_literal;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that `image` is the name of an image.
    ///
    /// ## Why
    ///
    /// The name of an image has no scheme, no blanks and no capital letters: `https://` in front, as in a browser,
    /// and the name of a GitHub organisation as it is written there are the usual slips. flyctl loads such a file,
    /// and the deploy fails with "invalid reference format".
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.build]
    /// image = "ghcr.io/Acme/Web:2026.8.3"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.build]
    /// image = "ghcr.io/acme/web:2026.8.3"
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.build]
    /// image = "https://registry.example.com/shop/web:2026.8.3"
    /// ```
    ///
    /// ```toml,good
    /// [app.web.build]
    /// image = "registry.example.com/shop/web:2026.8.3"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Distribution, the grammar of references
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "invalid-image",
        code: "FA697",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let Some(image) = app.toml.build.as_ref().and_then(|build| build.image.as_ref()) else { return };
    // A template that something else fills in.
    if image.contains(['{', '$', '<']) {
        return;
    }
    let bare = image.split_once("://").map_or(image.as_str(), |(_, rest)| rest);
    let (name, rest) = bare.split_at(repository(bare));
    let label = if bare.len() < image.len() {
        "a URL"
    } else if image.contains(char::is_whitespace) {
        "a blank in it"
    } else if path_of(name).bytes().any(|b| b.is_ascii_uppercase()) {
        "capital letters"
    } else {
        return;
    };
    let right = format!("{}{rest}", name.to_ascii_lowercase());
    let edit =
        (!image.contains(char::is_whitespace)).then(|| cx.edits().replace(image.range(), string_literal(&right)));
    let fix = cx.unsafe_fix(format!("write {right}"), edit);
    cx.report(image.origin, format!("`{}` cannot be deployed: this names no image", app.name.value))
        .label(label)
        .help("write registry/name:tag in small letters, without a scheme")
        .fix(fix);
}

/// The name of an image without its registry, which may have capital letters.
fn path_of(name: &str) -> &str {
    let registry = |first: &str| first.contains(['.', ':']) || first == "localhost";
    name.split_once('/').filter(|(first, _)| registry(first)).map_or(name, |(_, path)| path)
}

/// Where the name of an image ends and its tag or digest begins.
fn repository(image: &str) -> usize {
    let end = image.find('@').unwrap_or(image.len());
    let last = image[..end].rfind('/').map_or(0, |at| at + 1);
    image[last..end].find(':').map_or(end, |at| last + at)
}
