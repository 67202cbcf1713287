//! Where a value stands, by its path: in the parsed tree with templates and the environment merged, whose values keep
//! their places.

use std::borrow::Cow;

use toml::de::{DeTable, DeValue};

use super::Side;
use crate::diag::Diagnostics;
use crate::resolve;
use crate::source::{FileId, Source, TextRange};

/// A line of one of the two specs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// Whether it is one of the new spec.
    pub is_new: bool,
    /// The file, as it was given; of an included one its path from the spec.
    pub file: String,
    /// The line, from one.
    pub line: u32,
}

/// The places of one spec.
pub(super) struct Places<'a> {
    source: &'a Source,
    root: Option<DeTable<'a>>,
    is_new: bool,
}

impl<'a> Places<'a> {
    pub(super) fn of(side: Side<'a>, is_new: bool) -> Self {
        let mut quiet = Diagnostics::default();
        let root = DeTable::parse(side.source.text()).ok();
        let root = root.and_then(|root| resolve::resolve(root, side.environment, FileId(0), &mut quiet).ok());
        Self { source: side.source, root: root.map(toml::Spanned::into_inner), is_new }
    }

    /// The line of a place.
    pub(super) fn at(&self, range: TextRange) -> At {
        let (file, line) = if self.source.is_joined() {
            let cited = self.source.cite(range.start);
            (cited.name.to_owned(), cited.line)
        } else {
            (self.source.name().to_owned(), self.source.line(range.start))
        };
        At { is_new: self.is_new, file, line }
    }

    /// The place of a value of an app, by its path in fly.toml; the nearest table where nobody wrote the value.
    pub(super) fn of_app(&self, key: &str, path: &str, header: TextRange) -> TextRange {
        let steps: Vec<&str> = path.split('.').collect();
        let whole: Vec<&str> = ["app", key].into_iter().chain(steps.iter().copied()).collect();
        let (found, range) = self.find(&whole);
        // A variable of all apps stands in the project.
        if let (true, ["env", name]) = (found < whole.len(), steps.as_slice())
            && let (3, Some(range)) = self.find(&["project", "env", name])
        {
            return range;
        }
        range.filter(|_| found > 2).unwrap_or(header)
    }

    /// The place of a path; `None` where nothing stands there.
    pub(super) fn exact(&self, path: &[&str]) -> Option<TextRange> {
        let (found, range) = self.find(path);
        range.filter(|_| found == path.len())
    }

    /// How far a path leads, and the place of its end.
    fn find(&self, path: &[&str]) -> (usize, Option<TextRange>) {
        let mut place = None;
        let Some(root) = &self.root else { return (0, None) };
        let mut table = root;
        let mut at = 0;
        while at < path.len() {
            let Some((key, value)) = table.get_key_value(&*Cow::from(path[at])) else { return (at, place) };
            place = Some(key.span().into());
            at += 1;
            let mut value = value.get_ref();
            while let DeValue::Array(items) = value {
                let Some(item) = path.get(at).and_then(|n| n.parse::<usize>().ok()).and_then(|n| items.get(n)) else {
                    return (at, place);
                };
                place = Some(item.span().into());
                at += 1;
                value = item.get_ref();
            }
            // One table may stand for a list of one.
            if let (DeValue::Table(_), Some(&"0")) = (value, path.get(at)) {
                at += 1;
            }
            match value {
                DeValue::Table(next) => table = next,
                DeValue::Array(_)
                | DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_) => return (at, place),
            }
        }
        (at, place)
    }
}
