use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that the Dockerfile that a file names is there.
    ///
    /// ## Why
    ///
    /// flyctl looks for `build.dockerfile` beside the fly.toml, not in the folder from which `fly deploy` runs, and ends with an
    /// error when there is none. In a repository with several apps the path is easily one folder off.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- apps/web/fly.toml
    /// app = "my-web"
    ///
    /// [build]
    /// dockerfile = "Dockerfile.web"
    ///
    /// # --- Dockerfile.web
    /// FROM node:22-slim
    /// ```
    ///
    /// ```toml,files,good
    /// # --- apps/web/fly.toml
    /// app = "my-web"
    ///
    /// [build]
    /// dockerfile = "../../Dockerfile.web"
    ///
    /// # --- Dockerfile.web
    /// FROM node:22-slim
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - flyctl, internal/command/deploy/deploy_build.go
    static RULE = {
        name: "dockerfile-missing",
        code: "FA807",
        group: Group::Correctness,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    for (index, app) in model.apps.iter().enumerate() {
        // A spec may lie elsewhere than the sources of its apps.
        let Some(path) = model.beside.missing_dockerfile(index).filter(|_| app.is_plain()) else { continue };
        let named = app.toml.build.as_ref().and_then(|build| build.value.dockerfile.as_ref());
        let Some(named) = named.filter(|named| !named.value.contains("://") && !named.value.starts_with('/')) else {
            continue;
        };
        let elsewhere = model
            .beside
            .dockerfiles
            .iter()
            .find(|other| other.path.rsplit('/').next() == named.value.rsplit('/').next());
        let message = format!("a deploy of `{}` fails: there is no {path}", app.name.value);
        let help = match elsewhere {
            Some(other) => format!("there is {}: write the path to it, from the folder of this file", other.path),
            None => "write the path from the folder of this file, or take the line out".to_owned(),
        };
        cx.about(index).report(named.origin, message).label("not there").help(help);
    }
}
