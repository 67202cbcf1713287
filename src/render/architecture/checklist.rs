//! What is waived, and why.

use std::fmt::Write as _;

use super::plain;
use crate::model::Model;

pub(super) fn waivers(out: &mut String, model: &Model) {
    let mut rows = String::new();
    for app in &model.apps {
        for (rule, waiver) in &app.allow {
            let until = waiver.until.as_ref().map_or(String::new(), |until| until.value.to_string());
            let _ =
                writeln!(rows, "| {} | {} | {} | {until} |", app.key.value, plain(rule), plain(&waiver.reason.value));
        }
    }
    if !rows.is_empty() {
        out.push_str("\n## Waived checks\n\n| app | check | reason | until |\n| --- | --- | --- | --- |\n");
        out.push_str(&rows);
    }
}
