//! A picture, drawn here: no outside program, no font that is measured, the same bytes everywhere.
//!
//! Boxes are light on any background, and lines of a colour that is seen on white and on black. Letters are of one width,
//! so that text is as wide as it is counted. An arrow begins beside the variable that holds the address: no words stand
//! on lines, where they would cover each other.

mod layout;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{EdgeKind, Graph, Node, Shape};
use layout::{BOX_GAP, Bundle, Layout, Piece, Slot, layout};
use place::place;

const MARGIN: i64 = 24;
const LINE: i64 = 17;
const TITLE: i64 = 22;
const PADDING: i64 = 12;
/// The width of a letter of 12 pixels: 0.602 of its size in the usual fonts of one width, and some room.
const LETTER: i64 = 75;
/// The same of a title, of 13 pixels and bold.
const TITLE_LETTER: i64 = 82;
/// How many letters a line may have.
const LONGEST: usize = 46;
/// How many names of secrets are listed.
const SECRETS: usize = 8;

/// A row of a box: a label, and the arrow that begins beside it.
struct Row {
    text: String,
    edge: Option<usize>,
    secret: bool,
}

/// A box as it is drawn.
struct Drawn<'g> {
    node: &'g Node,
    rows: Vec<Row>,
    width: i64,
    height: i64,
}

/// Where everything is.
struct Plan<'g> {
    graph: &'g Graph,
    boxes: Vec<Drawn<'g>>,
    layout: Layout,
    tops: Vec<BTreeMap<Slot, i64>>,
    /// Left and right end of every column.
    columns: Vec<(i64, i64)>,
    column_of: Vec<usize>,
    /// The kinds of arrows that begin at every box, and of those that end there.
    kinds: Vec<[BTreeSet<EdgeKind>; 2]>,
}

/// A graph as a picture; nothing when it is too large for one.
pub fn svg(graph: &Graph) -> Option<String> {
    let mut boxes = boxes(graph);
    let heights: Vec<i64> = boxes.iter().map(|drawn| drawn.height).collect();
    let layout = layout(graph, &heights, tallest(&boxes))?;
    let tops = place(&layout, &heights);
    sort_rows(&mut boxes, graph, &layout, &tops);
    let mut columns = Vec::with_capacity(layout.columns.len());
    let mut column_of = vec![0; boxes.len()];
    let mut x = MARGIN;
    for (at, column) in layout.columns.iter().enumerate() {
        let nodes = column.iter().filter_map(|slot| if let Slot::Node(node) = slot { Some(*node) } else { None });
        let mut width = 0;
        for node in nodes {
            column_of[node] = at;
            width = width.max(boxes[node].width);
        }
        columns.push((x, x + width));
        let lines = i64::try_from(layout.between(at).len()).unwrap_or(i64::MAX);
        x += width + 70 + 4 * lines.min(30);
    }
    let mut kinds = vec![[BTreeSet::new(), BTreeSet::new()]; graph.nodes.len()];
    for edge in &graph.edges {
        kinds[edge.from][0].insert(edge.kind);
        kinds[edge.to][1].insert(edge.kind);
    }
    Some(Plan { graph, boxes, layout, tops, columns, column_of, kinds }.draw())
}

/// How high a column may get: so that the picture is somewhat wider than high.
fn tallest(boxes: &[Drawn<'_>]) -> i64 {
    let area: i64 = boxes.iter().map(|drawn| (drawn.width + 120) * (drawn.height + BOX_GAP)).sum();
    area.max(0).isqrt().max(720)
}

fn boxes(graph: &Graph) -> Vec<Drawn<'_>> {
    let mut rows: Vec<Vec<Row>> = graph.nodes.iter().map(secrets).collect();
    for (at, edge) in graph.edges.iter().enumerate() {
        rows[edge.from].extend(edge.labels.iter().map(|label| Row {
            text: shortened(label),
            edge: Some(at),
            secret: false,
        }));
    }
    let drawn = graph.nodes.iter().zip(rows).map(|(node, rows)| {
        let letters = |text: &str| i64::try_from(text.chars().count().min(LONGEST)).unwrap_or(0);
        let lines = node.lines.iter().map(|line| letters(line)).chain(rows.iter().map(|row| letters(&row.text) + 2));
        let text = lines.max().unwrap_or(0) * LETTER / 10;
        let width = text.max(letters(&node.title) * TITLE_LETTER / 10) + 2 * PADDING;
        let count = |length: usize| i64::try_from(length).unwrap_or(0);
        let gap = if rows.is_empty() { 0 } else { 8 };
        let height = PADDING + TITLE + count(node.lines.len()) * LINE + gap + count(rows.len()) * LINE + 6;
        Drawn { node, rows, width, height }
    });
    drawn.collect()
}

/// Sorts the rows of boxes by where their arrows lead, so that those of one box do not cross.
fn sort_rows(boxes: &mut [Drawn<'_>], graph: &Graph, layout: &Layout, tops: &[BTreeMap<Slot, i64>]) {
    let mut lead = vec![0; graph.edges.len()];
    for piece in &layout.pieces {
        let Some(edge) = piece.edge else { continue };
        let (slot, column) = if piece.back { (piece.left, piece.column) } else { (piece.right, piece.column + 1) };
        lead[edge] = tops[column][&slot];
    }
    for drawn in boxes {
        drawn.rows.sort_by_key(|row| row.edge.map(|edge| (lead[edge], edge)));
    }
}

fn secrets(node: &Node) -> Vec<Row> {
    let row = |text: String| Row { text, edge: None, secret: true };
    let mut rows: Vec<Row> = node.secrets.iter().take(SECRETS).map(|name| row(shortened(name))).collect();
    if node.secrets.len() > SECRETS {
        rows.push(row(format!("and {} more", node.secrets.len() - SECRETS)));
    }
    rows
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// The colours of a kind of lines. Bundles of one kind differ a little, to be told apart where they cross.
fn shades(kind: EdgeKind) -> &'static [&'static str] {
    match kind {
        EdgeKind::Public => &["#3b82f6"],
        EdgeKind::Private => &["#0d9488", "#16a34a", "#65a30d", "#0891b2"],
        EdgeKind::Data => &["#d97706", "#dc2626", "#ca8a04", "#db2777"],
        EdgeKind::Secret => &["#9333ea", "#c026d3"],
        EdgeKind::Order => &["#64748b"],
    }
}

fn dash(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Public | EdgeKind::Private | EdgeKind::Data => "",
        EdgeKind::Secret => " stroke-dasharray=\"6 4\"",
        EdgeKind::Order => " stroke-dasharray=\"2 4\"",
    }
}

impl Plan<'_> {
    fn draw(&self) -> String {
        let bottom = |(column, tops): (usize, &BTreeMap<Slot, i64>)| {
            let height = |slot: &Slot| if let Slot::Node(node) = slot { self.boxes[*node].height } else { 0 };
            debug_assert!(column < self.columns.len());
            tops.iter().map(|(slot, top)| top + height(slot)).max().unwrap_or(0)
        };
        let bottom = self.tops.iter().enumerate().map(bottom).max().unwrap_or(0) + MARGIN;
        let legend = self.legend(MARGIN, bottom + 20);
        let width = self.columns.last().map_or(0, |(_, right)| *right).max(legend.1) + MARGIN;
        let height = bottom + 20 + legend.2 + MARGIN;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\" font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', \
             monospace\" font-size=\"12\">\n<title>{}</title>\n",
            escaped(&self.graph.title)
        );
        self.lines(&mut out);
        for (node, drawn) in self.boxes.iter().enumerate() {
            self.node(&mut out, node, drawn);
        }
        out.push_str(&legend.0);
        out.push_str("</svg>\n");
        out
    }

    fn top(&self, node: usize) -> i64 {
        self.tops[self.column_of[node]][&Slot::Node(node)] + MARGIN
    }

    /// The middle of a row's height.
    fn row(&self, node: usize, row: usize) -> i64 {
        let drawn = &self.boxes[node];
        let before = i64::try_from(drawn.node.lines.len() + row).unwrap_or(0);
        self.top(node) + PADDING + TITLE + before * LINE + 8 + LINE / 2 - 4
    }

    /// Arrows, bundle by bundle.
    fn lines(&self, out: &mut String) {
        let mut by_bundle: Vec<Vec<&Piece>> = vec![Vec::new(); self.layout.bundles.len()];
        for piece in &self.layout.pieces {
            by_bundle[piece.bundle].push(piece);
        }
        let mut seen: BTreeMap<EdgeKind, usize> = BTreeMap::new();
        for (bundle, pieces) in self.layout.bundles.iter().zip(by_bundle) {
            let (Bundle::To(_, kind) | Bundle::From(_, kind)) = *bundle;
            let number = seen.entry(kind).or_default();
            let color = shades(kind)[*number % shades(kind).len()];
            *number += 1;
            let width = if kind == EdgeKind::Public { 2 } else { 1 };
            let dash = dash(kind);
            let _ = writeln!(out, "<g fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}.6\"{dash}>");
            let mut heads = String::new();
            let mut crossed: Vec<(usize, i64)> = Vec::new();
            for piece in pieces {
                let (x1, x2) = (self.columns[piece.column].1, self.columns[piece.column + 1].0);
                for y1 in self.ends(piece, piece.left, piece.column, !piece.back) {
                    for y2 in self.ends(piece, piece.right, piece.column + 1, piece.back) {
                        let middle = i64::midpoint(x1, x2);
                        let _ = writeln!(out, "<path d=\"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}\"/>");
                        match (piece.back, piece.left, piece.right) {
                            (false, _, Slot::Node(_)) => {
                                let _ = write!(heads, "M{x2} {y2}l-8 -4v8z");
                            }
                            (true, Slot::Node(_), _) => {
                                let _ = write!(heads, "M{x1} {y1}l8 -4v8z");
                            }
                            _ => {}
                        }
                        if let Slot::Line(_) = piece.right {
                            crossed.push((piece.column + 1, y2));
                        }
                    }
                }
            }
            crossed.sort_unstable();
            crossed.dedup();
            for (column, y) in crossed {
                let (left, right) = self.columns[column];
                let _ = writeln!(out, "<path d=\"M{left} {y}H{right}\"/>");
            }
            out.push_str("</g>\n");
            if !heads.is_empty() {
                let _ = writeln!(out, "<path fill=\"{color}\" d=\"{heads}\"/>");
            }
        }
    }

    /// Where a piece meets a slot: at the rows of its labels where the arrow begins, else at one place.
    fn ends(&self, piece: &Piece, slot: Slot, column: usize, begins: bool) -> Vec<i64> {
        let node = match slot {
            Slot::Line(_) => return vec![self.tops[column][&slot] + MARGIN],
            Slot::Node(node) => node,
        };
        if let Some(edge) = piece.edge.filter(|_| begins) {
            let rows = self.boxes[node].rows.iter().enumerate().filter(|(_, row)| row.edge == Some(edge));
            let rows: Vec<i64> = rows.map(|(row, _)| self.row(node, row)).collect();
            if !rows.is_empty() {
                return rows;
            }
        }
        let (Bundle::To(_, kind) | Bundle::From(_, kind)) = self.layout.bundles[piece.bundle];
        // One place for every kind, so that their heads do not cover each other.
        let present = &self.kinds[node][usize::from(!begins)];
        let at = present.iter().position(|other| *other == kind).unwrap_or(0);
        let height = self.boxes[node].height;
        let (at, count) = (i64::try_from(at).unwrap_or(0) + 1, i64::try_from(present.len()).unwrap_or(0) + 1);
        vec![self.top(node) + height.min(64) * at / count]
    }

    fn node(&self, out: &mut String, node: usize, drawn: &Drawn<'_>) {
        let (left, right) = self.columns[self.column_of[node]];
        let (top, width, height) = (self.top(node), right - left, drawn.height);
        let (fill, stroke, radius) = match drawn.node.shape {
            Shape::Internet => ("#dbeafe", "#2563eb", height / 2),
            Shape::Secrets => ("#f3e8ff", "#7e22ce", 4),
            Shape::App => ("#f8fafc", "#475569", 4),
            Shape::Data => ("#fef3c7", "#b45309", 14),
            Shape::Outside => ("#e2e8f0", "#64748b", 4),
        };
        let dashed = if drawn.node.shape == Shape::Outside { " stroke-dasharray=\"4 3\"" } else { "" };
        let _ = writeln!(
            out,
            "<g fill=\"#0f172a\">\n<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\" \
             fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"1.2\"{dashed}/>"
        );
        let x = left + PADDING;
        let mut y = top + PADDING + 9;
        let title = escaped(&shortened(&drawn.node.title));
        let _ = writeln!(out, "<text x=\"{x}\" y=\"{y}\" font-size=\"13\" font-weight=\"bold\">{title}</text>");
        y += TITLE - 3;
        for line in &drawn.node.lines {
            let _ = writeln!(out, "<text x=\"{x}\" y=\"{y}\" fill=\"#475569\">{}</text>", escaped(&shortened(line)));
            y += LINE;
        }
        if !drawn.rows.is_empty() && !drawn.node.lines.is_empty() {
            let line = y - 8;
            let _ = writeln!(out, "<path d=\"M{left} {line}H{right}\" stroke=\"{stroke}\" stroke-opacity=\"0.35\"/>");
        }
        y += 6;
        for row in &drawn.rows {
            let text = escaped(&row.text);
            if row.secret {
                let _ = writeln!(out, "<text x=\"{x}\" y=\"{y}\" fill=\"#7e22ce\">{text}</text>");
            } else {
                let end = right - PADDING;
                let _ = writeln!(out, "<text x=\"{end}\" y=\"{y}\" text-anchor=\"end\">{text}</text>");
            }
            y += LINE;
        }
        out.push_str("</g>\n");
    }

    /// What the colours mean, with its right end and its height: only those that are in the picture.
    fn legend(&self, x: i64, y: i64) -> (String, i64, i64) {
        const WORDS: [(EdgeKind, &str); 5] = [
            (EdgeKind::Public, "over the internet"),
            (EdgeKind::Private, "over the private network"),
            (EdgeKind::Data, "uses the data"),
            (EdgeKind::Secret, "gets the secrets"),
            (EdgeKind::Order, "needs it first"),
        ];
        let shown = |kind: EdgeKind| self.graph.edges.iter().any(|edge| edge.kind == kind);
        let words: Vec<_> = WORDS.into_iter().filter(|(kind, _)| shown(*kind)).collect();
        if words.is_empty() {
            return (String::new(), x, 0);
        }
        let mut entries = String::new();
        let mut at = x + PADDING;
        for (kind, words) in words {
            let (shades, dash, middle) = (shades(kind), dash(kind), y + 17);
            let part = 32 / i64::try_from(shades.len()).unwrap_or(1);
            for (i, color) in (0..).zip(shades) {
                let start = at + i * part;
                let _ = writeln!(
                    entries,
                    "<path d=\"M{start} {middle}h{part}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"{dash}/>"
                );
            }
            let _ = writeln!(entries, "<text x=\"{}\" y=\"{}\" fill=\"#0f172a\">{words}</text>", at + 40, middle + 4);
            at += 40 + i64::try_from(words.len()).unwrap_or(0) * LETTER / 10 + 26;
        }
        if self.graph.nodes.iter().any(|node| !node.secrets.is_empty()) {
            let words = "NAME OF A SECRET";
            let _ = writeln!(entries, "<text x=\"{at}\" y=\"{}\" fill=\"#7e22ce\">{words}</text>", y + 21);
            at += i64::try_from(words.len()).unwrap_or(0) * LETTER / 10 + 26;
        }
        let end = at - 26 + PADDING;
        let card = format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"34\" rx=\"4\" fill=\"#f8fafc\" stroke=\"#cbd5e1\"/>\n",
            end - x
        );
        (card + &entries, end, 34)
    }
}

/// Text of the user's: nothing of it is markup, and all of it is allowed in XML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
