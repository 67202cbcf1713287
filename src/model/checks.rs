//! HTTP checks of all three forms in one view.

use super::{App, Service, ServiceForm};
use crate::fly_toml::{CheckType, HttpScheme};
use crate::source::TextRange;
use crate::value::{Port, Sourced};

/// A check that asks by HTTP, whichever of the three sections it stands in.
#[derive(Debug)]
pub struct HttpCheck<'a> {
    /// Its table.
    pub at: TextRange,
    /// The service that it decides about, by place in [`App::services`]; those of `[checks]` decide about none.
    pub service: Option<usize>,
    /// The port of one in `[checks]`.
    pub port: Option<Sourced<Port>>,
    /// The path of the request.
    pub path: Option<&'a Sourced<String>>,
    /// Plain or over TLS.
    pub protocol: Option<Sourced<HttpScheme>>,
    /// Whether it ignores the certificate.
    pub tls_skip_verify: Option<Sourced<bool>>,
    /// The name in the certificate.
    pub tls_server_name: Option<&'a Sourced<String>>,
    /// Request headers.
    pub headers: Vec<(&'a Sourced<String>, Sourced<&'a str>)>,
}

impl App {
    /// Checks that ask by HTTP: those of services first. What is no service has no checks.
    pub fn http_checks(&self) -> impl Iterator<Item = HttpCheck<'_>> {
        macro_rules! view {
            ($check:expr, $service:expr, $port:expr) => {
                HttpCheck {
                    at: $check.range(),
                    service: $service,
                    port: $port,
                    path: $check.path.as_ref(),
                    protocol: $check.protocol,
                    tls_skip_verify: $check.tls_skip_verify,
                    tls_server_name: $check.tls_server_name.as_ref(),
                    headers: $check
                        .headers
                        .iter()
                        .map(|(name, value)| (name, value.as_ref().map(|v| v.as_str())))
                        .collect(),
                }
            };
        }
        let first = usize::from(self.toml.http_service.is_some());
        let http = self.toml.http_service.iter().flat_map(|service| service.checks.iter());
        let stray = move |at: usize| self.is_stray(&self.services[first + at]);
        let services = self.toml.services.iter().enumerate().filter(move |(at, _)| !stray(*at));
        let services = services.flat_map(|(at, service)| service.http_checks.iter().map(move |check| (at, check)));
        let others = self.toml.checks.iter().filter(|(_, check)| check.kind.value == CheckType::Http);
        http.map(|check| view!(check, Some(0), None))
            .chain(services.map(move |(at, check)| view!(check, Some(first + at), None)))
            .chain(others.map(|(_, check)| view!(check, None, check.port)))
    }

    /// The service that gets plain HTTP from the proxy on the port that a check asks.
    pub fn plain_service_behind(&self, check: &HttpCheck<'_>) -> Option<&Service> {
        let plain = |service: &&Service| service.ports.iter().any(|port| port.http);
        if let Some(service) = check.service {
            return Some(&self.services[service]).filter(plain);
        }
        self.services.iter().filter(plain).find(|service| match check.port {
            Some(port) => service.internal_port == Some(port),
            None => service.form == ServiceForm::Http,
        })
    }
}
