// Made by flyarch from two-organisations.toml for shop-api-pr-123: copy it into the app, and change it there.

//! Sends writes that arrive outside the primary region there: the answer is the header fly-replay, on which the proxy of
//! Fly.io repeats the request in the region of the database. The header alone counts; the status is for people.
//!
//! Copy it to src/fly_replay.rs, and make it the outermost layer, which is the last one:
//!
//! ```ignore
//! let app = router.layer(axum::middleware::from_fn(fly_replay::fly_replay));
//! ```
//!
//! Limits:
//! - A body above 1 MB, or of unknown length, is not replayed: the proxy cannot repeat it. The app gets the request here,
//!   and writes across regions. Send uploads to a bucket.
//! - Requests that upgrade, such as websockets, are not replayed: what has been accepted here stays here.
//! - GET, HEAD and OPTIONS are reads, whatever they do. A read right after a write may not show it yet, because replicas
//!   are behind: answer a write with what it made, or read that from the primary.
//! - What was replayed once is never replayed again: with a wrong PRIMARY_REGION it would go round until the proxy stops
//!   it.
//! - Outside Fly.io, where PRIMARY_REGION and FLY_REGION are not set, nothing is replayed.

use std::sync::LazyLock;

use axum::body::HttpBody;
use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const LARGEST_BODY: u64 = 1_000_000;

/// What the paths begin with that are replayed; all when it is empty.
const PATHS: &[&str] = &[];

/// The value of the header, where this is not the primary region.
static REPLAY: LazyLock<Option<String>> = LazyLock::new(|| {
    let region = |name| std::env::var(name).ok().filter(|region| !region.is_empty());
    let (primary, here) = (region("PRIMARY_REGION")?, region("FLY_REGION")?);
    (primary != here).then(|| format!("region={primary}"))
});

/// Replays writes, and hands everything else on.
pub async fn fly_replay(request: Request, next: Next) -> Response {
    match REPLAY.as_deref().filter(|_| is_replayable(&request)) {
        Some(replay) => (StatusCode::CONFLICT, [("fly-replay", replay)]).into_response(),
        None => next.run(request).await,
    }
}

fn is_replayable(request: &Request) -> bool {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];
    let headers = request.headers();
    let begins = |start: &&str| {
        let rest = request.uri().path().strip_prefix(start.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    !reads.contains(request.method())
        && !headers.contains_key("fly-replay-src")
        && !headers.contains_key("upgrade")
        // A body of unknown length has no upper bound.
        && request.body().size_hint().upper().is_some_and(|bytes| bytes <= LARGEST_BODY)
        && (PATHS.is_empty() || PATHS.iter().any(begins))
}
