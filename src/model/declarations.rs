//! What all declarations have, whatever they declare.

use super::{Model, ResourceId};
use crate::spec::Kind;
use crate::value::{AppName, Key, Origin, Sourced};

impl Model {
    /// The name of a declaration as the spec writes it: `app.web`.
    pub fn reference(&self, id: ResourceId) -> String {
        format!("{}.{}", id.kind, self.key(id).value)
    }

    /// The key of a declaration.
    pub fn key(&self, id: ResourceId) -> &Sourced<Key> {
        match id.kind {
            Kind::App => &self.apps[id.index].key,
            Kind::Postgres => &self.postgres[id.index].key,
            Kind::Redis => &self.redis[id.index].key,
            Kind::Bucket => &self.buckets[id.index].key,
        }
    }

    /// The name of a declaration on Fly.io.
    pub fn name(&self, id: ResourceId) -> &Sourced<AppName> {
        match id.kind {
            Kind::App => &self.apps[id.index].name,
            Kind::Postgres => &self.postgres[id.index].name,
            Kind::Redis => &self.redis[id.index].name,
            Kind::Bucket => &self.buckets[id.index].name,
        }
    }

    /// Every declaration: apps, clusters, databases and buckets, each in the order of the spec.
    pub fn declarations(&self) -> impl DoubleEndedIterator<Item = ResourceId> + use<> {
        let counts = [
            (Kind::App, self.apps.len()),
            (Kind::Postgres, self.postgres.len()),
            (Kind::Redis, self.redis.len()),
            (Kind::Bucket, self.buckets.len()),
        ];
        counts.into_iter().flat_map(|(kind, count)| (0..count).map(move |index| ResourceId { kind, index }))
    }

    /// Whether others have a share in it: a preview finds data that has a name of its own in the spec, and everybody
    /// who uses that name has the same.
    pub fn is_shared(&self, id: ResourceId) -> bool {
        let preview = self.project.as_ref().is_some_and(|project| project.is_preview);
        preview && id.kind != Kind::App && self.name(id).origin.is_written()
    }

    /// The header of a declaration.
    pub fn header(&self, id: ResourceId) -> Origin {
        Origin::written(match id.kind {
            Kind::App => self.apps[id.index].header,
            Kind::Postgres => self.postgres[id.index].header,
            Kind::Redis => self.redis[id.index].header,
            Kind::Bucket => self.buckets[id.index].header,
        })
    }
}
