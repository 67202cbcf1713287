//! How requests come in: host names, and what DNS has to say of them.

use std::fmt::Write as _;

use super::plain;
use crate::kinds::app::{Access, V4};
use crate::model::Model;

pub(super) fn domains(out: &mut String, model: &Model) {
    let mut rows = String::new();
    for app in &model.apps {
        if app.access.value != Access::Public {
            continue;
        }
        let v4 = match app.ips.v4.value {
            V4::Shared => "shared",
            V4::Dedicated => "dedicated",
            V4::None => "none",
        };
        for domain in &app.domains {
            let (host, v6) = (domain.as_str(), app.ips.v6.value);
            let below = host.strip_prefix("*.").unwrap_or(host);
            // A registered name has a dot at least; whether another dot is part of it, no syntax tells.
            let cname = if below.contains('.') && !is_short(host) { "instead, unless it is an apex" } else { "no" };
            let proof = if host.starts_with('*') {
                format!("`CNAME _acme-challenge.{below}`")
            } else if v6 {
                String::new()
            } else {
                format!("`TXT _fly-ownership.{below}`")
            };
            let v6 = if v6 { "yes" } else { "none" };
            let _ = writeln!(rows, "| {} | {} | {v4} | {v6} | {cname} | {proof} |", plain(host), app.key.value);
        }
    }
    if rows.is_empty() {
        return;
    }
    out.push_str(
        "\n## Domains\n\n\
         Records to publish; `fly certs setup` shows their values (see the runbook). A `CNAME` stands alone. Behind a proxy\n\
         such as Cloudflare's every host needs its `TXT _fly-ownership` as well.\n\n\
         | host | app | A | AAAA | CNAME | also |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    out.push_str(&rows);
}

/// Whether a host has two labels alone: `example.com`.
fn is_short(host: &str) -> bool {
    host.split('.').count() == 2
}
