//! Work on many things at once, when there are enough of them to pay for a thread.
//!
//! The order of results is that of the items, whichever thread was first: nothing that is written may depend on
//! timing. Starting threads costs more than all the work on a spec of everyday size, so below [`MANY`] items
//! everything stays on the thread that asks.

use std::num::NonZero;
use std::thread;

/// From so many files on a second thread pays for itself (docs/performance.md).
pub(crate) const MANY: usize = 500;

/// The most threads that are worth it: making files is the file system's work, which does not grow with threads.
const THREADS: usize = 8;

/// `f` of every item, in the order of the items.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if items.len() < MANY {
        return items.iter().map(f).collect();
    }
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS);
    let f = &f;
    thread::scope(|scope| {
        let parts = items.chunks(items.len().div_ceil(threads));
        let running: Vec<_> = parts.map(|part| scope.spawn(move || part.iter().map(f).collect::<Vec<R>>())).collect();
        running.into_iter().flat_map(joined).collect()
    })
}

/// Both results; `many` says whether there is enough to do for two threads.
pub(crate) fn both<A: Send, B>(many: bool, a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B) -> (A, B) {
    if !many {
        return (a(), b());
    }
    thread::scope(|scope| {
        let a = scope.spawn(a);
        let b = b();
        (joined(a), b)
    })
}

fn joined<R>(thread: thread::ScopedJoinHandle<'_, R>) -> R {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::{MANY, both, map};

    #[test]
    fn results_keep_the_order_of_the_items() {
        for count in [0, 1, MANY - 1, MANY, 3 * MANY + 1] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(map(&items, |n| n * 2), items.iter().map(|n| n * 2).collect::<Vec<_>>());
        }
        assert_eq!(both(true, || 1, || 2), (1, 2));
        assert_eq!(both(false, || 1, || 2), (1, 2));
    }
}
