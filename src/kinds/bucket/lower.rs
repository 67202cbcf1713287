//! What a `[bucket.<key>]` means.

use super::BucketSpec;
use crate::lower::{CONFLICT, LowerCx, WRONG_REFERENCE};
use crate::model::{App, Bucket, ResourceId};
use crate::schema::MISSING_KEY;
use crate::spec::Kind;
use crate::value::{Key, Origin, Sourced, Why};

static NAME: Why = Why { reason: "names are made of the project's name and the key", source: "docs/language.md" };
static OWNER: Why = Why { reason: "the app that uses the bucket needs its credentials", source: "tigris/index" };
static PUBLIC: Why = Why { reason: "what should be readable by everybody is said so", source: "tigris/index" };

/// The bucket that a table declares. Its credentials become secrets of one app, and cannot be read back for another.
pub(crate) fn lower(
    index: usize,
    key: Sourced<Key>,
    spec: Sourced<BucketSpec>,
    apps: &[App],
    cx: &mut LowerCx<'_>,
) -> Option<Bucket> {
    let header = spec.range();
    let spec = spec.value;
    let users: Vec<(usize, Origin)> = apps
        .iter()
        .enumerate()
        .flat_map(|(i, app)| app.uses.iter().map(move |used| (i, used)))
        .filter(|(_, used)| used.target.value == ResourceId { kind: Kind::Bucket, index })
        .map(|(i, used)| (i, used.target.origin))
        .collect();
    let owner = match &spec.owner {
        Some(owner) => {
            let id = cx.resolve(owner)?;
            if id.kind != Kind::App {
                cx.report
                    .error(WRONG_REFERENCE, owner.origin, format!("`{}` is no app", owner.value))
                    .help("the owner of a bucket is an app: its secrets hold the credentials");
                return None;
            }
            Sourced { value: id.index, origin: owner.origin }
        }
        None => {
            if let Some((index, origin)) = users.first() {
                Sourced::filled(*index, origin.range, &OWNER)
            } else {
                cx.report
                    .error(MISSING_KEY, Origin::written(header), format!("[bucket.{}] has no owner", key.value))
                    .help(format!(
                        "let an app use it (`uses = {{ BUCKET = \"bucket.{0}\" }}`), or set `owner`",
                        key.value
                    ));
                return None;
            }
        }
    };
    for (index, origin) in &users {
        if *index != owner.value {
            cx.report
                .error(CONFLICT, *origin, format!("`bucket.{}` belongs to another app", key.value))
                .related(owner.origin, format!("app.{} owns it", apps[owner.value].key.value))
                .help("its credentials are secrets of the owner and cannot be read back: give this app a bucket of its own, or let it ask the owner");
        }
    }
    Some(Bucket {
        header,
        name: cx.name(spec.name, &key, &NAME)?,
        owner,
        public: spec.public.unwrap_or_else(|| Sourced::filled(false, header, &PUBLIC)),
        custom_domain: spec.custom_domain,
        key,
    })
}
