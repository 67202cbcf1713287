use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that the program of an image gets the signal that asks it to stop.
    ///
    /// ## Why
    ///
    /// On every deploy, and whenever the proxy stops a machine, the first process of the image gets `kill_signal`. `npm start`,
    /// `yarn start` and `pnpm start` put themselves between, and do not hand the signal on as it should be: requests that are
    /// being answered are cut off, and the machine is ended by force after `kill_timeout`.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [http_service]
    /// internal_port = 8080
    ///
    /// # --- Dockerfile
    /// FROM node:22-slim
    /// CMD ["npm", "start"]
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [http_service]
    /// internal_port = 8080
    ///
    /// # --- Dockerfile
    /// FROM node:22-slim
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, blueprints/long-running-tasks
    /// - Fly.io, reference/configuration
    static RULE = {
        name: "signal-lost-in-image",
        code: "FA802",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

const RUNNERS: [&str; 3] = ["npm", "yarn", "pnpm"];

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        let Some((dockerfile, stage)) = model.image(index) else { continue };
        if app.services.is_empty() || app.groups.iter().all(|group| group.command.is_some()) {
            continue;
        }
        // An entry point decides itself what it makes of the command.
        if stage.iter().any(|i| i.name == "ENTRYPOINT") {
            continue;
        }
        let Some(command) = stage.iter().rfind(|i| i.name == "CMD") else { continue };
        let [first, rest @ ..] = command.words.as_slice() else { continue };
        let starts = rest.first().is_some_and(|word| word.text == "start" || word.text == "run");
        if starts && RUNNERS.contains(&first.text.as_str()) {
            let message = format!("`{}` is not told when its machine stops", app.name.value);
            cx.about(index)
                .within(dockerfile.file)
                .report(Origin::written(command.range), message)
                .label(format!("`{}` gets the signal", first.text))
                .help("start the program itself, such as `CMD [\"node\", \"server.js\"]`");
        }
    }
}
