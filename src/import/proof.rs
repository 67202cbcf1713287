//! Whether what is built from an imported spec says what the file said.

use crate::diag::Diagnostics;
use crate::fly_toml::{self, Difference, FlyToml};
use crate::model::App;
use crate::plan::join_path;
use crate::source::{FileId, Source};
use crate::value::Key;

/// What building a spec gives, beside the file that it was imported from. Paths are those of values; left is the file,
/// right what is built.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// Where both do not mean the same. Empty when they are equivalent.
    pub differences: Vec<Difference>,
    /// What the file leaves to the platform, and what is built says: the platform's own defaults.
    pub stated: Vec<Difference>,
    /// Keys that the file leaves open, and that a spec has to answer.
    pub answered: Vec<&'static str>,
}

/// Compares a file of `folder` with the text that is built for it. `completed` is the file with the platform's
/// defaults.
pub(super) fn prove(original: &FlyToml, completed: &App, folder: &str, key: &Key, built: &str) -> Proof {
    let source = Source::new("fly.toml", built);
    let Ok(reading) = fly_toml::read(&source, FileId(0), &mut Diagnostics::default()) else {
        let all = Difference { path: "all of it".to_owned(), left: None, right: None };
        return Proof { differences: vec![all], ..Proof::default() };
    };
    let mut right = reading.config;
    let mut answered = Vec::new();
    let mut left = original.clone();
    let mut completed_toml = completed.toml.clone();
    // None, an empty one, or one that no app can have.
    if !completed.name.origin.is_written() {
        answered.push("app");
        for config in [&mut left, &mut completed_toml, &mut right] {
            config.app = None;
        }
    }
    if original.primary_region.is_none() && right.primary_region.take().is_some() {
        answered.push("primary_region");
    }
    resolve(&mut left, folder);
    resolve(&mut completed_toml, folder);
    // The folder that is built into lies beside the spec by default; any other would do.
    resolve(&mut right, &format!("out/{key}"));
    let of_written = fly_toml::differences(&left, &right);
    let (stated, mut differences): (Vec<_>, Vec<_>) = of_written.into_iter().partition(|d| d.left.is_none());
    let not_defaults = fly_toml::differences(&completed_toml, &right);
    let stated = stated.into_iter().filter(|d| !not_defaults.iter().any(|other| other.path == d.path)).collect();
    differences.extend(not_defaults);
    differences.sort_by(|a, b| a.path.cmp(&b.path));
    differences.dedup_by(|a, b| a.path == b.path);
    Proof { differences, stated, answered }
}

/// Gives paths that flyctl looks for beside the file as they are from the folder of the spec.
fn resolve(config: &mut FlyToml, folder: &str) {
    let Some(build) = &mut config.build else { return };
    for path in [&mut build.value.dockerfile, &mut build.value.ignorefile].into_iter().flatten() {
        if !path.value.starts_with('/') && !path.value.contains("://") {
            path.value = join_path(folder, &path.value);
        }
    }
}
