//! The file, and all sections but the services.

use super::{Form, Writer};
use crate::fly_toml::{Attached, Build, Check, Deploy, Experimental, FlyToml, MachineCheck, Mount, Vm};
use crate::value::{Entries, Memory, Sourced, VolumeSize};

impl Writer {
    pub(super) fn file(mut self, c: &FlyToml, build: Option<&Sourced<Box<Build>>>) -> String {
        self.opt("app", c.app.as_ref());
        self.opt("primary_region", c.primary_region.as_ref());
        self.pointer("kill_signal", c.kill_signal.as_ref());
        self.pointer("kill_timeout", c.kill_timeout.as_ref());
        self.pointer("swap_size_mb", c.swap_size_mb.as_ref());
        self.opt("console_command", c.console_command.as_ref());
        self.opt("host_dedication_id", c.host_dedication_id.as_ref());
        self.opt("machine_config", c.machine_config.as_ref());
        self.opt("container", c.container.as_ref());
        self.after_header = self.out.is_empty();
        if let Some(x) = &c.experimental {
            self.section(|w| w.experimental(x));
        }
        if let Some(x) = build {
            self.section(|w| w.build(x));
        }
        if let Some(x) = &c.deploy {
            self.deploy(x);
        }
        self.map(&["env"], &c.env);
        if !c.processes.is_empty() {
            self.table(&["processes"]);
            let mut sorted: Vec<_> = c.processes.iter().collect();
            sorted.sort_by_key(|(name, _)| &name.value);
            for (name, command) in sorted {
                self.user_entry(name, &command.value);
            }
        }
        for mount in &c.mounts {
            self.mount(mount);
        }
        if let Some(x) = &c.http_service {
            self.http_service(x);
        }
        for service in &c.services {
            self.service(service);
        }
        self.checks(&c.checks);
        for file in &c.files {
            self.array(&["files"]);
            self.opt("guest_path", file.guest_path.as_ref());
            self.opt("local_path", file.local_path.as_ref());
            self.opt("secret_name", file.secret_name.as_ref());
            self.opt("raw_value", file.raw_value.as_ref());
            self.opt("processes", file.processes.as_ref());
        }
        self.machine_checks(&["machine_checks"], &c.machine_checks);
        for restart in &c.restart {
            self.array(&["restart"]);
            self.entry("policy", &restart.policy.value);
            self.opt("retries", restart.retries.as_ref());
            self.opt("processes", restart.processes.as_ref());
        }
        for vm in &c.vm {
            self.array(&["vm"]);
            self.vm(vm);
        }
        for statics in &c.statics {
            self.array(&["statics"]);
            self.always("guest_path", statics.guest_path.as_ref(), "");
            self.always("url_prefix", statics.url_prefix.as_ref(), "");
            self.opt("tigris_bucket", statics.tigris_bucket.as_ref());
            self.opt("index_document", statics.index_document.as_ref());
        }
        for metrics in &c.metrics {
            self.array(&["metrics"]);
            self.opt("port", metrics.port.as_ref());
            self.opt("path", metrics.path.as_ref());
            self.opt("https", metrics.https.as_ref());
            self.opt("processes", metrics.processes.as_ref());
        }
        self.out
    }

    fn memory(&mut self, key: &'static str, size: Option<&Sourced<Memory>>) {
        match size {
            Some(size) if self.form == Form::Flyctl && size.is_bare() => self.bare_size(key, size.mebibytes()),
            size => self.opt(key, size),
        }
    }

    fn volume_size(&mut self, key: &'static str, size: Option<&Sourced<VolumeSize>>) {
        match size {
            Some(size) if self.form == Form::Flyctl && size.is_bare() => self.bare_size(key, size.gigabytes()),
            size => self.opt(key, size),
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
        let exports = |attached: &Attached| attached.secrets.as_ref().is_some_and(|secrets| !secrets.export.is_empty());
        // flyctl holds these two tables by value.
        if let Some(attached) = &x.attached
            && (self.form == Form::Stated || exports(attached))
        {
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
        self.pointer("compression_level", x.compression_level.as_ref());
        self.map(&["build", "args"], &x.args);
        if !x.settings.is_empty() {
            self.table(&["build", "settings"]);
            let mut settings: Vec<_> = x.settings.iter().map(|(key, value)| (key.as_str(), &value.value.0)).collect();
            settings.sort_by_key(|(key, _)| *key);
            self.free(&["build", "settings"], &settings);
        }
        if let Some(compose) = &x.compose {
            self.table(&["build", "compose"]);
            self.opt("file", compose.file.as_ref());
        }
    }

    fn deploy(&mut self, x: &Deploy) {
        self.table(&["deploy"]);
        self.opt("strategy", x.strategy.as_ref());
        self.pointer("max_unavailable", x.max_unavailable.as_ref());
        self.pointer("wait_timeout", x.wait_timeout.as_ref());
        self.opt("release_command", x.release_command.as_ref());
        self.pointer("release_command_timeout", x.release_command_timeout.as_ref());
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
        self.volume_size("initial_size", x.initial_size.as_ref());
        self.pointer("snapshot_retention", x.snapshot_retention.as_ref());
        self.pointer("scheduled_snapshots", x.scheduled_snapshots.as_ref());
        self.opt("auto_extend_size_threshold", x.auto_extend_size_threshold.as_ref());
        self.volume_size("auto_extend_size_increment", x.auto_extend_size_increment.as_ref());
        self.volume_size("auto_extend_size_limit", x.auto_extend_size_limit.as_ref());
        self.opt("processes", x.processes.as_ref());
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
            self.pointer("port", check.port.as_ref());
            self.entry("type", &check.kind.value);
            self.pointer("interval", check.interval.as_ref());
            self.pointer("timeout", check.timeout.as_ref());
            self.pointer("grace_period", check.grace_period.as_ref());
            self.pointer("method", check.method.as_ref());
            self.pointer("path", check.path.as_ref());
            self.pointer("protocol", check.protocol.as_ref());
            self.pointer("tls_skip_verify", check.tls_skip_verify.as_ref());
            self.pointer("tls_server_name", check.tls_server_name.as_ref());
            self.opt("processes", check.processes.as_ref());
            self.map(&["checks", name, "headers"], &check.headers);
        }
    }

    pub(super) fn machine_checks(&mut self, path: &[&str], checks: &[Sourced<MachineCheck>]) {
        for check in checks {
            self.array(path);
            self.opt("command", check.command.as_ref());
            self.opt("image", check.image.as_ref());
            self.opt("entrypoint", check.entrypoint.as_ref());
            self.pointer("kill_signal", check.kill_signal.as_ref());
            self.pointer("kill_timeout", check.kill_timeout.as_ref());
        }
    }

    fn vm(&mut self, x: &Vm) {
        self.opt("size", x.size.as_ref());
        self.memory("memory", x.memory.as_ref());
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
