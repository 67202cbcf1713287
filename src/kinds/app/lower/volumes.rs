//! What volumes begin with.

use super::super::VolumeSpec;
use crate::fly_toml::FlyToml;
use crate::lower::{CONFLICT, LowerCx, WRONG_REFERENCE};
use crate::model::{VolumeOrigin, VolumeSeed};
use crate::schema::MISSING_KEY;
use crate::value::{Entries, Name, Sourced};

/// The `[app.<key>.volume.<name>]` tables.
pub(super) fn lower(
    entries: Entries<Name, Sourced<VolumeSpec>>,
    toml: &FlyToml,
    cx: &mut LowerCx<'_>,
) -> Vec<VolumeSeed> {
    entries.into_iter().filter_map(|(name, spec)| seed(name, spec, toml, cx)).collect()
}

fn seed(name: Sourced<Name>, spec: Sourced<VolumeSpec>, toml: &FlyToml, cx: &mut LowerCx<'_>) -> Option<VolumeSeed> {
    let header = spec.origin;
    let source =
        |mount: &crate::fly_toml::Mount| mount.source.as_ref().is_some_and(|source| *source.value == *name.value);
    if !toml.mounts.iter().any(|mount| source(&mount.value)) {
        cx.report
            .error(WRONG_REFERENCE, name.origin, format!("no mount has the volumes `{}`", name.value))
            .help("the name is the `source` of one of the `mounts` of this app");
        return None;
    }
    let from = match (spec.value.from_snapshot, spec.value.fork_of) {
        (Some(snapshot), None) => VolumeOrigin::Snapshot(snapshot),
        (None, Some(volume)) => VolumeOrigin::Volume(volume),
        (Some(snapshot), Some(volume)) => {
            cx.report
                .error(CONFLICT, volume.origin, "`fork_of` beside `from_snapshot`")
                .related(snapshot.origin, "the volume begins with this")
                .help("keep one of the two");
            return None;
        }
        (None, None) => {
            cx.report
                .error(MISSING_KEY, header, format!("`volume.{}` says nothing", name.value))
                .help("add `from_snapshot = \"vs_…\"` or `fork_of = \"vol_…\"`, or remove the table: an empty volume needs none");
            return None;
        }
    };
    Some(VolumeSeed { name, from })
}
