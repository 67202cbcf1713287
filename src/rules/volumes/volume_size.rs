use crate::diag::fix::string_literal;
use crate::model::App;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that volumes have a size that Fly.io offers.
    ///
    /// ## Why
    ///
    /// flyctl counts volumes in whole GB and cuts the rest off: "500mb" is nothing at all, and a file with it is
    /// refused. At the other end flyctl does not look, and Fly.io refuses the volume when the set-up creates it.
    ///
    /// Volumes can grow and cannot shrink: it is no mistake to begin small.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// initial_size = "500mb" # plenty
    /// ```
    ///
    /// ```toml,good
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// initial_size = "1gb" # plenty
    /// ```
    ///
    /// ```toml,bad
    /// [[app.db.mounts]]
    /// source = "data"
    /// destination = "/data"
    /// initial_size = "1tb"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, volumes/overview
    /// - flyctl, internal/appconfig/validation.go
    static RULE = {
        name: "volume-size",
        code: "FA317",
        group: Group::Correctness,
        levels: Levels::always(Level::Error),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: false,
        check: Check::App(check),
    }
}

fn check(app: &App, cx: &mut Cx<'_>) {
    let (least, most) = (cx.facts.volumes.size_gb_min, cx.facts.volumes.size_gb_max);
    for size in app.toml.mounts.iter().filter_map(|mount| mount.initial_size.as_ref()) {
        let gigabytes = size.gigabytes();
        if gigabytes < least {
            let literal = string_literal(&format!("{least}gb"));
            let edit = cx.edits().replace(size.range(), literal.as_str());
            let fix = cx.safe_fix(format!("write {literal}"), Some(edit));
            cx.report(size.origin, format!("a volume of {} has no size: flyctl refuses it", size.value))
                .label(format!("{gigabytes} GB: fractions are cut off"))
                .help(format!("write {literal}, the smallest that there is"))
                .fix(fix);
        } else if gigabytes > most {
            cx.report(size.origin, format!("no volume can have {gigabytes} GB"))
                .label(format!("{most} GB at most"))
                .help("divide the data among more machines, or keep files in a bucket and rows in Managed Postgres");
        }
    }
}
