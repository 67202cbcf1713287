use crate::beside::Word;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that the command of an image does not make the program listen for its own machine alone.
    ///
    /// ## Why
    ///
    /// A program that listens on `127.0.0.1` or `localhost` hears only what is on the same machine. The proxy comes from outside
    /// of it: nothing gets through, and a deploy ends with "the app is not listening on the expected address". On a laptop the
    /// same command works, which is why it is so often overlooked.
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
    /// FROM python:3.13-slim
    /// CMD ["uvicorn", "main:app", "--host", "127.0.0.1", "--port", "8080"]
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
    /// FROM python:3.13-slim
    /// CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8080"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/app-services
    /// - Fly.io, getting-started/troubleshooting
    static RULE = {
        name: "dockerfile-loopback-address",
        code: "FA801",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

/// Flags behind which servers take the address that they listen on.
const FLAGS: [&str; 8] = ["--host", "--bind", "-b", "--address", "--addr", "--listen", "-H", "--hostname"];

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        let Some((dockerfile, stage)) = model.image(index) else { continue };
        let Some(port) = app.services.iter().find_map(|service| service.internal_port) else { continue };
        // Groups with commands of their own do not run the image's.
        if model.beside.runs_litefs(index).is_some() || app.groups.iter().all(|group| group.command.is_some()) {
            continue;
        }
        let Some(command) = stage.iter().rfind(|i| i.name == "CMD" || i.name == "ENTRYPOINT") else { continue };
        let Some(word) = loopback(&command.words) else { continue };
        let name = &app.name.value;
        cx.about(index)
            .within(dockerfile.file)
            .report(Origin::written(word.range), format!("`{name}` hears nothing from outside its own machine"))
            .label("not from outside")
            .related_in(app.file, port.origin, "the proxy connects from outside")
            .help("listen on 0.0.0.0, or on [::] for IPv6 as well");
    }
}

/// The word that makes a program listen on the loopback address, and no other makes it listen elsewhere too.
fn loopback(words: &[Word]) -> Option<&Word> {
    let is_loopback = |text: &str| {
        let host = text.trim_start_matches("tcp://").split(':').next().unwrap_or(text);
        host == "127.0.0.1" || host == "localhost" || text.starts_with("[::1]")
    };
    let mut found = words.iter().enumerate().filter(|(at, word)| match word.text.split_once('=') {
        Some((flag, value)) => FLAGS.contains(&flag) && is_loopback(value),
        None => *at > 0 && FLAGS.contains(&words[at - 1].text.as_str()) && is_loopback(&word.text),
    });
    let first = found.next()?.1;
    let elsewhere = words.iter().any(|word| word.text.contains("0.0.0.0") || word.text.contains("[::]"));
    (!elsewhere).then_some(first)
}
