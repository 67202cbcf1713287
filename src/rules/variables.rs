//! Variables of apps, for rules that judge them one by one.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Cx;
use crate::model::{App, Call, Model};
use crate::source::{FileId, TextRange};
use crate::value::{EnvName, Origin, Scalar, Sourced};

/// Shows a rule every variable that somebody wrote, with its app and the app's place. A variable of the project is that
/// of every app: it is shown until somebody sees a finding about it.
pub(super) fn each_variable(
    model: &Model,
    cx: &mut Cx<'_>,
    mut judge: impl FnMut((usize, &App), &Sourced<String>, &Sourced<Scalar>, &mut Cx<'_>),
) {
    let mut told: BTreeSet<(FileId, TextRange)> = BTreeSet::new();
    for (index, app) in model.apps.iter().enumerate() {
        for (name, value) in app.toml.env.iter().filter(|(_, value)| value.origin.is_written()) {
            let place = (app.file, value.range());
            if !told.contains(&place) && cx.finds(|cx| judge((index, app), name, value, cx.about(index))) {
                told.insert(place);
            }
        }
    }
}

/// The same for every address of an app in such a variable.
pub(super) fn each_call<'m>(cx: &mut Cx<'m>, mut judge: impl FnMut(&Call<'m>, &mut Cx<'_>)) {
    let mut told: BTreeSet<(FileId, TextRange, usize)> = BTreeSet::new();
    for call in cx.calls.iter().filter(|call| call.value.origin.is_written()) {
        let place = (call.app.file, call.value.range(), call.address.range.start);
        if !told.contains(&place) && cx.finds(|cx| judge(call, cx.about(call.caller))) {
            told.insert(place);
        }
    }
}

/// Where a part of a value stands in the text; nothing where the text has another spelling, with escapes.
pub(super) fn part_of(value: &Sourced<Scalar>, part: Range<usize>, cx: &Cx<'_>) -> Option<TextRange> {
    part_of_text(value.as_str(), value.origin, part, cx)
}

/// The same for any text.
pub(super) fn part_of_text(text: &str, at: Origin, part: Range<usize>, cx: &Cx<'_>) -> Option<TextRange> {
    let written = cx.text(at);
    let inner = written.get(1..written.len().checked_sub(1)?)?;
    if inner != text || !written.starts_with(['"', '\'']) {
        return None;
    }
    let start = at.range.start;
    let range = TextRange::new(part.start + 1, part.end + 1);
    Some(TextRange { start: start + range.start, end: start + range.end })
}

/// The variables that a text names as a shell would read them, without those that it has a default for.
pub(super) fn references(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('$').filter_map(move |(at, _)| {
        let rest = &text[at + 1..];
        let (inner, braces) = rest.strip_prefix('{').map_or((rest, false), |inner| (inner, true));
        let length = inner.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let name = &inner[..length];
        let whole = !braces || inner[length..].starts_with('}');
        (whole && EnvName::accepts(name)).then_some(name)
    })
}
