use crate::model::App;
use crate::rules::data::is_below;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no volume is mounted over a folder that the system or the image needs.
    ///
    /// ## Why
    ///
    /// A volume is empty at first, and what the image has at its place cannot be seen while it is mounted. Over `/usr`,
    /// `/lib`, `/bin` or `/etc` that is the shell, the libraries and the certificates: the machine starts and ends at
    /// once. `/proc`, `/sys` and `/dev` are the kernel's. A folder below is fine: `/var/lib/app`, `/usr/share/app`.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/usr"
    /// ```
    ///
    /// ```toml,good
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/usr/share/my-db"
    /// ```
    ///
    /// ```toml,bad
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/dev/data"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, reference/configuration
    /// - Filesystem Hierarchy Standard 3.0
    static RULE = {
        name: "mount-over-system",
        code: "FA501",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::App(check),
    }
}

const OF_THE_IMAGE: [&str; 5] = ["/bin", "/etc", "/lib", "/sbin", "/usr"];
const OF_THE_KERNEL: [&str; 3] = ["/dev", "/proc", "/sys"];

fn check(app: &App, cx: &mut Cx<'_>) {
    for to in app.toml.mounts.iter().filter_map(|mount| mount.destination.as_ref()) {
        let path = to.trim_end_matches('/');
        let (folder, label) = if let Some(folder) = OF_THE_IMAGE.iter().find(|folder| **folder == path) {
            (folder, "the image's files are hidden")
        } else if let Some(folder) = OF_THE_KERNEL.iter().find(|folder| is_below(path, folder)) {
            (folder, "the kernel's, not a disk's")
        } else {
            continue;
        };
        cx.report(to.origin, format!("a volume hides what a machine needs in `{folder}`"))
            .label(label)
            .help("mount it at a folder of its own, such as \"/data\", and let the app write there");
    }
}
