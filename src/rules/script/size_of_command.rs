use crate::model::Model;
use crate::rules::machines::machine_size::suggestion;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that commands of flyctl name sizes of machines that exist.
    ///
    /// ## Why
    ///
    /// A size that does not exist, or no longer does, ends the command with an error. Those with GPUs cannot be had any
    /// more.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- setup.sh
    /// fly scale vm shared-cpu-3x -a my-web
    /// ```
    ///
    /// ```toml,files,good
    /// # --- setup.sh
    /// fly scale vm shared-cpu-4x -a my-web
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, about/pricing
    /// - flyctl, internal/command/platform/vmsizes.go
    static RULE = {
        name: "size-of-command",
        code: "FA848",
        group: Group::Correctness,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(_: &Model, cx: &mut Cx<'_>) {
    for usage in cx.usages.iter().filter(|usage| !usage.is_vague()) {
        let of_command = usage.args.first().copied().filter(|_| usage.is(&["scale vm"]));
        let Some(size) = of_command.or_else(|| usage.value("vm-size")) else { continue };
        let is_name =
            size.contains('-') && size.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !is_name || cx.facts.machine_size(size).is_some() {
            continue;
        }
        let gpu = cx.facts.gpu_sizes.contains(&size);
        let (message, help) = match suggestion(size, cx.facts) {
            _ if gpu => (
                "Fly.io no longer offers machines with GPUs".to_owned(),
                "take a size without one, and let the app call a provider of GPUs".to_owned(),
            ),
            Some(near) => (format!("there is no machine size `{size}`"), format!("did you mean `{near}`?")),
            None => (format!("there is no machine size `{size}`"), "`fly platform vm-sizes` lists them".to_owned()),
        };
        cx.within(usage.line.file)
            .report(usage.at_word(size), message)
            .label("flyctl ends with an error here")
            .help(help);
    }
    cx.back();
}
