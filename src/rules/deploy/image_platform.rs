use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that an image is made for the processors of Fly.io.
    ///
    /// ## Why
    ///
    /// Machines run images for linux/amd64 alone, and flyctl builds for it. `FROM --platform=linux/arm64` overrules
    /// flyctl: the image is built, and its program cannot start ("exec format error").
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// # --- Dockerfile
    /// FROM --platform=linux/arm64 node:22-slim
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// # --- Dockerfile
    /// FROM --platform=linux/amd64 node:22-slim
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/build/imgsrc/dockerfile_builder.go
    /// - Docker, reference/dockerfile
    static RULE = {
        name: "image-platform",
        code: "FA859",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        let Some((dockerfile, stage)) = model.image(index) else { continue };
        let platforms = stage.iter().filter(|i| i.name == "FROM").filter_map(|from| from.words.first());
        let foreign = platforms.filter_map(|word| Some((word, word.text.strip_prefix("--platform=")?)));
        // A variable says nothing, and neither does what is no platform.
        let mut foreign = foreign.filter(|(_, platform)| platform.starts_with("linux/") && *platform != PLATFORM);
        if let Some((word, platform)) = foreign.next() {
            cx.about(index)
                .within(dockerfile.file)
                .report(Origin::written(word.range), format!("the image of `{}` cannot start", app.name.value))
                .label(format!("made for {platform}"))
                .help(format!("leave it out, or write `--platform={PLATFORM}`: Fly.io has no others"));
        }
    }
}

/// What machines run.
const PLATFORM: &str = "linux/amd64";
