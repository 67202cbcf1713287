use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that the image of an app with LiteFS has FUSE, and LiteFS where a spec declares it.
    ///
    /// ## Why
    ///
    /// LiteFS shows databases through FUSE, and needs its program `fusermount3` in the image. Without it no machine starts.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-web"
    /// primary_region = "fra"
    ///
    /// [http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "off"
    ///
    /// [[mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    ///
    /// # --- litefs.yml
    /// fuse:
    ///   dir: "/litefs"
    /// data:
    ///   dir: "/var/lib/litefs"
    /// proxy:
    ///   addr: ":8080"
    ///   target: "localhost:3000"
    /// lease:
    ///   type: "consul"
    ///   candidate: ${FLY_REGION == PRIMARY_REGION}
    ///   consul:
    ///     key: "litefs/${FLY_APP_NAME}"
    /// exec:
    ///   - cmd: "node server.js"
    ///
    /// # --- Dockerfile
    /// FROM alpine:3.22
    /// RUN apk add ca-certificates sqlite
    /// COPY --from=flyio/litefs:0.5 /usr/local/bin/litefs /usr/local/bin/litefs
    /// ENTRYPOINT litefs mount
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    /// primary_region = "fra"
    ///
    /// [http_service]
    /// internal_port = 8080
    /// auto_stop_machines = "off"
    ///
    /// [[mounts]]
    /// source = "litefs"
    /// destination = "/var/lib/litefs"
    ///
    /// # --- litefs.yml
    /// fuse:
    ///   dir: "/litefs"
    /// data:
    ///   dir: "/var/lib/litefs"
    /// proxy:
    ///   addr: ":8080"
    ///   target: "localhost:3000"
    /// lease:
    ///   type: "consul"
    ///   candidate: ${FLY_REGION == PRIMARY_REGION}
    ///   consul:
    ///     key: "litefs/${FLY_APP_NAME}"
    /// exec:
    ///   - cmd: "node server.js"
    ///
    /// # --- Dockerfile
    /// FROM alpine:3.22
    /// RUN apk add ca-certificates fuse3 sqlite
    /// COPY --from=flyio/litefs:0.5 /usr/local/bin/litefs /usr/local/bin/litefs
    /// ENTRYPOINT litefs mount
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, litefs/getting-started-fly
    static RULE = {
        name: "litefs-fuse-missing",
        code: "FA818",
        group: Group::Reliability,
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
        let Some(litefs) = model.beside.runs_litefs(index) else { continue };
        let Some((dockerfile, stage)) = model.image(index) else { continue };
        if litefs.declared && !stage.iter().flat_map(|i| &i.words).any(|word| word.text.contains("litefs")) {
            let at = stage.last().map_or_else(Default::default, |last| last.range);
            cx.about(index)
                .report(Origin::written(app.header), format!("the image of `{}` has no LiteFS", app.name.value))
                .related_in(dockerfile.file, Origin::written(at), "starts the app without it")
                .help(format!(
                    "put the lines of {}/litefs.Dockerfile into it, which `flyarch build` writes",
                    app.key.value
                ));
            continue;
        }
        let runs: Vec<_> = stage.iter().filter(|i| i.name == "RUN").collect();
        let installs = |words: &[&str]| {
            runs.iter().find(|i| words.iter().all(|wanted| i.words.iter().any(|word| word.text == *wanted)))
        };
        let fuse = runs.iter().flat_map(|i| &i.words).any(|word| word.text.starts_with("fuse"));
        let install = installs(&["apk", "add"]).or_else(|| installs(&["apt-get", "install"]));
        if let Some(install) = install.filter(|_| !fuse && litefs.fuse_dir.is_some()) {
            cx.about(index)
                .within(dockerfile.file)
                .report(
                    Origin::written(install.range),
                    format!("LiteFS of `{}` does not start: the image has no FUSE", app.name.value),
                )
                .help("install `fuse3` as well");
        }
    }
}
