//! How requests come in: host names.

use std::fmt::Write as _;

use super::plain;
use crate::kinds::app::{Access, V4};
use crate::model::Model;

pub(super) fn domains(out: &mut String, model: &Model) {
    let mut rows = String::new();
    for app in &model.apps {
        if app.access.value != Access::Public || app.domains.is_empty() {
            continue;
        }
        let v4 = match app.ips.v4.value {
            V4::Shared => "shared IPv4",
            V4::Dedicated => "dedicated IPv4",
            V4::None => "no IPv4",
        };
        let v6 = if app.ips.v6.value { "IPv6" } else { "no IPv6" };
        for domain in &app.domains {
            let _ = writeln!(rows, "| {} | {} | {v4}, {v6} |", plain(&domain.value), app.key.value);
        }
    }
    if !rows.is_empty() {
        out.push_str("\n## Domains\n\n| host | app | addresses |\n| --- | --- | --- |\n");
        out.push_str(&rows);
    }
}
