use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that no file of secrets is copied into an image.
    ///
    /// ## Why
    ///
    /// `.env` files hold the secrets of a developer's machine. Copied into an image they are in every machine and in the registry,
    /// where deleting the file in a later line does not take them out again. `COPY . .` takes `.env` along as well unless
    /// `.dockerignore` names it; that is not looked at here.
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
    /// COPY package.json .env ./
    /// CMD ["node", "server.js"]
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
    /// COPY package.json .env.example ./
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/secrets
    /// - Fly.io, blueprints/working-with-docker
    static RULE = {
        name: "copied-env-file",
        code: "FA806",
        group: Group::Security,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for dockerfile in &model.beside.dockerfiles {
        let copies = dockerfile.instructions.iter().filter(|i| i.name == "COPY" || i.name == "ADD");
        for copy in copies {
            let flags = copy.words.iter().take_while(|word| word.text.starts_with("--"));
            // What another stage made is another question.
            if flags.clone().any(|flag| flag.text.starts_with("--from")) {
                continue;
            }
            let paths = &copy.words[flags.count()..];
            let sources = &paths[..paths.len().saturating_sub(1)];
            for file in sources.iter().filter(|file| holds_secrets(&file.text)) {
                cx.within(dockerfile.file)
                    .report(
                        Origin::written(file.range),
                        format!("the secrets in `{}` become part of the image", file.text),
                    )
                    .help(
                        "leave the file out, name it in .dockerignore, and set the secrets with `fly secrets import`",
                    );
            }
        }
    }
    cx.back();
}

/// Whether it is a file of variables that is not meant to be shared.
fn holds_secrets(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some(rest) = name.strip_prefix(".env") else { return false };
    let shared = ["example", "sample", "template", "dist", "defaults", "test"];
    rest.is_empty() || rest.strip_prefix('.').is_some_and(|kind| !shared.iter().any(|word| kind.contains(word)))
}
