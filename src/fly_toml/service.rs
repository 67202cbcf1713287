//! `[http_service]` and `[[services]]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    AutoStop, ConcurrencyType, Handler, HeaderEdit, HttpScheme, MachineCheck, Protocol, ProxyProtoVersion,
    ReplayCacheType, TlsVersion,
};
use crate::value::{Duration, Entries, Many, Milliseconds, Name, Nanoseconds, Port, Scalar, Sourced};

/// `[http_service]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpService {
    /// The port on which the app listens.
    pub internal_port: Option<Sourced<Port>>,
    /// Send plain HTTP to HTTPS. Not for apps that are reached by Flycast alone.
    pub force_https: Option<Sourced<bool>>,
    /// What the proxy does with machines that have nothing to do. Default: off.
    pub auto_stop_machines: Option<Sourced<AutoStop>>,
    /// Whether the proxy starts machines when there is traffic. Default: true.
    pub auto_start_machines: Option<Sourced<bool>>,
    /// How many machines are kept running in the primary region when others are stopped. Not a number of machines to
    /// create.
    pub min_machines_running: Option<Sourced<u32>>,
    /// The process groups that serve it.
    pub processes: Option<Sourced<Vec<Sourced<Name>>>>,
    /// How much load a machine takes.
    pub concurrency: Option<Sourced<Concurrency>>,
    /// TLS on port 443.
    pub tls_options: Option<Sourced<Box<TlsOptions>>>,
    /// HTTP on the ports 80 and 443.
    pub http_options: Option<Sourced<Box<HttpOptions>>>,
    /// HTTP checks; a failing machine gets no traffic.
    #[serde(default)]
    pub checks: Vec<Sourced<HttpServiceCheck>>,
    /// Commands that test a new image during a deploy.
    #[serde(default)]
    pub machine_checks: Vec<Sourced<MachineCheck>>,
}

/// `[http_service.concurrency]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Concurrency {
    /// What is counted. Default: connections.
    #[serde(rename = "type")]
    pub kind: Option<Sourced<ConcurrencyType>>,
    /// From here on other machines are preferred, and stopped ones are started. Default: 20.
    #[serde(default, deserialize_with = "crate::value::within::<1, { u32::MAX as i64 }, _, _>")]
    #[schemars(range(min = 1))]
    pub soft_limit: Option<Sourced<u32>>,
    /// Above this a machine gets nothing more. Default: no limit.
    #[serde(default, deserialize_with = "crate::value::within::<1, { u32::MAX as i64 }, _, _>")]
    #[schemars(range(min = 1))]
    pub hard_limit: Option<Sourced<u32>>,
}

/// TLS termination.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TlsOptions {
    /// Protocols that are offered, such as "h2" and "http/1.1".
    pub alpn: Option<Sourced<Vec<String>>>,
    /// Versions of TLS that are offered.
    pub versions: Option<Sourced<Vec<TlsVersion>>>,
    /// Serve a self-signed certificate when there is no other.
    pub default_self_signed: Option<Sourced<bool>>,
}

/// Options of the HTTP handler.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpOptions {
    /// Compress responses.
    pub compress: Option<Sourced<bool>>,
    /// The app speaks HTTP/2 without TLS.
    pub h2_backend: Option<Sourced<bool>>,
    /// Seconds without traffic after which a connection is closed.
    pub idle_timeout: Option<Sourced<u32>>,
    /// Seconds that the headers of a request may take.
    pub headers_read_timeout: Option<Sourced<u32>>,
    /// Changes of the response.
    pub response: Option<Sourced<Box<HttpResponse>>>,
    /// Sessions that the proxy replays to the same machine by itself.
    #[serde(default)]
    pub replay_cache: Vec<Sourced<ReplayCache>>,
}

/// Changes of the response.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpResponse {
    /// Add no headers of Fly's own.
    pub pristine: Option<Sourced<bool>>,
    /// Headers to set or to remove.
    #[serde(default)]
    pub headers: Entries<String, Sourced<HeaderEdit>>,
}

/// One entry of `replay_cache`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayCache {
    /// The path, optionally with a host.
    pub path_prefix: Option<Sourced<String>>,
    /// How long an entry lives, at least 10 seconds.
    #[serde(default, deserialize_with = "crate::value::within::<10, { u32::MAX as i64 }, _, _>")]
    #[schemars(range(min = 10))]
    pub ttl_seconds: Option<Sourced<u32>>,
    /// What a session is recognised by.
    #[serde(rename = "type")]
    pub kind: Option<Sourced<ReplayCacheType>>,
    /// The name of the cookie or header.
    pub name: Option<Sourced<String>>,
    /// Let clients skip the cache with a request header.
    pub allow_bypass: Option<Sourced<bool>>,
}

/// A check of `[http_service]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpServiceCheck {
    /// How often, from 1s to 1m.
    pub interval: Option<Sourced<Duration<Nanoseconds>>>,
    /// How long an answer may take, from 1s to 1m.
    pub timeout: Option<Sourced<Duration<Nanoseconds>>>,
    /// How long after its start a machine may fail, at most 1m.
    pub grace_period: Option<Sourced<Duration<Nanoseconds>>>,
    /// The HTTP method. Default: get.
    pub method: Option<Sourced<String>>,
    /// The path of the request. It must answer 2xx; redirects are failures.
    pub path: Option<Sourced<String>>,
    /// Plain or over TLS.
    pub protocol: Option<Sourced<HttpScheme>>,
    /// Whether an https check ignores the certificate.
    pub tls_skip_verify: Option<Sourced<bool>>,
    /// The server name of an https check.
    pub tls_server_name: Option<Sourced<String>>,
    /// Request headers.
    #[serde(default)]
    pub headers: Entries<String, Sourced<String>>,
}

/// One entry of `[[services]]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// TCP or UDP.
    pub protocol: Option<Sourced<Protocol>>,
    /// The port on which the app listens.
    pub internal_port: Option<Sourced<Port>>,
    /// What the proxy does with machines that have nothing to do. Default: off.
    pub auto_stop_machines: Option<Sourced<AutoStop>>,
    /// Whether the proxy starts machines when there is traffic. Default: true.
    pub auto_start_machines: Option<Sourced<bool>>,
    /// How many machines are kept running in the primary region when others are stopped.
    pub min_machines_running: Option<Sourced<u32>>,
    /// The process groups that serve it.
    pub processes: Option<Sourced<Vec<Sourced<Name>>>>,
    /// The ports on which the proxy listens.
    #[serde(default)]
    pub ports: Many<ServicePort>,
    /// How much load a machine takes.
    pub concurrency: Option<Sourced<Concurrency>>,
    /// Checks that connect.
    #[serde(default)]
    pub tcp_checks: Many<TcpCheck>,
    /// Checks that ask by HTTP.
    #[serde(default)]
    pub http_checks: Many<ServiceHttpCheck>,
    /// Commands that test a new image during a deploy.
    #[serde(default)]
    pub machine_checks: Vec<Sourced<MachineCheck>>,
}

/// One entry of `[[services.ports]]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServicePort {
    /// The port.
    pub port: Option<Sourced<Port>>,
    /// The first port of a range.
    pub start_port: Option<Sourced<Port>>,
    /// The last port of a range.
    pub end_port: Option<Sourced<Port>>,
    /// What the proxy does with a connection.
    pub handlers: Option<Sourced<Vec<Handler>>>,
    /// Send plain HTTP to HTTPS. Needs the http handler.
    pub force_https: Option<Sourced<bool>>,
    /// TLS termination.
    pub tls_options: Option<Sourced<Box<TlsOptions>>>,
    /// Options of the http handler.
    pub http_options: Option<Sourced<Box<HttpOptions>>>,
    /// Options of the proxy_proto handler.
    pub proxy_proto_options: Option<Sourced<ProxyProtoOptions>>,
}

/// Options of the proxy_proto handler.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProxyProtoOptions {
    /// v1 is text, v2 binary. Default: v1.
    pub version: Option<Sourced<ProxyProtoVersion>>,
}

/// One entry of `[[services.tcp_checks]]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TcpCheck {
    /// How often, from 1s to 1m.
    pub interval: Option<Sourced<Duration<Milliseconds>>>,
    /// How long a connection may take, from 1s to 1m.
    pub timeout: Option<Sourced<Duration<Milliseconds>>>,
    /// How long after its start a machine may fail, at most 1m.
    pub grace_period: Option<Sourced<Duration<Milliseconds>>>,
}

/// One entry of `[[services.http_checks]]`
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceHttpCheck {
    /// How often, from 1s to 1m.
    pub interval: Option<Sourced<Duration<Milliseconds>>>,
    /// How long an answer may take, from 1s to 1m.
    pub timeout: Option<Sourced<Duration<Milliseconds>>>,
    /// How long after its start a machine may fail, at most 1m.
    pub grace_period: Option<Sourced<Duration<Milliseconds>>>,
    /// The HTTP method. Default: get.
    pub method: Option<Sourced<String>>,
    /// The path of the request. It must answer 2xx; redirects are failures.
    pub path: Option<Sourced<String>>,
    /// Plain or over TLS.
    pub protocol: Option<Sourced<HttpScheme>>,
    /// Whether an https check ignores the certificate.
    pub tls_skip_verify: Option<Sourced<bool>>,
    /// The server name of an https check.
    pub tls_server_name: Option<Sourced<String>>,
    /// Request headers.
    #[serde(default)]
    pub headers: Entries<String, Sourced<Scalar>>,
}
