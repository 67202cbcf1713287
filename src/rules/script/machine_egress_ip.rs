use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};
use crate::spec::Level;

declare_rule! {
    /// Checks that no address for outgoing requests belongs to a single machine.
    ///
    /// ## Why
    ///
    /// An address of `fly machine egress-ip` is gone with its machine, and a deploy with new machines does not take it
    /// along: whoever lets in only this address sees another one from then on. flyctl calls the command deprecated.
    /// Addresses of an app stay.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- setup.sh
    /// fly machine egress-ip allocate d8d9510a295118 -a my-web --yes
    /// ```
    ///
    /// ```toml,files,good
    /// # --- setup.sh
    /// fly ips allocate-egress -a my-web -r fra --yes
    /// ```
    ///
    /// ## Sources
    ///
    /// - Fly.io, networking/egress-ips
    /// - flyctl, internal/command/machine/egress_ip.go
    static RULE = {
        name: "machine-egress-ip",
        code: "FA838",
        group: Group::Reliability,
        levels: Levels::always(Level::Warn),
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(_: &Model, cx: &mut Cx<'_>) {
    for usage in cx.usages.iter().filter(|usage| usage.is(&["machine egress-ip allocate"])) {
        cx.within(usage.line.file)
            .report(usage.at(), "the address is gone when the machine is replaced")
            .help("give one to the app: `fly ips allocate-egress -a APP -r REGION`");
    }
    cx.back();
}
