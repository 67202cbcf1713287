//! Who reaches an app, and how: access, addresses, domains.
//!
//! `setup.sh` adds addresses and certificates and takes none away; `verify` in `kinds/app/functions.sh` tells what the
//! spec does not name.

use super::{Change, Class, Cx};
use crate::kinds::app::{Access, V4};
use crate::model::App;
use crate::source::TextRange;

pub(super) fn compare(cx: &mut Cx<'_>, old: &App, new: &App) {
    if old.access.value != new.access.value {
        access(cx, old, new);
    }
    addresses(cx, old, new);
    let name = &new.name.value;
    for domain in new.domains.iter().filter(|domain| !old.domains.contains(domain)) {
        let change =
            Change::new(&[Class::InPlace, Class::Cost], new.reference(), format!("a new domain, {}", domain.value))
                .effect("`setup.sh` asks for a certificate.")
                .person("Publish the DNS records that `setup.sh` prints.")
                .at(cx.here(domain.range()));
        cx.add(change);
    }
    for domain in old.domains.iter().filter(|domain| !new.domains.contains(domain)) {
        let host = &domain.value;
        let change = Change::new(&[Class::Address, Class::Cost], new.reference(), format!("the domain {host} is gone"))
            .effect("`setup.sh` tells, and leaves its certificate: the host is answered until a person ends that.")
            .person(format!("Take its DNS records away, then `fly certs remove {host} -a {name}`."))
            .at(cx.there(domain.range()));
        cx.add(change);
    }
}

fn access(cx: &mut Cx<'_>, old: &App, new: &App) {
    let name = &new.name.value;
    let what = format!("who may reach it: {} → {}", old.access.value.as_str(), new.access.value.as_str());
    let change = Change::new(&[Class::Security, Class::Address], new.reference(), what);
    let change = match (old.access.value, new.access.value) {
        (_, Access::Public) => change.effect("It gets public addresses, and anybody may ask its services."),
        // A public address outlives the wish for it: `address` only adds.
        (Access::Public, _) => change
            .effect("`setup.sh` takes no address away: it stays public until its public addresses are released.")
            .person(format!("`fly ips list -a {name}`, then `fly ips release ADDRESS -a {name}` for each public one.")),
        (Access::Internal, Access::Private) => {
            change.effect("It gets a Flycast address: apps of its private network reach it through the proxy.")
        }
        (_, Access::Internal) | (Access::Private, Access::Private) => change
            .effect("It is reached by `.internal` names alone.")
            .person(format!("Its Flycast address stays until `fly ips release ADDRESS -a {name}`.")),
    };
    let at = cx.here(new.access.range());
    cx.add(change.at(at));
}

/// The addresses that are in one and not in the other.
fn addresses(cx: &mut Cx<'_>, old: &App, new: &App) {
    let name = &new.name.value;
    let range = |app: &App, range: TextRange| if range == TextRange::default() { app.header } else { range };
    let word = |v4: V4| match v4 {
        V4::Shared => "shared",
        V4::Dedicated => "dedicated",
        V4::None => "none",
    };
    let (was, is) = (old.ips.v4.value, new.ips.v4.value);
    if was != is {
        let mut change = Change::new(
            &[Class::InPlace, Class::Cost],
            new.reference(),
            format!("the IPv4 address: {} → {}", word(was), word(is)),
        );
        if is != V4::None {
            change = change.effect(format!("`setup.sh` allocates a {} one.", word(is)));
        }
        if was != V4::None {
            change.classes.push(Class::Address);
            change = change
                .effect(if was == V4::Dedicated {
                    "The old one stays, answers and costs until it is released; then it is gone for good."
                } else {
                    "The shared one stays until it is released."
                })
                .person(format!(
                    "Point the A records to the address that is to stay; then `fly ips release ADDRESS -a {name}`."
                ));
        }
        let at = cx.here(range(new, new.ips.v4.range()));
        cx.add(change.at(at));
    }
    if old.ips.v6.value != new.ips.v6.value {
        let mut change = Change::new(&[Class::InPlace], new.reference(), "the IPv6 address");
        if new.ips.v6.value {
            change = change.effect("`setup.sh` allocates one.").person("Publish it in AAAA records.");
        } else {
            change.classes.push(Class::Address);
            change = change
                .effect("It stays until it is released.")
                .person(format!("Take the AAAA records away; then `fly ips release ADDRESS -a {name}`."));
        }
        let at = cx.here(range(new, new.ips.v6.range()));
        cx.add(change.at(at));
    }
    for region in new.ips.egress.iter().filter(|region| !old.ips.egress.contains(region)) {
        let what = format!("a new address for outgoing connections, in {}", region.value);
        let change = Change::new(&[Class::Address, Class::Cost], new.reference(), what)
            .effect("Machines there connect from it: whoever lets in known addresses alone must know it.")
            .at(cx.here(region.range()));
        cx.add(change);
    }
    for region in old.ips.egress.iter().filter(|region| !new.ips.egress.contains(region)) {
        let what = format!("no address for outgoing connections in {} any more", region.value);
        let change = Change::new(&[Class::Address, Class::Cost], new.reference(), what)
            .effect("It stays, is used and costs until it is released.")
            .person(format!("`fly ips release-egress ADDRESS -a {name}`."))
            .at(cx.there(region.range()));
        cx.add(change);
    }
}
