//! `ips`: addresses. None of the commands looks at what an app has (flyctl-commands 1.3).

use serde_json::json;

use super::{Cx, Outcome, moment};
use crate::sim::output;
use crate::sim::state::Address;

/// flyctl internal/command/ips/list.go. A shared address comes last and has neither id nor time (fly-go
/// resource_ip_addresses.go); addresses for outgoing connections follow it.
pub(super) fn list(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    let app = cx.app(&name)?;
    let mut addresses: Vec<&Address> = app.addresses.iter().collect();
    addresses.sort_by_key(|address| match address.kind.as_str() {
        "shared_v4" => 1,
        kind if kind.starts_with("egress") => 2,
        _ => 0,
    });
    if !cx.call.on("json") {
        let row = |a: &&Address| vec![a.kind.clone(), a.address.clone(), a.region.clone()];
        let rows: Vec<_> = addresses.iter().map(row).collect();
        cx.print(output::table(&["Version", "IP", "Region"], &rows));
        return Ok(());
    }
    let network = json!({"Name": app.network, "Organization": {"Slug": app.org}});
    let shown: Vec<_> = addresses
        .iter()
        .map(|address| {
            let shared = address.kind == "shared_v4";
            json!({"ID": if shared { "" } else { &address.id }, "Address": address.address, "Type": address.kind,
                "Region": if shared { "" } else { &address.region },
                "CreatedAt": if shared { "0001-01-01T00:00:00Z".to_owned() } else { moment(0) }, "ServiceName": "",
                "Network": if address.kind == "private_v6" { network.clone() } else { json!(null) }})
        })
        .collect();
    cx.print_json(&shown);
    Ok(())
}

/// A dedicated address is another one every time; a shared one has a single slot, which the server decides.
pub(super) fn allocate_v4(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    if !cx.call.on("shared") {
        allocate(cx, &name, "v4", "global");
    } else if !cx.app(&name)?.addresses.iter().any(|address| address.kind == "shared_v4") {
        allocate(cx, &name, "shared_v4", "global");
    }
    Ok(())
}

pub(super) fn allocate_v6(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    allocate(cx, &name, if cx.call.on("private") { "private_v6" } else { "v6" }, "global");
    Ok(())
}

/// Always a pair.
pub(super) fn allocate_egress(cx: &mut Cx<'_>) -> Outcome {
    let name = cx.app_name()?;
    if !cx.call.has("region") {
        return Err("a region must be provided when allocating an app-scoped egress IP address".to_owned());
    }
    let region = cx.region()?;
    allocate(cx, &name, "egress_v4", &region);
    allocate(cx, &name, "egress_v6", &region);
    Ok(())
}

/// Gives an app one more address.
pub(super) fn allocate(cx: &mut Cx<'_>, app: &str, kind: &str, region: &str) {
    let n = cx.state.tick();
    let (high, low) = (n / 250 % 250, n % 250 + 1);
    let address = match kind {
        "shared_v4" => format!("66.241.{high}.{low}"),
        "private_v6" => format!("fdaa:0:1:0:1::{n:x}"),
        "v6" | "egress_v6" => format!("2a09:8280:1::{n:x}"),
        _ => format!("137.66.{high}.{low}"),
    };
    cx.print(output::table(
        &["Version", "IP", "Type", "Region"],
        &[vec![kind.to_owned(), address.clone(), kind.to_owned(), region.to_owned()]],
    ));
    let (kind, region) = (kind.to_owned(), region.to_owned());
    cx.app_mut(app).addresses.push(Address { id: format!("ip_{n:014x}"), address, kind, region });
}
