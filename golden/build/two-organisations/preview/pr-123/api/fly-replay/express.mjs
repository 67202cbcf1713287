// Made by flyarch from two-organisations.toml for shop-api-pr-123: copy it into the app, and change it there.

// Sends writes that arrive outside the primary region there: the answer is the header fly-replay, on which the proxy of
// Fly.io repeats the request in the region of the database. The header alone counts; the status is for people.
//
// Copy it into the app, and use it before all that reads bodies, sessions or the database:
//
//   import { flyReplay } from "./fly-replay.mjs";
//   app.use(flyReplay());
//
// Limits:
// - A body above 1 MB, or of unknown length, is not replayed: the proxy cannot repeat it. The app gets the request here,
//   and writes across regions. Send uploads to a bucket.
// - Requests that upgrade, such as websockets, are not replayed: what has been accepted here stays here.
// - GET, HEAD and OPTIONS are reads, whatever they do. A read right after a write may not show it yet, because replicas
//   are behind: answer a write with what it made, or read that from the primary.
// - What was replayed once is never replayed again: with a wrong PRIMARY_REGION it would go round until the proxy stops it.
// - Outside Fly.io, where PRIMARY_REGION and FLY_REGION are not set, nothing is replayed.

const READS = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);
const LARGEST_BODY = 1_000_000;

// What the paths begin with that are replayed; all when it is empty.
const PATHS = [];

export function flyReplay({ PRIMARY_REGION: primary, FLY_REGION: here } = process.env) {
  const elsewhere = Boolean(primary && here && primary !== here);
  return (req, res, next) => {
    if (!elsewhere || !isReplayable(req)) return next();
    res.statusCode = 409;
    res.setHeader("fly-replay", `region=${primary}`);
    res.end();
  };
}

function isReplayable({ method, headers, originalUrl, url }) {
  if (READS.has(method) || headers["fly-replay-src"] !== undefined || headers.upgrade !== undefined) return false;
  const length = headers["content-length"];
  if (length === undefined ? headers["transfer-encoding"] !== undefined : !(Number(length) <= LARGEST_BODY)) return false;
  const path = (originalUrl ?? url).split("?", 1)[0];
  return PATHS.length === 0 || PATHS.some((start) => `${path}/`.startsWith(start.endsWith("/") ? start : `${start}/`));
}
