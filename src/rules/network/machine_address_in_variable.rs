use crate::model::Model;
use crate::rules::variables::{each_variable, part_of};
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;
use crate::value::{Scalar, Sourced, addresses};

declare_rule! {
    /// Checks that no variable holds the address or the id of one machine.
    ///
    /// ## Why
    ///
    /// The private address of a machine, `fdaa:…`, and its id change when the machine is replaced: by a scale down
    /// and up, by a blue-green deploy, by a move to another host. What worked for months then leads nowhere. Names
    /// follow: `<app>.internal` stands for the machines that run.
    ///
    /// Ranges such as `fdaa::/16` in allow lists are not meant, and neither are Flycast addresses, which belong to an
    /// app.
    ///
    /// ## Example
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// REPLICA_URL = "http://3d8d413b29d089.vm.my-api.internal:8080"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,good
    /// [app.web.env]
    /// REPLICA_URL = "http://my-api.internal:8080"
    ///
    /// [app.api.http_service]
    /// internal_port = 8080
    /// ```
    ///
    /// ```toml,bad
    /// [app.web.env]
    /// API_ADDRESS = "[fdaa:0:22b7:a7b:d827:1:a36c:2]:8080"
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/private-networking
    /// - Fly.io, reference/machine-migration
    static RULE = {
        name: "machine-address-in-variable",
        code: "FA638",
        group: Group::Reliability,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::Sometimes,
        waivable: true,
        check: Check::Model(check),
    }
}

const ENDING: &str = ".internal";
const PRIVATE: &str = "fdaa:";

fn check(model: &Model, cx: &mut Cx<'_>) {
    each_variable(model, cx, |_, _, value, cx| {
        let text = value.as_str();
        if text.contains(".vm.") && text.contains(ENDING) {
            return by_id(value, cx);
        }
        let Some(at) = text.find(PRIVATE).filter(|at| is_machine(&text[*at..])) else { return };
        let end = at + text[at..].bytes().take_while(|b| b.is_ascii_hexdigit() || *b == b':').count();
        let finding = cx.report(value.origin, format!("`{}` belongs to one machine", &text[at..end]));
        finding
            .label("another one after it is replaced")
            .help("write the name of the app, <app>.internal, or that of its Flycast address");
    });
}

/// The id of a machine in a name.
fn by_id(value: &Sourced<Scalar>, cx: &mut Cx<'_>) {
    let text = value.as_str();
    for address in addresses(text, ENDING) {
        let Some((id, name)) = address.name.split_once(".vm.") else { continue };
        if id.len() < 8 || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
            continue;
        }
        let start = text.find(id).unwrap_or(0);
        let edit =
            part_of(value, start..start + id.len() + ".vm.".len(), cx).map(|range| cx.edits().replace(range, ""));
        let fix = cx.unsafe_fix(format!("call any machine of {name}"), edit);
        let finding =
            cx.report(value.origin, format!("`{id}` of `{name}` is one machine, and will be replaced one day"));
        finding
            .label("the id of a machine")
            .help(format!("write {name}{ENDING}: it stands for the machines that run"))
            .fix(fix);
        return;
    }
}

/// Whether an address is that of a machine: all of its eight parts, and no range. Those of Flycast are shorter.
fn is_machine(text: &str) -> bool {
    let length = text.bytes().take_while(|b| b.is_ascii_hexdigit() || *b == b':').count();
    let (address, rest) = text.split_at(length);
    address.split(':').filter(|part| !part.is_empty()).count() == 8 && !rest.starts_with('/')
}
