//! What goes with a region, and how the rest goes on.

use std::fmt::Write as _;

use super::super::super::RenderCx;
use super::super::super::engine::quote;
use super::{block, some};
use crate::model::Model;

/// What a region has.
#[derive(Default)]
struct Lost<'m> {
    region: &'m str,
    /// Apps with machines nowhere else.
    down: Vec<&'m str>,
    /// Apps that have others.
    fewer: Vec<&'m str>,
    /// Data services that live there.
    data: Vec<&'m str>,
}

pub(super) fn lost(out: &mut String, cx: RenderCx<'_>) {
    let rows = rows(cx.model);
    // The primary region is the one that hurts most.
    let example = cx.model.apps.iter().find_map(|app| {
        let group = app.groups.iter().find(|group| group.machines() > 0)?;
        let region = app.primary_region.as_ref().filter(|region| group.machines_in(region.as_str()) > 0);
        Some((app, group, region.or(group.placement.first().map(|(region, _)| region))?))
    });
    let Some((app, group, region)) = example else { return };
    out.push_str(
        "\n### A region is lost\n\n\
         The proxy sends requests to what is left by itself. What ran in the region alone is down until it runs elsewhere;\n\
         machines and volumes do not move.\n\n\
         | without | is down | has fewer machines | data |\n| --- | --- | --- | --- |\n",
    );
    for Lost { region, down, fewer, data } in &rows {
        let _ = writeln!(out, "| {region} | {} | {} | {} |", some(down), some(fewer), some(data));
    }
    let name = &app.name.value;
    let source = cx.layout.path_to(&app.source);
    let elsewhere = group.placement.iter().map(|(other, _)| other.as_str()).find(|other| *other != region.as_str());
    // `scale count` wants the number of machines that shall be there, those of before included.
    let count = group.machines_in(region.as_str()) + elsewhere.map_or(0, |other| group.machines_in(other));
    let scale = format!("{}={count}", group.name.value);
    let _ = writeln!(
        out,
        "\nAt once, for instance `{}` without {}: machines elsewhere, and deploys that pass over the region. A deploy that\n\
         waits for machines there fails.",
        app.key.value, region.value
    );
    block(
        out,
        &[
            format!(
                "fly scale count {} --region {} -a {name} --yes",
                quote(&scale),
                elsewhere.unwrap_or("OTHER_REGION")
            ),
            format!(
                "fly deploy {} -c {}/fly.toml -a {name} --exclude-regions {} --yes",
                quote(&source),
                app.key.value,
                region.value
            ),
        ],
    );
    out.push_str(
        "\nIf it lasts, change `regions` and `primary_region` in the spec, build, and run `./setup.sh`, so that the next\n\
         set-up does not undo it. Data comes from a replica or a backup: see below.\n",
    );
}

fn rows(model: &Model) -> Vec<Lost<'_>> {
    let mut rows: Vec<Lost<'_>> = Vec::new();
    for app in &model.apps {
        let regions = app.regions();
        for region in &regions {
            let row = row(&mut rows, region.as_str());
            if regions.len() == 1 { &mut row.down } else { &mut row.fewer }.push(&app.key.value);
        }
    }
    let postgres = model.postgres.iter().map(|postgres| (&postgres.region, &postgres.name));
    let redis = model.redis.iter().map(|redis| (&redis.region, &redis.name));
    for (region, name) in postgres.chain(redis) {
        row(&mut rows, region.as_str()).data.push(name.as_str());
    }
    rows.sort_by_key(|row| row.region);
    rows
}

fn row<'r, 'm>(rows: &'r mut Vec<Lost<'m>>, region: &'m str) -> &'r mut Lost<'m> {
    let at = rows.iter().position(|row| row.region == region).unwrap_or_else(|| {
        rows.push(Lost { region, ..Lost::default() });
        rows.len() - 1
    });
    &mut rows[at]
}
