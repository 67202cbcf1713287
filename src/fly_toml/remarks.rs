//! The comments of a text, and what each stands beside.
//!
//! A comment at the end of a line belongs to what ends there. One on a line of its own belongs to what follows; where it
//! stands right below an entry, and an empty line follows, it belongs to the entry: a key that somebody switched off
//! stays in its section. What stands above everything is the head of the file, and what stands apart at the end its
//! foot.

use std::collections::BTreeMap;

use toml_parser::lexer::TokenKind;

use crate::source::{Source, TextRange};

/// A comment on a line of its own.
#[derive(Clone, Copy)]
struct Line<'s> {
    text: &'s str,
    /// Whether an empty line stood above.
    apart: bool,
    /// Whether an empty line, and then a header, stood below.
    ends_apart: bool,
}

#[derive(Default)]
struct Beside<'s> {
    above: Vec<Line<'s>>,
    at_end: Vec<&'s str>,
    below: Vec<Line<'s>>,
}

pub(super) struct Remarks<'s> {
    source: &'s Source,
    /// By where the anchor starts.
    by_anchor: BTreeMap<u32, Beside<'s>>,
    head: Vec<Line<'s>>,
    foot: Vec<Line<'s>>,
    all: Vec<TextRange>,
    anchors: Vec<TextRange>,
}

impl<'s> Remarks<'s> {
    /// The texts of all comments.
    pub(super) fn texts(source: &Source) -> Vec<&str> {
        ranges(source).into_iter().map(|range| source.slice(range).trim_end()).collect()
    }

    /// Finds what each comment stands beside. `anchors` are the places that are written again.
    pub(super) fn new(source: &'s Source, mut anchors: Vec<TextRange>) -> Self {
        anchors.sort_unstable();
        let all = ranges(source);
        let mut remarks = Self {
            source,
            by_anchor: BTreeMap::new(),
            head: Vec::new(),
            foot: Vec::new(),
            all: all.clone(),
            anchors: Vec::new(),
        };
        // Blocks of lines without anything between them.
        let mut block: Vec<TextRange> = Vec::new();
        for range in all {
            // A value that is kept as it stands keeps its comments.
            let before = anchors.partition_point(|anchor| anchor.start <= range.start);
            let inside = before > 0 && anchors[before - 1].end > range.start;
            if inside {
                continue;
            }
            let line = source.line_range(source.line(range.start));
            let alone = source.slice(TextRange { start: line.start, end: range.start }).trim().is_empty();
            if alone {
                let follows = block.last().is_some_and(|last| source.line(last.start) + 1 == source.line(range.start));
                if !follows {
                    remarks.place(&anchors, &std::mem::take(&mut block));
                }
                block.push(range);
                continue;
            }
            remarks.place(&anchors, &std::mem::take(&mut block));
            let text = source.slice(range).trim_end();
            match before.checked_sub(1) {
                Some(at) => remarks.by_anchor.entry(anchors[at].start).or_default().at_end.push(text),
                None => remarks.head.push(Line { text, apart: false, ends_apart: false }),
            }
        }
        remarks.place(&anchors, &block);
        remarks.anchors = anchors;
        remarks
    }

    /// Places a block of whole lines.
    fn place(&mut self, anchors: &[TextRange], block: &[TextRange]) {
        let (Some(first), Some(last)) = (block.first(), block.last()) else { return };
        let source = self.source;
        let apart = self.empty_above(first.start);
        let next_line = source.line(last.start) + 1;
        let then_empty =
            next_line > source.line_count() || source.slice(source.line_range(next_line)).trim().is_empty();
        let next = anchors.partition_point(|anchor| anchor.start <= first.start);
        let before = next.checked_sub(1).map(|before| anchors[before]);
        let after = anchors.get(next).copied();
        let is_header = |anchor: &TextRange| source.slice(*anchor).starts_with('[');
        let ends_apart = then_empty && after.as_ref().is_some_and(is_header);
        let lines = block.iter().enumerate().map(|(i, range)| Line {
            text: source.slice(*range).trim_end(),
            apart: apart && i == 0,
            ends_apart: ends_apart && i + 1 == block.len(),
        });
        match (before, after) {
            (None, _) if then_empty => self.head.extend(lines),
            (Some(before), _) if !apart && (ends_apart || after.is_none() || (then_empty && !is_header(&before))) => {
                self.by_anchor.entry(before.start).or_default().below.extend(lines);
            }
            (_, Some(after)) => self.by_anchor.entry(after.start).or_default().above.extend(lines),
            (_, None) => self.foot.extend(lines),
        }
    }

    fn empty_above(&self, offset: u32) -> bool {
        let line = self.source.line(offset);
        line > 1 && self.source.slice(self.source.line_range(line - 1)).trim().is_empty()
    }

    /// Whether the lines above an anchor stand on their own.
    pub(super) fn stands_apart(&self, anchor: TextRange) -> bool {
        self.by_anchor.get(&anchor.start).is_some_and(|beside| beside.above.iter().any(|line| line.ends_apart))
    }

    /// Whether a value holds comments.
    pub(super) fn within(&self, range: TextRange) -> bool {
        let at = self.all.partition_point(|comment| comment.start < range.start);
        self.all.get(at).is_some_and(|comment| comment.start < range.end)
    }

    /// Whether an anchor is not the first of its table.
    fn follows_another(&self, anchor: TextRange) -> bool {
        let before = self.anchors.partition_point(|other| other.start < anchor.start);
        before > 0 && !self.source.slice(self.anchors[before - 1]).starts_with('[')
    }

    /// The lines above an anchor, and the empty line that stood above them where one may. Like all comments they are
    /// written once: what one line says can have become several entries.
    pub(super) fn above(&mut self, anchor: TextRange, depth: usize, may_stand_apart: bool, out: &mut String) {
        let may_stand_apart = may_stand_apart && self.follows_another(anchor);
        let lines = self.by_anchor.get_mut(&anchor.start).map(|beside| std::mem::take(&mut beside.above));
        let lines = lines.unwrap_or_default();
        if lines.is_empty() {
            if may_stand_apart && self.empty_above(anchor.start) {
                out.push('\n');
            }
            return;
        }
        for (i, line) in lines.iter().enumerate() {
            put(line, depth, may_stand_apart || i > 0, out);
        }
    }

    /// The lines above an anchor that is written as a header, and the empty lines between and below them.
    pub(super) fn above_header(&mut self, anchor: TextRange, depth: usize, out: &mut String) {
        let lines = self.by_anchor.get_mut(&anchor.start).map(|beside| std::mem::take(&mut beside.above));
        for (i, line) in lines.unwrap_or_default().iter().enumerate() {
            put(line, depth, i > 0, out);
            if line.ends_apart {
                empty_line(out);
            }
        }
    }

    /// What stands at the end of an anchor's line.
    pub(super) fn beside(&mut self, anchor: TextRange, out: &mut String) {
        let texts = self.by_anchor.get_mut(&anchor.start).map(|beside| std::mem::take(&mut beside.at_end));
        for text in texts.unwrap_or_default() {
            out.push(' ');
            out.push_str(text);
        }
    }

    /// The lines below an anchor. Says whether there are any.
    pub(super) fn below(&mut self, anchor: TextRange, depth: usize, out: &mut String) -> bool {
        let lines = self.by_anchor.get_mut(&anchor.start).map(|beside| std::mem::take(&mut beside.below));
        let lines = lines.unwrap_or_default();
        for line in &lines {
            put(line, depth, true, out);
        }
        !lines.is_empty()
    }

    /// What stands above everything, with an empty line behind.
    pub(super) fn head(&self, out: &mut String) {
        for (i, line) in self.head.iter().enumerate() {
            put(line, 0, i > 0, out);
        }
        if !self.head.is_empty() {
            empty_line(out);
        }
    }

    /// What stands apart at the end.
    pub(super) fn foot(&self, out: &mut String) {
        if !self.foot.is_empty() {
            empty_line(out);
        }
        for (i, line) in self.foot.iter().enumerate() {
            put(line, 0, i > 0, out);
        }
    }
}

fn put(line: &Line<'_>, depth: usize, may_stand_apart: bool, out: &mut String) {
    if line.apart && may_stand_apart {
        empty_line(out);
    }
    for _ in 0..depth {
        out.push_str("  ");
    }
    out.push_str(line.text);
    out.push('\n');
}

/// Ends a paragraph.
pub(super) fn empty_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
}

/// The places of all comments, in order.
fn ranges(source: &Source) -> Vec<TextRange> {
    let tokens = toml_parser::Source::new(source.text()).lex();
    let comments = tokens.filter(|token| token.kind() == TokenKind::Comment);
    comments.map(|token| TextRange::new(token.span().start(), token.span().end())).collect()
}
