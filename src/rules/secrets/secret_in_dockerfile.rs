use crate::facts::{SecretKind, secret_in};
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::Origin;

declare_rule! {
    /// Checks that no secret is written into an image.
    ///
    /// ## Why
    ///
    /// What `ENV` and `ARG` say is stored in the image: whoever can pull it reads it with `docker history`, and the Dockerfile is
    /// in the repository besides. Secrets that the app needs when it runs are set with `fly secrets import`; those that the
    /// build needs are given to it with `fly deploy --build-secret` and mounted where they are used.
    ///
    /// Only values that are secrets are reported, not names: `ARG NPM_TOKEN` without a value holds none. The message never shows
    /// the value.
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
    /// ENV DATABASE_URL=postgres://app:hunter2@db.internal:5432/app
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
    /// ARG NPM_TOKEN
    /// ENV NODE_ENV=production
    /// CMD ["node", "server.js"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, apps/build-secrets
    /// - Fly.io, apps/secrets
    static RULE = {
        name: "secret-in-dockerfile",
        code: "FA805",
        group: Group::Security,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for dockerfile in &model.beside.dockerfiles {
        let variables = dockerfile.instructions.iter().flat_map(|i| i.variables());
        for (name, value, at) in variables.filter(|(_, value, _)| !value.is_empty() && !value.contains('$')) {
            let Some(kind) = secret_in(cx.facts, name, value) else { continue };
            // A placeholder for the build, as frameworks want one, has a name like a secret and is none.
            if kind == SecretKind::Named {
                continue;
            }
            cx.within(dockerfile.file)
                .report(Origin::written(at), format!("`{name}` is a secret that everybody with the image can read"))
                .redact(Origin::written(at))
                .help("let it be a secret of the app (`fly secrets import`) or of the build (`--build-secret`)");
        }
    }
    cx.back();
}
