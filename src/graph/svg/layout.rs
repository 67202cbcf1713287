//! Which box stands in which column, and in which order: the layered layout of Sugiyama, from left to right.
//!
//! Arrows that lead to one box run together: they share a slot in every column that they cross, so that fifty apps with
//! one database are a tree and not a thicket. What the internet reaches is one tree in the same way.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{EdgeKind, Graph};

/// The gap between boxes of a column.
pub(super) const BOX_GAP: i64 = 26;
/// The gap around a line that crosses a column.
pub(super) const LINE_GAP: i64 = 14;

/// What has a place in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slot {
    /// A box, by place in [`Graph::nodes`].
    Node(usize),
    /// A line that crosses it, by bundle.
    Line(usize),
}

/// Arrows that run together: all of one kind that lead to a box, or that come from the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bundle {
    To(usize, EdgeKind),
    From(usize, EdgeKind),
}

/// A piece of an arrow between two neighbouring columns. `left` stands in `column`, `right` in the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Piece {
    pub(super) column: usize,
    pub(super) left: Slot,
    pub(super) right: Slot,
    pub(super) bundle: usize,
    /// The row of the box that the arrow begins at, by edge; none where it begins at a slot of its bundle.
    pub(super) edge: Option<usize>,
    /// Whether the arrow runs from right to left.
    pub(super) back: bool,
}

/// Columns, each in order, and what runs between them.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub(super) columns: Vec<Vec<Slot>>,
    pub(super) pieces: Vec<Piece>,
    pub(super) bundles: Vec<Bundle>,
}

/// More pieces than anybody could follow. Arrows over many columns make more of them than a spec has letters.
const MOST: usize = 30_000;

/// How often the order is improved.
const SWEEPS: usize = 12;

/// Lays a graph out. `heights` are those of the boxes, `tall` is how high a column may get.
///
/// Nothing where there would be more than [`MOST`] pieces.
pub(super) fn layout(graph: &Graph, heights: &[i64], tall: i64) -> Option<Layout> {
    let layers = layers(graph);
    let columns = columns(graph, &layers, heights, tall);
    let mut layout =
        Layout { columns: vec![Vec::new(); columns.iter().max().map_or(0, |last| last + 1)], ..Layout::default() };
    for (node, &column) in columns.iter().enumerate() {
        layout.columns[column].push(Slot::Node(node));
    }
    layout.route(graph, &columns)?;
    layout.order();
    Some(layout)
}

/// The layer of every box: one more than that of what leads to it. Arrows of a circle that would lead back are left out.
fn layers(graph: &Graph) -> Vec<usize> {
    let count = graph.nodes.len();
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    for edge in &graph.edges {
        next[edge.from].push(edge.to);
    }
    // Depth first, without recursion: boxes in the order in which they are left.
    let (mut state, mut left) = (vec![0_u8; count], Vec::with_capacity(count));
    let mut back: BTreeSet<(usize, usize)> = BTreeSet::new();
    for start in 0..count {
        let mut path = vec![(start, 0)];
        if state[start] != 0 {
            continue;
        }
        state[start] = 1;
        while let Some((node, at)) = path.last_mut() {
            let Some(&to) = next[*node].get(*at) else {
                state[*node] = 2;
                left.push(*node);
                path.pop();
                continue;
            };
            *at += 1;
            match state[to] {
                0 => {
                    state[to] = 1;
                    path.push((to, 0));
                }
                1 => drop(back.insert((*node, to))),
                _ => {}
            }
        }
    }
    let mut layers = vec![0_usize; count];
    for &node in left.iter().rev() {
        for &to in next[node].iter().filter(|&&to| !back.contains(&(node, to))) {
            layers[to] = layers[to].max(layers[node] + 1);
        }
    }
    // What nothing leads to stands right before what it leads to: secrets beside their apps.
    let mut reached = vec![false; count];
    graph.edges.iter().for_each(|edge| reached[edge.to] = true);
    for node in (0..count).filter(|&node| !reached[node]) {
        let first = next[node].iter().map(|&to| layers[to]).min();
        layers[node] = first.map_or(layers[node], |first| first.saturating_sub(1));
    }
    layers
}

/// The column of every box: its layer, with layers broken that are too tall.
fn columns(graph: &Graph, layers: &[usize], heights: &[i64], tall: i64) -> Vec<usize> {
    let last = layers.iter().max().copied().unwrap_or(0);
    let mut columns = vec![0; graph.nodes.len()];
    let mut by_layer: Vec<Vec<usize>> = vec![Vec::new(); last + 1];
    for (node, &layer) in layers.iter().enumerate() {
        by_layer[layer].push(node);
    }
    let mut column = 0;
    for nodes in &by_layer {
        let total: i64 = nodes.iter().map(|&node| heights[node] + BOX_GAP).sum();
        let parts = (total + tall - 1).div_euclid(tall).max(1);
        let (mut filled, mut part) = (0, 0);
        for &node in nodes {
            // The middle of the box decides, so that the parts are of one height.
            let middle = filled + i64::midpoint(heights[node], BOX_GAP);
            part = part.max((middle * parts).div_euclid(total.max(1)).min(parts - 1));
            filled += heights[node] + BOX_GAP;
            columns[node] = column + usize::try_from(part).unwrap_or(0);
        }
        column += usize::try_from(part).unwrap_or(0) + 1;
    }
    columns
}

impl Layout {
    /// Cuts arrows into pieces, and gives bundles their slots.
    fn route(&mut self, graph: &Graph, columns: &[usize]) -> Option<()> {
        let mut numbers: BTreeMap<Bundle, usize> = BTreeMap::new();
        let mut slots: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut pieces: BTreeSet<Piece> = BTreeSet::new();
        for (at, edge) in graph.edges.iter().enumerate() {
            let fans_out = edge.kind == EdgeKind::Public && edge.labels.is_empty() || edge.kind == EdgeKind::Secret;
            let bundle = if fans_out { Bundle::From(edge.from, edge.kind) } else { Bundle::To(edge.to, edge.kind) };
            let fresh = self.bundles.len();
            let bundle = *numbers.entry(bundle).or_insert_with(|| {
                self.bundles.push(bundle);
                fresh
            });
            let back = columns[edge.from] > columns[edge.to];
            let (left, right) = if back { (edge.to, edge.from) } else { (edge.from, edge.to) };
            let (first, last) = (columns[left], columns[right]);
            if pieces.len() + (last - first) > MOST {
                return None;
            }
            for column in first..last {
                let slot = |column: usize, end: usize, node: usize| {
                    if column == end { Slot::Node(node) } else { Slot::Line(bundle) }
                };
                let (from, to) = (slot(column, first, left), slot(column + 1, last, right));
                let begins = if back { to } else { from };
                let edge = (begins == Slot::Node(edge.from) && !fans_out).then_some(at);
                pieces.insert(Piece { column, left: from, right: to, bundle, edge, back });
                if column > first {
                    slots.insert((column, bundle));
                }
            }
        }
        for (column, bundle) in slots {
            self.columns[column].push(Slot::Line(bundle));
        }
        self.pieces = pieces.into_iter().collect();
        Some(())
    }

    /// Orders columns so that few lines cross: what is connected stands side by side (barycentres, both ways).
    fn order(&mut self) {
        let mut best = (self.crossings(), self.columns.clone());
        for sweep in 0..SWEEPS {
            let rightwards = sweep % 2 == 0;
            let count = self.columns.len();
            for step in 1..count {
                let column = if rightwards { step } else { count - 1 - step };
                let other = if rightwards { column - 1 } else { column + 1 };
                self.sort(column, other);
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.columns.clone());
            }
        }
        self.columns = best.1;
    }

    /// The pieces between a column and the next.
    pub(super) fn between(&self, column: usize) -> &[Piece] {
        let start = self.pieces.partition_point(|piece| piece.column < column);
        let length = self.pieces[start..].partition_point(|piece| piece.column == column);
        &self.pieces[start..start + length]
    }

    /// Sorts a column by where its neighbours in another one stand. What has none stays where it is.
    fn sort(&mut self, column: usize, other: usize) {
        let places = places(&self.columns[other]);
        let mut sums: BTreeMap<Slot, (usize, usize)> = BTreeMap::new();
        for piece in self.between(column.min(other)) {
            let (slot, neighbour) = if other < column { (piece.right, piece.left) } else { (piece.left, piece.right) };
            let sum = sums.entry(slot).or_default();
            *sum = (sum.0 + places[&neighbour], sum.1 + 1);
        }
        let (length, scale) = (self.columns[column].len().max(1), self.columns[other].len().max(1));
        // In thousandths of a place.
        let mut keyed: Vec<(usize, Slot)> = self.columns[column]
            .iter()
            .enumerate()
            .map(|(at, slot)| match sums.get(slot) {
                Some((sum, count)) => (sum * 1000 / count, *slot),
                None => (at * 1000 * scale / length, *slot),
            })
            .collect();
        keyed.sort_by_key(|(key, _)| *key);
        self.columns[column] = keyed.into_iter().map(|(_, slot)| slot).collect();
    }

    /// How many pairs of pieces cross.
    fn crossings(&self) -> usize {
        let count = |column: usize| {
            let (left, right) = (places(&self.columns[column]), places(&self.columns[column + 1]));
            let mut ends: Vec<_> = self.between(column).iter().map(|p| (left[&p.left], right[&p.right])).collect();
            ends.sort_unstable();
            // Inversions, by a tree of sums over the places on the right.
            let (mut tree, mut crossings) = (vec![0_usize; self.columns[column + 1].len() + 1], 0);
            for (seen, (_, right)) in ends.iter().enumerate() {
                let (mut at, mut before) = (right + 1, 0);
                while at > 0 {
                    before += tree[at];
                    at &= at - 1;
                }
                crossings += seen - before;
                let mut at = right + 1;
                while at < tree.len() {
                    tree[at] += 1;
                    at += at & at.wrapping_neg();
                }
            }
            crossings
        };
        (1..self.columns.len()).map(|column| count(column - 1)).sum()
    }
}

fn places(column: &[Slot]) -> BTreeMap<Slot, usize> {
    column.iter().enumerate().map(|(at, slot)| (*slot, at)).collect()
}
