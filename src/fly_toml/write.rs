//! Writes a fly.toml in flyctl's canonical form: its order, its indentation, its quotes, its spelling of durations.
//!
//! What `fly config show --local --toml` prints for the result is the result, but for the header, and for `false`,
//! which flyctl leaves out and this compiler states (`tests/flyctl.rs`). Sections are written straight into one string:
//! a document tree would cost ten times as much per app (docs/performance.md). Quoting is `toml_writer`'s.

use std::fmt::{Display, Write as _};

use toml_writer::{TomlStringBuilder, TomlWrite as _};

use super::{
    Anything, AutoStop, Build, Builtin, Check, CheckType, Compression, Concurrency, ConcurrencyType, CpuKind, Deploy,
    Experimental, FlyToml, Handler, HeaderEdit, HttpOptions, HttpScheme, HttpService, MachineCheck, MachineSize, Mount,
    PersistRootfs, Protocol, ProxyProtoVersion, ReplayCacheType, Service, Share, Signal, Strategy, TlsOptions,
    TlsVersion, Vm,
};
use crate::value::{Duration, Entries, Name, Scalar, Sourced, Strings};

/// The text of a fly.toml behind `header`. `build` stands for the section of that name, whose paths depend on where
/// the file will lie.
pub fn write(header: &str, config: &FlyToml, build: Option<&Sourced<Box<Build>>>) -> String {
    let mut w = Writer { out: String::with_capacity(1536), depth: 0, after_header: true };
    w.out.push_str(header);
    let c = config;
    w.opt("app", c.app.as_ref());
    w.opt("primary_region", c.primary_region.as_ref());
    w.opt("kill_signal", c.kill_signal.as_ref());
    w.opt("kill_timeout", c.kill_timeout.as_ref());
    w.opt("swap_size_mb", c.swap_size_mb.as_ref());
    w.opt("console_command", c.console_command.as_ref());
    w.opt("host_dedication_id", c.host_dedication_id.as_ref());
    w.opt("machine_config", c.machine_config.as_ref());
    w.opt("container", c.container.as_ref());
    w.after_header = false;
    if let Some(x) = &c.experimental {
        w.experimental(x);
    }
    if let Some(x) = build {
        w.build(x);
    }
    if let Some(x) = &c.deploy {
        w.deploy(x);
    }
    w.map(&["env"], &c.env);
    if !c.processes.is_empty() {
        w.table(&["processes"]);
        let mut sorted: Vec<_> = c.processes.iter().collect();
        sorted.sort_by_key(|(name, _)| &name.value);
        for (name, command) in sorted {
            w.user_entry(name, &command.value);
        }
    }
    for mount in &c.mounts {
        w.mount(mount);
    }
    if let Some(x) = &c.http_service {
        w.http_service(x);
    }
    for service in &c.services {
        w.service(service);
    }
    w.checks(&c.checks);
    for file in &c.files {
        w.array(&["files"]);
        w.opt("guest_path", file.guest_path.as_ref());
        w.opt("local_path", file.local_path.as_ref());
        w.opt("secret_name", file.secret_name.as_ref());
        w.opt("raw_value", file.raw_value.as_ref());
        w.opt("processes", file.processes.as_ref());
    }
    w.machine_checks(&["machine_checks"], &c.machine_checks);
    for restart in &c.restart {
        w.array(&["restart"]);
        w.entry("policy", restart.policy.as_str());
        w.opt("retries", restart.retries.as_ref());
        w.opt("processes", restart.processes.as_ref());
    }
    for vm in &c.vm {
        w.array(&["vm"]);
        w.vm(vm);
    }
    for statics in &c.statics {
        w.array(&["statics"]);
        w.opt("guest_path", statics.guest_path.as_ref());
        w.opt("url_prefix", statics.url_prefix.as_ref());
        w.opt("tigris_bucket", statics.tigris_bucket.as_ref());
        w.opt("index_document", statics.index_document.as_ref());
    }
    for metrics in &c.metrics {
        w.array(&["metrics"]);
        w.opt("port", metrics.port.as_ref());
        w.opt("path", metrics.path.as_ref());
        w.opt("https", metrics.https.as_ref());
        w.opt("processes", metrics.processes.as_ref());
    }
    w.out
}

struct Writer {
    out: String,
    /// Nesting of the table that is being written.
    depth: usize,
    /// Whether the last line was a header: the next header follows without an empty line.
    after_header: bool,
}

/// What can stand behind `key =`.
trait Put {
    fn put(&self, out: &mut String);
}

impl Put for str {
    fn put(&self, out: &mut String) {
        let text = TomlStringBuilder::new(self);
        // Writing to a string cannot fail.
        let _ = match text.as_literal() {
            Some(literal) => out.value(literal),
            None => out.value(text.as_basic()),
        };
    }
}

impl Put for bool {
    fn put(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

fn put_display(value: impl Display, out: &mut String) {
    let _ = write!(out, "{value}");
}

macro_rules! put {
    ($($type:ty => |$value:ident, $out:ident| $body:expr;)+) => {
        $(impl Put for $type {
            fn put(&self, $out: &mut String) {
                let $value = self;
                $body;
            }
        })+
    };
}

put! {
    String => |v, out| v.as_str().put(out);
    u8 => |v, out| put_display(v, out);
    u32 => |v, out| put_display(v, out);
    i64 => |v, out| put_display(v, out);
    Name => |v, out| v.as_str().put(out);
    Scalar => |v, out| v.as_str().put(out);
    Signal => |v, out| v.0.put(out);
    Builtin => |v, out| v.0.put(out);
    MachineSize => |v, out| v.0.put(out);
    CpuKind => |v, out| v.0.put(out);
    Handler => |v, out| v.0.put(out);
    TlsVersion => |v, out| v.0.put(out);
    AutoStop => |v, out| v.as_str().put(out);
    Strategy => |v, out| v.as_str().put(out);
    Compression => |v, out| v.as_str().put(out);
    ConcurrencyType => |v, out| v.as_str().put(out);
    CheckType => |v, out| v.as_str().put(out);
    Protocol => |v, out| v.as_str().put(out);
    HttpScheme => |v, out| v.as_str().put(out);
    ProxyProtoVersion => |v, out| v.as_str().put(out);
    ReplayCacheType => |v, out| v.as_str().put(out);
    PersistRootfs => |v, out| v.as_str().put(out);
    crate::value::Port => |v, out| put_display(v, out);
    crate::value::RegionCode => |v, out| v.as_str().put(out);
    crate::value::Memory => |v, out| v.as_str().put(out);
    crate::value::VolumeSize => |v, out| v.as_str().put(out);
    Strings => |v, out| v.0.put(out);
    // Go's encoder always writes a decimal point.
    Share => |v, out| put_display(format_args!("{:?}", v.0), out);
}

impl<U> Put for Duration<U> {
    fn put(&self, out: &mut String) {
        self.to_string().put(out);
    }
}

impl<T: Put> Put for Vec<T> {
    fn put(&self, out: &mut String) {
        out.push('[');
        for (i, item) in self.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            item.put(out);
        }
        out.push(']');
    }
}

impl<T: Put> Put for Sourced<T> {
    fn put(&self, out: &mut String) {
        self.value.put(out);
    }
}

impl Put for toml::Value {
    fn put(&self, out: &mut String) {
        match self {
            Self::String(text) => text.put(out),
            Self::Integer(number) => put_display(number, out),
            Self::Float(number) => put_display(format_args!("{number:?}"), out),
            Self::Boolean(value) => value.put(out),
            Self::Datetime(datetime) => put_display(datetime, out),
            Self::Array(items) => items.put(out),
            // Inline wherever it stands: settings of a builtin are small, and both forms read alike.
            Self::Table(table) => {
                out.push_str("{ ");
                for (i, (key, value)) in table.iter().enumerate() {
                    if i > 0 {
                        out.push_str(", ");
                    }
                    put_key(key, out);
                    out.push_str(" = ");
                    value.put(out);
                }
                out.push_str(" }");
            }
        }
    }
}

impl Put for HeaderEdit {
    fn put(&self, out: &mut String) {
        match self {
            Self::Set(text) => text.put(out),
            Self::SetAll(texts) => texts.put(out),
            Self::Flag(flag) => flag.put(out),
        }
    }
}

impl Put for Anything {
    fn put(&self, out: &mut String) {
        self.0.put(out);
    }
}

fn put_key(key: &str, out: &mut String) {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if bare { out.push_str(key) } else { key.put(out) }
}

impl Writer {
    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.out.push_str("  ");
        }
    }

    fn header(&mut self, path: &[&str], open: &str, close: &str) {
        if !self.after_header {
            self.out.push('\n');
        }
        self.indent(path.len() - 1);
        self.out.push_str(open);
        for (i, key) in path.iter().enumerate() {
            if i > 0 {
                self.out.push('.');
            }
            put_key(key, &mut self.out);
        }
        self.out.push_str(close);
        self.depth = path.len();
        self.after_header = true;
    }

    fn table(&mut self, path: &[&str]) {
        self.header(path, "[", "]\n");
    }

    fn array(&mut self, path: &[&str]) {
        self.header(path, "[[", "]]\n");
    }

    /// An entry whose key the user chose.
    fn user_entry(&mut self, key: &str, value: &(impl Put + ?Sized)) {
        self.indent(self.depth);
        put_key(key, &mut self.out);
        self.value(value);
    }

    /// An entry of fly.toml: its keys are bare.
    fn entry(&mut self, key: &'static str, value: &(impl Put + ?Sized)) {
        self.indent(self.depth);
        self.out.push_str(key);
        self.value(value);
    }

    fn value(&mut self, value: &(impl Put + ?Sized)) {
        self.out.push_str(" = ");
        value.put(&mut self.out);
        self.out.push('\n');
        self.after_header = false;
    }

    fn opt<T: Put>(&mut self, key: &'static str, value: Option<&Sourced<T>>) {
        if let Some(value) = value {
            self.entry(key, &value.value);
        }
    }

    /// A table of the user's keys, in byte order as Go's encoder has it.
    fn map<T: Put>(&mut self, path: &[&str], entries: &Entries<String, Sourced<T>>) {
        if entries.is_empty() {
            return;
        }
        self.table(path);
        let mut sorted: Vec<_> = entries.iter().collect();
        sorted.sort_by_key(|(key, _)| key.value.as_str());
        for (key, value) in sorted {
            self.user_entry(key, &value.value);
        }
    }

    fn experimental(&mut self, x: &Experimental) {
        self.table(&["experimental"]);
        self.opt("cmd", x.cmd.as_ref());
        self.opt("entrypoint", x.entrypoint.as_ref());
        self.opt("exec", x.exec.as_ref());
        self.opt("auto_rollback", x.auto_rollback.as_ref());
        self.opt("enable_consul", x.enable_consul.as_ref());
        self.opt("enable_etcd", x.enable_etcd.as_ref());
        self.opt("lazy_load_images", x.lazy_load_images.as_ref());
        self.opt("machine_config", x.machine_config.as_ref());
        if let Some(attached) = &x.attached {
            self.table(&["experimental", "attached"]);
            if let Some(secrets) = &attached.secrets {
                self.table(&["experimental", "attached", "secrets"]);
                self.map(&["experimental", "attached", "secrets", "export"], &secrets.export);
            }
        }
    }

    fn build(&mut self, x: &Build) {
        self.table(&["build"]);
        self.opt("builder", x.builder.as_ref());
        self.opt("buildpacks", x.buildpacks.as_ref());
        self.opt("image", x.image.as_ref());
        self.opt("builtin", x.builtin.as_ref());
        self.opt("dockerfile", x.dockerfile.as_ref());
        self.opt("ignorefile", x.ignorefile.as_ref());
        self.opt("build-target", x.build_target.as_ref());
        self.opt("compression", x.compression.as_ref());
        self.opt("compression_level", x.compression_level.as_ref());
        self.map(&["build", "args"], &x.args);
        self.map(&["build", "settings"], &x.settings);
        if let Some(compose) = &x.compose {
            self.table(&["build", "compose"]);
            self.opt("file", compose.file.as_ref());
        }
    }

    fn deploy(&mut self, x: &Deploy) {
        self.table(&["deploy"]);
        self.opt("strategy", x.strategy.as_ref());
        self.opt("max_unavailable", x.max_unavailable.as_ref());
        self.opt("wait_timeout", x.wait_timeout.as_ref());
        self.opt("release_command", x.release_command.as_ref());
        self.opt("release_command_timeout", x.release_command_timeout.as_ref());
        self.opt("seed_command", x.seed_command.as_ref());
        if let Some(vm) = &x.release_command_vm {
            self.table(&["deploy", "release_command_vm"]);
            self.vm(vm);
        }
    }

    fn mount(&mut self, x: &Mount) {
        self.array(&["mounts"]);
        self.opt("source", x.source.as_ref());
        self.opt("destination", x.destination.as_ref());
        self.opt("initial_size", x.initial_size.as_ref());
        self.opt("snapshot_retention", x.snapshot_retention.as_ref());
        self.opt("scheduled_snapshots", x.scheduled_snapshots.as_ref());
        self.opt("auto_extend_size_threshold", x.auto_extend_size_threshold.as_ref());
        self.opt("auto_extend_size_increment", x.auto_extend_size_increment.as_ref());
        self.opt("auto_extend_size_limit", x.auto_extend_size_limit.as_ref());
        self.opt("processes", x.processes.as_ref());
    }

    fn http_service(&mut self, x: &HttpService) {
        self.table(&["http_service"]);
        self.opt("internal_port", x.internal_port.as_ref());
        self.opt("force_https", x.force_https.as_ref());
        self.opt("auto_stop_machines", x.auto_stop_machines.as_ref());
        self.opt("auto_start_machines", x.auto_start_machines.as_ref());
        self.opt("min_machines_running", x.min_machines_running.as_ref());
        self.opt("processes", x.processes.as_ref());
        self.concurrency(&["http_service", "concurrency"], x.concurrency.as_ref());
        self.tls_options(&["http_service", "tls_options"], x.tls_options.as_ref().map(|x| &***x));
        self.http_options(&["http_service", "http_options"], x.http_options.as_ref().map(|x| &***x));
        for check in &x.checks {
            self.array(&["http_service", "checks"]);
            self.opt("interval", check.interval.as_ref());
            self.opt("timeout", check.timeout.as_ref());
            self.opt("grace_period", check.grace_period.as_ref());
            self.opt("method", check.method.as_ref());
            self.opt("path", check.path.as_ref());
            self.opt("protocol", check.protocol.as_ref());
            self.opt("tls_skip_verify", check.tls_skip_verify.as_ref());
            self.opt("tls_server_name", check.tls_server_name.as_ref());
            self.map(&["http_service", "checks", "headers"], &check.headers);
        }
        self.machine_checks(&["http_service", "machine_checks"], &x.machine_checks);
    }

    fn service(&mut self, x: &Service) {
        self.array(&["services"]);
        self.opt("protocol", x.protocol.as_ref());
        self.opt("internal_port", x.internal_port.as_ref());
        self.opt("auto_stop_machines", x.auto_stop_machines.as_ref());
        self.opt("auto_start_machines", x.auto_start_machines.as_ref());
        self.opt("min_machines_running", x.min_machines_running.as_ref());
        self.opt("processes", x.processes.as_ref());
        for port in &x.ports {
            self.array(&["services", "ports"]);
            self.opt("port", port.port.as_ref());
            self.opt("start_port", port.start_port.as_ref());
            self.opt("end_port", port.end_port.as_ref());
            self.opt("handlers", port.handlers.as_ref());
            self.opt("force_https", port.force_https.as_ref());
            self.tls_options(&["services", "ports", "tls_options"], port.tls_options.as_ref().map(|x| &***x));
            self.http_options(&["services", "ports", "http_options"], port.http_options.as_ref().map(|x| &***x));
            if let Some(options) = &port.proxy_proto_options {
                self.table(&["services", "ports", "proxy_proto_options"]);
                self.opt("version", options.version.as_ref());
            }
        }
        self.concurrency(&["services", "concurrency"], x.concurrency.as_ref());
        for check in &x.tcp_checks {
            self.array(&["services", "tcp_checks"]);
            self.opt("interval", check.interval.as_ref());
            self.opt("timeout", check.timeout.as_ref());
            self.opt("grace_period", check.grace_period.as_ref());
        }
        for check in &x.http_checks {
            self.array(&["services", "http_checks"]);
            self.opt("interval", check.interval.as_ref());
            self.opt("timeout", check.timeout.as_ref());
            self.opt("grace_period", check.grace_period.as_ref());
            self.opt("method", check.method.as_ref());
            self.opt("path", check.path.as_ref());
            self.opt("protocol", check.protocol.as_ref());
            self.opt("tls_skip_verify", check.tls_skip_verify.as_ref());
            self.opt("tls_server_name", check.tls_server_name.as_ref());
            self.map(&["services", "http_checks", "headers"], &check.headers);
        }
        self.machine_checks(&["services", "machine_checks"], &x.machine_checks);
    }

    fn concurrency(&mut self, path: &[&str], x: Option<&Sourced<Concurrency>>) {
        if let Some(x) = x {
            self.table(path);
            self.opt("type", x.kind.as_ref());
            self.opt("hard_limit", x.hard_limit.as_ref());
            self.opt("soft_limit", x.soft_limit.as_ref());
        }
    }

    fn tls_options(&mut self, path: &[&str], x: Option<&TlsOptions>) {
        if let Some(x) = x {
            self.table(path);
            self.opt("alpn", x.alpn.as_ref());
            self.opt("versions", x.versions.as_ref());
            self.opt("default_self_signed", x.default_self_signed.as_ref());
        }
    }

    fn http_options(&mut self, path: &[&str], x: Option<&HttpOptions>) {
        let Some(x) = x else { return };
        self.table(path);
        self.opt("compress", x.compress.as_ref());
        self.opt("h2_backend", x.h2_backend.as_ref());
        self.opt("idle_timeout", x.idle_timeout.as_ref());
        self.opt("headers_read_timeout", x.headers_read_timeout.as_ref());
        let below = |key: &'static str| [path, &[key]].concat();
        if let Some(response) = &x.response {
            let path = below("response");
            self.table(&path);
            self.opt("pristine", response.pristine.as_ref());
            self.map(&[&path[..], &["headers"]].concat(), &response.headers);
        }
        for cache in &x.replay_cache {
            self.array(&below("replay_cache"));
            self.opt("path_prefix", cache.path_prefix.as_ref());
            self.opt("ttl_seconds", cache.ttl_seconds.as_ref());
            self.opt("type", cache.kind.as_ref());
            self.opt("name", cache.name.as_ref());
            self.opt("allow_bypass", cache.allow_bypass.as_ref());
        }
    }

    fn checks(&mut self, checks: &Entries<String, Sourced<Check>>) {
        if checks.is_empty() {
            return;
        }
        self.table(&["checks"]);
        let mut sorted: Vec<_> = checks.iter().collect();
        sorted.sort_by_key(|(name, _)| name.value.as_str());
        for (name, check) in sorted {
            self.table(&["checks", name]);
            self.opt("port", check.port.as_ref());
            self.entry("type", check.kind.as_str());
            self.opt("interval", check.interval.as_ref());
            self.opt("timeout", check.timeout.as_ref());
            self.opt("grace_period", check.grace_period.as_ref());
            self.opt("method", check.method.as_ref());
            self.opt("path", check.path.as_ref());
            self.opt("protocol", check.protocol.as_ref());
            self.opt("tls_skip_verify", check.tls_skip_verify.as_ref());
            self.opt("tls_server_name", check.tls_server_name.as_ref());
            self.opt("processes", check.processes.as_ref());
            self.map(&["checks", name, "headers"], &check.headers);
        }
    }

    fn machine_checks(&mut self, path: &[&str], checks: &[Sourced<MachineCheck>]) {
        for check in checks {
            self.array(path);
            self.opt("command", check.command.as_ref());
            self.opt("image", check.image.as_ref());
            self.opt("entrypoint", check.entrypoint.as_ref());
            self.opt("kill_signal", check.kill_signal.as_ref());
            self.opt("kill_timeout", check.kill_timeout.as_ref());
        }
    }

    fn vm(&mut self, x: &Vm) {
        self.opt("size", x.size.as_ref());
        self.opt("memory", x.memory.as_ref());
        self.opt("cpu_kind", x.cpu_kind.as_ref());
        self.opt("cpus", x.cpus.as_ref());
        self.opt("memory_mb", x.memory_mb.as_ref());
        self.opt("max_memory_mb", x.max_memory_mb.as_ref());
        self.opt("gpus", x.gpus.as_ref());
        self.opt("gpu_kind", x.gpu_kind.as_ref());
        self.opt("host_dedication_id", x.host_dedication_id.as_ref());
        self.opt("persist_rootfs", x.persist_rootfs.as_ref());
        self.opt("kernel_args", x.kernel_args.as_ref());
        self.opt("processes", x.processes.as_ref());
    }
}
