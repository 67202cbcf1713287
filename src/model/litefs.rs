//! LiteFS as a spec declares it.

use crate::beside;
use crate::kinds::app::Framework;
use crate::source::{FileId, TextRange};
use crate::value::{
    CommandLine, Duration, FileName, Folder, Nanoseconds, PathPattern, Port, RegionCode, Sourced, UrlPath,
};

/// LiteFS of an app, complete.
#[derive(Debug)]
pub struct LiteFs {
    /// Its table.
    pub at: TextRange,
    /// Where its proxy listens.
    pub port: Sourced<Port>,
    /// Where the app listens.
    pub target_port: Sourced<Port>,
    /// The database whose position the proxy watches.
    pub database: Sourced<FileName>,
    /// Commands before the app, where the primary may be.
    pub migrate: Vec<Sourced<CommandLine>>,
    /// Commands of which the last is the app.
    pub exec: Vec<Sourced<CommandLine>>,
    /// Paths that the proxy passes on.
    pub passthrough: Vec<Sourced<PathPattern>>,
    /// Paths that go to the primary in any case.
    pub always_forward: Vec<Sourced<PathPattern>>,
    /// The region whose machines may become the primary.
    pub candidate: Sourced<RegionCode>,
    /// Where the app finds its databases.
    pub fuse_dir: Sourced<Folder>,
    /// Where LiteFS keeps its files.
    pub data_dir: Sourced<Folder>,
    /// How long files of transactions are kept.
    pub retention: Option<Sourced<Duration<Nanoseconds>>>,
}

/// What replays the writes of an app.
#[derive(Debug)]
pub struct Replay {
    /// Its framework, when it is said.
    pub framework: Option<Framework>,
    /// What the paths of writes begin with.
    pub paths: Vec<Sourced<UrlPath>>,
}

impl LiteFs {
    /// The same as if it stood in a `litefs.yml`, for the rules: each value at its place in the spec.
    pub(crate) fn as_file(&self, file: FileId, path: &str) -> beside::LiteFs {
        beside::LiteFs {
            file,
            path: path.to_owned(),
            declared: true,
            fuse_dir: Some((self.fuse_dir.to_string(), self.fuse_dir.range())),
            data_dir: Some((self.data_dir.to_string(), self.data_dir.range())),
            proxy_addr: Some((format!(":{}", self.port.value), self.port.range())),
            proxy_target: Some((format!("localhost:{}", self.target_port.value), self.target_port.range())),
            proxy_db: Some((self.database.to_string(), self.database.range())),
            lease_type: Some(("consul".to_owned(), self.at)),
            candidate: Some((format!("${{FLY_REGION == '{}'}}", self.candidate.value), self.candidate.range())),
            consul_key: Some(("litefs/${FLY_APP_NAME}".to_owned(), self.at)),
            consul_ttl: None,
            exec: self.exec.first().map(Sourced::range),
            backup: None,
        }
    }
}
