use crate::diag::fix::string_literal;
use crate::fly_toml::command::split;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that the command of a process group does not repeat the ENTRYPOINT of its image.
    ///
    /// ## Why
    ///
    /// A command takes the place of CMD, and stands behind ENTRYPOINT. With `ENTRYPOINT ["node"]` the command `node
    /// worker.js` runs `node node worker.js`, and ends with an error at once.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [processes]
    /// web = "node server.js"
    ///
    /// # --- Dockerfile
    /// FROM node:22-slim
    /// ENTRYPOINT ["node"]
    /// CMD ["server.js"]
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [processes]
    /// web = "server.js"
    ///
    /// # --- Dockerfile
    /// FROM node:22-slim
    /// ENTRYPOINT ["node"]
    /// CMD ["server.js"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/processes
    /// - Docker, reference/dockerfile
    static RULE = {
        name: "entrypoint-repeated",
        code: "FA858",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        let Some((dockerfile, stage)) = model.image(index) else { continue };
        let Some(entry) = stage.iter().rfind(|i| i.name == "ENTRYPOINT").filter(|i| i.exec_form) else { continue };
        let replaced = app.toml.experimental.as_ref().is_some_and(|experimental| experimental.entrypoint.is_some());
        // What runs what it is given may run itself: `tini -- tini -- x` works, and so do scripts.
        let program = entry.words.first().map_or("", |word| word.text.rsplit('/').next().unwrap_or(&word.text));
        if replaced || !PROGRAMS.contains(&program) {
            continue;
        }
        for command in app.groups.iter().filter_map(|group| group.command.as_ref()) {
            let Ok(split) = split(command) else { continue };
            let repeats = split.words.len() > entry.words.len()
                && entry.words.iter().zip(&split.words).all(|(of_image, own)| of_image.text == own.text);
            if repeats {
                let words: Vec<&str> = entry.words.iter().map(|word| word.text.as_str()).collect();
                let rest = command.strip_prefix(words.join(" ").as_str()).map(str::trim_start);
                let edit = rest.map(|rest| cx.about(index).edits().replace(command.range(), string_literal(rest)));
                let fix = cx.unsafe_fix("leave out what the image says", edit);
                cx.about(index)
                    .report(command.origin, format!("`{0}` runs as `{program} {0}`", command.value))
                    .label("repeats the ENTRYPOINT of the image")
                    .related_in(dockerfile.file, Origin::written(entry.range), "stands in front of it")
                    .help("leave out what the image says already")
                    .fix(fix);
            }
        }
    }
}

/// Interpreters: the first word behind them is a file to run.
const PROGRAMS: [&str; 9] = ["bun", "deno", "java", "node", "npm", "php", "python", "python3", "ruby"];
