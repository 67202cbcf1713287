//! `litefs.yml`, as LiteFS 0.5 reads it (docs/litefs/config).

use std::borrow::Cow;

use crate::fly_toml::tree::{Node, Table, Value};
use crate::fly_toml::yaml;
use crate::source::{FileId, Source, TextRange};

/// A text and its place.
pub type At = (String, TextRange);

/// A LiteFS configuration.
#[derive(Debug, Default)]
pub struct LiteFs {
    /// The file.
    pub file: FileId,
    /// Its path.
    pub path: String,
    /// Whether a spec declares it, and no file says it.
    pub declared: bool,
    /// `fuse.dir`: where the app finds its databases.
    pub fuse_dir: Option<At>,
    /// `data.dir`: where LiteFS keeps them.
    pub data_dir: Option<At>,
    /// `proxy.addr`: where its proxy listens.
    pub proxy_addr: Option<At>,
    /// `proxy.target`: where the proxy finds the app.
    pub proxy_target: Option<At>,
    /// `proxy.db`: the database whose position the proxy watches.
    pub proxy_db: Option<At>,
    /// `lease.type`
    pub lease_type: Option<At>,
    /// `lease.candidate`
    pub candidate: Option<At>,
    /// `lease.consul.key`
    pub consul_key: Option<At>,
    /// `lease.consul.ttl`
    pub consul_ttl: Option<At>,
    /// `exec`
    pub exec: Option<TextRange>,
    /// `backup`, which named the retired LiteFS Cloud.
    pub backup: Option<TextRange>,
}

impl LiteFs {
    /// A key as its author would write it, by that of `litefs.yml`.
    pub fn key(&self, key: &'static str) -> &'static str {
        match (self.declared, key) {
            (true, "fuse.dir") => "fuse_dir",
            (true, "data.dir") => "data_dir",
            (_, key) => key,
        }
    }
}

pub(super) fn read(source: &Source, file: FileId) -> Option<LiteFs> {
    // A variable in a plain scalar is none of YAML's business; one at its beginning is.
    let root = yaml::parse(source).ok()?;
    let text = |path: &[&str]| find(&root, path).and_then(|(node, _)| scalar(node));
    let key = |name: &str| root.get(name).map(|entry| entry.key_range);
    Some(LiteFs {
        file,
        path: source.name().to_owned(),
        declared: false,
        fuse_dir: text(&["fuse", "dir"]),
        data_dir: text(&["data", "dir"]),
        proxy_addr: text(&["proxy", "addr"]),
        proxy_target: text(&["proxy", "target"]),
        proxy_db: text(&["proxy", "db"]),
        lease_type: text(&["lease", "type"]),
        candidate: text(&["lease", "candidate"]),
        consul_key: text(&["lease", "consul", "key"]),
        consul_ttl: text(&["lease", "consul", "ttl"]),
        exec: key("exec"),
        backup: key("backup"),
    })
}

/// The value at a path of keys, and the place of its key.
pub(super) fn find<'t, 's>(root: &'t Table<'s>, path: &[&str]) -> Option<(&'t Node<'s>, TextRange)> {
    let (first, rest) = path.split_first()?;
    let entry = root.get(first)?;
    match (&entry.node.value, rest) {
        (_, []) => Some((&entry.node, entry.key_range)),
        (Value::Table(table), rest) => find(table, rest),
        _ => None,
    }
}

/// A plain value as a text.
pub(crate) fn scalar(node: &Node<'_>) -> Option<At> {
    let text: Cow<'_, str> = match &node.value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Bool(value) => value.to_string().into(),
        Value::Integer(number) => number.to_string().into(),
        Value::Float(number) => number.to_string().into(),
        Value::Null | Value::Datetime(_) | Value::Duration(_) | Value::List(_) | Value::Table(_) => return None,
    };
    Some((text.into_owned(), node.range))
}
