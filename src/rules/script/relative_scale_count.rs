use crate::beside::Kind;
use crate::model::Model;
use crate::rules::{Check, Cx, FixAvailability, Group, Levels, Needs};

declare_rule! {
    /// Checks that workflows scale to a number, and not by one.
    ///
    /// ## Why
    ///
    /// `fly scale count +1` adds a machine at each run. A job that is run again, because another step failed, adds another
    /// one, and nothing takes them away. A plain number is the same after every run.
    ///
    /// ## Example
    ///
    /// ```toml,files,bad
    /// # --- .github/workflows/deploy.yml
    /// on: push
    /// concurrency: deploy
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - run: flyctl scale count +1 -a my-web --yes
    /// ```
    ///
    /// ```toml,files,good
    /// # --- .github/workflows/deploy.yml
    /// on: push
    /// concurrency: deploy
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-latest
    ///     steps:
    ///       - run: flyctl scale count 3 -a my-web --yes
    /// ```
    ///
    /// ## Sources
    ///
    /// - flyctl, internal/command/scale/count.go
    /// - Fly.io, launch/scale-count
    static RULE = {
        name: "relative-scale-count",
        code: "FA840",
        group: Group::Reliability,
        levels: Levels::ADVICE,
        needs: Needs::FlyToml,
        since: "0.1.0",
        fix: FixAvailability::None,
        waivable: true,
        check: Check::Model(check),
    }
}

fn check(_: &Model, cx: &mut Cx<'_>) {
    for usage in cx.usages.iter().filter(|usage| usage.kind == Kind::Workflow && usage.is(&["scale count"])) {
        let count = |arg: &&&str| arg.rsplit('=').next().is_some_and(|count| count.starts_with(['+', '-']));
        if let Some(arg) = usage.args.iter().find(count) {
            cx.within(usage.line.file)
                .report(usage.at_word(arg), "each run changes the number of machines once more")
                .label("a change, and no number")
                .help("write how many there are to be");
        }
    }
    cx.back();
}
