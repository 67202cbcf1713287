//! Writes a spec: what files say as it stands there, with its comments; what runs beside it; and questions about the
//! rest.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use toml_writer::{TomlStringBuilder, TomlWrite as _};

use super::estate::{Environment, Member};
use super::{QUESTION, Read, Request};
use crate::diag::Diagnostics;
use crate::diag::form::sentence;
use crate::fly_toml::{self, Format, Nested};
use crate::kinds::app::{Access, V4};
use crate::live::{Cert, Ip, LiveApp, Scale};
use crate::source::{Source, one_line};
use crate::spec::Tier;
use crate::value::{Count, EnvName, HostName, Name, RegionCode};

/// A region for apps of which nobody has said where they run.
const SOMEWHERE: &str = "iad";

/// Writing to a string cannot fail.
macro_rules! put {
    ($out:expr, $($arguments:tt)+) => {{ let _ = write!($out, $($arguments)+); }};
}

/// The spec of an environment.
pub(super) fn spec(environment: &Environment, read: &[Read<'_>], request: Request<'_>) -> String {
    let mut out = heading(&[environment], read);
    out.push_str("\n\nversion = 1\n\n");
    project(environment, request, &mut out);
    for member in &environment.members {
        let read = &read[member.index];
        let mut app = AppWriter { out: &mut out, member, read, live: request.live.app(&member.name) };
        app.write(environment);
    }
    out
}

/// The first line: what a spec was made of.
pub(super) fn heading(environments: &[&Environment], read: &[Read<'_>]) -> String {
    let members = environments.iter().flat_map(|environment| &environment.members);
    let files: Vec<String> = members.map(|member| path(&read[member.index])).collect();
    format!("# Imported by `flyarch import` from {}.", sentence(&files))
}

/// The path of a file from the spec, fit for a comment.
fn path(read: &Read<'_>) -> String {
    let name = read.source.name().rsplit(['/', '\\']).next().unwrap_or_default();
    let path = if read.file.folder == "." { name.to_owned() } else { format!("{}/{name}", read.file.folder) };
    one_line(&path).into_owned()
}

fn quoted(text: &str) -> String {
    let mut out = String::new();
    let _ = out.value(TomlStringBuilder::new(text).as_default());
    out
}

fn question(out: &mut String, text: &str) {
    put!(out, "{QUESTION}{text}\n");
}

fn project(environment: &Environment, request: Request<'_>, out: &mut String) {
    put!(out, "[project]\nname = {}\n", quoted(&environment.project));
    let listed: Vec<_> = environment.members.iter().filter_map(|m| request.live.listed(&m.name)).collect();
    let mut orgs: Vec<&str> =
        listed.iter().filter_map(|listed| listed.org()).filter(|org| Name::accepts(org)).collect();
    orgs.sort_unstable();
    orgs.dedup();
    match (request.org, orgs.as_slice()) {
        (Some(org), _) => put!(out, "org = {}\n", quoted(org)),
        (None, [org]) => put!(out, "org = {}\n", quoted(org)),
        (None, []) => {
            question(out, "which organisation is it? `fly orgs list` names yours");
            put!(out, "org = \"personal\"\n");
        }
        (None, [org, ..]) => {
            question(out, &format!("a spec is for one organisation, and the apps are in {}", orgs.join(", ")));
            put!(out, "org = {}\n", quoted(org));
        }
    }
    if environment.tier != Tier::Production {
        put!(out, "tier = {}\n", quoted(environment.tier.as_str()));
    }
    let mut networks: Vec<&str> = listed.iter().map(|listed| listed.network.as_deref().unwrap_or("")).collect();
    networks.sort_unstable();
    networks.dedup();
    match networks.as_slice() {
        [] | ["" | "default"] => {}
        [network] if Name::accepts(network) => put!(out, "network = {}\n", quoted(network)),
        _ => {
            question(out, "the apps are in several networks, and a spec is for one: `fly apps list --json` names them");
        }
    }
}

struct AppWriter<'a> {
    out: &'a mut String,
    member: &'a Member,
    read: &'a Read<'a>,
    live: Option<&'a LiveApp>,
}

/// Machines of one process group.
struct Group<'a> {
    name: &'a str,
    regions: Vec<(String, u32)>,
    guest: Option<Scale>,
}

impl<'a> AppWriter<'a> {
    fn write(&mut self, environment: &Environment) {
        let Member { key, name, unnamed, .. } = self.member;
        let Some(nested) = self.nested() else {
            unreachable!("the file has been read before");
        };
        put!(self.out, "\n{}[app.{key}]\n", nested.head);
        if *unnamed {
            self.ask(&format!("{} does not say which app it is for", path(self.read)));
        }
        if **name != *format!("{}-{key}", environment.project) || *unnamed {
            self.entry("name", &quoted(name));
        }
        if self.read.file.folder != "." {
            self.entry("source", &quoted(&self.read.file.folder));
        }
        let groups = self.placement();
        self.reach();
        self.secrets();
        self.volumes();
        self.out.push_str(&nested.entries);
        for group in groups {
            put!(self.out, "\n[app.{key}.group.{}]\nregions = {}\n", group.name, regions(&group.regions));
        }
        if !nested.sections.is_empty() {
            put!(self.out, "\n{}", nested.sections.trim_start_matches('\n'));
        }
    }

    /// The file as a table of the spec. What is not TOML is written as such first.
    fn nested(&self) -> Option<Nested> {
        let Read { source, config, .. } = self.read;
        let written;
        let source = if Format::of(source.name()) == Format::Toml {
            source
        } else {
            written = Source::new("fly.toml", fly_toml::write("", config, config.build.as_ref()));
            &written
        };
        let path = ["app", self.member.key.as_str()];
        fly_toml::nested(source, self.read.file.id, &path, &self.read.for_nobody, &mut Diagnostics::default()).ok()
    }

    fn entry(&mut self, key: &str, value: &str) {
        put!(self.out, "{key} = {value}\n");
    }

    fn ask(&mut self, text: &str) {
        question(self.out, text);
    }

    fn asked_of(&mut self, what: &str, command: &str) {
        let name = &self.member.name;
        self.ask(&format!("{what} `fly {command} -a {name}`"));
    }

    /// Where machines run: of all groups alike, or else returns what each group has.
    fn placement(&mut self) -> Vec<Group<'a>> {
        let primary = self.read.config.primary_region.as_ref().map(|region| region.as_str());
        let Some(scale) = self.live.and_then(LiveApp::placement) else {
            if primary.is_none() {
                self.ask("the file has no primary_region: where do its machines run?");
            }
            self.asked_of("how many machines run in which region?", "scale show");
            self.entry("regions", &format!("[{}]", quoted(primary.unwrap_or(SOMEWHERE))));
            return Vec::new();
        };
        let mut groups: Vec<Group<'a>> = self.read.app.groups.iter().map(|group| placed(&group.name, &scale)).collect();
        let primary = primary.map_or_else(|| busiest(&groups), str::to_owned);
        for group in &mut groups {
            if let Some(at) = group.regions.iter().position(|(region, _)| *region == primary) {
                group.regions[..=at].rotate_right(1);
                continue;
            }
            let what = if group.regions.is_empty() { "nowhere" } else { "in other regions alone" };
            let name = group.name;
            self.ask(&format!(
                "`{name}` runs {what}, and a deploy would create a machine in {primary}: is that meant?"
            ));
            group.regions.insert(0, (primary.clone(), 1));
        }
        self.sizes(&groups);
        let alike = groups.windows(2).all(|pair| pair[0].regions == pair[1].regions);
        if alike {
            self.entry("regions", &regions(&groups[0].regions));
            groups.clear();
        }
        groups
    }

    /// What machines without a `[[vm]]` are: a deploy keeps it, and the spec does not say it.
    fn sizes(&mut self, groups: &[Group<'_>]) {
        for (group, of_app) in groups.iter().zip(&self.read.app.groups) {
            let Some(guest) = group.guest.as_ref().filter(|guest| of_app.vm.is_none() && guest.cpus > 0) else {
                continue;
            };
            let Scale { cpu_kind, cpus, memory, .. } = guest;
            if Name::accepts(cpu_kind) {
                self.ask(&format!(
                    "`{}` runs on {cpu_kind}-cpu-{cpus}x with {memory} MB, and the file has no [[vm]]: say it?",
                    group.name
                ));
            }
        }
    }

    /// Who may reach it: addresses and domains.
    fn reach(&mut self) {
        let serves = !self.read.app.services.is_empty();
        let mut access = self.read.app.access.value;
        match self.live.and_then(|live| live.ips.as_ref()) {
            Some(ips) => access = self.addresses(ips, serves),
            None if serves => self.asked_of("who may reach it, the internet as assumed here?", "ips list"),
            None => {}
        }
        match self.live.and_then(|live| live.certs.as_ref()) {
            Some(certs) => self.domains(certs, access),
            None if serves => self.asked_of("which domains does it serve?", "certs list"),
            None => {}
        }
    }

    /// Writes what its addresses mean, and returns who may reach it.
    fn addresses(&mut self, ips: &[Ip], serves: bool) -> Access {
        let defaults = &self.read.app;
        let has = |kind: &str| ips.iter().any(|ip| ip.kind == kind);
        let public = has("v4") || has("shared_v4") || has("v6");
        let mut access = match (public, has("private_v6")) {
            (true, _) => Access::Public,
            (false, true) => Access::Private,
            (false, false) => Access::Internal,
        };
        if access != Access::Internal && !serves {
            self.asked_of("it has an address and no service: is it still needed?", "ips list");
            access = defaults.access.value;
        }
        if access != defaults.access.value {
            self.entry("access", &quoted(access.as_str()));
        }
        let mut keys = Vec::new();
        if access == Access::Public {
            if has("private_v6") {
                self.asked_of("it has a Flycast address too, which a public app cannot say:", "ips list");
            }
            let (v4, word) = match (has("v4"), has("shared_v4")) {
                (true, _) => (V4::Dedicated, "dedicated"),
                (false, true) => (V4::Shared, "shared"),
                (false, false) => (V4::None, "none"),
            };
            if v4 != defaults.ips.v4.value {
                keys.push(format!("v4 = {}", quoted(word)));
            }
            if has("v6") != defaults.ips.v6.value {
                keys.push(format!("v6 = {}", has("v6")));
            }
        }
        let egress = ips.iter().filter(|ip| ip.kind.starts_with("egress") && RegionCode::accepts(&ip.region));
        let egress: BTreeSet<&str> = egress.map(|ip| ip.region.as_str()).collect();
        if !egress.is_empty() {
            keys.push(format!("egress = {}", list(egress)));
        }
        if !keys.is_empty() {
            self.entry("ips", &format!("{{ {} }}", keys.join(", ")));
        }
        access
    }

    fn domains(&mut self, certs: &[Cert], access: Access) {
        let hosts: BTreeSet<&str> = certs.iter().map(|cert| cert.hostname.as_str()).collect();
        if hosts.is_empty() {
            return;
        }
        if access == Access::Public && hosts.iter().all(|host| HostName::accepts(host)) {
            self.entry("domains", &list(hosts));
        } else {
            self.asked_of("it has certificates that a spec cannot say:", "certs list");
        }
    }

    fn secrets(&mut self) {
        let Some(secrets) = self.live.and_then(|live| live.secrets.as_ref()) else {
            self.asked_of("which secrets does it need?", "secrets list");
            return;
        };
        let (mut names, mut hidden, mut odd) = (BTreeSet::new(), false, false);
        for secret in secrets {
            let name = secret.name.as_str();
            if !EnvName::accepts(name) {
                odd = true;
            } else if self.read.config.env.get(name).is_some() {
                hidden = true;
            } else {
                names.insert(name);
            }
        }
        if odd {
            self.asked_of("it has a secret with a name that no variable can have:", "secrets list");
        }
        if hidden {
            self.asked_of("it has a secret that hides a variable of its env:", "secrets list");
        }
        if !names.is_empty() {
            self.entry("secrets", &list(names));
        }
    }

    /// Whether its volumes are those that its mounts would get.
    fn volumes(&mut self) {
        let Some(volumes) = self.live.and_then(|live| live.volumes.as_ref()) else { return };
        for mount in &self.read.config.mounts {
            let Some(name) = mount.source.as_ref().map(|source| source.as_str()) else { continue };
            let ours: Vec<_> = volumes.iter().filter(|volume| volume.name == name).collect();
            let loose = ours.iter().filter(|volume| volume.attached_machine_id.as_deref().unwrap_or("").is_empty());
            let loose = loose.count();
            if loose > 0 {
                let volumes = if loose == 1 { "volume is" } else { "volumes are" };
                self.asked_of(&format!("of `{name}` {loose} {volumes} attached to no machine:"), "volumes list");
            }
            let mut kept: Vec<u32> = ours.iter().filter_map(|volume| volume.snapshot_retention).collect();
            kept.sort_unstable();
            kept.dedup();
            let said = mount.snapshot_retention.map(|days| days.value);
            if let [days] = kept[..]
                && said != Some(i64::from(days))
            {
                self.ask(&format!("snapshots of `{name}` are kept for {days} days: say it in snapshot_retention?"));
            }
            let largest = ours.iter().map(|volume| volume.size_gb).max().unwrap_or(0);
            let said = mount.initial_size.as_ref().map(|size| size.gigabytes());
            if largest > 0 && said.is_none_or(|said| said < largest) {
                self.ask(&format!("a volume `{name}` has {largest} GB: say it in initial_size?"));
            }
        }
    }
}

/// Where a group runs.
fn placed<'a>(name: &'a str, scale: &[Scale]) -> Group<'a> {
    let guest = scale.iter().find(|scale| scale.process == name).cloned();
    let known = |(region, count): (&String, &u32)| {
        let fits = RegionCode::accepts(region) && Count::new(i64::from(*count)).is_some();
        fits.then(|| (region.clone(), *count))
    };
    let regions = guest.iter().flat_map(|scale| &scale.regions).filter_map(known).collect();
    Group { name, regions, guest }
}

/// The region with the most machines; of several the first by name.
fn busiest(groups: &[Group<'_>]) -> String {
    let mut all: Vec<(&str, u32)> = Vec::new();
    for (region, count) in groups.iter().flat_map(|group| &group.regions) {
        match all.iter_mut().find(|(known, _)| known == region) {
            Some((_, sum)) => *sum = sum.saturating_add(*count),
            None => all.push((region, *count)),
        }
    }
    all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    all.first().map_or(SOMEWHERE, |(region, _)| region).to_owned()
}

fn regions(regions: &[(String, u32)]) -> String {
    let entries: Vec<String> = regions.iter().map(|(region, count)| format!("{region} = {count}")).collect();
    format!("{{ {} }}", entries.join(", "))
}

fn list(words: BTreeSet<&str>) -> String {
    format!("[{}]", words.into_iter().map(quoted).collect::<Vec<_>>().join(", "))
}
