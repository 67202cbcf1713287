//! Where slots stand: as near as may be to what they are connected with, and never upon each other.

use std::collections::BTreeMap;

use super::layout::{BOX_GAP, LINE_GAP, Layout, Slot};

/// How often places are improved.
const PASSES: usize = 10;

/// The upper end of every slot, column by column, in pixels.
pub(super) fn place(layout: &Layout, heights: &[i64]) -> Vec<BTreeMap<Slot, i64>> {
    let height = |slot: Slot| match slot {
        Slot::Node(node) => heights[node],
        Slot::Line(_) => 0,
    };
    let mut tops: Vec<BTreeMap<Slot, i64>> = layout
        .columns
        .iter()
        .map(|column| {
            let mut y = 0;
            let mut previous = None;
            let placed = column.iter().map(|&slot| {
                y += previous.map_or(0, |previous| gap(previous, slot));
                previous = Some(slot);
                let top = y;
                y += height(slot);
                (slot, top)
            });
            placed.collect()
        })
        .collect();
    let bottom = |column: &BTreeMap<Slot, i64>| column.iter().map(|(slot, top)| top + height(*slot)).max();
    // What the tallest column takes is enough for all: without an end, columns of one tree would be steps.
    let room = tops.iter().filter_map(bottom).max().unwrap_or(0);
    let count = layout.columns.len();
    for pass in 0..PASSES {
        for step in 0..count {
            let column = if pass % 2 == 0 { step } else { count - 1 - step };
            let mut sums: BTreeMap<Slot, (i64, i64)> = BTreeMap::new();
            let mut add = |slot: Slot, other_column: usize, other: Slot| {
                let sum = sums.entry(slot).or_default();
                *sum = (sum.0 + tops[other_column][&other] + height(other) / 2, sum.1 + 1);
            };
            if column > 0 {
                layout.between(column - 1).iter().for_each(|piece| add(piece.right, column - 1, piece.left));
            }
            layout.between(column).iter().for_each(|piece| add(piece.left, column + 1, piece.right));
            let wanted = layout.columns[column].iter().map(|slot| match sums.get(slot) {
                Some((sum, count)) => (sum.div_euclid(*count) - height(*slot) / 2, 1),
                // It goes where the others leave room.
                None => (tops[column][slot], 0),
            });
            let wanted: Vec<(i64, i64)> = wanted.collect();
            let fitted = fit(&layout.columns[column], &wanted, room, height);
            tops[column] = layout.columns[column].iter().copied().zip(fitted).collect();
        }
    }
    let least = tops.iter().flat_map(BTreeMap::values).min().copied().unwrap_or(0);
    for top in tops.iter_mut().flat_map(BTreeMap::values_mut) {
        *top -= least;
    }
    tops
}

/// What lies between two neighbours of a column at least.
fn gap(above: Slot, below: Slot) -> i64 {
    match (above, below) {
        (Slot::Node(_), Slot::Node(_)) => BOX_GAP,
        _ => LINE_GAP,
    }
}

/// The places nearest to those that are wanted that keep the order and the gaps: what collides moves together to the
/// middle of what its parts want (the algorithm of pooled neighbours). All of them are within `room`.
fn fit(column: &[Slot], wanted: &[(i64, i64)], room: i64, height: impl Fn(Slot) -> i64) -> Vec<i64> {
    // Without heights and gaps, all that is left is that places do not fall.
    let mut offsets = Vec::with_capacity(column.len());
    let mut offset = 0;
    for (at, &slot) in column.iter().enumerate() {
        if at > 0 {
            offset += height(column[at - 1]) + gap(column[at - 1], slot);
        }
        offsets.push(offset);
    }
    // Sum of what is wanted, weight, and how many.
    let mut blocks: Vec<(i64, i64, usize)> = Vec::new();
    let mean = |block: &(i64, i64, usize)| block.0.div_euclid(block.1);
    for (at, &(want, weight)) in wanted.iter().enumerate() {
        // What wants nothing follows, and pulls a little.
        let (scaled, weight) =
            ((want - offsets[at]) * if weight == 0 { 1 } else { 16 }, if weight == 0 { 1 } else { 16 });
        blocks.push((scaled, weight, 1));
        while let [.., above, below] = blocks.as_slice()
            && mean(above) > mean(below)
        {
            let merged = (above.0 + below.0, above.1 + below.1, above.2 + below.2);
            blocks.truncate(blocks.len() - 2);
            blocks.push(merged);
        }
    }
    let places = blocks.iter().flat_map(|block| std::iter::repeat_n(mean(block), block.2));
    let length = offsets.last().copied().unwrap_or(0) + column.last().map_or(0, |last| height(*last));
    places.zip(offsets).map(|(place, offset)| place.clamp(0, (room - length).max(0)) + offset).collect()
}
