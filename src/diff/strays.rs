//! Files of output folders that their specs do not account for.

use super::{Change, Class, Diff};

/// A file of an app that differs, and is not what the spec of its tree gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// Its path in the tree: the key of the app, and the rest.
    pub path: String,
    /// Whether the old tree has what its spec does not give.
    pub in_old: bool,
    /// Whether the new one has.
    pub in_new: bool,
}

impl Diff {
    /// Adds what specs do not tell: that files differ which are not what they give.
    pub fn add_strays(&mut self, strays: impl IntoIterator<Item = Stray>) {
        for Stray { path, in_old, in_new } in strays {
            let key = path.split('/').next().unwrap_or_default();
            let of = match (in_old, in_new) {
                (true, false) => "the old tree is not what its spec gives",
                (false, true) => "the new tree is not what its spec gives",
                _ => "both trees is not what their specs give",
            };
            let change = Change::new(&[Class::Rolling], format!("app.{key}"), format!("`{path}` of {of}"))
                .effect("The rest of the tree was built from another spec (`--only`), or by another version of flyarch. What differs in this file is not told here, and the next deploy applies it.")
                .person("Build the tree again, and compare then; or read the file: `--files` shows how it differs.");
            self.changes.push(change);
        }
        self.changes.sort_by_key(|change| std::cmp::Reverse(change.leading()));
    }
}
