//! What fly.toml can say, as data: each table with its keys in flyctl's order and what flyctl decodes them to.
//!
//! One list serves the reader, which judges types by it, and the formatter, which orders by it. The typed side of it is
//! [`super::FlyToml`]; `tests/fly_toml.rs` shows that both have the same keys. Source: flyctl at ad0172f, 2026-08-21,
//! `internal/appconfig/config.go`, `service.go`, `toplevelcheck.go`, and fly-go's `machine_types.go`.

/// A table of fly.toml.
#[derive(Debug)]
pub(super) struct Section {
    /// Its keys: scalars and plain lists first, then tables, as flyctl writes them.
    pub(super) fields: &'static [Field],
    /// The key without which the table says nothing: flyctl loads it and refuses to deploy it.
    pub(super) required: Option<&'static str>,
}

/// A key of a table.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Whether flyctl tells a zero, a `false` or an empty text from nothing: Go's pointers.
    pub(super) pointer: bool,
}

/// What flyctl decodes a value to, and the form that this project gives it.
#[derive(Debug)]
pub(super) enum Kind {
    /// Any text.
    Text,
    /// Text that is one of these words for the platform. flyctl loads any.
    Words(&'static [&'static str]),
    /// Text that is the code of a region.
    Region,
    /// Text that is a size of memory.
    Memory,
    /// Text that is a size of a volume.
    VolumeSize,
    /// `true` or `false`.
    Bool,
    /// Any whole number.
    Integer,
    /// A whole number from zero.
    Whole,
    /// A whole number that Go holds in 32 bits: flyctl refuses others.
    Unsigned,
    /// A whole number between two bounds that are the platform's.
    Within(i64, i64),
    /// A port.
    Port,
    /// Any number above zero.
    Share,
    /// A duration, and the nanoseconds of a number without a unit where the patches do not see it.
    Duration(Unit),
    /// `off`, `stop`, `suspend` or a boolean.
    AutoStop,
    /// A word or its number.
    PersistRootfs,
    /// A list of texts.
    Texts,
    /// A list of names of process groups.
    Names,
    /// A table of texts.
    TextMap,
    /// A table of texts by process group.
    ProcessMap,
    /// A table of anything.
    AnyMap,
    /// A table of response headers.
    HeaderMap,
    /// A table.
    Table(&'static Section),
    /// A list of tables.
    Tables(&'static Section),
    /// Tables by name.
    TableMap(&'static Section),
}

/// What a number without a unit counts where the patches have been: they alone make one (`value::BareUnit`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
    Nanoseconds,
}

impl Unit {
    pub(super) const fn nanoseconds(self) -> i64 {
        match self {
            Self::Seconds => 1_000_000_000,
            Self::Milliseconds => 1_000_000,
            Self::Nanoseconds => 1,
        }
    }
}

impl Kind {
    /// The table or tables that stand there.
    pub(super) fn section(&self) -> Option<&'static Section> {
        match self {
            Self::Table(section) | Self::Tables(section) | Self::TableMap(section) => Some(section),
            Self::Text
            | Self::Words(_)
            | Self::Region
            | Self::Memory
            | Self::VolumeSize
            | Self::Bool
            | Self::Integer
            | Self::Whole
            | Self::Unsigned
            | Self::Within(..)
            | Self::Port
            | Self::Share
            | Self::Duration(_)
            | Self::AutoStop
            | Self::PersistRootfs
            | Self::Texts
            | Self::Names
            | Self::TextMap
            | Self::ProcessMap
            | Self::AnyMap
            | Self::HeaderMap => None,
        }
    }
}

impl Section {
    const fn of(fields: &'static [Field]) -> Self {
        Self { fields, required: None }
    }

    /// The key as Go's JSON decoder finds it: spelled alike, or else alike but for case. Says which, and whether it is
    /// spelled alike.
    pub(super) fn find(&self, key: &str) -> Option<(usize, bool)> {
        if let Some(at) = self.fields.iter().position(|field| field.name == key) {
            return Some((at, true));
        }
        self.fields.iter().position(|field| folds_to(key, field.name)).map(|at| (at, false))
    }
}

/// Whether a key is a name but for case, by Unicode's simple folding: two letters beyond ASCII fold into it.
fn folds_to(key: &str, name: &str) -> bool {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    // Most keys that are not known differ in length.
    key.len() >= name.len() && key.chars().map(fold).eq(name.chars())
}

/// The keys of the file itself, in flyctl's order.
pub fn keys_of_file() -> impl Iterator<Item = &'static str> {
    FLY_TOML.fields.iter().map(|field| field.name)
}

/// Where a key of fly.toml belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// To the file itself.
    File,
    /// To `[http_service]`.
    HttpService,
}

/// Where a key with a single value belongs, if it is one of fly.toml. For keys that stand in a table of free names.
pub fn place_of_key(key: &str) -> Option<Place> {
    let scalar = |section: &'static Section| {
        section.find(key).is_some_and(|(at, alike)| {
            let kind = &section.fields[at].kind;
            alike && kind.section().is_none() && !matches!(kind, Kind::TextMap | Kind::ProcessMap | Kind::Names)
        })
    };
    if scalar(&FLY_TOML) {
        return Some(Place::File);
    }
    scalar(&HTTP_SERVICE).then_some(Place::HttpService)
}

const fn plain(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, pointer: false }
}

const fn pointer(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, pointer: true }
}

const U32_MAX: i64 = u32::MAX as i64;

const SCHEMES: Kind = Kind::Words(&["http", "https"]);

/// The whole file (`Config`).
pub(super) static FLY_TOML: Section = Section::of(&[
    plain("app", Kind::Text),
    plain("primary_region", Kind::Region),
    pointer("kill_signal", Kind::Text),
    pointer("kill_timeout", Kind::Duration(Unit::Seconds)),
    pointer("swap_size_mb", Kind::Whole),
    plain("console_command", Kind::Text),
    plain("host_dedication_id", Kind::Text),
    plain("machine_config", Kind::Text),
    plain("container", Kind::Text),
    plain("experimental", Kind::Table(&EXPERIMENTAL)),
    plain("build", Kind::Table(&BUILD)),
    plain("deploy", Kind::Table(&DEPLOY)),
    plain("env", Kind::TextMap),
    plain("processes", Kind::ProcessMap),
    plain("mounts", Kind::Tables(&MOUNT)),
    plain("http_service", Kind::Table(&HTTP_SERVICE)),
    plain("services", Kind::Tables(&SERVICE)),
    plain("checks", Kind::TableMap(&CHECK)),
    plain("files", Kind::Tables(&FILE)),
    plain("machine_checks", Kind::Tables(&MACHINE_CHECK)),
    plain("restart", Kind::Tables(&RESTART)),
    plain("vm", Kind::Tables(&VM)),
    plain("statics", Kind::Tables(&STATIC)),
    plain("metrics", Kind::Tables(&METRICS)),
]);

static EXPERIMENTAL: Section = Section::of(&[
    plain("cmd", Kind::Texts),
    plain("entrypoint", Kind::Texts),
    plain("exec", Kind::Texts),
    plain("auto_rollback", Kind::Bool),
    plain("enable_consul", Kind::Bool),
    plain("enable_etcd", Kind::Bool),
    plain("lazy_load_images", Kind::Bool),
    plain("machine_config", Kind::Text),
    plain("attached", Kind::Table(&ATTACHED)),
]);

static ATTACHED: Section = Section::of(&[plain("secrets", Kind::Table(&ATTACHED_SECRETS))]);

static ATTACHED_SECRETS: Section = Section::of(&[plain("export", Kind::TextMap)]);

static BUILD: Section = Section::of(&[
    plain("builder", Kind::Text),
    plain("buildpacks", Kind::Texts),
    plain("image", Kind::Text),
    plain("builtin", Kind::Text),
    plain("dockerfile", Kind::Text),
    plain("ignorefile", Kind::Text),
    plain("build-target", Kind::Text),
    plain("compression", Kind::Words(&["gzip", "zstd"])),
    pointer("compression_level", Kind::Within(0, 9)),
    plain("args", Kind::TextMap),
    plain("settings", Kind::AnyMap),
    plain("compose", Kind::Table(&COMPOSE)),
]);

static COMPOSE: Section = Section::of(&[plain("file", Kind::Text)]);

static DEPLOY: Section = Section::of(&[
    plain("strategy", Kind::Words(&["rolling", "canary", "bluegreen", "immediate"])),
    pointer("max_unavailable", Kind::Share),
    pointer("wait_timeout", Kind::Duration(Unit::Nanoseconds)),
    plain("release_command", Kind::Text),
    pointer("release_command_timeout", Kind::Duration(Unit::Nanoseconds)),
    plain("seed_command", Kind::Text),
    plain("release_command_vm", Kind::Table(&VM)),
]);

static MOUNT: Section = Section::of(&[
    plain("source", Kind::Text),
    plain("destination", Kind::Text),
    plain("initial_size", Kind::VolumeSize),
    pointer("snapshot_retention", Kind::Integer),
    pointer("scheduled_snapshots", Kind::Bool),
    plain("auto_extend_size_threshold", Kind::Integer),
    plain("auto_extend_size_increment", Kind::VolumeSize),
    plain("auto_extend_size_limit", Kind::VolumeSize),
    plain("processes", Kind::Names),
]);

static HTTP_SERVICE: Section = Section::of(&[
    plain("internal_port", Kind::Port),
    plain("force_https", Kind::Bool),
    pointer("auto_stop_machines", Kind::AutoStop),
    pointer("auto_start_machines", Kind::Bool),
    pointer("min_machines_running", Kind::Whole),
    plain("processes", Kind::Names),
    plain("concurrency", Kind::Table(&CONCURRENCY)),
    plain("tls_options", Kind::Table(&TLS_OPTIONS)),
    plain("http_options", Kind::Table(&HTTP_OPTIONS)),
    plain("checks", Kind::Tables(&HTTP_SERVICE_CHECK)),
    plain("machine_checks", Kind::Tables(&MACHINE_CHECK)),
]);

static CONCURRENCY: Section = Section::of(&[
    plain("type", Kind::Words(&["connections", "requests"])),
    plain("hard_limit", Kind::Within(1, U32_MAX)),
    plain("soft_limit", Kind::Within(1, U32_MAX)),
]);

static TLS_OPTIONS: Section = Section::of(&[
    plain("alpn", Kind::Texts),
    plain("versions", Kind::Texts),
    pointer("default_self_signed", Kind::Bool),
]);

static HTTP_OPTIONS: Section = Section::of(&[
    pointer("compress", Kind::Bool),
    pointer("h2_backend", Kind::Bool),
    pointer("idle_timeout", Kind::Unsigned),
    pointer("headers_read_timeout", Kind::Unsigned),
    plain("response", Kind::Table(&HTTP_RESPONSE)),
    plain("replay_cache", Kind::Tables(&REPLAY_CACHE)),
]);

static HTTP_RESPONSE: Section = Section::of(&[pointer("pristine", Kind::Bool), plain("headers", Kind::HeaderMap)]);

static REPLAY_CACHE: Section = Section::of(&[
    plain("path_prefix", Kind::Text),
    plain("ttl_seconds", Kind::Within(10, U32_MAX)),
    plain("type", Kind::Words(&["cookie", "header"])),
    plain("name", Kind::Text),
    plain("allow_bypass", Kind::Bool),
]);

macro_rules! http_check {
    ($unit:ident) => {
        Section::of(&[
            pointer("interval", Kind::Duration(Unit::$unit)),
            pointer("timeout", Kind::Duration(Unit::$unit)),
            pointer("grace_period", Kind::Duration(Unit::$unit)),
            pointer("method", Kind::Text),
            pointer("path", Kind::Text),
            pointer("protocol", SCHEMES),
            pointer("tls_skip_verify", Kind::Bool),
            pointer("tls_server_name", Kind::Text),
            plain("headers", Kind::TextMap),
        ])
    };
}

static HTTP_SERVICE_CHECK: Section = http_check!(Nanoseconds);

static SERVICE_HTTP_CHECK: Section = http_check!(Milliseconds);

static MACHINE_CHECK: Section = Section::of(&[
    plain("command", Kind::Texts),
    plain("image", Kind::Text),
    plain("entrypoint", Kind::Texts),
    pointer("kill_signal", Kind::Text),
    pointer("kill_timeout", Kind::Duration(Unit::Nanoseconds)),
]);

static SERVICE: Section = Section::of(&[
    plain("protocol", Kind::Words(&["tcp", "udp"])),
    plain("internal_port", Kind::Port),
    pointer("auto_stop_machines", Kind::AutoStop),
    pointer("auto_start_machines", Kind::Bool),
    pointer("min_machines_running", Kind::Whole),
    plain("processes", Kind::Names),
    plain("ports", Kind::Tables(&SERVICE_PORT)),
    plain("concurrency", Kind::Table(&CONCURRENCY)),
    plain("tcp_checks", Kind::Tables(&TCP_CHECK)),
    plain("http_checks", Kind::Tables(&SERVICE_HTTP_CHECK)),
    plain("machine_checks", Kind::Tables(&MACHINE_CHECK)),
]);

static SERVICE_PORT: Section = Section::of(&[
    pointer("port", Kind::Port),
    pointer("start_port", Kind::Port),
    pointer("end_port", Kind::Port),
    plain("handlers", Kind::Texts),
    plain("force_https", Kind::Bool),
    plain("tls_options", Kind::Table(&TLS_OPTIONS)),
    plain("http_options", Kind::Table(&HTTP_OPTIONS)),
    plain("proxy_proto_options", Kind::Table(&PROXY_PROTO_OPTIONS)),
]);

static PROXY_PROTO_OPTIONS: Section = Section::of(&[plain("version", Kind::Words(&["v1", "v2"]))]);

static TCP_CHECK: Section = Section::of(&[
    pointer("interval", Kind::Duration(Unit::Milliseconds)),
    pointer("timeout", Kind::Duration(Unit::Milliseconds)),
    pointer("grace_period", Kind::Duration(Unit::Milliseconds)),
]);

static CHECK: Section = Section {
    fields: &[
        pointer("port", Kind::Port),
        pointer("type", Kind::Words(&["http", "tcp"])),
        pointer("interval", Kind::Duration(Unit::Milliseconds)),
        pointer("timeout", Kind::Duration(Unit::Milliseconds)),
        pointer("grace_period", Kind::Duration(Unit::Milliseconds)),
        pointer("method", Kind::Text),
        pointer("path", Kind::Text),
        pointer("protocol", SCHEMES),
        pointer("tls_skip_verify", Kind::Bool),
        pointer("tls_server_name", Kind::Text),
        plain("processes", Kind::Names),
        plain("headers", Kind::TextMap),
    ],
    required: Some("type"),
};

static FILE: Section = Section::of(&[
    plain("guest_path", Kind::Text),
    plain("local_path", Kind::Text),
    plain("secret_name", Kind::Text),
    plain("raw_value", Kind::Text),
    plain("processes", Kind::Names),
]);

static RESTART: Section = Section {
    fields: &[
        plain("policy", Kind::Words(&["always", "never", "on-failure"])),
        plain("retries", Kind::Whole),
        plain("processes", Kind::Names),
    ],
    required: Some("policy"),
};

static VM: Section = Section::of(&[
    plain("size", Kind::Text),
    plain("memory", Kind::Memory),
    plain("cpu_kind", Kind::Text),
    plain("cpus", Kind::Whole),
    plain("memory_mb", Kind::Whole),
    plain("max_memory_mb", Kind::Whole),
    plain("gpus", Kind::Whole),
    plain("gpu_kind", Kind::Text),
    plain("host_dedication_id", Kind::Text),
    plain("persist_rootfs", Kind::PersistRootfs),
    plain("kernel_args", Kind::Texts),
    plain("processes", Kind::Names),
]);

static STATIC: Section = Section::of(&[
    plain("guest_path", Kind::Text),
    plain("url_prefix", Kind::Text),
    plain("tigris_bucket", Kind::Text),
    plain("index_document", Kind::Text),
]);

static METRICS: Section = Section::of(&[
    plain("port", Kind::Port),
    plain("path", Kind::Text),
    plain("https", Kind::Bool),
    plain("processes", Kind::Names),
]);
