//! Specs with several environments as several specs.

use flyarch::diag::Diagnostics;
use flyarch::source::{FileId, Source};
use flyarch::{environments, resolve};
use toml::de::DeTable;

/// The first app of many alike that is left out: a script of three cells has every line that one of fifty has, and runs
/// in a fifteenth of the time.
const ALIKE: &str = "\n[app.t004]";

/// A spec as it is, or each of its environments merged: with a name for each, `shop/staging`.
pub(crate) fn each(name: &str, text: &str) -> Vec<(String, String)> {
    let text = text.split(ALIKE).next().unwrap();
    let source = Source::new("spec.toml", text);
    let mut names = environments::names(&source);
    // A preview is one of them with another name: tests/script/sweep.rs.
    names.retain(|name| name != environments::PREVIEW);
    if names.is_empty() {
        return vec![(name.to_owned(), text.to_owned())];
    }
    let merged = names.into_iter().map(|environment| {
        let root = DeTable::parse(text).unwrap();
        let root = resolve::resolve(root, Some(&environment), FileId::default(), &mut Diagnostics::default()).unwrap();
        (format!("{name}/{environment}"), resolve::print(root.get_ref(), &source))
    });
    merged.collect()
}
