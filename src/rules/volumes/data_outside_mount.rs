use crate::model::App;
use crate::rules::data::is_below;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that folders for uploads and other data, which variables name, lie on a volume.
    ///
    /// ## Why
    ///
    /// The root file system of a machine begins anew with every deploy. Uploads in a folder of it are there until the
    /// next release, and then every link to them leads to nothing. Where a variable says that a folder holds uploads,
    /// media or data, it must be below a mount, or the files in a bucket.
    ///
    /// Looked at are variables such as `UPLOAD_DIR`, `MEDIA_ROOT`, `STORAGE_PATH` and `DATA_DIR` with an absolute path.
    /// Folders below `/tmp`, and those that an image brings along, such as `/usr`, are not meant. If the app only reads
    /// the folder, waive this.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.blog.env]
    /// UPLOAD_DIR = "/app/uploads"
    /// ```
    ///
    /// ```toml,good
    /// [app.blog.env]
    /// UPLOAD_DIR = "/data/uploads"
    ///
    /// [[app.blog.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ```toml,bad
    /// [app.blog.env]
    /// MEDIA_ROOT = "/srv/media"
    ///
    /// [[app.blog.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ```toml,good
    /// [app.blog.env]
    /// MEDIA_ROOT = "/data/media"
    ///
    /// [[app.blog.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/overview
    static RULE = {
        name: "data-outside-mount",
        code: "FA513",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::App(check),
    }
}

const HOLDS: [&str; 9] = ["UPLOAD", "UPLOADS", "MEDIA", "STORAGE", "DATA", "ATTACHMENTS", "BACKUP", "BACKUPS", "STATE"];
const NAMES: [&str; 2] = ["PGDATA", "MYSQL_DATADIR"];
const PLACE: [&str; 6] = ["DIR", "DIRECTORY", "PATH", "ROOT", "FOLDER", "LOCATION"];
const LOST: [&str; 9] = ["/tmp", "/dev", "/usr", "/etc", "/proc", "/sys", "/run", "/var/tmp", "/var/run"];

fn check(app: &App, cx: &mut Cx<'_>) {
    for (name, value) in app.toml.env.iter().filter(|(_, value)| value.origin.is_written()) {
        let path = value.as_str();
        // The cheapest question first: most values are no paths.
        if !path.starts_with('/') || path.len() < 2 || path.contains(':') || !is_folder_of_data(name) {
            continue;
        }
        if LOST.iter().any(|folder| is_below(path, folder)) || app.mount_of(path).is_some() {
            continue;
        }
        // A mount below it: the data may be in there.
        let below = app.toml.mounts.iter().filter_map(|mount| mount.destination.as_ref()).any(|to| is_below(to, path));
        // The image of a database is for `database-without-volume`.
        if below || app.shows_litefs().is_some() || app.database_image(cx.facts).is_some() {
            continue;
        }
        let mut mounts = app.toml.mounts.iter().filter_map(|mount| mount.destination.as_ref());
        let fix = mounts.next().and_then(|to| {
            let name = path.trim_end_matches('/').rsplit('/').next()?;
            let below = format!("{}/{name}", to.trim_end_matches('/'));
            let range = cx.part_of(value.origin, path)?;
            cx.unsafe_fix(format!("use {below}"), Some(cx.edits().replace(range, below)))
        });
        cx.report(value.origin, format!("what `{}` stores here is gone after each deploy", app.name.value))
            .label("on the root file system, not on a volume")
            .help(format!("let `{}` name a folder below a mount, or keep the files in a bucket", name.value))
            .fix(fix);
    }
}

/// Whether a variable of this name says where data lies.
fn is_folder_of_data(name: &str) -> bool {
    if NAMES.contains(&name) {
        return true;
    }
    let Some((what, place)) = name.rsplit_once('_') else { return false };
    PLACE.iter().any(|known| place.eq_ignore_ascii_case(known))
        && what.split('_').any(|word| HOLDS.iter().any(|known| word.eq_ignore_ascii_case(known)))
}
