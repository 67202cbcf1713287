use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::value::Origin;

declare_rule! {
    /// Checks that what an image declares as a volume is on one.
    ///
    /// ## Why
    ///
    /// `VOLUME` in a Dockerfile asks Docker to keep a folder when a container is made anew. Fly.io does not look at it: a machine
    /// has a volume where fly.toml mounts one, and everything else is gone with the next deploy.
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
    /// FROM alpine:3.22
    /// VOLUME /data
    /// CMD ["/app"]
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-web"
    ///
    /// [http_service]
    /// internal_port = 8080
    ///
    /// [[mounts]]
    /// source = "data"
    /// destination = "/data"
    ///
    /// # --- Dockerfile
    /// FROM alpine:3.22
    /// VOLUME /data
    /// CMD ["/app"]
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, launch/volume-storage
    /// - Docker, reference/dockerfile
    static RULE = {
        name: "dockerfile-volume",
        code: "FA803",
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
        let Some((dockerfile, stage)) = model.image(index) else { continue };
        for folder in stage.iter().filter(|i| i.name == "VOLUME").flat_map(|i| &i.words) {
            if !folder.text.starts_with('/') || app.is_on_volume(&folder.text) {
                continue;
            }
            let message = format!("what `{}` writes to {} is gone after each deploy", app.name.value, folder.text);
            cx.about(index)
                .within(dockerfile.file)
                .report(Origin::written(folder.range), message)
                .label("no volume is mounted here")
                .help(format!(
                    "mount one, {} with `destination = \"{}\"`, or take the line out",
                    app.list_of_tables("mounts"),
                    folder.text
                ));
        }
    }
}
