//! The services: `[http_service]` and `[[services]]`.

use super::{Form, Writer};
use crate::fly_toml::{Concurrency, HttpOptions, HttpService, Service, TlsOptions};
use crate::value::Sourced;

impl Writer {
    pub(super) fn http_service(&mut self, x: &HttpService) {
        self.table(&["http_service"]);
        self.opt("internal_port", x.internal_port.as_ref());
        self.opt("force_https", x.force_https.as_ref());
        self.pointer("auto_stop_machines", x.auto_stop_machines.as_ref());
        self.pointer("auto_start_machines", x.auto_start_machines.as_ref());
        self.pointer("min_machines_running", x.min_machines_running.as_ref());
        self.opt("processes", x.processes.as_ref());
        self.concurrency(&["http_service", "concurrency"], x.concurrency.as_ref());
        self.tls_options(&["http_service", "tls_options"], x.tls_options.as_ref().map(|x| &***x));
        self.http_options(&["http_service", "http_options"], x.http_options.as_ref().map(|x| &***x));
        for check in &x.checks {
            self.array(&["http_service", "checks"]);
            self.pointer("interval", check.interval.as_ref());
            self.pointer("timeout", check.timeout.as_ref());
            self.pointer("grace_period", check.grace_period.as_ref());
            self.pointer("method", check.method.as_ref());
            self.pointer("path", check.path.as_ref());
            self.pointer("protocol", check.protocol.as_ref());
            self.pointer("tls_skip_verify", check.tls_skip_verify.as_ref());
            self.pointer("tls_server_name", check.tls_server_name.as_ref());
            self.map(&["http_service", "checks", "headers"], &check.headers);
        }
        self.machine_checks(&["http_service", "machine_checks"], &x.machine_checks);
    }

    pub(super) fn service(&mut self, x: &Service) {
        self.array(&["services"]);
        let header = self.out.len();
        self.always("protocol", x.protocol.as_ref(), "");
        self.always("internal_port", x.internal_port.as_ref(), &0_u32);
        self.pointer("auto_stop_machines", x.auto_stop_machines.as_ref());
        self.pointer("auto_start_machines", x.auto_start_machines.as_ref());
        self.pointer("min_machines_running", x.min_machines_running.as_ref());
        if x.ports.is_empty() && self.form == Form::Flyctl {
            self.entry("ports", &Vec::<String>::new());
        }
        self.opt("processes", x.processes.as_ref());
        for port in &x.ports {
            self.array(&["services", "ports"]);
            self.pointer("port", port.port.as_ref());
            self.pointer("start_port", port.start_port.as_ref());
            self.pointer("end_port", port.end_port.as_ref());
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
            self.pointer("interval", check.interval.as_ref());
            self.pointer("timeout", check.timeout.as_ref());
            self.pointer("grace_period", check.grace_period.as_ref());
        }
        for check in &x.http_checks {
            self.array(&["services", "http_checks"]);
            self.pointer("interval", check.interval.as_ref());
            self.pointer("timeout", check.timeout.as_ref());
            self.pointer("grace_period", check.grace_period.as_ref());
            self.pointer("method", check.method.as_ref());
            self.pointer("path", check.path.as_ref());
            self.pointer("protocol", check.protocol.as_ref());
            self.pointer("tls_skip_verify", check.tls_skip_verify.as_ref());
            self.pointer("tls_server_name", check.tls_server_name.as_ref());
            self.map(&["services", "http_checks", "headers"], &check.headers);
        }
        self.machine_checks(&["services", "machine_checks"], &x.machine_checks);
        if self.form == Form::Stated && self.out.len() == header {
            // flyctl drops a service that says nothing.
            self.entry("ports", &Vec::<String>::new());
        }
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
            self.pointer("default_self_signed", x.default_self_signed.as_ref());
        }
    }

    fn http_options(&mut self, path: &[&str], x: Option<&HttpOptions>) {
        let Some(x) = x else { return };
        self.table(path);
        self.pointer("compress", x.compress.as_ref());
        self.pointer("h2_backend", x.h2_backend.as_ref());
        self.pointer("idle_timeout", x.idle_timeout.as_ref());
        self.pointer("headers_read_timeout", x.headers_read_timeout.as_ref());
        let below = |key: &'static str| [path, &[key]].concat();
        if let Some(response) = &x.response {
            let path = below("response");
            self.table(&path);
            self.pointer("pristine", response.pristine.as_ref());
            self.map(&[&path[..], &["headers"]].concat(), &response.headers);
        }
        for cache in &x.replay_cache {
            self.array(&below("replay_cache"));
            self.always("path_prefix", cache.path_prefix.as_ref(), "");
            self.always("ttl_seconds", cache.ttl_seconds.as_ref(), &0_u32);
            self.always("type", cache.kind.as_ref(), "");
            self.always("name", cache.name.as_ref(), "");
            self.opt("allow_bypass", cache.allow_bypass.as_ref());
        }
    }
}
