//! Which apps there are, what their machines are like, and where they are.

use std::fmt::Write as _;

use super::super::RenderCx;
use super::plain;
use crate::facts::Facts;
use crate::fly_toml::Vm;
use crate::model::{App, Group, Model};

pub(super) fn apps(out: &mut String, cx: RenderCx<'_>) {
    let model = cx.model;
    if model.apps.is_empty() {
        return;
    }
    out.push_str("\n## Apps\n\n| app | on Fly.io | access | image | group | machines | size | restart |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for app in &model.apps {
        for (i, group) in app.groups.iter().enumerate() {
            let (key, name, access, image) = match i {
                0 => (app.key.as_str(), format!("`{}`", app.name.value), app.access.as_str(), image(app, model)),
                _ => ("", String::new(), "", String::new()),
            };
            let _ = write!(out, "| {key} | {name} | {access} | {image} | {} | ", group.name.value);
            for (i, (region, count)) in group.placement.iter().enumerate() {
                let _ = write!(out, "{}{} ×{}", if i == 0 { "" } else { ", " }, region.value, count.value);
            }
            let restart = group.restart.map_or("", |restart| app.toml.restart[restart].policy.as_str());
            let _ = writeln!(out, " | {} | {restart} |", size(app, group, cx.facts));
        }
    }
}

/// Where the image of an app comes from.
fn image(app: &App, model: &Model) -> String {
    if let Some(builder) = &app.image_from {
        return format!("that of {}", model.apps[builder.value].key.value);
    }
    match &app.toml.build {
        Some(build) if build.image.is_some() => build.image.as_ref().map_or(String::new(), |image| plain(image)),
        Some(build) if build.compose.is_some() => "of a compose file".to_owned(),
        _ if app.source.value == "." => "built beside the spec".to_owned(),
        _ => format!("built in {}", plain(&app.source)),
    }
}

/// The size of a group's machines as flyctl works it out: a preset, and what overrides it.
fn size(app: &App, group: &Group, facts: &Facts) -> String {
    group.vm.map_or("not set".to_owned(), |vm| size_of(&app.toml.vm[vm], facts))
}

/// The same of one table of sizes.
pub(super) fn size_of(vm: &Vm, facts: &Facts) -> String {
    let name = vm.size.as_ref().map_or(facts.machine_size, |size| size);
    let preset = facts.machine_size(name);
    let cpus = vm.cpus.map(|cpus| cpus.value).filter(|cpus| *cpus > 0);
    let kind = vm.cpu_kind.as_ref().map(|kind| kind.value.0.as_str());
    let mut out = match preset {
        Some(p) if kind.is_some_and(|kind| kind != p.kind) || cpus.is_some_and(|cpus| cpus != p.cpus) => {
            let cpus = cpus.unwrap_or(p.cpus);
            format!("{cpus} {} {}", plain(kind.unwrap_or(p.kind)), if cpus == 1 { "CPU" } else { "CPUs" })
        }
        _ => plain(name),
    };
    let number = vm.memory_mb.map(|number| number.value).filter(|number| *number > 0);
    let memory = number.map(|number| format!("{number}mb")).or(vm.memory.as_ref().map(|memory| memory.to_string()));
    for part in [memory, vm.gpu_kind.as_ref().map(|kind| plain(kind))].into_iter().flatten() {
        let _ = write!(out, ", {part}");
    }
    out
}

/// Machines of every app per region: what a lost region takes away.
pub(super) fn regions(out: &mut String, cx: RenderCx<'_>) {
    let mut rows: Vec<(&str, u32, usize)> = Vec::new();
    for app in &cx.model.apps {
        for region in app.regions() {
            let machines: u32 = app.groups.iter().map(|group| group.machines_in(region)).sum();
            match rows.iter_mut().find(|(code, ..)| *code == region.as_str()) {
                Some(row) => {
                    row.1 += machines;
                    row.2 += 1;
                }
                None => rows.push((region.as_str(), machines, 1)),
            }
        }
    }
    if rows.is_empty() {
        return;
    }
    rows.sort_unstable();
    out.push_str("\n## Regions\n\n| region | city | machines | apps |\n| --- | --- | ---: | ---: |\n");
    for (code, machines, apps) in rows {
        let city = cx.facts.region(code).map_or("", |region| region.city);
        let _ = writeln!(out, "| {code} | {city} | {machines} | {apps} |");
    }
}
