//! What a `[redis.<key>]` means.

use super::RedisSpec;
use crate::lower::{CONFLICT, LowerCx};
use crate::model::Redis;
use crate::value::{Key, Sourced, Why};

static NAME: Why = Why { reason: "names are made of the project's name and the key", source: "docs/language.md" };
static REGION: Why =
    Why { reason: "all writes go to the primary, so it belongs where the writers are", source: "upstash/redis" };
static EVICTION: Why =
    Why { reason: "nothing is thrown away unless the spec says that it may be", source: "upstash/redis" };
static PRODPACK: Why = Why { reason: "what costs 200 USD a month is bought on request alone", source: "upstash/redis" };

/// The database that a table declares.
pub(crate) fn lower(key: Sourced<Key>, spec: Sourced<RedisSpec>, cx: &mut LowerCx<'_>) -> Option<Redis> {
    let header = spec.range();
    let spec = spec.value;
    let name = cx.name(spec.name, &key, &NAME);
    let region = cx.region(spec.region, header, &REGION)?;
    for (i, replica) in spec.replicas.iter().enumerate() {
        let twice = spec.replicas[..i].iter().find(|earlier| *earlier == replica);
        let other = if *replica == region { Some(region.origin) } else { twice.map(|earlier| earlier.origin) };
        if let Some(other) = other {
            let what = if *replica == region { "the primary is there" } else { "listed before" };
            cx.report
                .error(CONFLICT, replica.origin, format!("a second database of `{}` in `{}`", key.value, replica.value))
                .related(other, what)
                .help("leave this one out: a region has the primary or one replica");
        }
    }
    Some(Redis {
        header,
        name: name?,
        region,
        replicas: spec.replicas,
        plan: spec.plan,
        eviction: spec.eviction.unwrap_or_else(|| Sourced::filled(false, header, &EVICTION)),
        prodpack: spec.prodpack.unwrap_or_else(|| Sourced::filled(false, header, &PRODPACK)),
        key,
    })
}
