use crate::beside::Kind;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that scripts and workflows do not change sizes that fly.toml says.
    ///
    /// ## Why
    ///
    /// `fly scale memory` changes machines, and not fly.toml. The next deploy gives them the size of `[[vm]]` again: a
    /// database that was given room after an incident loses it with the next change of the code.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- fly.toml
    /// app = "my-db"
    ///
    /// [[vm]]
    /// size = "shared-cpu-1x"
    /// memory = "1gb"
    ///
    /// # --- grow.sh
    /// fly scale memory 4096 -a my-db
    /// ```
    ///
    /// ```toml,files,good
    /// # --- fly.toml
    /// app = "my-db"
    ///
    /// [[vm]]
    /// size = "shared-cpu-1x"
    /// memory = "4gb"
    ///
    /// # --- grow.sh
    /// fly deploy -a my-db
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, issue 4544: <https://github.com/superfly/flyctl/issues/4544>
    /// - flyctl, issue 1310: <https://github.com/superfly/flyctl/issues/1310>
    static RULE = {
        name: "scaled-size-is-reset",
        code: "FA846",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(model: &Model, cx: &mut Cx<'_>) {
    let scales = cx.usages.iter().filter(|usage| usage.is(&["scale vm", "scale memory"]) && usage.kind != Kind::Page);
    let scales: Vec<_> = scales.collect();
    let names = if scales.is_empty() { Vec::new() } else { model.app_names() };
    for usage in scales {
        let Some(name) = usage.value("app") else { continue };
        let Some((_, index)) = Model::named(&names, name).first() else { continue };
        let app = &model.apps[*index];
        let group = usage.value("process-group");
        let sized = app.groups.iter().find(|of| of.vm.is_some() && group.is_none_or(|name| name == of.name.as_str()));
        let vm = sized.and_then(|group| group.vm).and_then(|at| app.toml.vm.get(at));
        let Some(vm) = vm.filter(|vm| vm.origin.is_written()) else { continue };
        cx.within(usage.line.file)
            .report(usage.at(), format!("the next deploy of `{name}` undoes this"))
            .related_in(app.file, vm.origin, "the size that a deploy takes")
            .help("change the size there, and deploy");
    }
    cx.back();
}
